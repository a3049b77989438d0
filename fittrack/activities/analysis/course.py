"""A recording as a clock and a way that never run back: the ground for splits and efforts."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from fittrack.activities.samples import Samples
from fittrack.activities.sports import family
from fittrack.activities.steps import LONGEST_STEP_S, MOVING_ABOVE_MPS, measures_movement, meter

# No member of a family is faster, not on the steepest slope; a step that would be is a receiver's
# mistake, and covers no way. Running: U. Bolt's 12.4 m/s, Berlin 2009.
_FASTEST_MPS = {"foot": 12.5, "walk": 8.0, "ride": 40.0, "swim": 3.0, "row": 8.0, "snow": 60.0}
_FASTEST_OF_ALL_MPS = 100.0
# Clocks that were never right, or changed to another zone; what is less is scatter.
_SET_BACK_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Course:
    """How far a recording had come, and when.

    `clock_ms` is the time passed until each sample, pauses included. The other columns have an
    entry for each sample at which the way is known, `node_at`: the clock there, the way covered
    and the time spent moving until there. Between two of them everything is even.
    """

    clock_ms: Sequence[int]
    node_at: Sequence[int]
    node_ms: Sequence[int]
    way_m: Sequence[float]
    moving_ms: Sequence[int]

    @property
    def length_m(self) -> float:
        """Return the whole way."""
        return self.way_m[-1] if self.way_m else 0.0


def course_of(samples: Samples, *, sport: str) -> Course:
    """Return a recording's course; one without movement has no nodes.

    The way is the device's own distance where it counts one, else that between the positions in
    two dimensions, else the device's speed over time. Nothing is covered in a pause, but for what a
    counter gained, nor in a step faster than anybody is in that sport. A step moves as
    `steps.is_moving` has it, but for the two dimensions.
    """
    course = _Walk(clock_of(samples))
    if measures_movement(samples):
        course.go(samples, _FASTEST_MPS.get(family(sport), _FASTEST_OF_ALL_MPS))
    return Course(course.clock_ms, course.node_at, course.node_ms, course.way_m, course.moving_ms)


def clock_of(samples: Samples) -> Sequence[int]:
    """Return the milliseconds passed until each sample.

    While a clock lies behind what it has shown, no time passes; one that was set back by more
    than an hour goes on from there.
    """
    passed_ms, clock_ms = 0, array("q")
    latest_ms = samples.at_ms[0] if len(samples) else 0
    for at_ms in samples.at_ms:
        if at_ms > latest_ms:
            passed_ms += at_ms - latest_ms
            latest_ms = at_ms
        elif at_ms < latest_ms - _SET_BACK_MS:
            latest_ms = at_ms
        clock_ms.append(passed_ms)
    return clock_ms


class _Walk:
    """Collects the nodes of a course, in arrays: a million of them are no burden."""

    def __init__(self, clock_ms: Sequence[int]) -> None:
        self.clock_ms = clock_ms
        self.node_at, self.node_ms = array("q"), array("q")
        self.way_m, self.moving_ms = array("d"), array("q")
        self._come_m, self._moved_ms = 0.0, 0
        # When the way last grew.
        self._grown_ms = 0

    def go(self, samples: Samples, fastest_mps: float) -> None:
        """Walk over all samples."""
        reader, breaks, ahead_m = meter(samples, onward=True), frozenset(samples.breaks), 0.0
        reader.restart(0)
        self._add(0, 0, 0.0, 0)
        for at in range(1, len(self.clock_ms)):
            is_pause, now_ms = at in breaks, self.clock_ms[at]
            length_m = reader.resume(at) if is_pause else reader.read(at)
            if length_m is None:
                continue
            ahead_m += length_m
            if now_ms > self.node_ms[-1]:
                # A speed times a step back in time is less than nothing.
                kept_m = self._kept(max(0.0, ahead_m), now_ms, fastest_mps)
                self._step(at, kept_m, is_pause=is_pause)
                ahead_m = 0.0  # of two samples of one instant the way counts with the next

    def _step(self, at: int, length_m: float, *, is_pause: bool) -> None:
        now_ms = self.clock_ms[at]
        passed_ms = now_ms - self.node_ms[-1]
        if is_pause:
            self._grown_ms = now_ms
        moves = not is_pause and _is_moving(length_m, passed_ms)
        self._add(at, now_ms, length_m, passed_ms if moves else 0)

    def _kept(self, ahead_m: float, now_ms: int, fastest_mps: float) -> float:
        """Return the metres that can be true.

        A leap that is possible since the way last grew is that of a device which tells it seldom:
        it was covered evenly since then.
        """
        if ahead_m * 1000 <= fastest_mps * (now_ms - self.node_ms[-1]):
            return ahead_m
        if ahead_m * 1000 > fastest_mps * (now_ms - self._grown_ms):
            return 0.0
        while self.node_ms[-1] > self._grown_ms:
            for column in (self.node_at, self.node_ms, self.way_m, self.moving_ms):
                column.pop()
        return ahead_m

    def _add(self, at: int, now_ms: int, length_m: float, moving_ms: int) -> None:
        if length_m:
            self._grown_ms = now_ms
        self._come_m += length_m
        self._moved_ms += moving_ms
        self.node_at.append(at)
        self.node_ms.append(now_ms)
        self.way_m.append(self._come_m)
        self.moving_ms.append(self._moved_ms)


def _is_moving(length_m: float, passed_ms: int) -> bool:
    return passed_ms <= LONGEST_STEP_S * 1000 and length_m * 1000 > MOVING_ABOVE_MPS * passed_ms


def interpolated(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """Return y at x along the line through ascending xs, level beyond its ends.

    Where several xs are the same it is the y of the last of them.
    """
    after = bisect_right(xs, x)
    if after == 0:
        return ys[0]
    if after == len(xs):
        return ys[-1]
    share = (x - xs[after - 1]) / (xs[after] - xs[after - 1])
    return ys[after - 1] + share * (ys[after] - ys[after - 1])
