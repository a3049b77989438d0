"""Cuts Apple's export.xml into files of their own: one for each workout, one for each day of steps.

The export reaches gigabytes and has heart rates before the workouts they belong to, so it is read
three times: for the times of the workouts and the steps, for the heart rates of those times, and
for the workouts. Nothing is held but these times, those heart rates and one workout.
"""

from __future__ import annotations

import gzip
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

from lxml import etree

from fittrack.activities.files import FileRefused, xml
from fittrack.activities.files.apple import HEART_RATE, STEP_COUNT, apple_ms, is_typed_in
from fittrack.activities.files.apple_head import HEAD_BYTES, without_doctype
from fittrack.activities.files.assemble import instant
from fittrack.activities.files.errors import refused
from fittrack.clock import day_of

MAX_WORKOUTS = 50_000
# Nine bytes each: the heart rates of 8,000 hours of workouts, one in five seconds.
MAX_BEATS = 6_000_000
MAX_LOCATIONS_BYTES = 48 * 1024 * 1024
# What may come between two elements that are looked at, which free what lies between.
MAX_BYTES_BETWEEN = 2 * 1024 * 1024
_TAGS = ("Record", "Workout", "Location", "ActivitySummary", "ClinicalRecord", "Correlation")
_KEPT_CHILDREN = frozenset({"MetadataEntry", "WorkoutEvent", "WorkoutStatistics"})
_LONGEST_CHILD = 2000
_PREFIX = "HKWorkoutActivityType"

Open = Callable[[], xml.Readable]
Routes = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One file cut out of an export: gzip of the same elements."""

    name: str
    content: bytes


class _Stream:
    """An export without its DOCTYPE, that ends where too much comes between two elements."""

    def __init__(self, source: xml.Readable) -> None:
        self._source = source
        self._head = without_doctype(_read_fully(source, HEAD_BYTES))
        self._since_element = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes. Raises: FileRefused."""
        self._since_element += size
        if self._since_element > MAX_BYTES_BETWEEN:
            raise refused("unreadable", "elements without end that are none of an export's")
        taken, self._head = self._head[:size], self._head[size:]
        return taken or self._source.read(size)

    def elements(self) -> Iterator[etree._Element]:
        """Yield each element that is looked at; it and what came before are freed then.

        Raises: FileRefused.
        """
        try:
            for _, element in xml.open_stream(self, tags=_TAGS):
                self._since_element = 0
                yield element
                xml.drop(element)
        except etree.XMLSyntaxError as error:
            raise refused("unreadable", "the XML is broken") from error


