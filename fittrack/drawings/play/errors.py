"""What can go wrong with limits and self-exclusion."""

from __future__ import annotations

from fittrack.errors import Conflict, Forbidden, Invalid


class SelfExcluded(Forbidden):
    """You have excluded yourself from drawings; nobody can undo that before its end."""

    code = "self_excluded"


class MonthlyLimitReached(Invalid):
    """This would cost more points than the limit that you have set for a month."""

    code = "monthly_limit_reached"


class SelfExclusionStands(Conflict):
    """A self-exclusion can only be made longer."""

    code = "self_exclusion_stands"
