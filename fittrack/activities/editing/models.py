"""What a member types in, and what is kept of a change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fittrack.activities.analysis.stored import Analysis
from fittrack.activities.models import Activity, DayMinutes
from fittrack.activities.plausibility.models import Judgement

INTENSITIES = ("light", "moderate", "vigorous")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a member says to have done; what they don't say is None."""

    type: str
    sport: str
    started_at: datetime
    elapsed_s: int
    moving_s: int | None = None
    utc_offset_s: int | None = None
    distance_m: float | None = None
    ascent_m: int | None = None
    descent_m: int | None = None
    calories_kcal: int | None = None
    steps: int | None = None
    avg_hr_bpm: int | None = None
    max_hr_bpm: int | None = None
    intensity: str | None = None
    name: str | None = None
    notes_text: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One change by a member: each field with what it was and what it became."""

    activity_id: str
    revision: int
    edited_at: datetime
    changes_json: dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Read:
    """An activity and its block of samples, as they were read."""

    activity: Activity
    block_bytes: bytes | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a version of an activity comes to; without `minutes` those that stand stay."""

    minutes: list[DayMinutes] | None
    analysis: Analysis
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at a place of a source; a deleted one stays there, so that it stays deleted."""

    activity_id: str
    state: str
