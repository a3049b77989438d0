"""What can go wrong with sponsors."""

from __future__ import annotations

from fittrack.errors import Conflict, NotFound, PreconditionFailed


class SponsorNotFound(NotFound):
    """There is no such sponsor."""

    code = "sponsor_not_found"


class SponsorNameTaken(Conflict):
    """There is a sponsor of that name already."""

    code = "sponsor_name_taken"


class LastSponsorAccount(Conflict):
    """This is the last account of an active sponsor; another one must be added first."""

    code = "last_sponsor_account"


class StaleSponsor(PreconditionFailed):
    """Somebody else has edited this sponsor since you read it."""

    code = "stale_sponsor"
