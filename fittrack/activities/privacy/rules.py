"""What is cut out of tracks before anybody else sees them; no I/O.

A circle about a home would give the home away: the cut ends of many tracks lie on it, and its
middle is easily found. So no circle's middle is what it hides:

- A zone's circle is shifted by 0.75 to 1.15 of the zone's radius and has 2.2 times its radius. The
  shift is a secret of the member and the region: a zone that is made again has the same, for the
  mean of many shifts would be the place.
- About the ends of tracks, the circle depends on the cell of a secret grid in which the end lies,
  not on the end: all tracks from one door have the same circle. It is shifted so far that its
  middle lies outside of the cell, in a direction that is secret too.

Whole samples go, never parts of a step, and what could be measured across a gap is taken out with
them: the clock and the distance stand still there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from math import cos, floor, hypot, log, pi, radians, sin, sqrt

from fittrack.activities.columns import Column
from fittrack.activities.privacy.models import Circle, Hiding, Zone
from fittrack.activities.samples import Samples, take
from fittrack.activities.steps import EARTH_RADIUS_M, haversine_m

MOST_ZONES = 20
M_PER_DEGREE = EARTH_RADIUS_M * pi / 180
EVERYWHERE = Circle(0.0, 0.0, 2 * pi * EARTH_RADIUS_M)
# Of a zone's radius.
LEAST_SHIFT, MOST_SHIFT, ZONE_REACH = 0.75, 1.15, 2.2
# Radii up to so much larger are shifted by as many metres: nothing follows from their difference.
ALIKE = 1.25
# Of the hidden radius: the side of a cell, and how far outside of it the circle's middle lies.
CELL, APART = 1.0, 0.3
_HALF_DIAGONAL = CELL * sqrt(2) / 2
END_SHIFT = _HALF_DIAGONAL + APART
END_REACH = END_SHIFT + _HALF_DIAGONAL + 1.0
# Neighbouring cells are shifted alike, so that a door between two of them is not between circles.
CELLS_OF_ONE_SHIFT = 32
# Who rests so long is at home, or at work: files join the ways there and back.
LONG_REST_MS = 3_600_000
# More have only loggers: nothing of such a track is shown.
MOST_ENDS, MOST_PLACES = 1000, 50
# Steps of the clock over what is hidden.
GAP_MS = 1000

Shift = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of a grid, and its middle."""

    row: int
    column: int
    latitude_deg: float
    longitude_deg: float


def shift_of(seed: str, latitude_deg: float, longitude_deg: float, radius_m: int) -> Shift:
    """Return a zone's shift, metres north and east, alike for near places and radii."""
    size = floor(log(radius_m, ALIKE))
    least_m = ALIKE**size
    use = f"zone {size}"
    cell = _cell(latitude_deg, longitude_deg, CELLS_OF_ONE_SHIFT * least_m, _secret(seed, use))
    turn, share, _ = _secret(seed, f"{use} {cell.row} {cell.column}")
    shift_m = (ALIKE * LEAST_SHIFT + (MOST_SHIFT - ALIKE * LEAST_SHIFT) * share) * least_m
    return round(shift_m * cos(2 * pi * turn)), round(shift_m * sin(2 * pi * turn))


def circles_of(samples: Samples, hiding: Hiding) -> list[Circle]:
    """Return where nothing of a track is shown.

    Raises: ValueError where ends are to be hidden and the member's grid has no secret.
    """
    circles = [_circle_of(zone) for zone in hiding.zones]
    if not hiding.start_end_hidden_m or not samples.has_positions:
        return circles
    if hiding.seed is None:
        raise ValueError("no grid to hide the ends of tracks by")
    ends = _ends(samples)
    if len(ends) > MOST_ENDS:
        return [EVERYWHERE]
    about: dict[Circle, None] = {}
    for at in ends:
        lat, lon = (samples.lat_e7[at] or 0) / 1e7, (samples.lon_e7[at] or 0) / 1e7
        about[_about_end(lat, lon, hiding.start_end_hidden_m, hiding.seed)] = None
    return [*circles, *about] if len(about) <= MOST_PLACES else [EVERYWHERE]


def _ends(samples: Samples) -> list[int]:
    """Return the first and the last position, and those about each rest of LONG_REST_MS."""
    placed = [at for at, lat_e7 in enumerate(samples.lat_e7) if lat_e7 is not None]
    rests = (
        (before, after)
        for before, after in pairwise(placed)
        if samples.at_ms[after] - samples.at_ms[before] >= LONG_REST_MS
    )
    return sorted({placed[0], placed[-1], *chain.from_iterable(islice(rests, MOST_ENDS))})


def _circle_of(zone: Zone) -> Circle:
    return _shifted(
        zone.latitude_deg,
        zone.longitude_deg,
        (zone.north_m, zone.east_m),
        ZONE_REACH * zone.radius_m,
    )


def _about_end(lat: float, lon: float, hidden_m: int, seed: str) -> Circle:
    """Return the circle of the cell in which a track begins or ends."""
    cell = _cell(lat, lon, CELL * hidden_m, _secret(seed, f"grid {hidden_m}"))
    region = f"{cell.row // CELLS_OF_ONE_SHIFT} {cell.column // CELLS_OF_ONE_SHIFT}"
    turn = 2 * pi * _secret(seed, f"shift {hidden_m} {region}")[2]
    shift = (END_SHIFT * hidden_m * cos(turn), END_SHIFT * hidden_m * sin(turn))
    return _shifted(cell.latitude_deg, cell.longitude_deg, shift, END_REACH * hidden_m)


