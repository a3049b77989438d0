"""GPX 1.0 and 1.1: tracks with times; routes and waypoints are not workouts."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from fittrack.activities import metrics
from fittrack.activities.files import xml
from fittrack.activities.files.assemble import DAY_S, MOST_LAPS, Stated, assemble, lap_of
from fittrack.activities.files.content import Content
from fittrack.activities.files.errors import refused
from fittrack.activities.files.own import apply_own, find_own
from fittrack.activities.files.track import Budget, Track
from fittrack.activities.recording import Lap, Recording
from fittrack.activities.samples import Samples, concatenate

_POINTS = frozenset({"trkpt", "rtept", "wpt"})

# What the extensions of Garmin, Cluetrust, Amazfit, Strava and others call a reading.
_READINGS = {
    "ele": "altitude",
    "time": "time",
    "speed": "speed",
    "hr": "hr",
    "heartrate": "hr",
    "heartratebpm": "hr",
    "cad": "cadence",
    "cadence": "cadence",
    "power": "power",
    "powerinwatts": "power",
    "watts": "power",
    "atemp": "temperature",
    "temp": "temperature",
    "temperature": "temperature",
}


class _Kinds(dict[object, str | None]):
    """What is read of the elements of a point by their tags, worked out once for each."""

    def __missing__(self, tag: object) -> str | None:
        kind = _READINGS.get(xml.local_name(tag).lower())
        if len(self) < xml.MOST_NAMES:
            self[tag] = kind
        return kind


def read_gpx(content: Content) -> tuple[Recording, ...]:
    """Return one recording, or several where more than 24 h lie between two tracks.

    Raises: FileRefused.
    """
    reader = _Reader(content)
    reader.run()
    return tuple(reader.recordings())


class _Reader:
    """Walks the elements and keeps the tracks."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._budget = Budget()
        self._track = Track(self._budget)
        self._tracks: list[Samples] = []
        self._stated = Stated("gpx")
        self._points = 0
        self._untimed = 0
        self._lost_positions = 0
        self._own: list[Stated] = []
        self._kinds = _Kinds()

    def run(self) -> None:
        handlers = {
            "trkpt": self._point,
            "trkseg": self._segment,
            "trk": self._end_track,
            "gpx": self._end_file,
        }
        for name, element in xml.ends(self._content.open(), _POINTS):
            handler = handlers.get(name)
            if handler:
                handler(element)

    def _point(self, element: etree._Element) -> None:
        reading: dict[str, str | None] = {}
        for child in element.iterdescendants():
            kind = self._kinds[child.tag]
            # The first one counts: Amazfit gives the heart rate twice.
            if kind and kind not in reading:
                reading[kind] = child.text
        self._note_offset(reading.get("time"))
        self._track.add(
            xml.milliseconds(reading.get("time")),
            xml.number(element.get("lat")),
            xml.number(element.get("lon")),
            xml.number(reading.get("altitude")),
            None,
            xml.number(reading.get("speed")),
            xml.number(reading.get("hr")),
            xml.number(reading.get("cadence")),
            xml.number(reading.get("power")),
            xml.number(reading.get("temperature")),
        )

    def _note_offset(self, text: str | None) -> None:
        """Keep the first offset other than Z: it is the member's zone."""
        if self._stated.utc_offset_s is None and text and not text.endswith("Z"):
            moment = xml.parsed_time(text)
            offset = moment.utcoffset() if moment else None
            self._stated.utc_offset_s = round(offset.total_seconds()) if offset else None

    def _segment(self, element: etree._Element) -> None:
        self._track.pause()
        xml.clear(element)

    def _end_track(self, element: etree._Element) -> None:
        """Raises: FileRefused."""
        self._points += len(self._track)
        self._untimed += self._track.untimed
        self._lost_positions += self._track.lost_positions
        samples = self._track.finish()
        if len(samples):
            if len(self._tracks) == MOST_LAPS:
                raise refused("too_many_activities", f"more than {MOST_LAPS} tracks")
            self._tracks.append(samples)
        self._stated.name = self._stated.name or xml.child_text(element, "name") or ""
        self._stated.notes = self._stated.notes or xml.child_text(element, "desc") or ""
        if self._stated.sport == "other":
            self._stated.name_sport(xml.child_text(element, "type"))
        self._note_own(element)
        self._track = Track(self._budget)
        xml.drop(element)

    def _note_own(self, element: etree._Element) -> None:
        """Keep what our own export says of a track beyond GPX."""
        own = find_own(element)
        if own is not None:
            stated = Stated("gpx", sport=self._stated.sport)
            apply_own(stated, own)
            self._own.append(stated)

    def _end_file(self, element: etree._Element) -> None:
        self._stated.device = element.get("creator") or ""

    def recordings(self) -> Iterator[Recording]:
        """Raises: FileRefused."""
        self._refuse_what_is_no_workout()
        if self._untimed:
            self._stated.warnings.add("points_without_times")
        if self._lost_positions:
            self._stated.warnings.add("positions_dropped")
        for tracks in _a_day_apart(sorted(self._tracks, key=lambda track: min(track.at_ms))):
            self._budget.spend_activity()
            yield self._recording(tracks)

    def _refuse_what_is_no_workout(self) -> None:
        if not self._points:
            raise refused("no_points", "no track")
        # A few stray times in a planned route don't make it a workout.
        if not self._tracks or self._untimed * 2 > self._points:
            raise refused("no_times")
        if self._lost_positions == self._points:
            raise refused("no_positions")

    def _recording(self, tracks: list[Samples]) -> Recording:
        samples = concatenate(tracks)
        if self._own and len(self._tracks) == 1:  # our exports have one track
            self._own[0].warnings |= self._stated.warnings
            return assemble(self._own[0], samples)
        self._stated.laps = [_lap(track) for track in tracks] if len(tracks) > 1 else []
        return assemble(self._stated, samples)


def _lap(track: Samples) -> Lap:
    first_ms, last_ms = min(track.at_ms), max(track.at_ms)
    return lap_of(first_ms, (last_ms - first_ms) / 1000, metrics.track_distance_m(track))


def _a_day_apart(tracks: list[Samples]) -> Iterator[list[Samples]]:
    """Yield the tracks, in order of time, in groups with more than 24 h between two."""
    group, last_ms = tracks[:1], max(tracks[0].at_ms) if tracks else 0
    for track in tracks[1:]:
        if min(track.at_ms) - last_ms > DAY_S * 1000:
            yield group
            group = []
        group.append(track)
        last_ms = max(last_ms, *track.at_ms)
    if group:
        yield group
