"""What can go wrong with drawings, tickets and draws."""

from __future__ import annotations

from fittrack.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed


class DrawingNotFound(NotFound):
    """There is no such drawing."""

    code = "drawing_not_found"


class NotPublishedYet(NotFound):
    """This drawing has not published that yet."""

    code = "not_published_yet"


class InvalidTransition(Conflict):
    """As it stands now, this step is not possible."""

    code = "invalid_transition"


class DrawingFrozen(Conflict):
    """A scheduled drawing's terms are signed; only its description and image can change."""

    code = "drawing_frozen"


class DrawingHoldsEntries(Conflict):
    """This draft holds entries of an aborted drawing, so that it can't be deleted."""

    code = "drawing_holds_entries"


class NotDue(Conflict):
    """It is not time for that yet; nobody opens, closes or draws early."""

    code = "not_due"


class RevealsMissing(Conflict):
    """Some sources have not revealed their values yet."""

    code = "reveals_missing"


class SecondAdminRequired(Conflict):
    """Drawing prizes of this value by hand needs a second admin; another one must ask too."""

    code = "second_admin_required"


class RevealNotDue(Conflict):
    """Values are revealed after sales have ended and the operator has revealed its own."""

    code = "reveal_not_due"


class RevealTooLate(Conflict):
    """The deadline of this reveal has passed; the drawing is void."""

    code = "reveal_too_late"


class AlreadyRevealed(Conflict):
    """This drawing's values are being revealed, so that it can't be cancelled any more."""

    code = "already_revealed"


class StaleDrawing(PreconditionFailed):
    """Somebody else has edited this drawing since you read it."""

    code = "stale_drawing"


class CommitmentMismatch(Invalid):
    """This value does not open your commitment."""

    code = "commitment_mismatch"


class RevealOfAnotherDrawing(Invalid):
    """This file holds the value of another drawing, which must stay secret until its own draw."""

    code = "reveal_of_another_drawing"


class ValueRequired(Invalid):
    """You keep this drawing's value yourself, so that the reveal must contain it."""

    code = "value_required"


class OpensInThePast(Invalid):
    """A drawing must be scheduled before it opens."""

    code = "opens_in_the_past"


class WitnessRequired(Invalid):
    """Prizes of this value need a sponsor as a second source of randomness."""

    code = "witness_required"


class SponsorBarred(Invalid):
    """This sponsor withheld a reveal and is not accepted as a source again."""

    code = "sponsor_barred"


class SponsorNotActive(Invalid):
    """This sponsor is not active and can't be a source of a new drawing."""

    code = "sponsor_not_active"


class SponsorHoldsEntries(Invalid):
    """Some of this sponsor's people hold entries of this drawing, so it can't be a witness."""

    code = "sponsor_holds_entries"


class OfficialRulesMissing(Invalid):
    """There is no wording of that version, and no drawing is scheduled without official rules."""

    code = "official_rules_missing"


class RegistrationRequired(Invalid):
    """Prizes of this total value must be registered and bonded in some states, or exclude them."""

    code = "registration_required"


class DrawingNotOpen(Conflict):
    """This drawing is not selling tickets."""

    code = "drawing_not_open"


class TicketLimitReached(Invalid):
    """This would be more tickets than one member may hold in this drawing."""

    code = "ticket_limit_reached"


class EmailNotVerified(Forbidden):
    """Verify your e-mail address before you enter drawings."""

    code = "email_not_verified"


class StaffExcluded(Forbidden):
    """Staff can't enter drawings."""

    code = "staff_excluded"


class SponsorExcluded(Forbidden):
    """A sponsor's people can't enter its drawings."""

    code = "sponsor_excluded"


class PremiumOnly(Forbidden):
    """This drawing is for premium members."""

    code = "premium_only"


class Underage(Forbidden):
    """You are too young for this drawing where you live."""

    code = "underage_for_drawing"


class StateExcluded(Forbidden):
    """Members of your state can't enter this drawing."""

    code = "state_excluded"


class AccountTooNew(Forbidden):
    """Your account is too new for this drawing."""

    code = "account_too_new"


class NotAWitness(Forbidden):
    """Your sponsor is no source of this drawing's randomness."""

    code = "not_a_witness"
