"""Withings' objects: epoch seconds and zone names into instants and offsets, figures into units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fittrack.activities import sports
from fittrack.activities.recording import Recording
from fittrack.activities.samples import Samples, empty_samples, from_columns
from fittrack.clock import from_epoch_s
from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import STEPS, WORKOUTS, Malformed, RawItem
from fittrack.trackers.records import (
    PENDING,
    SCORED,
    Origin,
    Record,
    SleepRecord,
    StepsRecord,
    WorkoutRecord,
)

DAY_S = 86_400
LONGEST = timedelta(days=31)
LATEST_S = 2**33
MOST_BEATS = 50_000


def id_of(stream: str) -> Callable[[dict[str, Any]], str]:
    """Return what names an object of a stream: its number, or its day. Both raise Malformed."""
    return _day_id if stream == STEPS else _number_id


def records_of(stream: str, item: RawItem) -> list[Record]:
    """Return the records of one object. Raises: Malformed."""
    body = reading.mapping(item.body)
    origin = Origin(id_of(stream)(body), item.version)
    if stream == WORKOUTS:
        return [WorkoutRecord(origin, _recording(body))]
    return _steps(origin, body) if stream == STEPS else [_sleep(origin, body)]


def bounds_of(body: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """Return when something began and ended, in UTC. Raises: Malformed."""
    ends = [reading.whole(body.get(name), most=LATEST_S) for name in ("startdate", "enddate")]
    if ends[0] is None or ends[1] is None:
        raise Malformed("no_time")
    started_at, ended_at = from_epoch_s(ends[0]), from_epoch_s(ends[1])
    if not timedelta(0) < ended_at - started_at <= LONGEST:
        raise Malformed("no_time")
    return started_at, ended_at


def _number_id(body: dict[str, Any]) -> str:
    return reading.identity(body.get("id"))


def _day_id(body: dict[str, Any]) -> str:
    return reading.day(body.get("date")).isoformat()


def _offset_s(body: Mapping[str, Any], at: datetime) -> int | None:
    """Return the offset of a named zone at an instant, or at a time of its own clock."""
    name = reading.text(body.get("timezone"), most=64)
    try:
        zone = ZoneInfo(name) if name else None
        offset = zone.utcoffset(at) if zone and at.tzinfo is None else None
        offset = at.astimezone(zone).utcoffset() if zone and at.tzinfo else offset
    except (KeyError, ValueError, OSError, OverflowError):
        return None
    return None if offset is None else round(offset.total_seconds())


def _recording(body: dict[str, Any]) -> Recording:
    started_at, ended_at = bounds_of(body)
    elapsed_s = (ended_at - started_at).total_seconds()
    data = _data(body)
    return Recording(
        file_format="withings",
        sport=sports.from_withings(reading.whole(body.get("category"))),
        started_at=started_at,
        elapsed_s=elapsed_s,
        moving_s=_moving_s(data, elapsed_s),
        # What its member typed in counts, as it does at Withings.
        distance_m=reading.number(data.get("manual_distance"), most=1e7)
        or reading.number(data.get("distance"), most=1e7)
        or None,
        track_distance_m=None,
        ascent_m=None,
        descent_m=None,
        calories_kcal=reading.whole(data.get("manual_calories"), most=100_000)
        or reading.whole(data.get("calories"), most=100_000),
        steps=reading.whole(data.get("steps"), most=500_000),
        avg_speed_mps=None,
        max_speed_mps=None,
        utc_offset_s=_offset_s(body, started_at),
        device=_device(body),
        name="",
        notes="",
        laps=(),
        samples=_samples(body.get("intraday"), started_at, ended_at),
        # 0 says that nothing was measured.
        avg_hr_bpm=reading.number(data.get("hr_average"), least=20, most=250),
        max_hr_bpm=reading.whole(data.get("hr_max"), least=20, most=250),
    )


def _moving_s(data: Mapping[str, Any], elapsed_s: float) -> float:
    """Return the effective duration, or what the pauses leave of the whole."""
    moving_s = reading.number(data.get("effduration"), least=1, most=elapsed_s)
    if moving_s is not None:
        return moving_s
    pause_s = reading.number(data.get("pause_duration"), most=elapsed_s) or 0.0
    return elapsed_s - pause_s


def _samples(intraday: Any, started_at: datetime, ended_at: datetime) -> Samples:
    """Return the heart rates of a series by epoch second, those within the workout."""
    found: dict[int, int] = {}
    series = intraday if isinstance(intraday, dict) else {}
    for at, told in list(series.items())[:MOST_BEATS]:
        rate = told.get("heart_rate") if isinstance(told, dict) else None
        rate_bpm = reading.whole(rate, least=20, most=250)
        at_s = reading.whole(at, most=LATEST_S)
        if rate_bpm is not None and at_s is not None:
            found[at_s] = rate_bpm
    at_s_all = sorted(at for at in found if started_at <= from_epoch_s(at) <= ended_at)
    if not at_s_all:
        return empty_samples()
    rates = [found[at] for at in at_s_all]
    columns: list[list[int | None]] = [[], [], [], [], [], [*rates], [], [], []]
    return from_columns([at * 1000 for at in at_s_all], columns, ())


def _steps(origin: Origin, body: dict[str, Any]) -> list[Record]:
    steps = reading.whole(body.get("steps"), most=500_000)
    if steps is None:
        return []
    day_on = reading.day(body.get("date"))
    offset_s = _offset_s(body, datetime.combine(day_on, time()))
    return [StepsRecord(origin, day_on, offset_s, steps, _device(body))]


def _sleep(origin: Origin, body: dict[str, Any]) -> SleepRecord:
    started_at, ended_at = bounds_of(body)
    data = _data(body)
    light_s, deep_s, rem_s, awake_s, total_s = (
        reading.whole(data.get(name), most=2 * DAY_S)
        for name in (
            *("lightsleepduration", "deepsleepduration", "remsleepduration"),
            *("wakeupduration", "total_sleep_time"),
        )
    )
    told = [part for part in (light_s, deep_s, rem_s) if part is not None]
    efficiency = reading.number(data.get("sleep_efficiency"), most=1)
    return SleepRecord(
        origin,
        started_at=started_at,
        ended_at=ended_at,
        utc_offset_s=_offset_s(body, started_at),
        is_nap=False,
        # A night that goes on says so itself.
        state=PENDING if body.get("completed") is False else SCORED,
        asleep_s=total_s if total_s is not None else (sum(told) if told else None),
        awake_s=awake_s,
        light_s=light_s,
        deep_s=deep_s,
        rem_s=rem_s,
        efficiency_percent=None if efficiency is None else round(efficiency * 100, 1),
        score_percent=reading.number(data.get("sleep_score"), least=1, most=100),
        avg_hr_bpm=reading.number(data.get("hr_average"), least=20, most=250),
        lowest_hr_bpm=reading.number(data.get("hr_min"), least=20, most=250),
        hrv_rmssd_ms=reading.number(data.get("rmssd"), least=1, most=500),
        breaths_per_minute=reading.number(data.get("rr_average"), least=1, most=60),
        device=_device(body),
    )


def _data(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the figures of an object; PHP writes an empty object as an empty list."""
    data = body.get("data")
    return data if isinstance(data, dict) else {}


def _device(body: Mapping[str, Any]) -> str:
    """Return the name of a device; workouts and nights tell a number alone."""
    return reading.text(body.get("model"), most=100) or ""
