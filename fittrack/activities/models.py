"""Activities and their parts as stored; every instant is an aware UTC datetime."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from fittrack.activities.analysis.stored import Analysis
from fittrack.activities.files.content import unpacked
from fittrack.activities.plausibility.models import Judgement
from fittrack.activities.samples import Samples
from fittrack.reviews.models import Review

ACTIVITY_TYPES = ("workout", "steps", "active_minutes")
SOURCE_KINDS = ("file", "manual", "connection", "seed")
VISIBILITIES = ("public", "friends", "private")


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity, whatever it came from.

    `origin_key` names its place in its source, unique for the member. `reason_code` says why it is
    held or rejected. `day_on` is the points day on which it started. `intensity` is the member's
    own word for how hard it was. Without a `visibility` the preferences say who may see it; what is
    `is_owner_only` nobody else may see, by the terms of where it came from.
    """

    activity_id: str
    account_id: str
    type: str
    sport: str
    source_kind: str
    origin_key: str
    original_file_id: str | None
    file_format: str | None
    state: str
    reason_code: str | None
    duplicate_of_id: str | None
    started_at: datetime
    ended_at: datetime
    day_on: date
    utc_offset_s: int | None
    elapsed_s: int
    moving_s: int
    distance_cm: int | None
    track_distance_cm: int | None
    ascent_m: int | None
    descent_m: int | None
    calories_kcal: int | None
    steps: int | None
    avg_hr_bpm: int | None
    max_hr_bpm: int | None
    avg_cadence_rpm: int | None
    max_cadence_rpm: int | None
    avg_power_w: int | None
    max_power_w: int | None
    avg_speed_mmps: int | None
    max_speed_mmps: int | None
    name: str | None
    notes_text: str | None
    device: str | None
    warnings_json: list[str]
    lap_count: int
    sample_count: int
    position_count: int
    created_at: datetime
    updated_at: datetime
    revision: int = 1
    intensity: str | None = None
    visibility: str | None = None
    polyline: str | None = None
    is_owner_only: bool = False

    @property
    def distance_m(self) -> float | None:
        return None if self.distance_cm is None else self.distance_cm / 100

    @property
    def track_distance_m(self) -> float | None:
        return None if self.track_distance_cm is None else self.track_distance_cm / 100

    @property
    def avg_speed_mps(self) -> float | None:
        return None if self.avg_speed_mmps is None else self.avg_speed_mmps / 1000

    @property
    def max_speed_mps(self) -> float | None:
        return None if self.max_speed_mmps is None else self.max_speed_mmps / 1000

    @property
    def has_route(self) -> bool:
        return self.position_count > 1

    @property
    def has_original(self) -> bool:
        return self.original_file_id is not None


@dataclass(frozen=True, slots=True)
class ActivityLap:
    """One lap as the device marked it; `lap_no` counts from 1."""

    activity_id: str
    lap_no: int
    started_at: datetime
    elapsed_s: int
    distance_cm: int | None

    @property
    def distance_m(self) -> float | None:
        return None if self.distance_cm is None else self.distance_cm / 100


@dataclass(frozen=True, slots=True)
class ActivityDetail:
    """An activity with its laps, the ids of the records that it replaces, and its review."""

    activity: Activity
    laps: list[ActivityLap]
    duplicate_ids: list[str]
    review: Review | None = None


@dataclass(frozen=True, slots=True)
class DayMinutes:
    """An activity's active minutes on one points day, in the form of `minutes_to_json`."""

    activity_id: str
    day_on: date
    account_id: str
    minutes_json: list[list[int | None]]


@dataclass(frozen=True, slots=True)
class Origin:
    """The place of an activity in a member's file; `part_no` counts from 1."""

    account_id: str
    original_file_id: str
    part_no: int

    @property
    def key(self) -> str:
        return f"file:{self.original_file_id}:{self.part_no}"


@dataclass(frozen=True, slots=True)
class Part:
    """All that is stored of one activity.

    What is computed of it, and whether it is believed, is found where it is stored if None.
    """

    activity: Activity
    laps: list[ActivityLap]
    minutes: list[DayMinutes]
    block_bytes: bytes
    analysis: Analysis | None = None
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """A file as its owner brought it in; one that `is_packed` is kept as gzip of what came."""

    file_name: str
    content_bytes: bytes
    is_packed: bool

    def pieces(self) -> Iterable[bytes]:
        """Return the file byte for byte."""
        return unpacked(self.content_bytes) if self.is_packed else (self.content_bytes,)


@dataclass(frozen=True, slots=True)
class OriginKey:
    """The place of an activity in its source."""

    origin_key: str


@dataclass(frozen=True, slots=True)
class MinuteDay:
    """A points day on which an activity has minutes."""

    day_on: date


@dataclass(frozen=True, slots=True)
class Streams:
    """The samples of an activity, all or evenly chosen ones of them."""

    activity: Activity
    samples: Samples
