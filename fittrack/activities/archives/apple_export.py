"""Cuts Apple's export.xml into files: one for each workout, day of steps and day of waking.

The export reaches gigabytes and has heart rates before the workouts they belong to, so it is read
three times: for the times of the workouts and the steps, for the heart rates of those times, and
for the workouts. Nothing is held but these times, those heart rates and one workout.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain
from zoneinfo import ZoneInfo

from lxml import etree

from fittrack.activities.archives.excerpts import (
    MAX_WORKOUTS,
    Beats,
    Excerpt,
    day_of_steps,
    heart,
    packed,
    words,
)
from fittrack.activities.archives.nights import SLEEP, Nights, piece_of
from fittrack.activities.files import FileRefused, xml
from fittrack.activities.files.apple import HEART_RATE, STEP_COUNT, apple_ms, is_typed_in
from fittrack.activities.files.apple_head import HEAD_BYTES, without_doctype
from fittrack.activities.files.assemble import instant
from fittrack.activities.files.errors import refused
from fittrack.clock import day_of

MAX_LOCATIONS_BYTES = 48 * 1024 * 1024
# What may come between two elements that are looked at, which free what lies between.
MAX_BYTES_BETWEEN = 2 * 1024 * 1024
_TAGS = ("Record", "Workout", "Location", "ActivitySummary", "ClinicalRecord", "Correlation")
_KEPT_CHILDREN = frozenset({"MetadataEntry", "WorkoutEvent", "WorkoutStatistics"})
_LONGEST_CHILD = 2000
_PREFIX = "HKWorkoutActivityType"

Open = Callable[[], xml.Readable]
Routes = Callable[[str], bytes | None]


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
    beats = Beats(survey.spans_ms)
    if survey.spans_ms:
        _take_beats(beats, _Stream(open_export()))
        yield from _workouts(_Stream(open_export()), beats, routes)
    for day_on in sorted(survey.days):
        yield day_of_steps(day_on, survey.days[day_on], zone)
    yield from survey.nights.excerpts()


class _Survey:
    """When the workouts were, what each source counted on each day, and how one slept."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.spans_ms: list[tuple[int, int]] = []
        self.days: dict[date, dict[str, list[float]]] = defaultdict(dict)
        self.nights = Nights("apple_health")

    def take(self, stream: _Stream) -> None:
        """Raises: FileRefused."""
        for element in stream.elements():
            if element.tag == "Workout":
                self._workout(element)
            elif element.get("type") == STEP_COUNT and _is_counted(element):
                self._steps(element)
            elif element.get("type") == SLEEP and _is_outer(element):
                self._sleep(element)

    def _sleep(self, element: etree._Element) -> None:
        """Raises: FileRefused."""
        piece = piece_of(*(element.get(name) for name in ("startDate", "endDate", "value")))
        if piece is not None:
            self.nights.add((element.get("sourceName") or "")[:100], piece)

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


def _take_beats(beats: Beats, stream: _Stream) -> None:
    """Raises: FileRefused."""
    for element in stream.elements():
        if element.get("type") == HEART_RATE and _is_outer(element):
            beats.add(apple_ms(element.get("startDate")), xml.number(element.get("value")))


def _is_outer(element: etree._Element) -> bool:
    """Tell whether a record stands by itself; those in a correlation are written twice."""
    parent = element.getparent()
    return parent is None or parent.tag != "Correlation"


def _is_counted(element: etree._Element) -> bool:
    return _is_outer(element) and not is_typed_in(element)


def _workouts(stream: _Stream, beats: Beats, routes: Routes) -> Iterator[Excerpt]:
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
        told = {
            "date": texts.get("time", ""),
            "latitude": element.get("lat") or "",
            "longitude": element.get("lon") or "",
            "altitude": texts.get("ele", ""),
            "speed": texts.get("speed", ""),
        }
        yield words("Location", {key: text for key, text in told.items() if text})


def _workout(
    element: etree._Element, locations: Iterator[str], beats: Iterator[tuple[int, int]]
) -> Excerpt:
    """Return a workout with its positions and its heart rates inside."""
    head = words("Workout", dict(element.items())).removesuffix("/>") + ">"
    children = [text for child in element if (text := _child(child))]
    lines = chain(
        ["<HealthData>", head, *children, "<WorkoutRoute>"],
        locations,
        ["</WorkoutRoute>", "</Workout>"],
        (heart(at_s, bpm) for at_s, bpm in beats),
        ["</HealthData>"],
    )
    sport = (element.get("workoutActivityType") or "").removeprefix(_PREFIX) or "Workout"
    started = (element.get("startDate") or "")[:19].replace(":", "-")
    return Excerpt(f"workouts/{started} {sport}.xml.gz", packed(lines))


def _child(child: etree._Element) -> str:
    if child.tag not in _KEPT_CHILDREN:
        return ""
    text = _tag(child)
    return text if len(text) <= _LONGEST_CHILD else ""


def _tag(element: etree._Element) -> str:
    return words(str(element.tag), dict(element.items()))
