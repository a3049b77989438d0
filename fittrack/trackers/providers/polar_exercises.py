"""Polar's exercises: ISO durations, local starts, samples as lists of text, places by second."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from fittrack.activities import sports
from fittrack.activities.columns import Column
from fittrack.activities.recording import Recording
from fittrack.activities.samples import Samples, empty_samples, from_columns
from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import Malformed

LONGEST_S = 31 * 86_400
# A sample a second for two days and a half; a longer list is none.
MOST_SAMPLES = 200_000
_DURATION = re.compile(
    r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8}(?:\.\d{1,9})?)S)?)?"
)
# Sample types by number: where they go in `Samples`, the factor to its unit, and the bounds. Speed
# is km/h, the rest SI. Cadence is that of a bicycle or of a runner.
_TYPES: dict[str, tuple[str, float, float, float]] = {
    "0": ("hr_bpm", 1, 20, 250),
    "1": ("speed_mmps", 1000 / 3.6, 0, 1440),
    "2": ("cadence_rpm", 1, 0, 300),
    "3": ("altitude_cm", 100, -500, 9000),
    "4": ("power_w", 1, 0, 5000),
    "8": ("cadence_rpm", 1, 0, 300),
    "9": ("temperature_c", 1, -60, 80),
    "10": ("distance_cm", 100, 0, 1e7),
}
_COLUMNS = (
    *("lat_e7", "lon_e7", "altitude_cm", "distance_cm", "speed_mmps"),
    *("hr_bpm", "cadence_rpm", "power_w", "temperature_c"),
)
_Points = dict[int, dict[str, int]]


def duration_s(value: Any) -> float | None:
    """Return the seconds of an ISO 8601 duration such as `PT2H44M`; None for what is none."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    total_s = days * 86_400 + hours * 3600 + minutes * 60 + seconds
    return total_s if total_s <= LONGEST_S else None


def recording_of(body: dict[str, Any]) -> Recording:
    """Return an exercise as it was recorded. Raises: Malformed."""
    started_at, offset_s = _start(body)
    elapsed_s = duration_s(body.get("duration"))
    if elapsed_s is None:
        raise Malformed("no_time")
    rates = body.get("heart_rate")
    rates = rates if isinstance(rates, dict) else {}
    return Recording(
        file_format="polar",
        sport=_sport(body),
        started_at=started_at,
        elapsed_s=elapsed_s,
        moving_s=elapsed_s,
        # What was done without a sensor says 0.
        distance_m=reading.number(body.get("distance"), most=1e7) or None,
        track_distance_m=None,
        ascent_m=None,
        descent_m=None,
        calories_kcal=reading.whole(body.get("calories"), most=100_000),
        steps=None,
        avg_speed_mps=None,
        max_speed_mps=None,
        utc_offset_s=offset_s,
        device=reading.text(body.get("device"), most=100) or "",
        name="",
        notes="",
        laps=(),
        samples=_samples(body, started_at),
        avg_hr_bpm=reading.number(rates.get("average"), least=20, most=250),
        max_hr_bpm=reading.whole(rates.get("maximum"), least=20, most=250),
    )


def _start(body: dict[str, Any]) -> tuple[datetime, int | None]:
    """Return when an exercise began, in UTC, and the offset of the member's clock then."""
    value = body.get("start_time")
    offset_min = reading.whole(body.get("start_time_utc_offset"), least=-1080, most=1080)
    try:
        at = datetime.fromisoformat(value)  # type: ignore[arg-type] # no text is a TypeError
    except (TypeError, ValueError) as error:
        raise Malformed("no_instant") from error
    if at.tzinfo is not None:
        return reading.instant_and_offset(value)
    if offset_min is None:
        raise Malformed("no_offset")
    if at.year not in reading.YEARS:
        raise Malformed("no_instant")
    offset = timezone(timedelta(minutes=offset_min))
    return at.replace(tzinfo=offset).astimezone(UTC), offset_min * 60


def _sport(body: dict[str, Any]) -> str:
    """Return the sport; the detailed one where we know it, for the other is often `OTHER`."""
    detailed = reading.text(body.get("detailed_sport_info"))
    if detailed is not None and sports.is_known(detailed):
        return sports.from_name(detailed)
    return sports.from_name(reading.text(body.get("sport")))


def _samples(body: dict[str, Any], started_at: datetime) -> Samples:
    points: _Points = {}
    for series in _listed(body.get("samples"))[:20]:
        _add_series(points, series)
    for place in _listed(body.get("route"))[:MOST_SAMPLES]:
        _add_place(points, place)
    if not points:
        return empty_samples()
    start_ms = int(started_at.timestamp() * 1000)
    at_s = sorted(points)
    columns: list[Column] = [[points[second].get(name) for second in at_s] for name in _COLUMNS]
    return from_columns([start_ms + second * 1000 for second in at_s], columns, ())


def _listed(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _add_series(points: _Points, series: dict[str, Any]) -> None:
    """Add a list such as `0,100,null,97`, one value in each `recording-rate` seconds."""
    found = _TYPES.get(str(series.get("sample-type")))
    rate_s = reading.whole(series.get("recording-rate"), least=1, most=3600)
    data = series.get("data")
    if found is None or rate_s is None or not isinstance(data, str):
        return
    if data.count(",") >= min(MOST_SAMPLES, LONGEST_S // rate_s):
        return
    name, factor, least, most = found
    for at, told in enumerate(data.split(",")):
        value = reading.number(told.strip(), least=least, most=most)
        if value is not None:
            points.setdefault(at * rate_s, {})[name] = round(value * factor)


def _add_place(points: _Points, place: dict[str, Any]) -> None:
    """Add a place, at the full second next to it: the samples beside it are taken on these."""
    at_s = duration_s(place.get("time"))
    latitude = reading.number(place.get("latitude"), least=-90, most=90)
    longitude = reading.number(place.get("longitude"), least=-180, most=180)
    if at_s is None or latitude is None or longitude is None:
        return
    point = points.setdefault(round(at_s), {})
    point |= {"lat_e7": round(latitude * 1e7), "lon_e7": round(longitude * 1e7)}
