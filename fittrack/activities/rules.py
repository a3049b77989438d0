"""Decisions about activities; no I/O."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from fittrack.activities import samples as sample_blocks
from fittrack.activities.analysis.rules import analysed
from fittrack.activities.duplicates.models import LONGEST
from fittrack.activities.minutes import RatedMinute, active_minutes, minutes_to_json, rated
from fittrack.activities.models import Activity, ActivityLap, DayMinutes, Origin, Part
from fittrack.activities.pictures.polyline import polyline_of
from fittrack.activities.plausibility.rules import judge
from fittrack.activities.recording import Lap, Recording
from fittrack.clock import day_of

# What a column holds; a larger figure is damage.
MOST_WHOLE = 10**10 - 1
MOST_CM = 10**12 - 1
MOST_MMPS = 400_000


def state_of(started_at: datetime, *, now: datetime) -> tuple[str, str | None]:
    """Return the state of a new activity and the code of its reason; a future start is held."""
    return ("held", "starts_in_the_future") if started_at > now else ("accepted", None)


def part_of(
    recording: Recording, origin: Origin, *, activity_id: str, zone: ZoneInfo, now: datetime
) -> Part:
    """Return what is stored of one recording of a file; `zone` cuts points days."""
    minutes = rated(active_minutes(recording), sport=recording.sport)
    activity = _activity_of(recording, origin, activity_id=activity_id, zone=zone, now=now)
    return Part(
        activity=activity,
        laps=[_lap_of(lap, activity_id, at) for at, lap in enumerate(recording.laps, start=1)],
        minutes=[
            DayMinutes(activity_id, day_on, origin.account_id, minutes_to_json(of_day))
            for day_on, of_day in split_by_day(minutes, zone)
        ],
        block_bytes=sample_blocks.pack(recording.samples),
        analysis=analysed(activity, recording.samples),
        judgement=judge(activity, recording.samples, now=now),
    )


def _activity_of(
    recording: Recording, origin: Origin, *, activity_id: str, zone: ZoneInfo, now: datetime
) -> Activity:
    state, reason_code = state_of(recording.started_at, now=now)
    return Activity(
        activity_id=activity_id,
        account_id=origin.account_id,
        type=recording.type,
        sport=recording.sport,
        source_kind="file",
        origin_key=origin.key,
        original_file_id=origin.original_file_id,
        file_format=recording.file_format,
        state=state,
        reason_code=reason_code,
        duplicate_of_id=None,
        started_at=recording.started_at,
        ended_at=recording.ended_at,
        day_on=day_of(recording.started_at, zone),
        utc_offset_s=recording.utc_offset_s,
        name=recording.name or None,
        notes_text=recording.notes or None,
        device=recording.device or None,
        warnings_json=list(recording.warnings),
        lap_count=len(recording.laps),
        sample_count=len(recording.samples),
        position_count=sum(latitude is not None for latitude in recording.samples.lat_e7),
        created_at=now,
        updated_at=now,
        polyline=polyline_of(recording.samples),
        **_figures(recording),
    )


def _figures(recording: Recording) -> dict[str, Any]:
    """Return the figures as whole numbers of the columns' units."""
    return {
        "elapsed_s": round(recording.elapsed_s),
        "moving_s": round(recording.moving_s),
        "distance_cm": whole(recording.distance_m, 100, MOST_CM),
        "track_distance_cm": whole(recording.track_distance_m, 100, MOST_CM),
        "ascent_m": whole(recording.ascent_m),
        "descent_m": whole(recording.descent_m),
        "calories_kcal": recording.calories_kcal,
        "steps": recording.steps,
        "avg_hr_bpm": whole(recording.avg_hr_bpm),
        "max_hr_bpm": recording.max_hr_bpm,
        "avg_cadence_rpm": whole(recording.avg_cadence_rpm),
        "max_cadence_rpm": recording.max_cadence_rpm,
        "avg_power_w": whole(recording.avg_power_w),
        "max_power_w": recording.max_power_w,
        "avg_speed_mmps": whole(recording.avg_speed_mps, 1000, MOST_MMPS),
        "max_speed_mmps": whole(recording.max_speed_mps, 1000, MOST_MMPS),
    }


def _lap_of(lap: Lap, activity_id: str, lap_no: int) -> ActivityLap:
    return ActivityLap(
        activity_id,
        lap_no,
        lap.started_at,
        whole(lap.elapsed_s) or 0,
        whole(lap.distance_m, 100, MOST_CM),
    )


def whole(value: float | None, factor: int = 1, most: int = MOST_WHOLE) -> int | None:
    """Return a figure times `factor` as a whole number; None for none, and for damage."""
    if value is None or not isfinite(value) or not 0 <= value * factor <= most:
        return None
    return round(value * factor)


def days_of(part: Part) -> set[date]:
    """Return the points days on which an activity counts: where it started, and its minutes'."""
    return {part.activity.day_on, *(minutes.day_on for minutes in part.minutes)}


def place_of_tombstone(activity: Activity, *, is_free: bool = False) -> str:
    """Return the origin key of an activity once it is deleted.

    A file may come in again; what a connection sends once more, nobody asked for, unless its
    place `is_free` for it.
    """
    if activity.source_kind == "connection" and not is_free:
        return activity.origin_key
    return f"deleted:{activity.activity_id}"


def search_text(activity: Activity) -> str | None:
    """Return what a search looks into: name and notes, as `folded` makes them."""
    texts = [text for text in (activity.name, activity.notes_text) if text]
    return folded("\n".join(texts)) or None


def folded(text: str) -> str:
    """Return a text so that spellings which differ in case or width alone are equal."""
    return unicodedata.normalize("NFKC", text).casefold()


def days_about(activity: Activity, zone: ZoneInfo) -> set[date]:
    """Return the points days from an activity's start to its end, as far as one can reach."""
    ended_at = min(activity.ended_at, activity.started_at + LONGEST)
    last_on, day_on = day_of(ended_at, zone), activity.day_on
    return {day_on + timedelta(days=after) for after in range((last_on - day_on).days + 1)}


def split_by_day(
    minutes: Sequence[RatedMinute], zone: ZoneInfo
) -> list[tuple[date, list[RatedMinute]]]:
    """Return the minutes by the points day they lie in; those over midnight go to both days."""
    days = groupby(minutes, key=lambda minute: _day_of_minute(minute.epoch_minute, zone))
    return [(day_on, list(of_day)) for day_on, of_day in days]


def _day_of_minute(epoch_minute: int, zone: ZoneInfo) -> date:
    return day_of(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=epoch_minute), zone)
