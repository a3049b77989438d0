"""Tracks on a plane, and with fewer points; no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise
from math import atan2, cos, degrees, hypot, radians, sin, sqrt

from fittrack.activities.samples import Samples
from fittrack.activities.steps import EARTH_RADIUS_M

Point = tuple[float, float]
Line = list[Point]

# Each piece keeps its ends: of more pieces than this one line is made.
MOST_PIECES = 50
_NEARLY_OPPOSITE = 1e-9


def pieces_of(samples: Samples, most: int) -> list[list[int]]:
    """Return the samples that have a position, evenly thinned to about `most`, piece by piece."""
    placed = [
        [at for at in range(start, end) if samples.lat_e7[at] is not None]
        for start, end in pairwise([0, *samples.breaks, len(samples)])
        if samples.has_positions
    ]
    pieces = [piece for piece in placed if piece]
    if len(pieces) > MOST_PIECES:
        pieces = [[at for piece in pieces for at in piece]]
    stride = max(1, -(-sum(map(len, pieces)) // most))
    return [thinned(piece, stride) for piece in pieces]


def thinned(indexes: list[int], stride: int) -> list[int]:
    """Return every `stride`th index, and the last."""
    kept = indexes[::stride]
    return kept if (len(indexes) - 1) % stride == 0 else [*kept, indexes[-1]]


def projected(samples: Samples, pieces: Sequence[Sequence[int]]) -> list[Line]:
    """Return the pieces in metres east and north of their middle.

    Lambert's azimuthal equal-area projection (Snyder, USGS Professional Paper 1395, eq. 24-2 to
    24-4): true near the middle wherever that lies, on the antimeridian and at the poles too.
    """
    lines = [[_radians(samples, at) for at in piece] for piece in pieces]
    middle = _middle([place for line in lines for place in line])
    return [[_flat(place, middle) for place in line] for line in lines]


def _radians(samples: Samples, at: int) -> Point:
    return radians((samples.lat_e7[at] or 0) / 1e7), radians((samples.lon_e7[at] or 0) / 1e7)


def _middle(places: Sequence[Point]) -> Point:
    """Return the middle of positions in radians: the direction of their sum in space."""
    x = sum(cos(lat) * cos(lon) for lat, lon in places)
    y = sum(cos(lat) * sin(lon) for lat, lon in places)
    z = sum(sin(lat) for lat, _ in places)
    return atan2(z, hypot(x, y)), atan2(y, x)


def _flat(place: Point, middle: Point) -> Point:
    (lat, lon), (lat0, lon0) = place, middle
    turn = lon - lon0
    cosine = sin(lat0) * sin(lat) + cos(lat0) * cos(lat) * cos(turn)
    scale_m = EARTH_RADIUS_M * sqrt(2 / max(_NEARLY_OPPOSITE, 1 + cosine))
    north = cos(lat0) * sin(lat) - sin(lat0) * cos(lat) * cos(turn)
    return scale_m * cos(lat) * sin(turn), scale_m * north


def simplified(line: Line, most: int, least_area: float = 0.0) -> list[int]:
    """Return which points of a line to keep: `most` at most, and none that hardly bends it.

    M. Visvalingam and J. D. Whyatt, Line generalisation by repeated elimination of points (1993):
    the point that spans the smallest triangle with its neighbours goes first. The ends stay.
    """
    count = len(line)
    before, after = list(range(-1, count - 1)), list(range(1, count + 1))
    areas = [0.0, *(_area(*line[at - 1 : at + 2]) for at in range(1, count - 1)), 0.0]
    heap = [(areas[at], at) for at in range(1, count - 1)]
    heapify(heap)
    gone, left = bytearray(count), count
    while heap and (left > most or heap[0][0] < least_area):
        area, at = heappop(heap)
        if gone[at] or area != areas[at]:
            continue
        gone[at], left = 1, left - 1
        low, high = before[at], after[at]
        after[low], before[high] = high, low
        for end in (low, high):
            if 0 < end < count - 1:
                # Never below what just went: a point goes after those that bend less.
                areas[end] = max(area, _area(line[before[end]], line[end], line[after[end]]))
                heappush(heap, (areas[end], end))
    return [at for at in range(count) if not gone[at]]


def _area(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def lengths_m(lines: Sequence[Line]) -> list[list[float]]:
    """Return how far along the whole track each point lies; nothing is covered between pieces."""
    so_far_m, found = 0.0, []
    for line in lines:
        reached = [so_far_m]
        for (x0, y0), (x1, y1) in pairwise(line):
            so_far_m += hypot(x1 - x0, y1 - y0)
            reached.append(so_far_m)
        found.append(reached)
    return found


def degrees_of(samples: Samples, at: int) -> Point:
    """Return latitude and longitude of a sample in degrees."""
    lat, lon = _radians(samples, at)
    return degrees(lat), degrees(lon)
