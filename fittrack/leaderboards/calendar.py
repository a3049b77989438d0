"""Periods: which ones a points day belongs to, when they end, and when they are frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from fittrack.clock import day_bounds, day_of
from fittrack.leaderboards.models import Period

KINDS = ("daily", "weekly", "monthly", "alltime")
ALL_TIME = Period("alltime", date(1970, 1, 1))
LONGEST_PERIOD = timedelta(days=31)
# Before this no instant is near a points day; zones then would lead out of the calendar.
FIRST_YEAR = 1970
# Periods of many members are the same few.
MOST_KEPT = 4_096


def period_of(kind: str, day_on: date) -> Period:
    """Return the period of a kind that holds a points day; weeks begin on Monday."""
    if kind == "alltime":
        return ALL_TIME
    if kind == "monthly":
        return Period(kind, day_on.replace(day=1))
    if kind == "weekly":
        return Period(kind, day_on - timedelta(days=day_on.weekday()))
    return Period(kind, day_on)


@lru_cache(maxsize=MOST_KEPT)
def periods_of(day_on: date) -> tuple[Period, ...]:
    """Return the four periods that a points day counts in."""
    return tuple(period_of(kind, day_on) for kind in KINDS)


def next_on(period: Period) -> date | None:
    """Return the first day after a period; None for all time, which has none."""
    if period.kind == "alltime":
        return None
    if period.kind == "monthly":
        return (period.starts_on + LONGEST_PERIOD).replace(day=1)
    return period.starts_on + timedelta(days=7 if period.kind == "weekly" else 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The platform's time zone, and how long after its end a period still counts what comes."""

    zone: ZoneInfo
    grace: timedelta

    def freezes_at(self, period: Period) -> datetime | None:
        """Return the first instant whose awards no longer count; None for all time."""
        return _freezes_at(self, period)

    def is_frozen(self, period: Period, at: datetime) -> bool:
        """Tell whether an award of an instant is too late for a period."""
        freezes_at = self.freezes_at(period)
        return freezes_at is not None and at >= freezes_at

    def last_freeze_at(self, at: datetime) -> datetime:
        """Return the latest instant, this one at most, at which a period was frozen."""
        start_at, _ = day_bounds(day_of(at - self.grace, self.zone), self.zone)
        return start_at + self.grace


@lru_cache(maxsize=MOST_KEPT)
def _freezes_at(calendar: Calendar, period: Period) -> datetime | None:
    end_on = next_on(period)
    if end_on is None:
        return None
    zone = calendar.zone if end_on.year >= FIRST_YEAR else UTC
    return datetime.combine(end_on, time.min, zone).astimezone(UTC) + calendar.grace
