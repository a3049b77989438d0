"""Best efforts: the fastest time over a distance, and the highest mean power over a time."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fittrack.activities.analysis.course import Course
from fittrack.activities.samples import Samples
from fittrack.activities.sports import family

MILE_M = 1609.344
# Distances of best efforts, by code, in metres.
DISTANCES_M: Mapping[str, float] = {
    "400m": 400.0,
    "1km": 1000.0,
    "1mi": MILE_M,
    "5km": 5000.0,
    "10km": 10_000.0,
    "half_marathon": 21_097.5,
    "marathon": 42_195.0,
}
# Times of best mean power, by code, in seconds.
POWER_TIMES_S: Mapping[str, int] = {
    "power_1min": 60,
    "power_5min": 300,
    "power_20min": 1200,
    "power_60min": 3600,
}
EFFORTS = (*DISTANCES_M, *POWER_TIMES_S)
# Those in which a distance is somebody's own doing.
_FAMILIES = frozenset({"foot", "walk", "ride", "swim", "row", "snow"})
# A sample stands for the time since the one before it; after more than this it stands for none.
LONGEST_HELD_MS = 60_000


@dataclass(frozen=True, slots=True)
class Effort:
    """A best effort; `figure` is milliseconds, or watts below zero: the lower, the better.

    `from_ms` is how long after its first sample the recording was there.
    """

    effort_code: str
    figure: int
    from_ms: int


def best_times(course: Course, *, sport: str) -> list[Effort]:
    """Return the fastest time over each distance that a recording covers, shortest first.

    The window slides over the way, which is even between two samples, so that it may begin and end
    between them. The clock runs on in pauses.
    """
    if family(sport) not in _FAMILIES:
        return []
    reached = ((code, m) for code, m in DISTANCES_M.items() if m <= course.length_m)
    found = ((code, best_time(course.node_ms, course.way_m, metres)) for code, metres in reached)
    return [Effort(code, round(best[0]), round(best[1])) for code, best in found if best]


def best_time(
    node_ms: Sequence[int], way_m: Sequence[float], distance_m: float
) -> tuple[float, float] | None:
    """Return the shortest time in which a distance was covered and its beginning, both in ms.

    Along a way that is even between its nodes the shortest window begins or ends at one of them.
    None where the way is shorter, or covered in no time.
    """
    ending = _ending_at_nodes(node_ms, way_m, distance_m)
    beginning = _beginning_at_nodes(node_ms, way_m, distance_m)
    found = [window for window in (ending, beginning) if window and window[0] > 0]
    return min(found, default=None)


def _ending_at_nodes(
    node_ms: Sequence[int], way_m: Sequence[float], distance_m: float
) -> tuple[float, float] | None:
    best: tuple[float, float] | None = None
    shortest, first, last = float("inf"), 0, len(way_m) - 1
    for end_ms, end_m in zip(node_ms, way_m, strict=True):
        start_m = end_m - distance_m
        if start_m < 0:
            continue
        while first < last and way_m[first + 1] <= start_m:
            first += 1
        if end_ms - node_ms[min(first + 1, last)] >= shortest:
            continue
        ahead = start_m - way_m[first]
        start_ms: float = node_ms[first]
        if ahead:
            start_ms += ahead * (node_ms[first + 1] - start_ms) / (way_m[first + 1] - way_m[first])
        if end_ms - start_ms < shortest:
            shortest = end_ms - start_ms
            best = (shortest, start_ms)
    return best


def _beginning_at_nodes(
    node_ms: Sequence[int], way_m: Sequence[float], distance_m: float
) -> tuple[float, float] | None:
    best: tuple[float, float] | None = None
    shortest, after, count = float("inf"), 0, len(way_m)
    for start_ms, start_m in zip(node_ms, way_m, strict=True):
        end_m = start_m + distance_m
        while after < count and way_m[after] < end_m:
            after += 1
        if after == count:
            break
        if node_ms[after - 1] - start_ms >= shortest:
            continue
        short = way_m[after] - end_m
        end_ms: float = node_ms[after]
        if short:
            end_ms -= short * (end_ms - node_ms[after - 1]) / (way_m[after] - way_m[after - 1])
        if end_ms - start_ms < shortest:
            shortest = end_ms - start_ms
            best = (shortest, start_ms)
    return best


def best_powers(samples: Samples, clock_ms: Sequence[int]) -> list[Effort]:
    """Return the highest mean power over each time that a recording lasts, shortest first.

    Pauses, gaps of more than a minute and samples without power count as no power: nobody gets a
    rest for nothing.
    """
    if not any(samples.power_w):
        return []
    work = work_of(samples, clock_ms)
    found = (
        (code, lasting_s, best_work(clock_ms, work, lasting_s * 1000))
        for code, lasting_s in POWER_TIMES_S.items()
    )
    rounded = (
        Effort(code, -round(best[0] / (lasting_s * 1000)), round(best[1]))
        for code, lasting_s, best in found
        if best
    )
    return [effort for effort in rounded if effort.figure < 0]


def work_of(samples: Samples, clock_ms: Sequence[int]) -> Sequence[int]:
    """Return the work done until each sample, in millijoules (watts times milliseconds)."""
    breaks, done, work = frozenset(samples.breaks), 0, array("q", [0])
    for at in range(1, len(clock_ms)):
        held_ms, power_w = clock_ms[at] - clock_ms[at - 1], samples.power_w[at]
        if power_w and held_ms <= LONGEST_HELD_MS and at not in breaks:
            done += power_w * held_ms
        work.append(done)
    return work


def best_work(
    clock_ms: Sequence[int], work: Sequence[int], lasting_ms: int
) -> tuple[float, float] | None:
    """Return the most work done within a time, in millijoules, and its beginning in ms.

    None where the recording is shorter. Work grows evenly between two samples, so that the best
    window begins or ends at one of them.
    """
    if not clock_ms or clock_ms[-1] < lasting_ms:
        return None
    return max(
        _most_ending(clock_ms, work, lasting_ms), _most_beginning(clock_ms, work, lasting_ms)
    )


def _most_ending(
    clock_ms: Sequence[int], work: Sequence[int], lasting_ms: int
) -> tuple[float, float]:
    best, best_from_ms, first = 0.0, 0, 0
    for now_ms, done in zip(clock_ms, work, strict=True):
        start_ms = now_ms - lasting_ms
        if start_ms < 0:
            continue
        while clock_ms[first + 1] <= start_ms:
            first += 1
        if done - work[first] > best:
            within = done - _between(clock_ms, work, first, start_ms)
            if within > best:
                best, best_from_ms = within, start_ms
    return best, best_from_ms


def _most_beginning(
    clock_ms: Sequence[int], work: Sequence[int], lasting_ms: int
) -> tuple[float, float]:
    best, best_from_ms, after, last = 0.0, 0, 0, len(clock_ms) - 1
    for now_ms, done in zip(clock_ms, work, strict=True):
        end_ms = now_ms + lasting_ms
        if end_ms > clock_ms[last]:
            break
        while after < last and clock_ms[after + 1] <= end_ms:
            after += 1
        if work[min(after + 1, last)] - done > best:
            within = _between(clock_ms, work, after, end_ms) - done
            if within > best:
                best, best_from_ms = within, now_ms
    return best, best_from_ms


def _between(clock_ms: Sequence[int], work: Sequence[int], at: int, instant_ms: int) -> float:
    """Return the work done until an instant that lies between sample `at` and the next."""
    over_ms = instant_ms - clock_ms[at]
    if not over_ms:
        return work[at]
    share = over_ms / (clock_ms[at + 1] - clock_ms[at])
    return work[at] + share * (work[at + 1] - work[at])
