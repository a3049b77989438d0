"""What members allow themselves; points are whole, instants aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PlayLimits:
    """What a member has set; a limit of None is none.

    With `raise_from_at` a raise waits: from then on `pending_limit_points` is the limit.
    `excluded_until_on` is the last day of a self-exclusion, in the platform's time zone.
    """

    account_id: str
    monthly_limit_points: int | None
    pending_limit_points: int | None
    raise_from_at: datetime | None
    excluded_until_on: date | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PendingLimit:
    """A raise that waits, and from when on it holds."""

    monthly_limit_points: int | None
    takes_effect_at: datetime


@dataclass(frozen=True, slots=True)
class PlayStanding:
    """What a member has set, and what this month's tickets have cost so far."""

    monthly_limit_points: int | None
    spent_this_month_points: int
    pending: PendingLimit | None
    self_excluded_until: date | None
