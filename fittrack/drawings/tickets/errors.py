"""What can go wrong with entries, besides what a drawing itself refuses."""

from __future__ import annotations

from fittrack.errors import Conflict, Forbidden, Invalid, NotFound


class TicketNotFound(NotFound):
    """There is no such ticket."""

    code = "ticket_not_found"


class TierExcluded(Forbidden):
    """Members of your tier can't enter this drawing."""

    code = "tier_excluded"


class Disqualified(Forbidden):
    """You are disqualified from this drawing."""

    code = "disqualified"


class AlreadyDisqualified(Conflict):
    """This member is disqualified from this drawing already."""

    code = "already_disqualified"


class FreeEntryUsed(Conflict):
    """The free entry of this day is used; there is one a person, drawing and day."""

    code = "free_entry_used"


class OtherRules(Conflict):
    """The rules that you accept are not those of this drawing; read them again."""

    code = "other_rules"


class MemberRefused(Invalid):
    """This member can't be entered; the reason is the code that the member would get."""

    code = "member_refused"
