"""Splits per kilometre and mile, and what happened within each lap."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from fittrack.activities import metrics
from fittrack.activities.analysis.course import Course, course_of, interpolated
from fittrack.activities.analysis.efforts import LONGEST_HELD_MS, MILE_M
from fittrack.activities.columns import Column
from fittrack.activities.samples import Samples

UNITS_M: Mapping[str, float] = {"km": 1000.0, "mile": MILE_M}
# A last split below this is what rounding leaves.
_LEAST_SPLIT_M = 1.0
# No way is longer than this many splits; a counter that says so is damaged.
MOST_SPLITS = 10_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """What happened between two moments of a recording; None is what nobody measured."""

    from_ms: float
    elapsed_ms: float
    moving_ms: float
    distance_m: float
    ascent_m: float | None
    descent_m: float | None
    avg_hr_bpm: float | None
    avg_power_w: float | None


class Ruler:
    """Measures stretches of one recording."""

    def __init__(self, samples: Samples, *, sport: str, smooth: bool) -> None:
        self.course = course_of(samples, sport=sport)
        self._up_m, self._down_m = _climbed(samples, smooth=smooth)
        self._hearts = _Mean(samples.hr_bpm, samples, self.course.clock_ms)
        self._powers = _Mean(samples.power_w, samples, self.course.clock_ms)

    def stretch(self, from_ms: float, to_ms: float, *, distance_m: float | None = None) -> Stretch:
        """Return what happened from one moment of the course's clock to another.

        `distance_m` is for a stretch that is known by its ends on the way.
        """
        course = self.course
        way_m = self._grown(course.node_ms, course.way_m, from_ms, to_ms)
        return Stretch(
            from_ms=from_ms,
            elapsed_ms=to_ms - from_ms,
            moving_ms=self._grown(course.node_ms, course.moving_ms, from_ms, to_ms),
            distance_m=way_m if distance_m is None else distance_m,
            ascent_m=self._climb(self._up_m, from_ms, to_ms),
            descent_m=self._climb(self._down_m, from_ms, to_ms),
            avg_hr_bpm=self._hearts.between(from_ms, to_ms),
            avg_power_w=self._powers.between(from_ms, to_ms),
        )

    def _climb(self, climbed_m: Sequence[float], from_ms: float, to_ms: float) -> float | None:
        if not climbed_m:
            return None
        clock_ms = self.course.clock_ms
        # What was climbed in the first instant, by samples of one time, belongs to the beginning.
        before_m = interpolated(clock_ms, climbed_m, from_ms) if from_ms > 0 else 0.0
        return interpolated(clock_ms, climbed_m, to_ms) - before_m

    @staticmethod
    def _grown(xs: Sequence[float], ys: Sequence[float], from_ms: float, to_ms: float) -> float:
        return interpolated(xs, ys, to_ms) - interpolated(xs, ys, from_ms) if xs else 0.0


class _Mean:
    """The mean of a column over time; a sample stands for the time since the one before it."""

    def __init__(self, column: Column, samples: Samples, clock_ms: Sequence[int]) -> None:
        breaks, held, total = frozenset(samples.breaks), 0, 0
        self._clock_ms, self._held_ms, self._sum = clock_ms, array("q", [0]), array("q", [0])
        for at, value in enumerate(column[1:], start=1):
            passed_ms = clock_ms[at] - clock_ms[at - 1]
            if value is not None and passed_ms <= LONGEST_HELD_MS and at not in breaks:
                held, total = held + passed_ms, total + passed_ms * value
            self._held_ms.append(held)
            self._sum.append(total)
        self._is_measured = bool(column)

    def between(self, from_ms: float, to_ms: float) -> float | None:
        """Return the mean between two moments, None where nothing was measured."""
        if not self._is_measured:
            return None
        low, high = (
            [interpolated(self._clock_ms, column, at) for column in (self._held_ms, self._sum)]
            for at in (from_ms, to_ms)
        )
        return (high[1] - low[1]) / (high[0] - low[0]) if high[0] > low[0] else None


def _climbed(samples: Samples, *, smooth: bool) -> tuple[Sequence[float], Sequence[float]]:
    """Return the metres climbed and descended until each sample, empty without altitude."""
    if not samples.altitude_cm:
        return [], []
    ups, downs = array("d", bytes(8 * len(samples))), array("d", bytes(8 * len(samples)))
    for at, change_m in metrics.climbs(samples, smooth=smooth):
        ups[at] += max(change_m, 0.0)
        downs[at] += max(-change_m, 0.0)
    return array("d", accumulate(ups)), array("d", accumulate(downs))


def splits(ruler: Ruler, unit_m: float) -> Iterator[Stretch]:
    """Yield the stretches of each full unit of the way and of what remains; they cover all of it.

    A pause at a border belongs to the split that begins there. Nothing where nothing was covered.
    """
    course = ruler.course
    if course.length_m < _LEAST_SPLIT_M:
        return
    full = min(int(course.length_m / unit_m), MOST_SPLITS)
    borders_m = [unit_m * count for count in range(full + 1)]
    if course.length_m - borders_m[-1] >= _LEAST_SPLIT_M:
        borders_m.append(course.length_m)
    borders_ms = [_reached_ms(course, border_m) for border_m in borders_m]
    borders_ms[0], borders_ms[-1] = 0.0, float(course.clock_ms[-1])
    for (from_ms, to_ms), (from_m, to_m) in zip(
        pairwise(borders_ms), pairwise(borders_m), strict=True
    ):
        yield ruler.stretch(from_ms, to_ms, distance_m=to_m - from_m)


def _reached_ms(course: Course, border_m: float) -> float:
    """Return when the way first was as long as that."""
    low, high = 0, len(course.way_m) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if course.way_m[middle] < border_m else (low, middle)
    if low == 0 or course.way_m[low] <= border_m:
        return float(course.node_ms[low])
    before_m, after_m = course.way_m[low - 1], course.way_m[low]
    share = (border_m - before_m) / (after_m - before_m)
    return course.node_ms[low - 1] + share * (course.node_ms[low] - course.node_ms[low - 1])
