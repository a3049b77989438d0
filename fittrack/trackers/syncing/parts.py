"""From a provider's records to activities; no I/O."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from fittrack.activities import rules
from fittrack.activities.editing.rules import source_key
from fittrack.activities.models import Origin, Part
from fittrack.activities.recording import Recording
from fittrack.activities.samples import empty_samples
from fittrack.trackers.records import StepsRecord, WorkoutRecord


def part_of(
    account_id: str,
    connection_id: str,
    record: WorkoutRecord | StepsRecord,
    *,
    number: int,
    activity_id: str,
    is_owner_only: bool,
    zone: ZoneInfo,
    now: datetime,
) -> Part:
    """Return what is stored of a workout or a day's steps; `zone` cuts points days.

    `number` counts the activities of one object, from 0.
    """
    recording = record.recording if isinstance(record, WorkoutRecord) else _day_of(record, zone)
    part = rules.part_of(
        recording, Origin(account_id, "", 1), activity_id=activity_id, zone=zone, now=now
    )
    activity = replace(
        part.activity,
        source_kind="connection",
        origin_key=place_of(connection_id, record.origin.external_id, number),
        original_file_id=None,
        file_format=None,
        is_owner_only=is_owner_only,
    )
    return replace(part, activity=activity)


def place_of(connection_id: str, external_id: str, number: int) -> str:
    """Return the origin key of one of an object's activities; most objects are one."""
    return source_key(connection_id, f"{external_id}#{number}" if number else external_id)


def day_begins_at(record: StepsRecord, zone: ZoneInfo) -> datetime:
    """Return the first instant of a day of steps; by our zone where the member's is not told.

    An offset is that of one hour of the day. Where our zone shows it at some hour of that day, the
    day is ours, and begins at our midnight, which may have another offset: days on which clocks
    change would begin an hour before themselves.
    """
    hours = (datetime.combine(record.day_on, time(hour), zone) for hour in (0, 12))
    offset = None if record.utc_offset_s is None else timedelta(seconds=record.utc_offset_s)
    is_ours = offset is None or offset in {hour.utcoffset() for hour in hours}
    own = zone if is_ours else timezone(offset or timedelta(0))
    return datetime.combine(record.day_on, time(), own).astimezone(UTC)


def _day_of(record: StepsRecord, zone: ZoneInfo) -> Recording:
    """Return a day's steps as a recording from its first minute on."""
    return Recording(
        file_format="",
        sport="walking",
        started_at=day_begins_at(record, zone),
        elapsed_s=0.0,
        moving_s=0.0,
        distance_m=None,
        track_distance_m=None,
        ascent_m=None,
        descent_m=None,
        calories_kcal=None,
        steps=record.steps,
        avg_speed_mps=None,
        max_speed_mps=None,
        utc_offset_s=record.utc_offset_s,
        device=record.device,
        name="",
        notes="",
        laps=(),
        samples=empty_samples(),
        type="steps",
    )
