"""Who may adjust what: nobody the own points, nobody much of it alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from fittrack.accounts.administration.errors import OwnAccount
from fittrack.points.adjustments.errors import AdjustmentDecided, AnotherAdminConfirms
from fittrack.points.adjustments.models import Adjustment

CONFIRM_WITHIN = timedelta(hours=72)
# What one admin does to one member within this time counts together: many small ones are a big one.
COUNTED_TOGETHER = timedelta(hours=24)
MOST_POINTS = 1_000_000


def check_actor(account_id: str, actor_id: str) -> None:
    """Raises: OwnAccount where somebody adjusts the own points."""
    if account_id == actor_id:
        raise OwnAccount


def needs_second_admin(
    amount_points: int, posted_alone_points: int, most_alone_points: int
) -> bool:
    """Tell whether this is more than one admin may do; both directions count alike."""
    return abs(amount_points) + posted_alone_points > most_alone_points


def posted(adjustment: Adjustment, *, now: datetime) -> Adjustment:
    """Return an adjustment that its admin does alone."""
    return replace(adjustment, state="posted", decided_at=now)


def pending(adjustment: Adjustment, *, now: datetime) -> Adjustment:
    """Return an adjustment that waits for another admin."""
    return replace(adjustment, state="pending", expires_at=now + CONFIRM_WITHIN)


def confirmed(adjustment: Adjustment, *, actor_id: str, now: datetime) -> Adjustment:
    """Return an adjustment that a second admin confirms.

    Raises: OwnAccount, AnotherAdminConfirms, AdjustmentDecided.
    """
    check_actor(adjustment.account_id, actor_id)
    if actor_id == adjustment.requested_by_id:
        raise AnotherAdminConfirms
    return _decided(adjustment, "posted", actor_id=actor_id, now=now)


def declined(adjustment: Adjustment, *, actor_id: str, now: datetime) -> Adjustment:
    """Return an adjustment that does not happen; who asked for it may take it back too.

    Raises: AdjustmentDecided.
    """
    return _decided(adjustment, "declined", actor_id=actor_id, now=now)


def shown(adjustment: Adjustment, *, now: datetime) -> Adjustment:
    """Return an adjustment as it is seen now: `expired` where nobody confirmed it in time."""
    return replace(adjustment, state=_state_at(adjustment, now))


def _decided(adjustment: Adjustment, state: str, *, actor_id: str, now: datetime) -> Adjustment:
    found = _state_at(adjustment, now)
    if found != "pending":
        raise AdjustmentDecided(adjustment_id=adjustment.adjustment_id, state=found)
    return replace(adjustment, state=state, decided_by_id=actor_id, decided_at=now)


def _state_at(adjustment: Adjustment, now: datetime) -> str:
    is_late = adjustment.expires_at is not None and now >= adjustment.expires_at
    return "expired" if adjustment.state == "pending" and is_late else adjustment.state
