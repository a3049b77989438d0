"""What is computed from samples, one pure function per figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, repeat
from math import asin, cos, hypot, radians, sin, sqrt
from typing import NamedTuple

from fittrack.activities.samples import Column, Samples

# Equatorial radius of WGS 84.
EARTH_RADIUS_M = 6_378_137.0
# At walking pace and below a receiver's scatter looks like movement.
# 1 km/h, with room for positions that are kept to a centimetre.
MOVING_ABOVE_MPS = 0.2776
LONGEST_STEP_S = 3600.0
# A step of a recording that measures no movement is a pause above this.
LONGEST_STILL_STEP_S = 60.0
# Below a barometer's resolution.
CLIMB_THRESHOLD_M = 0.3


def haversine_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the way between two positions in degrees along a great circle.

    The haversine formula (R. W. Sinnott, Sky and Telescope 68, 1984) on a sphere.
    """
    phi1, phi2 = radians(lat1), radians(lat2)
    half = sin((phi2 - phi1) / 2) ** 2
    half += cos(phi1) * cos(phi2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


class Step(NamedTuple):
    """From one sample to the next of the same piece; `length_m` is None when not measured."""

    index: int
    elapsed_s: float
    length_m: float | None


def steps(samples: Samples) -> Iterator[Step]:
    """Yield the steps that lead forward in time, each with the index of the sample it ends at.

    The length is the device's own distance where it counts one, else the way between the
    positions, in three dimensions where both have an altitude, else the device's speed.
    """
    breaks = frozenset(samples.breaks)
    length = _Lengths(samples)
    at_ms = samples.at_ms
    for index in range(1, len(at_ms)):
        elapsed_ms = at_ms[index] - at_ms[index - 1]
        if elapsed_ms > 0 and index not in breaks:
            yield Step(index, elapsed_ms / 1000, length.of(index, elapsed_ms / 1000))


class _Lengths:
    """Reads how long a step is from the best column there is."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._counted = samples.distance_cm if measures(samples.distance_cm) else []
        self._speed = samples.speed_mmps if measures(samples.speed_mmps) else []

    def of(self, index: int, elapsed_s: float) -> float | None:
        counted = difference(self._counted, index)
        if counted is not None:
            return max(0.0, counted / 100)
        if self._samples.lat_e7:
            return self._way(index)
        speed = self._speed[index] if self._speed else None
        return None if speed is None else speed / 1000 * elapsed_s

    def _way(self, index: int) -> float | None:
        flat = _between(self._samples, index - 1, index)
        climb = difference(self._samples.altitude_cm, index)
        return flat if flat is None or climb is None else hypot(flat, climb / 100)


def measures(column: Column) -> bool:
    """Return whether a column of distance or speed ever says more than 0."""
    return any(column)


def difference(column: Column, index: int) -> int | None:
    """Return how much a column grew since the sample before, None where either is missing."""
    if not column:
        return None
    before, after = column[index - 1], column[index]
    return None if before is None or after is None else after - before


def _between(samples: Samples, before: int, after: int) -> float | None:
    lat1, lon1 = samples.lat_e7[before], samples.lon_e7[before]
    lat2, lon2 = samples.lat_e7[after], samples.lon_e7[after]
    if lat1 is None or lon1 is None or lat2 is None or lon2 is None:
        return None
    return haversine_m(lat1 / 1e7, lon1 / 1e7, lat2 / 1e7, lon2 / 1e7)


def track_distance_m(samples: Samples) -> float | None:
    """Return the length of the track in two dimensions, None without two positions.

    The sum of `haversine_m` over neighbouring positions of one piece, over samples without one.
    """
    if not samples.lat_e7:
        return None
    breaks, before, total_m = frozenset(samples.breaks), None, 0.0
    for index, latitude in enumerate(samples.lat_e7):
        if index in breaks:
            before = None
        if latitude is not None:
            total_m += 0.0 if before is None else _between(samples, before, index) or 0.0
            before = index
    return total_m


def counted_distance_m(samples: Samples) -> float | None:
    """Return the highest value of the device's own distance counter, None without one."""
    highest_cm = max((cm for cm in samples.distance_cm if cm is not None), default=None)
    return None if highest_cm is None else highest_cm / 100


def is_moving(step: Step, *, measured: bool) -> bool:
    """Return whether a step counts as moving: faster than 1 km/h and no longer than an hour.

    In a recording that measures no movement at all, every step of up to a minute counts.
    """
    if not measured:
        return step.elapsed_s <= LONGEST_STILL_STEP_S
    if step.length_m is None or step.elapsed_s > LONGEST_STEP_S:
        return False
    return step.length_m > MOVING_ABOVE_MPS * step.elapsed_s


def measures_movement(samples: Samples) -> bool:
    """Return whether positions, a distance or a speed tell if the member moves."""
    counted = measures(samples.distance_cm) or measures(samples.speed_mmps)
    return samples.has_positions or counted


def moving_time_s(samples: Samples) -> float:
    """Return the time spent in moving steps (see `is_moving`), in the order of the file.

    The threshold of 1 km/h is that of gpxpy's moving data.
    """
    measured = measures_movement(samples)
    return sum(step.elapsed_s for step in steps(samples) if is_moving(step, measured=measured))


def ascent_descent_m(samples: Samples, *, smooth: bool = True) -> tuple[float, float] | None:
    """Return the metres climbed and descended, None without altitude.

    Each piece is smoothed with weights 0.3, 0.4, 0.3 (as gpxpy does), unless the device is known
    to have filtered its altitudes, and then read with a threshold: a climb or descent counts once
    it has gone CLIMB_THRESHOLD_M beyond the last altitude that counted.
    """
    if not samples.altitude_cm:
        return None
    up_m = down_m = 0.0
    for altitudes_m in _pieces(samples):
        climbed, descended = _climbs(_smoothed(altitudes_m) if smooth else altitudes_m)
        up_m, down_m = up_m + climbed, down_m + descended
    return up_m, down_m


def _pieces(samples: Samples) -> Iterator[list[float]]:
    """Yield the altitudes of each piece; of a track with positions, those that have one.

    An altitude without a fix is a leftover of the receiver's last guess.
    """
    for start, end in pairwise([0, *samples.breaks, len(samples)]):
        fixes = samples.lat_e7[start:end] or repeat(0)
        altitudes_cm = zip(samples.altitude_cm[start:end], fixes, strict=False)
        yield [cm / 100 for cm, fix in altitudes_cm if cm is not None and fix is not None]


def _smoothed(values: list[float]) -> list[float]:
    if len(values) < 3:
        return values
    inner = [
        0.3 * before + 0.4 * here + 0.3 * after
        for before, here, after in zip(values, values[1:], values[2:], strict=False)
    ]
    return [values[0], *inner, values[-1]]


def _climbs(altitudes_m: Sequence[float]) -> tuple[float, float]:
    """Return climb and descent between the turning points that lie a threshold apart."""
    up_m = down_m = 0.0
    settled = altitudes_m[0] if altitudes_m else 0.0
    for altitude_m in altitudes_m:
        change = altitude_m - settled
        if abs(change) >= CLIMB_THRESHOLD_M:
            up_m, down_m = up_m + max(change, 0.0), down_m + max(-change, 0.0)
            settled = altitude_m
    return up_m, down_m


def average(column: Column) -> float | None:
    """Return the plain mean of what was measured, None when nothing was."""
    present = [value for value in column if value is not None]
    return sum(present) / len(present) if present else None


def average_above_zero(column: Column) -> float | None:
    """Return the mean without zeros: nobody pedals or strides at a standstill."""
    return average([value or None for value in column])


def highest(column: Column) -> int | None:
    """Return the highest value measured, None when nothing was."""
    return max((value for value in column if value is not None), default=None)
