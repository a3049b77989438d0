"""Adjustments of points by hand: what was asked for, by whom, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

STATES = ("pending", "posted", "declined", "expired")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points that an admin adds to or takes from a member; `reverses_no` is what it undoes.

    One that needs a second admin is `pending` until `expires_at`. `decided_by_id` is that admin,
    or None where the first could do it alone.
    """

    adjustment_id: str
    account_id: str
    amount_points: int
    reverses_no: int | None
    reason: str
    state: str
    requested_by_id: str
    requested_at: datetime
    expires_at: datetime | None
    decided_by_id: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An adjustment with the points that its member has and owes after it."""

    adjustment: Adjustment
    balance_points: int
    debt_points: int


@dataclass(frozen=True, slots=True)
class AdjustmentFilter:
    """Which adjustments to look for; what is None does not matter."""

    account_id: str | None
    state: str | None
