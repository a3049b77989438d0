"""What can go wrong with deliveries."""

from __future__ import annotations

from fittrack.errors import Conflict, NotFound, PreconditionFailed


class FulfilmentNotFound(NotFound):
    """There is no such fulfilment."""

    code = "fulfilment_not_found"


class AddressNotFound(NotFound):
    """No address is kept for this delivery."""

    code = "address_not_found"


class CodeNotReady(Conflict):
    """There is no code to show: it was shown already, or is still to come."""

    code = "code_not_ready"


class NoCodeNeeded(Conflict):
    """Only digital prizes have codes, and only until they are claimed."""

    code = "no_code_needed"


class NotAnAlternate(NotFound):
    """This drawing has no alternate at that position."""

    code = "not_an_alternate"


class AlternateServed(Conflict):
    """This alternate was given a prize already."""

    code = "alternate_served"


class NoUnitLeft(Conflict):
    """No forfeited unit of this drawing is left to be given to anybody."""

    code = "no_unit_left"


class WinnerNotEligible(Conflict):
    """This alternate may not win; the reason is given."""

    code = "winner_not_eligible"


class StaleFulfilment(PreconditionFailed):
    """Somebody else has changed this delivery since you read it."""

    code = "stale_fulfilment"
