"""Activities, uploads and their parts as stored; every instant is an aware UTC datetime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from fittrack.activities.samples import Samples

ACTIVITY_TYPES = ("workout", "steps", "active_minutes")
SOURCE_KINDS = ("file", "manual", "connection", "seed")


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity, whatever it came from.

    `origin_key` names its place in its source, unique for the member. `reason_code` says why it is
    held or rejected. `day_on` is the points day on which it started.
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
    distance_m: int | None
    track_distance_m: int | None
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
    distance_m: int | None


@dataclass(frozen=True, slots=True)
class ActivityDetail:
    """An activity with its laps."""

    activity: Activity
    laps: list[ActivityLap]


@dataclass(frozen=True, slots=True)
class DayMinutes:
    """An activity's active minutes on one points day, in the form of `minutes_to_json`."""

    activity_id: str
    day_on: date
    account_id: str
    minutes_json: list[list[int | None]]


@dataclass(frozen=True, slots=True)
class Part:
    """All that is stored of one activity of a file."""

    activity: Activity
    laps: list[ActivityLap]
    minutes: list[DayMinutes]
    block_bytes: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file does not come in; `reason` says it to the member in English."""

    reason_code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a request, still unread; `content` can be read again after a seek."""

    file_name: str
    byte_count: int
    content_sha256: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class Import:
    """One upload as stored."""

    import_id: str
    account_id: str
    file_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One file of an upload and what became of it: pending, created, duplicate or refused."""

    import_item_id: str
    import_id: str
    item_no: int
    file_name: str
    byte_count: int
    original_file_id: str | None
    state: str
    reason_code: str | None
    reason: str | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file of an upload with the activities that stand for it now."""

    item: ImportItem
    activity_ids: list[str]


@dataclass(frozen=True, slots=True)
class ImportDetail:
    """An upload with its files; done when none of them is pending."""

    upload: Import
    files: list[ImportedFile]

    @property
    def state(self) -> str:
        is_open = any(file.item.state == "pending" for file in self.files)
        return "pending" if is_open else "done"


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """An upload with how many of its files came to which end."""

    import_id: str
    created_at: datetime
    file_count: int
    created_count: int
    duplicate_count: int
    refused_count: int

    @property
    def pending_count(self) -> int:
        return self.file_count - self.created_count - self.duplicate_count - self.refused_count

    @property
    def state(self) -> str:
        return "pending" if self.pending_count else "done"


@dataclass(frozen=True, slots=True)
class ImportSource:
    """What the job of one file works on; without bytes the file is gone."""

    import_item_id: str
    state: str
    file_name: str
    account_id: str
    original_file_id: str | None
    content_bytes: bytes | None


@dataclass(frozen=True, slots=True)
class ItemActivity:
    """An activity that stands for a file of an upload."""

    import_item_id: str
    activity_id: str


@dataclass(frozen=True, slots=True)
class LockedFile:
    """A kept file; `part_count` is unknown until it has been read once."""

    original_file_id: str
    part_count: int | None


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """A file as its owner brought it in."""

    file_name: str
    content_bytes: bytes


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
