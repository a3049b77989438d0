"""GPX 1.1 with Garmin's TrackPointExtension 2 and PowerExtension 1; no I/O.

Schemas: topografix.com/GPX/1/1, garmin.com/xmlschemas/TrackPointExtensionv2.xsd and
PowerExtensionv1.xsd. Elements stand in the order of their sequences.
"""

from __future__ import annotations

from collections.abc import Iterator

from fittrack.activities.exports.markup import (
    attribute,
    batches,
    byte_of,
    column_of,
    degrees,
    element,
    instant,
    longitude,
    own_activity,
    pieces,
)
from fittrack.activities.models import Activity, ActivityLap
from fittrack.activities.samples import Samples
from fittrack.clock import rfc3339

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx version="1.1" creator={creator} xmlns="http://www.topografix.com/GPX/1/1"'
    ' xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2"'
    ' xmlns:pwr="http://www.garmin.com/xmlschemas/PowerExtension/v1">\n'
    "<metadata><time>{started_at}</time></metadata>\n<trk>"
)
_TAIL = "</trk>\n</gpx>\n"


def gpx_of(activity: Activity, laps: list[ActivityLap], samples: Samples) -> Iterator[bytes]:
    """Yield the file piece by piece: one track, a segment for each piece between pauses.

    A sample without a position has no place in GPX and is left away.
    """
    creator = attribute(activity.device or "FitTrack")
    head = _HEAD.format(creator=creator, started_at=rfc3339(activity.started_at))
    head += element("name", activity.name) + element("desc", activity.notes_text)
    head += element("type", activity.sport)
    yield f"{head}<extensions>{own_activity(activity, laps)}</extensions>\n".encode()
    points = _Points(samples)
    for piece in pieces(samples):
        placed = [at for at in piece if points.is_placed(at)]
        if placed:
            yield b"<trkseg>\n"
            for some in batches(placed):
                yield "".join(map(points.text, some)).encode()
            yield b"</trkseg>\n"
    yield _TAIL.encode()


class _Points:
    """The samples as track points."""

    def __init__(self, samples: Samples) -> None:
        count = len(samples)
        self._samples = samples
        self._lat_e7 = column_of(samples.lat_e7, count)
        self._lon_e7 = column_of(samples.lon_e7, count)
        self._altitude_cm = column_of(samples.altitude_cm, count)
        self._effort = (
            column_of(samples.temperature_c, count),
            column_of(samples.hr_bpm, count),
            column_of(samples.cadence_rpm, count),
            column_of(samples.speed_mmps, count),
            column_of(samples.power_w, count),
        )

    def is_placed(self, at: int) -> bool:
        """Tell whether a sample has a position."""
        return self._lat_e7[at] is not None

    def text(self, at: int) -> str:
        """Return the point of a sample that has a position."""
        lat_e7, lon_e7 = self._lat_e7[at] or 0, self._lon_e7[at] or 0
        cm = self._altitude_cm[at]
        height = "" if cm is None else f"<ele>{cm / 100:.2f}</ele>"
        return (
            f'<trkpt lat="{degrees(lat_e7)}" lon="{longitude(lon_e7)}">{height}'
            f"<time>{instant(self._samples.at_ms[at])}</time>{self._extensions(at)}</trkpt>\n"
        )

    def _extensions(self, at: int) -> str:
        temperature_c, hr_bpm, cadence_rpm, speed_mmps, watts = (
            column[at] for column in self._effort
        )
        inner = element("gpxtpx:atemp", temperature_c)
        inner += element("gpxtpx:hr", byte_of(hr_bpm) or None)
        inner += element("gpxtpx:cad", byte_of(cadence_rpm))
        inner += element("gpxtpx:speed", None if speed_mmps is None else speed_mmps / 1000)
        point = inner and f"<gpxtpx:TrackPointExtension>{inner}</gpxtpx:TrackPointExtension>"
        told = point + element("pwr:PowerInWatts", watts)
        return told and f"<extensions>{told}</extensions>"
