"""How a recording came forward in steps of about ten seconds, robust against a receiver's slips."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import cos, radians, sqrt
from statistics import median
from typing import NamedTuple

from fittrack.activities.columns import Column
from fittrack.activities.samples import Samples

BUCKET_MS = 10_000
# Three days and more; of what is longer, or has more pauses, the steps are as many but coarser.
MOST_NODES, MOST_PIECES = 30_000, 5_000
_METRES_PER_E7 = 6_371_008.8 * radians(1e-7)
# Longer than this, or than some steps of a slow sampler, nobody knows what happened.
_GAP_S = 60.0
_GAP_STEPS = 6.0
# Faster than any vehicle but those that fly, and those.
_VEHICLE_MPS, _AIRLINER_MPS = 100.0, 320.0
_ROAD_MPS = 20.0
_PAUSE_S, _FLIGHT_S = 60.0, 1200.0
_JUMP_M = 300.0
# So long, and over so many places, a receiver may be astray.
_SLIP_S, _LONGEST_SLIP = 180.0, 19


class Node(NamedTuple):
    """The middle of some neighbouring samples of one piece; `at_s` counts from 1970."""

    at_s: float
    lat_e7: int
    lon_e7: int
    altitude_m: float | None
    piece: int


@dataclass(frozen=True, slots=True)
class Pace:
    """One step: where it ended, how long it took, how fast it was, and how far it climbed."""

    at_s: float
    elapsed_s: float
    speed_mps: float
    climb_m: float | None
    follows: bool


def way_m(one: Node, other: Node) -> float:
    """Return the way between two places near each other, else a good guess of it."""
    east = other.lon_e7 - one.lon_e7
    if abs(east) > 1_800_000_000:
        east -= 3_600_000_000 if east > 0 else -3_600_000_000
    north = other.lat_e7 - one.lat_e7
    east_m = east * cos(radians((one.lat_e7 + other.lat_e7) / 2e7))
    return sqrt(north * north + east_m * east_m) * _METRES_PER_E7


def nodes_of(samples: Samples) -> list[Node]:
    """Return the middles of ten seconds each, without slips: few fixes astray do not move them."""
    bucket_ms = _bucket_ms(samples)
    nodes = [_node(samples, places, piece) for piece, places in _buckets(samples, bucket_ms)]
    return _without_slips(nodes)


def _without_slips(nodes: list[Node]) -> list[Node]:
    """Return a track without places that nobody gets to and from which it is soon back."""
    kept = nodes[:1]
    at = 1
    while at < len(nodes):
        length_m = way_m(kept[-1], nodes[at])
        if is_jump(kept[-1], nodes[at], length_m):
            at = _way_back(nodes, at, kept[-1], length_m)
        kept += nodes[at : at + 1]
        at += 1
    return kept


def is_jump(before: Node, here: Node, length_m: float) -> bool:
    """Tell whether not even a vehicle explains a step; after a long pause, not even an airliner."""
    elapsed_s = here.at_s - before.at_s
    is_pause = before.piece != here.piece or elapsed_s > _PAUSE_S
    most_mps = _AIRLINER_MPS if is_pause and elapsed_s > _FLIGHT_S else _VEHICLE_MPS
    return length_m >= _JUMP_M and length_m > most_mps * max(elapsed_s, 1.0)


def _way_back(nodes: Sequence[Node], at: int, before: Node, length_m: float) -> int:
    """Return where a track is soon back near where it jumped from, or its end if that is near.

    One that goes on where it jumped to has not slipped: `at`.
    """
    for place in range(at + 1, min(at + _LONGEST_SLIP, len(nodes))):
        elapsed_s = nodes[place].at_s - before.at_s
        if elapsed_s > _SLIP_S:
            return at
        if way_m(before, nodes[place]) < min(length_m / 2, _JUMP_M + _ROAD_MPS * elapsed_s):
            return place
    return len(nodes) if nodes[-1].at_s - before.at_s <= _SLIP_S else at


def _bucket_ms(samples: Samples) -> int:
    """Return how long a step is: ten seconds, unless there would be too many of them."""
    if len(samples) <= MOST_NODES:
        return BUCKET_MS
    used = sum(1 for _ in groupby(at_ms // BUCKET_MS for at_ms in samples.at_ms))
    return BUCKET_MS * (1 + used // MOST_NODES)


def _buckets(samples: Samples, bucket_ms: int) -> Iterator[tuple[int, list[int]]]:
    """Yield the samples with a fix in groups of one bucket; what runs backwards is left out."""
    breaks = samples.breaks if len(samples.breaks) <= MOST_PIECES else ()
    edges = [0, *breaks, len(samples)]
    at_ms, lat, lon = samples.at_ms, samples.lat_e7, samples.lon_e7
    last_ms = -(10**18)
    for piece, (start, end) in enumerate(pairwise(edges)):
        places: list[int] = []
        bucket = None
        for at in range(start, end):
            if lat[at] is None or at_ms[at] <= last_ms or not (lat[at] or lon[at]):
                continue
            last_ms = at_ms[at]
            if last_ms // bucket_ms != bucket:
                if places:
                    yield piece, places
                places, bucket = [], last_ms // bucket_ms
            places.append(at)
        if places:
            yield piece, places


def _node(samples: Samples, places: list[int], piece: int) -> Node:
    middle = len(places) // 2
    return Node(
        samples.at_ms[places[middle]] / 1000,
        _middle(samples.lat_e7, places) or 0,
        _middle(samples.lon_e7, places) or 0,
        _metres(_middle(samples.altitude_cm, places)) if samples.altitude_cm else None,
        piece,
    )


def _middle(column: Column, places: list[int]) -> int | None:
    present = sorted(value for at in places if (value := column[at]) is not None)
    return present[len(present) // 2] if present else None


def _metres(cm: int | None) -> float | None:
    return None if cm is None else cm / 100


def paces_of(samples: Samples, nodes: Sequence[Node]) -> list[Pace]:
    """Return the steps by positions, else by the device's distance, else by its speed.

    Each speed is the middle of five neighbouring ones, so that a fix astray makes none of them.
    """
    steps = _by_positions(nodes) if len(nodes) > 1 else _by_devices(samples)
    usual_s = median(step.elapsed_s for step in steps) if steps else 0.0
    longest_s = max(_GAP_S, _GAP_STEPS * usual_s)
    kept = [step for step in steps if step.elapsed_s <= longest_s]
    return _settled(kept)


def _by_positions(nodes: Sequence[Node]) -> list[Pace]:
    return [
        Pace(
            here.at_s,
            here.at_s - before.at_s,
            way_m(before, here) / (here.at_s - before.at_s),
            _climb_m(before, here),
            follows=True,
        )
        for before, here in pairwise(nodes)
        if before.piece == here.piece and here.at_s > before.at_s
    ]


def _climb_m(before: Node, here: Node) -> float | None:
    low, high = before.altitude_m, here.altitude_m
    return None if low is None or high is None else high - low


def _by_devices(samples: Samples) -> list[Pace]:
    """Return steps by what a device without positions counted."""
    if any(samples.distance_cm):
        marks = _marks(samples, samples.distance_cm)
        return [
            Pace(at / 1000, (at - since) / 1000, (there - here) * 10 / (at - since), None, True)
            for (since, here), (at, there) in pairwise(marks)
        ]
    marks = _marks(samples, samples.speed_mmps)
    return [
        Pace(at / 1000, (at - since) / 1000, speed / 1000, None, True)
        for (since, _), (at, speed) in pairwise(marks)
    ]


def _marks(samples: Samples, column: Column) -> list[tuple[int, int]]:
    """Return about one (time in ms, value) in ten seconds."""
    marks: list[tuple[int, int]] = []
    bucket_ms = _bucket_ms(samples)
    for at, value in zip(samples.at_ms, column, strict=False):
        if value is not None and (not marks or at >= marks[-1][0] + bucket_ms):
            marks.append((at, value))
    return marks


def _settled(steps: list[Pace]) -> list[Pace]:
    speeds = [step.speed_mps for step in steps]
    return [
        Pace(
            step.at_s,
            step.elapsed_s,
            sorted(speeds[max(0, at - 2) : at + 3])[len(speeds[max(0, at - 2) : at + 3]) // 2],
            step.climb_m,
            at > 0 and step.at_s - step.elapsed_s - steps[at - 1].at_s < 1.0,
        )
        for at, step in enumerate(steps)
    ]


@dataclass(frozen=True, slots=True)
class Fastest:
    """The fastest stretch of some length, and for how long all stretches were over a limit."""

    window_s: int
    speed_mps: float
    over_s: float


def fastest_over(paces: Iterable[Pace], window_s: int, limit_mps: float) -> Fastest:
    """Return the fastest stretch of at least `window_s` without a gap, in one pass."""
    best, over_s, marked_s = 0.0, 0.0, float("-inf")
    stretch, time_s, way = deque[Pace](), 0.0, 0.0
    for pace in paces:
        if not pace.follows:
            stretch, time_s, way = deque(), 0.0, 0.0
        stretch.append(pace)
        time_s += pace.elapsed_s
        way += pace.elapsed_s * pace.speed_mps
        while time_s - stretch[0].elapsed_s >= window_s:
            first = stretch.popleft()
            time_s -= first.elapsed_s
            way -= first.elapsed_s * first.speed_mps
        if time_s < window_s:
            continue
        best = max(best, way / time_s)
        if way > limit_mps * time_s:
            over_s += pace.at_s - max(marked_s, pace.at_s - time_s)
            marked_s = pace.at_s
    return Fastest(window_s, best, over_s)
