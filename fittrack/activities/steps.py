"""How far each step of a recording went: the ground for moving time and active minutes."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from math import asin, cos, hypot, radians, sin, sqrt
from typing import NamedTuple

from fittrack.activities.columns import Column
from fittrack.activities.samples import Samples

# Equatorial radius of WGS 84.
EARTH_RADIUS_M = 6_378_137.0
# 1 km/h, with room for positions that are kept to a centimetre: at this pace and below a
# receiver's scatter looks like movement.
MOVING_ABOVE_MPS = 0.27777
LONGEST_STEP_S = 3600.0
# A step that measures no movement is a pause above this.
LONGEST_STILL_STEP_S = 60.0


def haversine_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the way between two positions in degrees along a great circle.

    The haversine formula (R. W. Sinnott, Sky and Telescope 68, 1984) on a sphere.
    """
    phi1, phi2 = radians(lat1), radians(lat2)
    return _arc_m(phi1, cos(phi1), phi2, cos(phi2), radians(lon2 - lon1))


def _arc_m(phi1: float, cos1: float, phi2: float, cos2: float, lambda_: float) -> float:
    """Return the way between two latitudes in radians, whose cosines are known already."""
    half = sin((phi2 - phi1) / 2) ** 2
    half += cos1 * cos2 * sin(lambda_ / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


class Step(NamedTuple):
    """From one sample to the next, which is number `at`, of the same piece.

    `length_m` is how far the recording came since it was last measured, None when it isn't here.
    """

    at: int
    elapsed_s: float
    length_m: float | None


def steps(samples: Samples) -> Iterator[Step]:
    """Yield the steps that lead forward in time.

    The length is the device's own distance where it counts one, else the way between the
    positions, in three dimensions where both have an altitude, else the device's speed.
    """
    breaks = frozenset(samples.breaks)
    reader = meter(samples)
    at_ms = samples.at_ms
    for at in range(len(at_ms)):
        if at == 0 or at in breaks:
            reader.restart(at)
            continue
        elapsed_s = (at_ms[at] - at_ms[at - 1]) / 1000
        length_m = reader.read(at)
        if elapsed_s > 0:
            yield Step(at, elapsed_s, length_m)


def is_moving(step: Step, *, measured: bool) -> bool:
    """Return whether a step counts as moving: faster than 1 km/h and no longer than an hour.

    Where nothing measures movement, a step of up to a minute counts.
    """
    if not measured or step.length_m is None:
        return step.elapsed_s <= LONGEST_STILL_STEP_S
    if step.elapsed_s > LONGEST_STEP_S:
        return False
    return step.length_m > MOVING_ABOVE_MPS * step.elapsed_s


def measures_movement(samples: Samples) -> bool:
    """Return whether positions, a distance or a speed tell if the member moves."""
    return samples.has_positions or any(samples.distance_cm) or any(samples.speed_mmps)


class Meter:
    """Measures nothing: the base of those that read a column."""

    def restart(self, at: int) -> None:
        """Begin a new piece at a sample."""

    def resume(self, at: int) -> float:
        """Begin a new piece at a sample, and return the metres that were covered in the pause."""
        self.restart(at)
        return 0.0

    def read(self, at: int) -> float | None:
        """Return the metres since the last sample that was measured."""


class _Counter(Meter):
    """Reads the device's own distance; where it falls back, what it counts again may be new."""

    def __init__(self, distance_cm: Column, *, once: bool) -> None:
        self._distance_cm = distance_cm
        self._once = once
        self._last_cm: int | None = None

    def restart(self, at: int) -> None:
        self._last_cm = self._distance_cm[at]

    def resume(self, at: int) -> float:
        """A counter stands still in a pause; what it gained was covered, if only just before."""
        return self.read(at) or 0.0

    def read(self, at: int) -> float | None:
        before, here = self._last_cm, self._distance_cm[at]
        if here is None:
            return None
        if before is None:
            self._last_cm = here
            return None
        self._last_cm = max(here, before) if self._once else here
        return max(0, here - before) / 100


class _Positions(Meter):
    """Reads the way from the last position, in two dimensions or in three."""

    def __init__(self, samples: Samples, *, flat: bool) -> None:
        self._samples = samples
        self._flat = flat
        self._ways_m = samples.once(ways_m)
        self._last: int | None = None

    def restart(self, at: int) -> None:
        self._last = at if self._samples.lat_e7[at] is not None else None

    def read(self, at: int) -> float | None:
        before = self._last
        if self._samples.lat_e7[at] is None:
            return None
        self._last = at
        if before is None:
            return None
        flat_m = self._ways_m[at]
        return flat_m if self._flat else hypot(flat_m, self._climb_m(before, at))

    def _climb_m(self, before: int, at: int) -> float:
        altitudes = self._samples.altitude_cm
        low, high = (altitudes[before], altitudes[at]) if altitudes else (None, None)
        return 0.0 if low is None or high is None else (high - low) / 100


class _Speed(Meter):
    """Reads the device's speed."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def read(self, at: int) -> float | None:
        speed_mmps = self._samples.speed_mmps[at]
        elapsed_ms = self._samples.at_ms[at] - self._samples.at_ms[at - 1]
        return None if speed_mmps is None else speed_mmps * elapsed_ms / 1e6


def meter(samples: Samples, *, onward: bool = False) -> Meter:
    """Return the best there is; a counter that rarely counts gives way to the positions.

    `onward` is for a way whose parts add up to the distance: in two dimensions, and without what a
    counter that fell back counts again. What moves is told by all three dimensions.
    """
    counted, placed = _measured(samples.distance_cm), _measured(samples.lat_e7)
    if any(samples.distance_cm) and counted * 2 >= placed:
        return _Counter(samples.distance_cm, once=onward)
    if placed:
        return _Positions(samples, flat=onward)
    return _Speed(samples) if any(samples.speed_mmps) else Meter()


def _measured(column: Column) -> int:
    return len(column) - column.count(None)


def ways_m(samples: Samples) -> Sequence[float]:
    """Return for each sample the way to it from the last position of its piece, in two dimensions.

    By `haversine_m`; 0 for a sample without a position, and for the first one with it.
    """
    ways, breaks = array("d", bytes(8 * len(samples))), frozenset(samples.breaks)
    before: tuple[float, float, float] | None = None
    for at, (lat_e7, lon_e7) in enumerate(zip(samples.lat_e7, samples.lon_e7, strict=True)):
        if at in breaks:
            before = None
        if lat_e7 is None:
            continue
        lat, lon = radians(lat_e7 / 1e7), (lon_e7 or 0) / 1e7
        cos_lat = cos(lat)
        if before is not None:
            ways[at] = _arc_m(before[0], before[1], lat, cos_lat, radians(lon - before[2]))
        before = lat, cos_lat, lon
    return ways
