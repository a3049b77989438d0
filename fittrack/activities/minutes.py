"""Active minutes: in which minutes of the clock a recording was at it, and how hard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from fittrack.activities.recording import Recording
from fittrack.activities.samples import Samples
from fittrack.activities.sports import ON_THE_SPOT, family
from fittrack.activities.steps import LONGEST_STILL_STEP_S, MOVING_ABOVE_MPS, Step, steps

# No recording earns more than a day.
MOST_MINUTES = 24 * 60
# A moving step longer than this is a gap in the recording, not a slow sampler.
LONGEST_STEP_S = 300.0
_LEAST_ACTIVE_S = 30.0
_STRETCH_S = 30.0
_STRETCH_IN_WATER_S = 120.0
_MINUTE_MS = 60_000

LIGHT, MODERATE, VIGOROUS = 1, 2, 3

# From which speed on (m/s) a sport is moderate (3 MET) and vigorous (6 MET), after the 2011
# Compendium of Physical Activities (Ainsworth and others): walking 17190 to 17230, running 12020
# to 12050, bicycling 01010 to 01030, rowing 18040 to 18060, swimming 18230 to 18300, skiing 19080
# to 19160. A sport of none of these families says nothing by its speed.
_SPEEDS_MPS = {
    "walk": (1.12, 2.0),
    "foot": (1.12, 1.79),
    "ride": (2.46, 4.47),
    "row": (1.79, 2.68),
    "swim": (0.3, 0.76),
    "snow": (0.9, inf),
}
_SPORT_SPEEDS_MPS = {
    "hiking": (0.9, 1.8),
    "cross_country_skiing": (0.9, 1.12),
    "ebike": (4.47, inf),
}


@dataclass(frozen=True, slots=True)
class Minute:
    """One active minute; `epoch_minute` counts minutes since 1970 UTC, the rest are means."""

    epoch_minute: int
    hr_bpm: int | None
    speed_mps: float | None


@dataclass(frozen=True, slots=True)
class RatedMinute:
    """One active minute as stored: the heart rate, and the intensity where there is none."""

    epoch_minute: int
    hr_bpm: int | None
    intensity: int


@dataclass(slots=True)
class _Tally:
    """What was going on within one minute."""

    active_s: float = 0.0
    beats: float = 0.0
    beating_s: float = 0.0
    length_m: float = 0.0
    measured_s: float = 0.0

    def add(self, within_s: float, hr_bpm: int | None, speed_mps: float | None) -> None:
        self.active_s += within_s
        if hr_bpm:
            self.beats += hr_bpm * within_s
            self.beating_s += within_s
        if speed_mps is not None:
            self.length_m += speed_mps * within_s
            self.measured_s += within_s


def active_minutes(recording: Recording) -> tuple[Minute, ...]:
    """Return the minutes of the clock in which the recording was active, in order, at most 1,440.

    A minute counts with at least 30 active seconds, and all of them together never exceed the
    active time rounded to minutes: an hour is 60 of them wherever it begins. Active is a stretch
    of half a minute that comes forward faster than 1 km/h (of two minutes in water, where devices
    count whole lengths); in a sport done on the spot, or where nothing measures movement, any
    stretch without a gap. A recording with fewer than one sample a minute, or a mere summary,
    counts its moving time from its start.
    """
    if len(recording.samples) < recording.moving_s / 60:
        return _summary_minutes(recording)
    tallies = _tallied(recording)
    longest = sorted(tallies, key=lambda minute: (-_active_s(tallies[minute]), minute))
    whole = int(sum(map(_active_s, tallies.values())) / 60 + 0.5)
    kept = [minute for minute in longest if _active_s(tallies[minute]) >= _LEAST_ACTIVE_S]
    return tuple(_minute(at, tallies[at]) for at in sorted(kept[: min(whole, MOST_MINUTES)]))


def _summary_minutes(recording: Recording) -> tuple[Minute, ...]:
    count = int(min(recording.moving_s, recording.elapsed_s) / 60 + 0.5)
    first = int(recording.started_at.timestamp() // 60)
    hr_bpm = round(recording.avg_hr_bpm) if recording.avg_hr_bpm else None
    return tuple(
        Minute(first + offset, hr_bpm, recording.avg_speed_mps)
        for offset in range(min(count, MOST_MINUTES))
    )


def _tallied(recording: Recording) -> dict[int, _Tally]:
    samples, tallies = recording.samples, defaultdict[int, _Tally](_Tally)
    still = recording.sport in ON_THE_SPOT
    for stretch in _stretches(samples, _stretch_s(recording.sport), still=still):
        speed_mps = _mean_speed_mps(stretch)
        if not still and speed_mps is not None and speed_mps <= MOVING_ABOVE_MPS:
            continue
        for step in stretch:
            hr_bpm = samples.hr_bpm[step.at] if samples.hr_bpm else None
            for minute, within_s in _split(samples.at_ms[step.at - 1], samples.at_ms[step.at]):
                tallies[minute].add(within_s, hr_bpm, speed_mps)
    return tallies


def _stretch_s(sport: str) -> float:
    return _STRETCH_IN_WATER_S if family(sport) == "swim" else _STRETCH_S


def _stretches(samples: Samples, least_s: float, *, still: bool) -> Iterator[list[Step]]:
    """Yield the steps in runs of about `least_s` without a gap."""
    run: list[Step] = []
    run_s = 0.0
    for step in steps(samples):
        follows = bool(run) and run[-1].at + 1 == step.at
        if run and (not follows or run_s >= least_s):
            yield run
            run, run_s = [], 0.0
        if not _is_gap(step, still=still):
            run.append(step)
            run_s += step.elapsed_s
    if run:
        yield run


def _is_gap(step: Step, *, still: bool) -> bool:
    """Return whether a step is too long for a slow sampler."""
    longest_s = LONGEST_STILL_STEP_S if still or step.length_m is None else LONGEST_STEP_S
    return step.elapsed_s > longest_s


def _mean_speed_mps(stretch: list[Step]) -> float | None:
    lengths_m = [step.length_m for step in stretch if step.length_m is not None]
    return sum(lengths_m) / sum(step.elapsed_s for step in stretch) if lengths_m else None


def _split(start_ms: int, end_ms: int) -> Iterator[tuple[int, float]]:
    """Yield each minute between two instants with the seconds that lie in it."""
    while start_ms < end_ms:
        minute = start_ms // _MINUTE_MS
        until_ms = min(end_ms, (minute + 1) * _MINUTE_MS)
        yield minute, (until_ms - start_ms) / 1000
        start_ms = until_ms


def _active_s(tally: _Tally) -> float:
    """Return the active seconds; a clock that ran twice through a minute counts once."""
    return min(tally.active_s, 60.0)


def _minute(epoch_minute: int, tally: _Tally) -> Minute:
    hr_bpm = round(tally.beats / tally.beating_s) if tally.beating_s else None
    speed_mps = round(tally.length_m / tally.measured_s, 2) if tally.measured_s else None
    return Minute(epoch_minute, hr_bpm, speed_mps)


def intensity_by_speed(sport: str, speed_mps: float | None) -> int:
    """Return LIGHT, MODERATE or VIGOROUS after the table above; LIGHT where it says nothing."""
    limits = _SPORT_SPEEDS_MPS.get(sport) or _SPEEDS_MPS.get(family(sport))
    if limits is None or speed_mps is None or sport in ON_THE_SPOT:
        return LIGHT
    moderate_mps, vigorous_mps = limits
    return LIGHT + (speed_mps >= moderate_mps) + (speed_mps >= vigorous_mps)


def rated(minutes: Sequence[Minute], *, sport: str) -> tuple[RatedMinute, ...]:
    """Return the minutes with the intensity that their speed stands for in that sport."""
    return tuple(
        RatedMinute(minute.epoch_minute, minute.hr_bpm, intensity_by_speed(sport, minute.speed_mps))
        for minute in minutes
    )


def minutes_to_json(minutes: Sequence[RatedMinute]) -> list[list[int | None]]:
    """Return rows of epoch minute, heart rate (bpm or None) and intensity (1 to 3)."""
    return [[minute.epoch_minute, minute.hr_bpm, minute.intensity] for minute in minutes]
