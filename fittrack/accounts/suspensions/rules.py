"""Who may appeal how often, and who decides."""

from __future__ import annotations

from fittrack.accounts.suspensions.errors import (
    AnotherAdminDecides,
    AppealClosed,
    NotSuspended,
    TooManyAppeals,
)
from fittrack.accounts.suspensions.models import Appeal, Suspension

APPEALS_A_SUSPENSION = 3
DECISIONS = ("accepted", "rejected")
STATES = ("open", *DECISIONS, "settled")


def check_may_appeal(suspension: Suspension | None, *, made: int) -> Suspension:
    """Return the suspension to appeal against; `made` counts the appeals against it so far.

    Raises: NotSuspended, TooManyAppeals.
    """
    if suspension is None:
        raise NotSuspended
    if made >= APPEALS_A_SUSPENSION:
        raise TooManyAppeals(most=APPEALS_A_SUSPENSION)
    return suspension


def check_may_decide(
    appeal: Appeal, suspension: Suspension, actor_id: str, *, has_other_admins: bool
) -> None:
    """Check that an appeal is open, and not decided by who suspended while others could.

    Raises: AppealClosed, AnotherAdminDecides.
    """
    if appeal.state != "open":
        raise AppealClosed(appeal_id=appeal.appeal_id, appeal_state=appeal.state)
    if has_other_admins and suspension.suspended_by_id == actor_id:
        raise AnotherAdminDecides(appeal_id=appeal.appeal_id)
