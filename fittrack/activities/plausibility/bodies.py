"""What no heart, leg or stomach does."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby, pairwise

from fittrack.activities.columns import LONG, Column
from fittrack.activities.models import Activity
from fittrack.activities.plausibility.models import Finding
from fittrack.activities.plausibility.paces import Pace, fastest_over
from fittrack.activities.samples import Samples
from fittrack.activities.sports import ON_THE_SPOT, family

# Beyond these no heart beats for long; a strap that loses touch says so for moments.
LOW_HR_BPM, HIGH_HR_BPM = 30, 230
_WRONG_SHARE = 0.1
_LEAST_READINGS = 20
# An optical sensor holds its last value for minutes, never for this long.
FLAT_HR_S = 20 * 60
_FLAT_SHARE = 0.5
_RESTING_BPM = 85
# What passes between two readings further apart is a pause.
_LONGEST_STEP_MS = 60_000
# 4.2 m/s ask for 54 ml of oxygen per kg and minute (ACSM): no heart is at rest then.
_HARD_RUN_MPS, _HARD_RUN_S, _EASY_HR_BPM = 4.2, 20 * 60, 100
# The fastest sprinters take 5 steps a second, drummers of the feet little more.
MOST_STEPS_A_MINUTE = 250
MOST_STEPS_A_DAY = 130_000
_LEAST_STEPS = 1000
# Bolt's longest step was 2.8 m; over minutes nobody's is longer than 2.3 m.
LONGEST_STEP_M, SHORTEST_STEP_M = 2.5, 0.15
# Devices count steps, or pairs of them.
_PAIRS_BELOW_RPM = 125
_STRIDE_WINDOW_S = 300.0
_MOST_PEDAL_RPM = 190
# 58 teeth before 9 behind: no chain leads further, but coasting does.
_LONGEST_GEAR_M, _GEAR_WINDOW_S = 15.0, 1200.0
# World's best, with 15 % for meters: 1 min, 5 min, 20 min, 1 h.
_WORK_S, _LONE_STEP_S = 5.0, 10.0
_POWERS = ((60, 1250), (300, 720), (1200, 600), (3600, 540))
# The best climb 1000 m in 28:53 (vertical kilometre).
_CLIMB_WINDOW_S, _MOST_CLIMB_MPS = 600.0, 0.7
# Calibration of a barometer, not a climb.
_MOST_STEP_CLIMB_MPS = 2.0
_CLIMBERS = frozenset(
    {"running", "trail_running", "track_running", "walking", "cycling", "gravel", "virtual_run"}
)
# 2.5 l of oxygen more than the best take up, at 5 kcal each, and what devices add.
_MOST_KCAL_A_MINUTE, _LEAST_KCAL = 40.0, 400


def hearts(activity: Activity, samples: Samples, paces: Sequence[Pace]) -> Iterator[Finding]:
    """Yield what no heart does: beyond all bounds, without any change, or asleep on a hard run."""
    readings = [bpm for bpm in samples.hr_bpm if bpm]
    wrong = sum(not LOW_HR_BPM <= bpm <= HIGH_HR_BPM for bpm in readings)
    if len(readings) >= _LEAST_READINGS and wrong > _WRONG_SHARE * len(readings):
        share = round(wrong / len(readings), 3)
        yield Finding("heart_rate_out_of_range", {"share": share, "readings": len(readings)})
    elif activity.avg_hr_bpm and not LOW_HR_BPM <= activity.avg_hr_bpm <= HIGH_HR_BPM:
        yield Finding("heart_rate_out_of_range", {"avg_hr_bpm": activity.avg_hr_bpm})
    measured_still = activity.distance_cm == 0 and activity.sport not in ON_THE_SPOT
    if activity.moving_s >= FLAT_HR_S and not measured_still:
        yield from _flat_hearts(samples)
    yield from _easy_hearts(activity, paces)


def _flat_hearts(samples: Samples) -> Iterator[Finding]:
    flat_s, bpm, total_s = 0.0, 0, 0.0
    for run in _flat_runs(samples) if samples.hr_bpm else ():
        flat_s, bpm = max((flat_s, bpm), run)
        total_s += run[0]
    if bpm >= _RESTING_BPM and flat_s >= FLAT_HR_S and flat_s >= _FLAT_SHARE * total_s:
        yield Finding("heart_rate_flat", {"hr_bpm": bpm, "unchanged_s": round(flat_s)})


def _flat_runs(samples: Samples) -> Iterator[tuple[float, int]]:
    """Yield (seconds, heart rate) of each stretch without a change; 0 with few readings."""
    steps_ms = (min(max(0, at - since), _LONGEST_STEP_MS) for since, at in pairwise(samples.at_ms))
    until_ms = array("q", accumulate(steps_ms, initial=0))
    until_ms.append(until_ms[-1])
    at = 0
    for bpm, group in groupby(samples.hr_bpm):
        count = sum(1 for _ in group)
        if bpm:
            lasted_s = (until_ms[at + count] - until_ms[at]) / 1000
            yield lasted_s, bpm if count >= _LEAST_READINGS else 0
        at += count


def _easy_hearts(activity: Activity, paces: Sequence[Pace]) -> Iterator[Finding]:
    is_run = family(activity.sport) == "foot" and activity.sport not in ON_THE_SPOT
    hard_s = sum(pace.elapsed_s for pace in paces if pace.speed_mps >= _HARD_RUN_MPS)
    moving_s = sum(pace.elapsed_s for pace in paces)
    is_hard = hard_s >= max(_HARD_RUN_S, 0.8 * moving_s)
    if is_run and is_hard and activity.avg_hr_bpm and activity.avg_hr_bpm < _EASY_HR_BPM:
        evidence = {"avg_hr_bpm": activity.avg_hr_bpm, "fast_s": round(hard_s)}
        yield Finding("heart_rate_against_speed", {**evidence, "speed_mps": _HARD_RUN_MPS})


def cadences(activity: Activity, samples: Samples, paces: Sequence[Pace]) -> Iterator[Finding]:
    """Yield where steps or turns of the pedals do not fit the way, or are too many."""
    if not any(samples.cadence_rpm):
        return
    kind = family(activity.sport)
    if kind in {"foot", "walk"}:
        yield from _strides(activity, samples, paces)
    elif kind == "ride":
        yield from _gears(samples, paces)


def _strides(activity: Activity, samples: Samples, paces: Sequence[Pace]) -> Iterator[Finding]:
    factor = _steps_per_turn(samples.cadence_rpm)
    minutes = _cadenced(samples, paces, _STRIDE_WINDOW_S)
    for cadence_rpm, speed_mps in minutes:
        rate = cadence_rpm * factor
        if rate > MOST_STEPS_A_MINUTE:
            yield Finding("cadence_too_high", {"steps_a_minute": round(rate)})
            return
        step_m = speed_mps * 60 / rate
        if step_m > LONGEST_STEP_M:
            yield _stride_finding(rate, step_m)
            return
    if activity.sport in ON_THE_SPOT or not minutes:
        return
    rate = factor * sum(cadence for cadence, _ in minutes) / len(minutes)
    step_m = 60 / rate * sum(speed for _, speed in minutes) / len(minutes)
    if rate > 100 and step_m < SHORTEST_STEP_M:
        yield _stride_finding(rate, step_m)


def _stride_finding(rate: float, step_m: float) -> Finding:
    evidence = {"step_m": round(step_m, 2), "steps_a_minute": round(rate)}
    return Finding("cadence_against_speed", {**evidence, "longest_step_m": LONGEST_STEP_M})


def _steps_per_turn(cadence_rpm: Column) -> int:
    """Return 2 where a device counts pairs of steps, else 1."""
    present = sorted(value for value in cadence_rpm if value)
    return 2 if present[len(present) // 2] < _PAIRS_BELOW_RPM else 1


def _gears(samples: Samples, paces: Sequence[Pace]) -> Iterator[Finding]:
    for cadence_rpm, _ in _cadenced(samples, paces, _STRIDE_WINDOW_S):
        if cadence_rpm > _MOST_PEDAL_RPM:
            yield Finding("cadence_too_high", {"turns_a_minute": round(cadence_rpm)})
            return
    for cadence_rpm, speed_mps in _cadenced(samples, paces, _GEAR_WINDOW_S):
        gear_m = speed_mps * 60 / cadence_rpm
        if gear_m > _LONGEST_GEAR_M:
            evidence = {"metres_a_turn": round(gear_m, 1), "turns_a_minute": round(cadence_rpm)}
            yield Finding("cadence_against_speed", evidence)
            return


def _cadenced(
    samples: Samples, paces: Sequence[Pace], window_s: float
) -> list[tuple[float, float]]:
    """Return the mean cadence above zero and the mean speed of each whole window."""
    found = []
    time_s = way = 0.0
    cadences: list[int] = []
    place, count = 0, len(samples)
    for pace in paces:
        until_ms = pace.at_s * 1000
        while place < count and samples.at_ms[place] <= until_ms:
            cadences.append(samples.cadence_rpm[place] or 0)
            place += 1
        time_s += pace.elapsed_s
        way += pace.elapsed_s * pace.speed_mps
        if time_s >= window_s:
            turning = [cadence for cadence in cadences if cadence]
            if len(turning) * 2 > len(cadences):
                found.append((sum(turning) / len(turning), way / time_s))
            time_s, way, cadences = 0.0, 0.0, []
    return found


def steps(activity: Activity) -> Iterator[Finding]:
    """Yield where steps are too many for the time, or do not fit the way."""
    if not activity.steps or activity.steps < _LEAST_STEPS:
        return
    time_s = activity.elapsed_s
    rate = activity.steps * 60 / max(time_s, 1)
    if (time_s and rate > MOST_STEPS_A_MINUTE) or activity.steps > MOST_STEPS_A_DAY * (
        1 + time_s / 86_400
    ):
        evidence = {"steps": activity.steps, "steps_a_minute": round(rate)}
        yield Finding("too_many_steps", {**evidence, "most_a_minute": MOST_STEPS_A_MINUTE})
    elif family(activity.sport) in {"foot", "walk"} and activity.track_distance_m:
        step_m = activity.track_distance_m / activity.steps
        if step_m < SHORTEST_STEP_M and rate > 60:
            evidence = {"steps": activity.steps, "way_m": round(activity.track_distance_m)}
            yield Finding("steps_without_way", {**evidence, "step_m": round(step_m, 3)})


def powers(samples: Samples) -> Iterator[Finding]:
    """Yield where a mean power is beyond the best of the world."""
    if not any(samples.power_w):
        return
    # Of a long recording once more for each window: all of its work takes more than a worker has.
    short = list(_work(samples)) if len(samples) <= LONG else None
    for window_s, limit_w in _POWERS:
        ways = _work(samples) if short is None else short
        fastest = fastest_over(ways, window_s, float(limit_w))
        if fastest.speed_mps > limit_w:
            evidence = {"power_w": round(fastest.speed_mps), "limit_w": limit_w}
            yield Finding("too_much_power", {**evidence, "window_s": window_s})
            return


def _work(samples: Samples) -> Iterator[Pace]:
    """Yield the mean power, as a speed, of about five seconds each; a long step is one alone."""
    time_s = work_j = 0.0
    for (since, at), power in zip(pairwise(samples.at_ms), samples.power_w[1:], strict=True):
        elapsed_s = (at - since) / 1000
        if not 0 < elapsed_s <= _LONGEST_STEP_MS / 1000:
            continue
        if time_s and (time_s >= _WORK_S or elapsed_s > _LONE_STEP_S):
            yield Pace(since / 1000, time_s, work_j / time_s, None, True)
            time_s = work_j = 0.0
        if elapsed_s > _LONE_STEP_S:
            yield Pace(at / 1000, elapsed_s, float(power or 0), None, False)
            continue
        time_s, work_j = time_s + elapsed_s, work_j + elapsed_s * (power or 0)
    if time_s:
        yield Pace(samples.at_ms[-1] / 1000, time_s, work_j / time_s, None, True)


def climbs(activity: Activity, paces: Sequence[Pace]) -> Iterator[Finding]:
    """Yield where somebody climbs on their own faster than anybody does."""
    if activity.sport not in _CLIMBERS:
        return
    first, time_s, climb_m = 0, 0.0, 0.0
    rises = [(pace.elapsed_s, _rise_m(pace)) for pace in paces]
    for elapsed_s, rise_m in rises:
        time_s, climb_m = time_s + elapsed_s, climb_m + rise_m
        while time_s - rises[first][0] >= _CLIMB_WINDOW_S:
            time_s, climb_m = time_s - rises[first][0], climb_m - rises[first][1]
            first += 1
        if time_s >= _CLIMB_WINDOW_S and climb_m > _MOST_CLIMB_MPS * time_s:
            evidence = {"climb_m": round(climb_m), "window_s": round(time_s)}
            yield Finding("climbs_too_fast", {**evidence, "most_mps": _MOST_CLIMB_MPS})
            return


def _rise_m(pace: Pace) -> float:
    rise_m = pace.climb_m or 0.0
    return rise_m if abs(rise_m) <= _MOST_STEP_CLIMB_MPS * pace.elapsed_s else 0.0


def calories(activity: Activity) -> Iterator[Finding]:
    """Yield where more energy was spent than anybody has."""
    kcal = activity.calories_kcal or 0
    minutes = max(activity.elapsed_s, activity.moving_s, 60) / 60
    if kcal > _LEAST_KCAL and kcal > _MOST_KCAL_A_MINUTE * minutes:
        yield Finding(
            "too_many_calories",
            {"calories_kcal": kcal, "kcal_a_minute": round(kcal / minutes, 1)},
        )
