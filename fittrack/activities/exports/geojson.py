"""GeoJSON (RFC 7946): one feature, a line for each piece between pauses; no I/O.

`coordinateProperties` holds what was measured at each position, as togeojson does it: lists in the
shape of the coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from fittrack.activities.columns import Column
from fittrack.activities.exports.markup import instant, pieces
from fittrack.activities.models import Activity
from fittrack.activities.samples import Samples
from fittrack.clock import rfc3339

HALF_CIRCLE = 180.0
# Property -> column, and what one of the column's units is.
MEASURED = {
    "distance_m": ("distance_cm", 100),
    "speed_mps": ("speed_mmps", 1000),
    "heart": ("hr_bpm", 1),
    "cadence_rpm": ("cadence_rpm", 1),
    "power_w": ("power_w", 1),
    "temperature_c": ("temperature_c", 1),
}
FIGURES = (
    *("sport", "name", "elapsed_s", "moving_s", "distance_m", "ascent_m", "descent_m"),
    *("calories_kcal", "steps", "avg_hr_bpm", "max_hr_bpm"),
)

Position = list[float]


def geojson_of(activity: Activity, samples: Samples) -> Iterator[bytes]:
    """Yield the document piece by piece; an activity without a line is a feature without geometry.

    A line that crosses the antimeridian is cut there (section 3.1.9): the position on it belongs
    to both parts, and nothing was measured at it. A single position is no line.
    """
    lines = [line for line in _lines(samples) if len(line.coordinates) > 1]
    yield b'{"type":"Feature","id":' + orjson.dumps(activity.activity_id) + b',"geometry":'
    yield from _geometry(lines)
    yield b',"properties":' + orjson.dumps(_figures(activity))[:-1]
    if lines:
        yield b',"coordinateProperties":{"times":'
        yield from _list([orjson.dumps(_times(line, samples)) for line in lines])
        for name, (column_name, factor) in MEASURED.items():
            column = getattr(samples, column_name)
            if column:
                yield b"," + orjson.dumps(name) + b":"
                yield from _list([orjson.dumps(_values(line, column, factor)) for line in lines])
        yield b"}"
    yield b"}}\n"


class _Line:
    """One line: its coordinates, and of which sample each is, None on the antimeridian."""

    def __init__(self) -> None:
        self.coordinates: list[Position] = []
        self.samples: list[int | None] = []

    def add(self, position: Position, at: int | None) -> None:
        """Add a position."""
        self.coordinates.append(position)
        self.samples.append(at)


def _lines(samples: Samples) -> Iterator[_Line]:
    for piece in pieces(samples):
        line = _Line()
        for at in piece:
            position = _position(samples, at)
            if position is None:
                continue
            if line.coordinates and abs(position[0] - line.coordinates[-1][0]) > HALF_CIRCLE:
                before, after = _on_antimeridian(line.coordinates[-1], position)
                line.add(before, None)
                yield line
                line = _Line()
                line.add(after, None)
            line.add(position, at)
        yield line


def _position(samples: Samples, at: int) -> Position | None:
    if not samples.lat_e7 or samples.lat_e7[at] is None:
        return None
    place = [(samples.lon_e7[at] or 0) / 1e7, (samples.lat_e7[at] or 0) / 1e7]
    cm = samples.altitude_cm[at] if samples.altitude_cm else None
    return place if cm is None else [*place, cm / 100]


def _on_antimeridian(before: Position, after: Position) -> tuple[Position, Position]:
    """Return where a step crosses the antimeridian, as the end of one part and as the next's start.

    Between neighbouring samples a straight line is near enough.
    """
    side = HALF_CIRCLE if before[0] > 0 else -HALF_CIRCLE
    way = after[0] + 2 * side - before[0]
    share = (side - before[0]) / way if way else 0.0
    latitude = round(before[1] + share * (after[1] - before[1]), 7)
    return [side, latitude], [-side, latitude]


def _geometry(lines: list[_Line]) -> Iterator[bytes]:
    if not lines:
        yield b"null"
        return
    yield b'{"type":"MultiLineString","coordinates":'
    yield from _list([orjson.dumps(line.coordinates) for line in lines])
    yield b"}"


def _list(parts: list[bytes]) -> Iterator[bytes]:
    yield b"[" + b",".join(parts) + b"]"


def _figures(activity: Activity) -> dict[str, Any]:
    told = {name: getattr(activity, name) for name in FIGURES}
    return {**told, "time": rfc3339(activity.started_at)}


def _times(line: _Line, samples: Samples) -> list[str | None]:
    return [None if at is None else instant(samples.at_ms[at]) for at in line.samples]


def _values(line: _Line, column: Column, factor: int) -> list[float | None]:
    return [_scaled(None if at is None else column[at], factor) for at in line.samples]


def _scaled(value: int | None, factor: int) -> float | None:
    return None if value is None else value / factor if factor > 1 else value
