"""What is read of a member's workouts where it is decided which of them count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

# No workout reaches further; an end that lies beyond is a clock that ran away.
LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record of a member; `content_sha256` is its file's, None where it has none."""

    activity_id: str
    type: str
    file_format: str | None
    state: str
    duplicate_of_id: str | None
    sport: str
    source_kind: str
    origin_key: str
    content_sha256: str | None
    started_at: datetime
    ended_at: datetime
    day_on: date
    elapsed_s: int
    moving_s: int
    distance_cm: int | None
    ascent_m: int | None
    calories_kcal: int | None
    steps: int | None
    avg_hr_bpm: int | None
    avg_cadence_rpm: int | None
    avg_power_w: int | None
    lap_count: int
    position_count: int

    @property
    def until_at(self) -> datetime:
        """The end that counts here."""
        return min(self.ended_at, self.started_at + LONGEST)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; both ends belong to it."""

    since_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class CountedDay:
    """A points day on which an activity counts."""

    day_on: date


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that another replaces."""

    activity_id: str
