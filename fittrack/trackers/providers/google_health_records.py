"""What Google Health's points come to: texts of numbers, millimetres and minutes into SI units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from fittrack.activities import sports
from fittrack.activities.recording import Lap, Recording
from fittrack.activities.samples import empty_samples
from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import Malformed
from fittrack.trackers.records import (
    PENDING,
    SCORED,
    Origin,
    Record,
    SleepRecord,
    StepsRecord,
)

MOST_STEPS = 200_000
MOST_LAPS = 1000
STAGES = {"LIGHT": "light_s", "DEEP": "deep_s", "REM": "rem_s"}


def civil_day(value: Any) -> date:
    """Return the day of a civil time, of this century. Raises: Malformed."""
    found = reading.mapping(reading.mapping(value).get("date"))
    parts = [reading.whole(found.get(name), least=1) for name in ("year", "month", "day")]
    try:
        day = date(*[part or 0 for part in parts])
    except ValueError as error:
        raise Malformed("no_date") from error
    return day if 2000 <= day.year <= 2100 else _no_date()


def _no_date() -> date:
    raise Malformed("no_date")


def steps(origin: Origin, body: Mapping[str, Any]) -> list[Record]:
    """Return a day's steps; of a day without any there is nothing to say. Raises: Malformed."""
    count = reading.whole(reading.mapping(body.get("steps")).get("countSum"), most=MOST_STEPS)
    if count is None:
        raise Malformed("no_count")
    day_on = date.fromisoformat(origin.external_id)
    return [StepsRecord(origin, day_on, None, count)] if count else []


def _device(body: Mapping[str, Any]) -> str:
    source = body.get("dataSource")
    device = source.get("device") if isinstance(source, dict) else None
    told = device if isinstance(device, dict) else {}
    named = reading.text(told.get("displayName"), most=100)
    return named or reading.text(told.get("manufacturer"), most=100) or ""


def _interval(body: Mapping[str, Any]) -> tuple[datetime, datetime, int | None]:
    """Return the ends of a session and how far its clock was from UTC. Raises: Malformed."""
    found = reading.mapping(body.get("interval"))
    started_at = reading.instant(found.get("startTime"))
    ended_at = reading.instant(found.get("endTime"))
    if not timedelta(0) <= ended_at - started_at <= timedelta(days=31):
        raise Malformed("no_time")
    offset_s = reading.seconds(found.get("startUtcOffset"), least=-reading.MOST_OFFSET_S)
    if offset_s is None or offset_s > reading.MOST_OFFSET_S:
        return started_at, ended_at, None
    return started_at, ended_at, round(offset_s)


def _metres(value: Any, most: float) -> float | None:
    found = reading.number(value, most=most * 1000)
    return None if found is None else found / 1000


def recording(point: Mapping[str, Any]) -> Recording:
    """Return the workout of a point. Raises: Malformed."""
    exercise = reading.mapping(point.get("exercise"))
    started_at, ended_at, utc_offset_s = _interval(exercise)
    elapsed_s = (ended_at - started_at).total_seconds()
    active_s = reading.seconds(exercise.get("activeDuration"))
    found = exercise.get("metricsSummary")
    metrics = found if isinstance(found, dict) else {}
    return Recording(
        file_format="google_health",
        sport=sports.from_name(reading.text(exercise.get("exerciseType"))),
        started_at=started_at,
        elapsed_s=elapsed_s,
        moving_s=elapsed_s if active_s is None else min(active_s, elapsed_s),
        distance_m=_metres(metrics.get("distanceMillimeters"), 1e7),
        track_distance_m=None,
        ascent_m=_metres(metrics.get("elevationGainMillimeters"), 1e5),
        descent_m=None,
        calories_kcal=reading.whole(metrics.get("caloriesKcal"), most=100_000),
        steps=reading.whole(metrics.get("steps"), most=MOST_STEPS),
        avg_speed_mps=_metres(metrics.get("averageSpeedMillimetersPerSecond"), 400),
        max_speed_mps=None,
        utc_offset_s=utc_offset_s,
        device=_device(point),
        name=reading.text(exercise.get("displayName"), most=200) or "",
        notes=reading.text(exercise.get("notes"), most=10_000) or "",
        laps=_laps(exercise.get("splitSummaries")),
        samples=empty_samples(),
        avg_hr_bpm=reading.number(
            metrics.get("averageHeartRateBeatsPerMinute"), least=20, most=250
        ),
    )


def _laps(value: Any) -> tuple[Lap, ...]:
    """Return the laps; of those that can't be read none counts."""
    found = value[:MOST_LAPS] if isinstance(value, list) else []
    try:
        return tuple(_lap(reading.mapping(one)) for one in found)
    except Malformed:
        return ()


def _lap(body: Mapping[str, Any]) -> Lap:
    started_at, ended_at, _ = _interval({"interval": body})
    found = body.get("metricsSummary")
    metrics = found if isinstance(found, dict) else {}
    distance_m = _metres(metrics.get("distanceMillimeters"), 1e7)
    return Lap(started_at, (ended_at - started_at).total_seconds(), distance_m)


def sleep(origin: Origin, point: Mapping[str, Any]) -> SleepRecord:
    """Return the sleep of a point. Raises: Malformed."""
    body = reading.mapping(point.get("sleep"))
    started_at, ended_at, utc_offset_s = _interval(body)
    told, summed = body.get("metadata"), body.get("summary")
    metadata = told if isinstance(told, dict) else {}
    summary = summed if isinstance(summed, dict) else {}
    in_bed_s = _minutes_s(summary.get("minutesInSleepPeriod"))
    asleep_s = _minutes_s(summary.get("minutesAsleep"))
    return SleepRecord(
        origin=origin,
        started_at=started_at,
        ended_at=ended_at,
        utc_offset_s=utc_offset_s,
        is_nap=metadata.get("nap") is True,
        # The stages of a sleep that was found just now are still being told apart.
        state=PENDING if metadata.get("processed") is False else SCORED,
        asleep_s=asleep_s,
        awake_s=_minutes_s(summary.get("minutesAwake")),
        efficiency_percent=round(100 * asleep_s / in_bed_s, 2)
        if asleep_s is not None and in_bed_s and asleep_s <= in_bed_s
        else None,
        device=_device(point),
        **_stages(summary.get("stagesSummary")),
    )


def _minutes_s(value: Any) -> int | None:
    minutes = reading.whole(value, most=31 * 1440)
    return None if minutes is None else minutes * 60


def _stages(value: Any) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for one in value if isinstance(value, list) else []:
        name = STAGES.get(str(one.get("type"))) if isinstance(one, dict) else None
        if name is not None:
            found[name] = _minutes_s(one.get("minutes"))
    return found