def _read_fully(source: xml.Readable, size: int) -> bytes:
    pieces = []
    while size > 0 and (piece := source.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def excerpts(open_export: Open, routes: Routes, zone: ZoneInfo) -> Iterator[Excerpt]:
    """Yield the workouts of an export in its order, then its days of steps; `zone` cuts the days.

    `routes` returns the GPX file that the export names for a route. Raises: FileRefused.
    """
    survey = _Survey(zone)
    survey.take(_Stream(open_export()))
    beats = _Beats(survey.spans_ms)
    if survey.spans_ms:
        beats.take(_Stream(open_export()))
        yield from _workouts(_Stream(open_export()), beats, routes)
    for day_on in sorted(survey.days):
        yield _day(day_on, survey.days[day_on], zone)


class _Survey:
    """When the workouts were, and what each source counted on each day."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.spans_ms: list[tuple[int, int]] = []
        self.days: dict[date, dict[str, list[float]]] = defaultdict(dict)

    def take(self, stream: _Stream) -> None:
        """Raises: FileRefused."""
        for element in stream.elements():
            if element.tag == "Workout":
                self._workout(element)
            elif element.get("type") == STEP_COUNT and _is_counted(element):
                self._steps(element)

    def _workout(self, element: etree._Element) -> None:
        """Raises: FileRefused."""
        start_ms, end_ms = apple_ms(element.get("startDate")), apple_ms(element.get("endDate"))
        if start_ms is not None and end_ms is not None and end_ms >= start_ms:
            self.spans_ms.append((start_ms, end_ms))
        elif start_ms is not None:
            self.spans_ms.append((start_ms, start_ms))
        if len(self.spans_ms) > MAX_WORKOUTS:
            raise refused("too_many_activities", f"more than {MAX_WORKOUTS} workouts")

    def _steps(self, element: etree._Element) -> None:
        start_ms, steps = apple_ms(element.get("startDate")), xml.number(element.get("value"))
        if start_ms is None or steps is None or steps < 0:
            return
        end_ms = max(start_ms, apple_ms(element.get("endDate")) or start_ms)
        sources = self.days[day_of(instant(start_ms), self._zone)]
        source = sources.setdefault(element.get("sourceName") or "", [start_ms, end_ms, 0.0])
        source[:] = [min(source[0], start_ms), max(source[1], end_ms), source[2] + steps]


class _Beats:
    """The heart rates of the times of the workouts: seconds since 1970, and beats per minute."""

    def __init__(self, spans_ms: list[tuple[int, int]]) -> None:
        self._starts_ms: list[int] = []
        self._ends_ms: list[int] = []
        for start_ms, end_ms in sorted(spans_ms):
            if self._ends_ms and start_ms <= self._ends_ms[-1]:
                self._ends_ms[-1] = max(self._ends_ms[-1], end_ms)
            else:
                self._starts_ms.append(start_ms)
                self._ends_ms.append(end_ms)
        self._times_s = [array("q") for _ in self._starts_ms]
        self._rates = [array("B") for _ in self._starts_ms]
        self._left = MAX_BEATS

    def take(self, stream: _Stream) -> None:
        """Raises: FileRefused."""
        for element in stream.elements():
            if element.get("type") == HEART_RATE and _is_outer(element):
                self._beat(apple_ms(element.get("startDate")), xml.number(element.get("value")))

    def _beat(self, at_ms: int | None, bpm: float | None) -> None:
        """Raises: FileRefused."""
        place = -1 if at_ms is None else bisect_right(self._starts_ms, at_ms) - 1
        if at_ms is None or bpm is None or place < 0 or at_ms > self._ends_ms[place]:
            return
        self._left -= 1
        if self._left < 0:
            raise refused("too_many_points", f"more than {MAX_BEATS} heart rates")
        self._times_s[place].append(at_ms // 1000)
        self._rates[place].append(max(0, min(255, round(bpm))))

    def between(self, start_ms: int, end_ms: int) -> Iterator[tuple[int, int]]:
        """Yield (second, beats per minute) of a workout, in the order of the export."""
        place = bisect_right(self._starts_ms, start_ms) - 1
        if place < 0:
            return
        for at_s, bpm in zip(self._times_s[place], self._rates[place], strict=True):
            if start_ms <= at_s * 1000 <= end_ms:
                yield at_s, bpm


def _is_outer(element: etree._Element) -> bool:
    """Tell whether a record stands by itself; those in a correlation are written twice."""
    parent = element.getparent()
    return parent is None or parent.tag != "Correlation"


def _is_counted(element: etree._Element) -> bool:
    return _is_outer(element) and not is_typed_in(element)


def _workouts(stream: _Stream, beats: _Beats, routes: Routes) -> Iterator[Excerpt]:
    """Raises: FileRefused."""
    locations: list[str] = []
    bytes_left = MAX_LOCATIONS_BYTES
    for element in stream.elements():
        if element.tag == "Location":
            text = _tag(element)
            bytes_left -= len(text)
            if bytes_left < 0:
                raise refused("too_many_points", "in one route")
            locations.append(text)
        elif element.tag == "Workout":
            start_ms = apple_ms(element.get("startDate"))
            if start_ms is not None:
                end_ms = apple_ms(element.get("endDate")) or start_ms
                found = chain(locations, _routed(element, routes))
                yield _workout(element, found, beats.between(start_ms, end_ms))
            locations, bytes_left = [], MAX_LOCATIONS_BYTES


def _routed(element: etree._Element, routes: Routes) -> Iterator[str]:
    """Yield the positions of the routes of which a workout names the files."""
    for reference in element.iter("FileReference"):
        content = routes(reference.get("path") or "")
        try:
            yield from _positions(content) if content else ()
        except FileRefused:  # the workout comes in without what can't be read of its route
            continue


def _positions(content: bytes) -> Iterator[str]:
    """Yield the points of a GPX file in Apple's own words. Raises: FileRefused."""
    for name, element in xml.ends(content, frozenset({"trkpt"})):
        if name != "trkpt":
            continue
        texts = {xml.local(child): child.text or "" for child in element.iterdescendants()}
        words = {
            "date": texts.get("time", ""),
            "latitude": element.get("lat") or "",
            "longitude": element.get("lon") or "",
            "altitude": texts.get("ele", ""),
            "speed": texts.get("speed", ""),
        }
        yield _words("Location", {key: text for key, text in words.items() if text})


def _workout(
    element: etree._Element, locations: Iterator[str], beats: Iterator[tuple[int, int]]
) -> Excerpt:
    """Return a workout with its positions and its heart rates inside."""
    head = _words("Workout", dict(element.items())).removesuffix("/>") + ">"
    children = [text for child in element if (text := _child(child))]
    lines = chain(
        ["<HealthData>", head, *children, "<WorkoutRoute>"],
        locations,
        ["</WorkoutRoute>", "</Workout>"],
        (_heart(at_s, bpm) for at_s, bpm in beats),
        ["</HealthData>"],
    )
    sport = (element.get("workoutActivityType") or "").removeprefix(_PREFIX) or "Workout"
    started = (element.get("startDate") or "")[:19].replace(":", "-")
    return Excerpt(f"workouts/{started} {sport}.xml.gz", _packed(lines))


def _child(child: etree._Element) -> str:
    if child.tag not in _KEPT_CHILDREN:
        return ""
    text = _tag(child)
    return text if len(text) <= _LONGEST_CHILD else ""


def _heart(at_s: int, bpm: int) -> str:
    at = f"{instant(at_s * 1000):%Y-%m-%d %H:%M:%S} +0000"
    return _words("Record", {"type": HEART_RATE, "startDate": at, "value": str(bpm)})


def _day(day_on: date, sources: dict[str, list[float]], zone: ZoneInfo) -> Excerpt:
    """Return the steps of a day, one record for each source with its sum."""
    lines = ["<HealthData>"]
    for name, (first_ms, last_ms, steps) in sorted(sources.items()):
        words = {
            "type": STEP_COUNT,
            "sourceName": name,
            "startDate": _local(first_ms, zone),
            "endDate": _local(last_ms, zone),
            "value": f"{steps:.0f}",
        }
        lines.append(_words("Record", words))
    return Excerpt(f"steps/{day_on}.xml.gz", _packed(iter([*lines, "</HealthData>"])))


def _local(at_ms: float, zone: ZoneInfo) -> str:
    moment: datetime = instant(at_ms).astimezone(zone)
    return f"{moment:%Y-%m-%d %H:%M:%S %z}"


def _tag(element: etree._Element) -> str:
    return _words(str(element.tag), dict(element.items()))


def _words(name: str, words: dict[str, str]) -> str:
    return f"<{name} {' '.join(f'{key}={quoteattr(text)}' for key, text in words.items())}/>"


def _packed(lines: Iterator[str]) -> bytes:
    """Return the lines as gzip: the same for the same export, so that it is a duplicate again."""
    return gzip.compress("\n".join(lines).encode(), mtime=0)
