"""Faster than anybody is, and places that nobody gets to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fittrack.activities.models import Activity
from fittrack.activities.plausibility.limits import FLAT_RIDE, Limits, limits_of, most_over
from fittrack.activities.plausibility.models import Finding
from fittrack.activities.plausibility.paces import Fastest, Node, Pace, fastest_over, is_jump, way_m
from fittrack.activities.sports import family

# A ferry on a hike is no run by car: it is slow, and the hike is longer.
_FERRY_MPS = 14.0
_FERRY_SHARE, _STRIDE_MPS = 0.25, 3.0
# A short recording states its mean speed with little behind it.
_LEAST_STATED_S = 60
# A wheel and a receiver differ, but not by half.
_TRACK_TOLERANCE = 1.5
# Rounding of what a device states.
_STATED_TOLERANCE = 1.05
# From a crawl to more than this within a few seconds: an engine, or a steep descent.
_SLOW_MPS, _QUICK_MPS, _SURGE_STEPS = 4.0, 12.5, 2
_SURGES, _SURGES_PER_HOUR = 3, 4.0
_FALLING = -0.02
# One far jump, or some of less.
_JUMP_M, _SMALL_JUMPS = 1000.0, 3
_STILL_M = 30.0
# The first fixes are where the receiver was last.
_WARM_UP_S = 120.0


def too_fast(activity: Activity, paces: Sequence[Pace]) -> Iterator[Finding]:
    """Yield where a stretch, or the whole as stated, is faster than its sport ever is."""
    limits = limits_of(activity.sport)
    if limits is None:
        return
    for window_s, limit_mps in limits:
        fastest = fastest_over(paces, window_s, limit_mps)
        if fastest.speed_mps > limit_mps and not _is_ferry(activity, fastest, paces):
            yield _speed_finding("too_fast", fastest, limit_mps)
            return
    yield from _too_fast_as_stated(activity, limits)


def _is_ferry(activity: Activity, fastest: Fastest, paces: Sequence[Pace]) -> bool:
    if family(activity.sport) != "walk" or fastest.speed_mps >= _FERRY_MPS:
        return False
    aboard_s = sum(pace.elapsed_s for pace in paces if pace.speed_mps > _STRIDE_MPS)
    return aboard_s < _FERRY_SHARE * sum(pace.elapsed_s for pace in paces)


def _speed_finding(code: str, fastest: Fastest, limit_mps: float) -> Finding:
    return Finding(
        code,
        {
            "speed_mps": round(fastest.speed_mps, 2),
            "limit_mps": limit_mps,
            "window_s": fastest.window_s,
            "over_limit_s": round(fastest.over_s),
        },
    )


def _too_fast_as_stated(activity: Activity, limits: Limits) -> Iterator[Finding]:
    """Yield where the stated distance could not be covered in the time that there was.

    A track that is as long speaks for itself.
    """
    time_s, track_m = activity.moving_s or activity.elapsed_s, activity.track_distance_m or 0.0
    if activity.distance_m is None or time_s < _LEAST_STATED_S:
        return
    if track_m * _TRACK_TOLERANCE > activity.distance_m:
        return
    limit_mps = most_over(limits, time_s) * _STATED_TOLERANCE
    speed_mps = activity.distance_m / time_s
    if speed_mps > limit_mps and activity.distance_m > limit_mps * _LEAST_STATED_S:
        evidence = {"speed_mps": round(speed_mps, 2), "limit_mps": round(limit_mps, 2)}
        yield Finding("too_fast", {**evidence, "window_s": time_s})


def engines(activity: Activity, paces: Sequence[Pace]) -> Iterator[Finding]:
    """Yield where a ride goes like a car: too fast on the flat, or away from each light."""
    if family(activity.sport) not in {"ride", "multisport", "other"}:
        return
    flat = [_flat(pace) for pace in paces]
    for window_s, limit_mps in FLAT_RIDE:
        fastest = fastest_over(flat, window_s, limit_mps)
        if family(activity.sport) == "ride" and fastest.speed_mps > limit_mps:
            yield _speed_finding("engine", fastest, limit_mps)
            return
    surges = sum(_is_surge(paces, at) for at in range(_SURGE_STEPS, len(paces)))
    hours = sum(pace.elapsed_s for pace in paces) / 3600
    if surges >= _SURGES and surges >= _SURGES_PER_HOUR * hours:
        yield Finding("engine", {"surges": surges, "from_mps": _SLOW_MPS, "to_mps": _QUICK_MPS})


def _flat(pace: Pace) -> Pace:
    """Return the step, as one that stands still where the road falls or nobody knows."""
    way = pace.speed_mps * pace.elapsed_s
    if pace.climb_m is not None and pace.climb_m > _FALLING * way / 2:
        return pace
    return Pace(pace.at_s, pace.elapsed_s, 0.0, pace.climb_m, pace.follows)


def _is_surge(paces: Sequence[Pace], at: int) -> bool:
    """Tell whether a step is quick, two before it slow, and the road between them does not fall."""
    before, here = paces[at - _SURGE_STEPS], paces[at]
    run = paces[at - _SURGE_STEPS + 1 : at + 1]
    if before.speed_mps > _SLOW_MPS or here.speed_mps < _QUICK_MPS:
        return False
    if not all(pace.follows and pace.elapsed_s <= 15.0 for pace in run):
        return False
    way = sum(pace.speed_mps * pace.elapsed_s for pace in run)
    return sum(pace.climb_m or 0.0 for pace in run) > _FALLING * way


def teleports(activity: Activity, nodes: Sequence[Node]) -> Iterator[Finding]:
    """Yield where a track goes on far away for good, and no tunnel or pause explains it."""
    limits = limits_of(activity.sport)
    if limits is None:
        return
    jumps = list(_jumps(nodes, limits))
    if any(jump >= _JUMP_M for jump in jumps) or len(jumps) >= _SMALL_JUMPS:
        yield Finding("teleport", {"jumps": len(jumps), "longest_jump_m": round(max(jumps))})


def _jumps(nodes: Sequence[Node], limits: Limits) -> Iterator[float]:
    """Yield the lengths of jumps of a track without slips."""
    still_at = 0
    for at in range(1, len(nodes)):
        before, here = nodes[at - 1], nodes[at]
        if way_m(nodes[still_at], before) > _STILL_M:
            still_at = at - 1
        length_m = way_m(before, here)
        if not is_jump(before, here, length_m) or here.at_s - nodes[0].at_s < _WARM_UP_S:
            continue
        if not _is_tunnel(here.at_s - nodes[still_at].at_s, length_m, limits):
            yield length_m


def _is_tunnel(frozen_s: float, length_m: float, limits: Limits) -> bool:
    """Tell whether a track stood still for long enough to get there unseen."""
    return length_m < frozen_s * most_over(limits, frozen_s)
