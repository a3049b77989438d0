"""Estimates of a runner's maximal oxygen uptake, in ml per kg and minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import exp

from fittrack.activities import metrics
from fittrack.activities.analysis.course import Course
from fittrack.activities.analysis.efforts import DISTANCES_M, LONGEST_HELD_MS, Effort
from fittrack.activities.analysis.hearts import Heart
from fittrack.activities.samples import Samples

AT_REST = 3.5
# Oxygen uptake takes minutes to settle; what comes before is left out.
SETTLING_MS = 6 * 60_000
_LEAST_MS = 10 * 60_000
# Slower is not running, as the equation has it (m per minute).
_LEAST_M_PER_MIN = 80.0
# Outside of these shares of the reserve the heart says little about uptake.
_SHARES = (0.5, 1.0)
# Daniels and Gilbert had races from 3.5 minutes to 4 hours.
_RACE_MIN = (3.5, 240.0)


@dataclass(frozen=True, slots=True)
class SteadyRun:
    """Of a run, what lies after its first minutes, is moving and has a heart rate."""

    moving_ms: float
    distance_m: float
    climb_m: float
    mean_hr_bpm: float


def steady_run(samples: Samples, course: Course, *, smooth: bool) -> SteadyRun | None:
    """Return the settled part of a run, None where it is shorter than ten minutes.

    `climb_m` is net of what goes down again, and never below zero.
    """
    if not samples.hr_bpm or not course.node_at:
        return None
    moving_ms = distance_m = beats = 0.0
    first: int | None = None
    for at, step_ms, step_m, hr_bpm in _settled(samples, course):
        first = at if first is None else first
        moving_ms, distance_m, beats = (
            moving_ms + step_ms,
            distance_m + step_m,
            beats + hr_bpm * step_ms,
        )
    if first is None or moving_ms < _LEAST_MS:
        return None
    climb_m = sum(metres for at, metres in metrics.climbs(samples, smooth=smooth) if at >= first)
    return SteadyRun(moving_ms, distance_m, max(climb_m, 0.0), beats / moving_ms)


def _settled(samples: Samples, course: Course) -> Iterator[tuple[int, float, float, int]]:
    """Yield (sample, milliseconds, metres, bpm) of the steps that count."""
    moved, come = pairwise(course.moving_ms), pairwise(course.way_m)
    at_nodes = zip(course.node_at[1:], course.node_ms, moved, come, strict=False)
    for at, from_ms, (moved_ms, moving_ms), (come_m, length_m) in at_nodes:
        hr_bpm, step_ms = samples.hr_bpm[at], moving_ms - moved_ms
        if hr_bpm and 0 < step_ms <= LONGEST_HELD_MS and from_ms >= SETTLING_MS:
            yield at, step_ms, length_m - come_m, hr_bpm


def running_uptake(speed_m_per_min: float, grade: float) -> float:
    """Return the oxygen that running takes: 0.2 v + 0.9 v x grade + 3.5.

    ACSM's Guidelines for Exercise Testing and Prescription, 10th edition (2018), table 6.2.
    """
    return 0.2 * speed_m_per_min + 0.9 * speed_m_per_min * grade + AT_REST


def by_heart_rate(run: SteadyRun, heart: Heart) -> float | None:
    """Return maximal uptake from a run's pace and heart rate, None outside of their range.

    The share of the heart rate reserve is that of the uptake reserve: D. P. Swain and
    B. C. Leutholtz, Med. Sci. Sports Exerc. 29 (1997). So (uptake - 3.5) / share + 3.5.
    """
    minutes = run.moving_ms / 60_000
    speed = run.distance_m / minutes
    share = _reserve_share(run.mean_hr_bpm, heart)
    if share is None or not _SHARES[0] <= share <= _SHARES[1] or speed < _LEAST_M_PER_MIN:
        return None
    return (running_uptake(speed, run.climb_m / run.distance_m) - AT_REST) / share + AT_REST


def _reserve_share(hr_bpm: float, heart: Heart) -> float | None:
    """Return the share of the reserve, None unless rest and maximum are known."""
    max_bpm, rest_bpm = heart.max_hr_bpm, heart.resting_hr_bpm
    if max_bpm is None or rest_bpm is None or rest_bpm >= max_bpm:
        return None
    return (hr_bpm - rest_bpm) / (max_bpm - rest_bpm)


def by_race(distance_m: float, minutes: float) -> float:
    """Return the uptake that a race over a distance in a time stands for (VDOT).

    J. Daniels and J. Gilbert, Oxygen Power: Performance Tables for Distance Runners, 1979.
    """
    speed = distance_m / minutes
    uptake = -4.60 + 0.182258 * speed + 0.000104 * speed**2
    share = 0.8 + 0.1894393 * exp(-0.012778 * minutes) + 0.2989558 * exp(-0.1932605 * minutes)
    return uptake / share


def best_by_race(efforts: Iterable[Effort]) -> float | None:
    """Return the highest uptake that any best effort of a run stands for, None without one."""
    shortest_min, longest_min = _RACE_MIN
    raced = [
        (DISTANCES_M[effort.effort_code], effort.figure / 60_000)
        for effort in efforts
        if effort.effort_code in DISTANCES_M
    ]
    found = [by_race(m, minutes) for m, minutes in raced if shortest_min <= minutes <= longest_min]
    return max(found, default=None)
