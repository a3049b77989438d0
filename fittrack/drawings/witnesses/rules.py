"""When a sponsor is reminded, and what a batch of commitments may be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fittrack.drawings.witnesses.models import Awaited, Commitment
from fittrack.errors import field_error

REMINDED_BEFORE_DRAW = timedelta(hours=1)
REMINDED_BEFORE_DEADLINE = timedelta(hours=6)
OF_DRAW, OF_DEADLINE = "reminded_of_draw", "reminded_of_deadline"


def due_reminder(awaited: Awaited, *, now: datetime) -> str | None:
    """Return which reminder is due, or None; each comes once, and none after the deadline."""
    until = awaited.reveals_until
    if until is None or now >= until:
        return None
    is_last_call = awaited.status == "closed" and now >= until - REMINDED_BEFORE_DEADLINE
    if is_last_call and now >= awaited.draws_at and not awaited.is_told_of_deadline:
        return OF_DEADLINE
    is_coming = awaited.draws_at - REMINDED_BEFORE_DRAW <= now < awaited.draws_at
    return OF_DRAW if is_coming and not awaited.is_told_of_draw else None


def in_order(commitments: Sequence[Commitment]) -> list[Commitment]:
    """Return a batch in the order in which drawings are held. Raises: Invalid on a repetition."""
    ordered = sorted(commitments, key=lambda one: one.drawing_id)
    if len({one.drawing_id for one in ordered}) < len(ordered):
        raise field_error("/commitments", "A drawing stands twice.")
    return ordered
