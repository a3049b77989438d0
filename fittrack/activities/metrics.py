"""What is computed from samples, one pure function per figure."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, repeat

from fittrack.activities.columns import Column
from fittrack.activities.samples import Samples
from fittrack.activities.steps import is_moving, measures_movement, steps, ways_m

# Below a barometer's resolution.
CLIMB_THRESHOLD_M = 0.3


def track_distance_m(samples: Samples) -> float | None:
    """Return the length of the track in two dimensions, None without two positions.

    The sum of `haversine_m` over neighbouring positions of one piece, over samples without one.
    """
    return sum(samples.once(ways_m)) if samples.has_positions else None


def counted_distance_m(samples: Samples) -> float | None:
    """Return the highest value of the device's own distance counter, None without one."""
    highest_cm = max((cm for cm in samples.distance_cm if cm is not None), default=None)
    return None if highest_cm is None else highest_cm / 100


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
    for _, change_m in climbs(samples, smooth=smooth):
        up_m, down_m = up_m + max(change_m, 0.0), down_m + max(-change_m, 0.0)
    return up_m, down_m


def climbs(samples: Samples, *, smooth: bool = True) -> Iterator[tuple[int, float]]:
    """Yield (sample, metres up or, below zero, down) wherever a climb or descent counts."""
    if not samples.altitude_cm:
        return
    for places, altitudes_m in _pieces(samples):
        levels_m = _smoothed(altitudes_m) if smooth else altitudes_m
        settled_m = levels_m[0] if levels_m else 0.0
        for place, level_m in zip(places, levels_m, strict=True):
            change_m = level_m - settled_m
            if abs(change_m) >= CLIMB_THRESHOLD_M:
                settled_m = level_m
                yield place, change_m


def _pieces(samples: Samples) -> Iterator[tuple[Sequence[int], Sequence[float]]]:
    """Yield samples and altitudes of each piece; of a track with positions, those that have one.

    An altitude without a fix is a leftover of the receiver's last guess.
    """
    for start, end in pairwise([0, *samples.breaks, len(samples)]):
        places, altitudes_m = array("q"), array("d")
        fixes = samples.lat_e7[start:end] or repeat(0)
        column = zip(range(start, end), samples.altitude_cm[start:end], fixes, strict=False)
        for at, altitude_cm, fix in column:
            if altitude_cm is not None and fix is not None:
                places.append(at)
                altitudes_m.append(altitude_cm / 100)
        yield places, altitudes_m


def _smoothed(values: Sequence[float]) -> Sequence[float]:
    if len(values) < 3:
        return values
    inner = (
        0.3 * before + 0.4 * here + 0.3 * after
        for before, here, after in zip(values, values[1:], values[2:], strict=False)
    )
    return array("d", chain(values[:1], inner, values[-1:]))


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
