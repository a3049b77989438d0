"""TCX: one recording per Activity; courses and workout plans are none."""

from __future__ import annotations

from lxml import etree

from fittrack.activities.files import xml
from fittrack.activities.files.assemble import Stated, assemble, lap_of
from fittrack.activities.files.content import Content
from fittrack.activities.files.errors import refused
from fittrack.activities.files.own import apply_own, find_own, with_breaks
from fittrack.activities.files.track import Budget, Track, time_in_range
from fittrack.activities.recording import Recording
from fittrack.activities.samples import Samples

_POINTS = frozenset({"Trackpoint", "CoursePoint"})


def read_tcx(content: Content) -> tuple[Recording, ...]:
    """Return one recording per Activity.

    Raises: FileRefused.
    """
    reader = _Reader(content)
    reader.run()
    if not reader.recordings:
        raise refused("not_an_activity" if reader.course else "no_points")
    return tuple(reader.recordings)


class _Reader:
    """Walks the elements and keeps one activity at a time."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._budget = Budget()
        self.recordings: list[Recording] = []
        self.course = False
        self._begin()

    def _begin(self) -> None:
        self._track = Track(self._budget)
        self._laps: list[_Lap] = []
        self._after_track = False

    def run(self) -> None:
        handlers = {
            "Trackpoint": self._point,
            "Track": self._end_track,
            "Lap": self._end_lap,
            "Transition": self._end_transition,
            "Activity": self._end_activity,
            "Course": self._end_course,
        }
        for name, element in xml.ends(self._content.open(), _POINTS):
            handler = handlers.get(name)
            if handler:
                handler(element)

    def _point(self, element: etree._Element) -> None:
        # A second track within one lap begins after a pause; a new lap does not.
        if self._after_track:
            self._track.pause()
            self._after_track = False
        reading = _readings(element)
        self._track.add(
            xml.milliseconds(reading.get("Time")),
            xml.number(reading.get("LatitudeDegrees")),
            xml.number(reading.get("LongitudeDegrees")),
            xml.number(reading.get("AltitudeMeters")),
            xml.number(reading.get("DistanceMeters")),
            xml.number(reading.get("Speed")),
            xml.number(reading.get("HeartRateBpm")),
            xml.number(reading.get("Cadence") or reading.get("RunCadence")),
            xml.number(reading.get("Watts")),
            xml.number(reading.get("Temperature")),
        )

    def _end_track(self, element: etree._Element) -> None:
        self._after_track = True
        xml.clear(element)

    def _end_lap(self, element: etree._Element) -> None:
        self._after_track = False
        self._laps.append(_Lap(element))
        xml.drop(element)

    def _end_transition(self, element: etree._Element) -> None:
        self._end_lap(element)
        self._finish(Stated("tcx", sport="transition"))

    def _end_course(self, element: etree._Element) -> None:
        self.course = True
        self._begin()
        xml.drop(element)

    def _end_activity(self, element: etree._Element) -> None:
        stated = Stated("tcx")
        stated.name_sport(element.get("Sport"))
        stated.notes = xml.child_text(element, "Notes") or ""
        for child in element:
            if xml.local(child) == "Creator":
                stated.device = xml.child_text(child, "Name") or ""
        self._finish(stated, find_own(element))
        xml.drop(element)

    def _finish(self, stated: Stated, own: etree._Element | None = None) -> None:
        """Add what was read since the activity began, unless it is nothing."""
        samples = self._track.finish(start_ms=self._laps[0].start_ms if self._laps else None)
        if self._laps or len(samples):
            self._budget.spend_activity()
            _sum_laps(stated, self._laps, samples)
            if own is not None:
                apply_own(stated, own)
                samples = with_breaks(samples, own)
            if self._track.untimed:
                stated.warnings.add("points_without_times")
            if self._track.lost_positions:
                stated.warnings.add("positions_dropped")
            self.recordings.append(assemble(stated, samples))
        self._begin()


def _readings(point: etree._Element) -> dict[str, str | None]:
    """Return the texts of a trackpoint; the heart rate's is that of its Value."""
    reading: dict[str, str | None] = {}
    for child in point.iterdescendants():
        name = xml.local(child)
        if name == "Value":
            name = "HeartRateBpm"
        if child.text and not reading.get(name):
            reading[name] = child.text.strip()
    return reading


class _Lap:
    """The totals of one Lap element."""

    def __init__(self, element: etree._Element) -> None:
        self.start_ms = xml.milliseconds(element.get("StartTime"))
        texts = {xml.local(child): child for child in element}
        self.timer_s = _figure(texts.get("TotalTimeSeconds"))
        self.distance_m = _figure(texts.get("DistanceMeters"))
        self.calories_kcal = _figure(texts.get("Calories"))
        self.avg_hr_bpm = _figure(texts.get("AverageHeartRateBpm"))
        self.max_hr_bpm = _figure(texts.get("MaximumHeartRateBpm"))


def _figure(element: etree._Element | None) -> float | None:
    """Return the number in an element or in its Value."""
    if element is None:
        return None
    return xml.number(xml.child_text(element, "Value") or element.text)


def _sum_laps(stated: Stated, laps: list[_Lap], samples: Samples) -> None:
    """Set what the laps say of the whole: times and distances add up."""
    stated.start_ms = laps[0].start_ms if laps else None
    stated.moving_s = _total([lap.timer_s for lap in laps])
    stated.distance_m = _total([lap.distance_m for lap in laps])
    stated.calories_kcal = _total([lap.calories_kcal for lap in laps])
    stated.laps = [
        lap_of(lap.start_ms, lap.timer_s, lap.distance_m)
        for lap in laps
        if lap.start_ms is not None and time_in_range(lap.start_ms) is not None
    ]
    if not any(samples.hr_bpm):
        _state_heart_rate(stated, laps)


def _state_heart_rate(stated: Stated, laps: list[_Lap]) -> None:
    """Set the laps' heart rates, each weighed by its time, for want of points that have one."""
    stated.max_hr_bpm = max((lap.max_hr_bpm for lap in laps if lap.max_hr_bpm), default=None)
    rated = [(lap.avg_hr_bpm, lap.timer_s) for lap in laps if lap.avg_hr_bpm and lap.timer_s]
    if rated:
        total_s = sum(timer_s for _, timer_s in rated)
        stated.avg_hr_bpm = sum(bpm * timer_s for bpm, timer_s in rated) / total_s


def _total(figures: list[float | None]) -> float | None:
    present = [figure for figure in figures if figure is not None]
    return sum(present) if present else None
