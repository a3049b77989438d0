"""Apple Health: workouts with their heart rates and routes, and the steps of days.

The same elements are read whether they come as a whole export or as what `archives.apple_export`
cuts out of one: a workout with its route inside, or each source's sum of one day's steps.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lxml import etree

from fittrack.activities.files import xml
from fittrack.activities.files.apple_head import without_doctype
from fittrack.activities.files.assemble import Stated, assemble
from fittrack.activities.files.errors import refused
from fittrack.activities.files.track import Budget, Track, time_in_range
from fittrack.activities.recording import Recording
from fittrack.activities.samples import empty_samples

HEART_RATE = "HKQuantityTypeIdentifierHeartRate"
STEP_COUNT = "HKQuantityTypeIdentifierStepCount"
_POINTS = frozenset({"Location", "Record"})
_USER_ENTERED, _YES = "HKWasUserEntered", frozenset({"1", "true", "YES"})
_METRES = {"m": 1.0, "km": 1000.0, "mi": 1609.344, "ft": 0.3048, "yd": 0.9144, "cm": 0.01}
_SECONDS = {"s": 1.0, "sec": 1.0, "min": 60.0, "hr": 3600.0}
_KCAL = {"kcal": 1.0, "Cal": 1.0, "cal": 0.001, "kJ": 0.239006, "J": 0.000239006}
_INDOORS = {"running": "treadmill", "cycling": "indoor_cycling", "rowing": "indoor_rowing"}
_QUANTITY = re.compile(r"\s*(-?[\d.]+)\s*([A-Za-z]+)\s*")
_IN_OPEN_WATER = "2"
# A beat belongs to the position of its second.
_SAME_MOMENT_MS = 1000


def read_apple(content: bytes) -> tuple[Recording, ...]:
    """Return a recording per workout, and one per day of steps: that of the best source.

    What a hand has typed into the phone is none. Raises: FileRefused.
    """
    reader = _Reader()
    reader.run(without_doctype(content))
    recordings = reader.recordings()
    if not recordings and reader.typed_in:
        raise refused("typed_in")
    if not recordings:
        raise refused("no_points", "neither workouts nor steps")
    return tuple(recordings)


def apple_ms(text: str | None) -> int | None:
    """Return an instant such as `2016-11-14 07:25:41 -0700` as milliseconds since 1970."""
    return time_in_range(xml.milliseconds(text))


def is_typed_in(element: etree._Element) -> bool:
    """Return whether a hand has typed this into the phone, which then says so."""
    return any(
        child.get("key") == _USER_ENTERED and child.get("value") in _YES for child in element
    )


@dataclass(slots=True)
class _Place:
    """One position of a route."""

    at_ms: int
    lat: float | None
    lon: float | None
    altitude_m: float | None
    speed_mps: float | None
    hr_bpm: float | None = None


@dataclass(slots=True)
class _Workout:
    """One workout as stated, and where it went."""

    stated: Stated
    end_ms: int
    places: list[_Place]
    pauses_ms: list[int]


@dataclass(slots=True)
class _Steps:
    """What one source counted on one day."""

    first_ms: int
    last_ms: int
    steps: float = 0.0

    def add(self, start_ms: int, end_ms: int, steps: float) -> None:
        self.first_ms = min(self.first_ms, start_ms)
        self.last_ms = max(self.last_ms, end_ms)
        self.steps += steps


@dataclass(slots=True)
class _Reader:
    """Walks the elements; workouts are made at the end, when all heart rates are known."""

    budget: Budget = field(default_factory=Budget)
    workouts: list[_Workout] = field(default_factory=list)
    beats: list[tuple[int, float]] = field(default_factory=list)
    days: dict[str, dict[str, _Steps]] = field(default_factory=lambda: defaultdict(dict))
    places: list[_Place] = field(default_factory=list)
    typed_in: int = 0

    def run(self, content: bytes) -> None:
        handlers = {"Record": self._record, "Location": self._location, "Workout": self._workout}
        for name, element in xml.ends(content, _POINTS):
            handler = handlers.get(name)
            if handler:
                handler(element)

    def _record(self, element: etree._Element) -> None:
        """Take a heart rate or steps; records within a correlation stand outside of it as well."""
        kind, at_ms = element.get("type"), apple_ms(element.get("startDate"))
        value = xml.number(element.get("value"))
        if at_ms is None or value is None or _is_inner(element):
            return
        if is_typed_in(element):
            self.typed_in += 1
        elif kind == HEART_RATE:
            self.budget.spend_point()
            self.beats.append((at_ms, value))
        elif kind == STEP_COUNT:
            self._add_steps(element, at_ms, value)

    def _add_steps(self, element: etree._Element, start_ms: int, steps: float) -> None:
        sources = self.days[(element.get("startDate") or "")[:10]]
        end_ms = apple_ms(element.get("endDate")) or start_ms
        source = element.get("sourceName") or ""
        sources.setdefault(source, _Steps(start_ms, end_ms)).add(start_ms, end_ms, steps)

    def _location(self, element: etree._Element) -> None:
        at_ms = apple_ms(element.get("date"))
        if at_ms is None:
            return
        self.budget.spend_point()
        speed_mps = xml.number(element.get("speed"))
        place = _Place(
            at_ms,
            xml.number(element.get("latitude")),
            xml.number(element.get("longitude")),
            xml.number(element.get("altitude")),
            speed_mps if speed_mps is not None and speed_mps >= 0 else None,
        )
        self.places.append(place)

    def _workout(self, element: etree._Element) -> None:
        """Raises: FileRefused."""
        start_ms, end_ms = apple_ms(element.get("startDate")), apple_ms(element.get("endDate"))
        places, self.places = sorted(self.places, key=lambda place: place.at_ms), []
        if is_typed_in(element):
            self.typed_in += 1
        elif start_ms is not None:
            self.budget.spend_activity()
            stated = _stated(element, start_ms, end_ms)
            pauses_ms = [at for at in map(_pause_ms, element) if at is not None]
            self.workouts.append(_Workout(stated, end_ms or start_ms, places, pauses_ms))
        xml.drop(element)

    def recordings(self) -> list[Recording]:
        """Raises: FileRefused."""
        self.beats.sort()
        found = [self._recorded(workout) for workout in self.workouts]
        for sources in self.days.values():
            self.budget.spend_activity()
            found.append(_steps_of(sources))
        return found

    def _recorded(self, workout: _Workout) -> Recording:
        """Return a workout with its positions and the heart rates of its time."""
        start_ms = workout.stated.start_ms or 0
        first, last = (bisect_left(self.beats, (at,)) for at in (start_ms, workout.end_ms + 1))
        places = _joined(workout.places, self.beats[first:last])
        track, pauses_ms = Track(Budget()), sorted(workout.pauses_ms)
        for place in places:
            while pauses_ms and pauses_ms[0] < place.at_ms:
                pauses_ms.pop(0)
                track.pause()
            _add(track, place)
        if track.lost_positions:
            workout.stated.warnings.add("positions_dropped")
        return assemble(workout.stated, track.finish())


def _is_inner(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and xml.local(parent) == "Correlation"


def _joined(places: list[_Place], beats: list[tuple[int, float]]) -> list[_Place]:
    """Return the positions with the heart rates of their seconds; other beats stand alone."""
    times_ms = [place.at_ms for place in places]
    alone: list[_Place] = []
    for at_ms, bpm in beats:
        at = bisect_left(times_ms, at_ms - _SAME_MOMENT_MS // 2)
        near = at < len(places) and abs(times_ms[at] - at_ms) <= _SAME_MOMENT_MS // 2
        if near and places[at].hr_bpm is None:
            places[at].hr_bpm = bpm
        else:
            alone.append(_Place(at_ms, None, None, None, None, bpm))
    return sorted([*places, *alone], key=lambda place: place.at_ms)


def _add(track: Track, place: _Place) -> None:
    track.add(
        place.at_ms,
        place.lat,
        place.lon,
        place.altitude_m,
        None,
        place.speed_mps,
        place.hr_bpm,
        None,
        None,
        None,
    )


def _steps_of(sources: dict[str, _Steps]) -> Recording:
    """Return the day of the source that counted most: two that were worn at once are no sum."""
    best = max(sources.values(), key=lambda source: source.steps)
    stated = Stated("apple", sport="walking", start_ms=best.first_ms, steps=best.steps)
    stated.elapsed_s, stated.moving_s = (best.last_ms - best.first_ms) / 1000, 0.0
    return replace(assemble(stated, empty_samples()), type="steps", warnings=())


def _pause_ms(child: etree._Element) -> int | None:
    is_pause = xml.local(child) == "WorkoutEvent" and str(child.get("type")).endswith("Pause")
    return apple_ms(child.get("date")) if is_pause else None


def _stated(element: etree._Element, start_ms: int, end_ms: int | None) -> Stated:
    """Return what a workout says of itself."""
    entries = {
        child.get("key"): child.get("value")
        for child in element
        if xml.local(child) == "MetadataEntry"
    }
    stated = Stated("apple", start_ms=start_ms)
    stated.name_sport(element.get("workoutActivityType"))
    stated.sport = _place_of(stated.sport, entries)
    if end_ms is not None and end_ms >= start_ms:
        stated.elapsed_s = (end_ms - start_ms) / 1000
    stated.moving_s = _measure(element, "duration", _SECONDS)
    stated.distance_m = _measure(element, "totalDistance", _METRES)
    stated.calories_kcal = _measure(element, "totalEnergyBurned", _KCAL)
    stated.ascent_m = _quantity(entries.get("HKElevationAscended"))
    stated.descent_m = _quantity(entries.get("HKElevationDescended"))
    stated.utc_offset_s = _offset_s(element.get("startDate"), entries.get("HKTimeZone"))
    stated.device = element.get("sourceName") or ""
    for child in element:
        if xml.local(child) == "WorkoutStatistics":
            _state_figure(stated, child)
    return stated


def _place_of(sport: str, entries: dict[str | None, str | None]) -> str:
    """Return the sport with what is said of where it was done."""
    if entries.get("HKIndoorWorkout") == "1":
        return _INDOORS.get(sport, sport)
    if sport == "swimming" and entries.get("HKSwimmingLocationType") == _IN_OPEN_WATER:
        return "open_water"
    return sport


def _state_figure(stated: Stated, child: etree._Element) -> None:
    """Take a sum or mean of the kind that newer exports have instead of totals."""
    kind = (child.get("type") or "").removeprefix("HKQuantityTypeIdentifier")
    if kind == "HeartRate":
        stated.avg_hr_bpm = xml.number(child.get("average"))
        stated.max_hr_bpm = xml.number(child.get("maximum"))
    elif kind == "StepCount":
        stated.steps = xml.number(child.get("sum"))
    elif kind == "ActiveEnergyBurned" and stated.calories_kcal is None:
        stated.calories_kcal = _scaled(child.get("sum"), child.get("unit"), _KCAL)
    elif kind.startswith("Distance") and stated.distance_m is None:
        stated.distance_m = _scaled(child.get("sum"), child.get("unit"), _METRES)


def _measure(element: etree._Element, name: str, units: dict[str, float]) -> float | None:
    return _scaled(element.get(name), element.get(f"{name}Unit"), units)


def _scaled(text: str | None, unit: str | None, units: dict[str, float]) -> float | None:
    value, factor = xml.number(text), units.get(unit or "")
    return None if value is None or factor is None else value * factor


def _quantity(text: str | None) -> float | None:
    """Return metres of a length with its unit, such as `1234 cm`."""
    match = _QUANTITY.fullmatch(text or "")
    return _scaled(match[1], match[2], _METRES) if match else None


def _offset_s(text: str | None, zone_name: str | None) -> int | None:
    """Return the offset of the zone it was done in; the text's is that of the export's day."""
    moment = xml.parsed_time(text)
    if moment is None:
        return None
    offset = _in_zone(moment, zone_name).utcoffset()
    return round(offset.total_seconds()) if offset is not None else None


def _in_zone(moment: datetime, zone_name: str | None) -> datetime:
    try:
        return moment.astimezone(ZoneInfo(zone_name)) if zone_name else moment
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return moment