def _cell(lat: float, lon: float, side_m: float, offsets: tuple[float, float, float]) -> _Cell:
    """Return the cell in which a place lies, of a grid that begins at secret parts of a cell."""
    offset_n, offset_e, _ = offsets
    row = floor(lat * M_PER_DEGREE / side_m + offset_n)
    middle_lat = (row + 0.5 - offset_n) * side_m / M_PER_DEGREE
    m_per_degree_east = M_PER_DEGREE * max(cos(radians(middle_lat)), 1e-6)
    column = floor(lon * m_per_degree_east / side_m + offset_e)
    middle_lon = (column + 0.5 - offset_e) * side_m / m_per_degree_east
    return _Cell(row, column, middle_lat, middle_lon)


def _secret(seed: str, use: str) -> tuple[float, float, float]:
    """Return three numbers from 0 to 1 that nobody without the seed knows."""
    digest = hashlib.blake2b(use.encode(), key=seed.encode(), digest_size=24).digest()
    first, second, third = (int.from_bytes(digest[at : at + 8]) for at in (0, 8, 16))
    return first / 2**64, second / 2**64, third / 2**64


def _shifted(lat: float, lon: float, shift: tuple[float, float], radius_m: float) -> Circle:
    north_m, east_m = shift
    east = east_m / (M_PER_DEGREE * max(cos(radians(lat)), 1e-6))
    # Over the pole there is no further north: a larger circle hides what a shorter shift leaves.
    shifted_lat = max(-90.0, min(90.0, lat + north_m / M_PER_DEGREE))
    lost_m = abs(lat + north_m / M_PER_DEGREE - shifted_lat) * M_PER_DEGREE
    grown_m = _stretch_m(lat, shifted_lat, east, (north_m, east_m))
    return Circle(shifted_lat, (lon + east + 180) % 360 - 180, radius_m + lost_m + grown_m)


def _stretch_m(lat: float, shifted_lat: float, east: float, shift: tuple[float, float]) -> float:
    """Return by how much a shift came out longer than meant, which near the poles it does."""
    return max(0.0, haversine_m(lat, 0.0, shifted_lat, east) - hypot(*shift))


def cut(samples: Samples, circles: Sequence[Circle]) -> Samples:
    """Return the samples outside of all circles, with the clock and the distance closed up.

    A sample without a position goes with the one before it.
    """
    if not samples.has_positions or not circles:
        return samples
    kept = list(_outside(samples, circles))
    if len(kept) == len(samples):
        return samples
    return _closed_up(take(samples, kept), kept)


def _outside(samples: Samples, circles: Sequence[Circle]) -> Iterator[int]:
    is_hidden = True
    for at, (lat_e7, lon_e7) in enumerate(zip(samples.lat_e7, samples.lon_e7, strict=True)):
        if lat_e7 is not None and lon_e7 is not None:
            lat, lon = lat_e7 / 1e7, lon_e7 / 1e7
            is_hidden = any(_holds(circle, lat, lon) for circle in circles)
        if not is_hidden:
            yield at


def _holds(circle: Circle, lat: float, lon: float) -> bool:
    if abs(lat - circle.latitude_deg) * M_PER_DEGREE > circle.radius_m:
        return False
    way_m = haversine_m(circle.latitude_deg, circle.longitude_deg, lat, lon)
    return way_m <= circle.radius_m


def _closed_up(samples: Samples, kept: Sequence[int]) -> Samples:
    gaps = {place for place, (a, b) in enumerate(pairwise(kept), start=1) if b - a > 1}
    columns = {
        "lat_e7": samples.lat_e7,
        "lon_e7": samples.lon_e7,
        "altitude_cm": samples.altitude_cm,
        "speed_mmps": samples.speed_mmps,
        "hr_bpm": samples.hr_bpm,
        "cadence_rpm": samples.cadence_rpm,
        "power_w": samples.power_w,
        "temperature_c": samples.temperature_c,
    }
    return Samples(
        at_ms=_clock(samples.at_ms, gaps),
        distance_cm=_distance(samples.distance_cm, gaps),
        breaks=tuple(sorted({*samples.breaks, *gaps})),
        **columns,
    )


def _clock(at_ms: Sequence[int], gaps: set[int]) -> list[int]:
    """Return the times with each gap one second long."""
    lost_ms, closed = 0, []
    for place, now_ms in enumerate(at_ms):
        if place in gaps:
            lost_ms += now_ms - at_ms[place - 1] - GAP_MS
        closed.append(now_ms - lost_ms)
    return closed


def _distance(distance_cm: Column, gaps: set[int]) -> Column:
    """Return the counter beginning at 0 and standing still across each gap."""
    lost_cm: int | None = None
    last_cm, is_open, closed = 0, False, list[int | None]()
    for place, cm in enumerate(distance_cm):
        is_open = is_open or place in gaps
        if cm is None:
            closed.append(None)
            continue
        if lost_cm is None:
            lost_cm = cm
        elif is_open:
            lost_cm += cm - last_cm
        is_open, last_cm = False, cm
        closed.append(max(0, cm - lost_cm))
    return closed
