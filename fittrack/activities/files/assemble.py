"""Makes a Recording of what a file states and of its points, and says where the two disagree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from fittrack.activities import metrics, sports
from fittrack.activities.columns import Column
from fittrack.activities.files.errors import refused
from fittrack.activities.files.track import time_in_range
from fittrack.activities.recording import Lap, Recording
from fittrack.activities.samples import Samples

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_S = 86_400.0
# The first civil receivers are younger; a start before this is a clock that was never set.
_RECEIVERS_EXIST = datetime(1990, 1, 1, tzinfo=UTC)
# More than rounding, a late first fix and a forgotten stop button explain.
_TIME_TOLERANCE_S = 120.0
_DISTANCE_TOLERANCE = 0.25
_NAME_LENGTH = 200
_NOTES_LENGTH = 4000
# No watch counts further; each is a row, and all of them are in the answer.
MOST_LAPS = 10_000
# A century in seconds, ten times round the earth, and so on: beyond it a figure is damage.
_HIGHEST_S = 3.2e9
_HIGHEST_M = 1e9


@dataclass(slots=True)
class Stated:
    """What a file says about one activity in so many words; None where it says nothing."""

    file_format: str
    sport: str = "other"
    start_ms: int | None = None
    elapsed_s: float | None = None
    moving_s: float | None = None
    distance_m: float | None = None
    ascent_m: float | None = None
    descent_m: float | None = None
    calories_kcal: float | None = None
    steps: float | None = None
    avg_hr_bpm: float | None = None
    max_hr_bpm: float | None = None
    avg_cadence_rpm: float | None = None
    max_cadence_rpm: float | None = None
    avg_power_w: float | None = None
    max_power_w: float | None = None
    avg_speed_mps: float | None = None
    max_speed_mps: float | None = None
    utc_offset_s: int | None = None
    device: str = ""
    name: str = ""
    notes: str = ""
    laps: list[Lap] = field(default_factory=list)
    warnings: set[str] = field(default_factory=set)

    def name_sport(self, name: str | None) -> None:
        """Take the sport that a file names; a name that nobody knows is told."""
        self.sport = sports.from_name(name)
        if name and name.strip() and not sports.is_known(name):
            self.warnings.add("unknown_sport")


def instant(at_ms: float) -> datetime:
    """Return the aware UTC datetime of milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=at_ms)


def lap_of(start_ms: int, elapsed_s: float | None, distance_m: float | None) -> Lap:
    """Return the lap, with what can't be left away."""
    return Lap(
        instant(start_ms), _within(elapsed_s, _HIGHEST_S) or 0.0, _within(distance_m, _HIGHEST_M)
    )


def assemble(stated: Stated, samples: Samples) -> Recording:
    """Return the recording: the device's figures where it states them, else computed ones.

    Raises: FileRefused.
    """
    start_ms = _start_ms(stated, samples)
    elapsed_s = _elapsed_s(stated, samples, start_ms)
    moving_s = _moving_s(stated, samples, elapsed_s)
    track_m = metrics.track_distance_m(samples)
    distance_m = _distance_m(stated, samples, track_m)
    up_m, down_m = _climbs(stated, samples)
    recording = Recording(
        file_format=stated.file_format,
        sport=stated.sport,
        started_at=instant(start_ms),
        elapsed_s=round(elapsed_s, 3),
        moving_s=round(moving_s, 3),
        distance_m=_rounded(distance_m),
        track_distance_m=_rounded(track_m),
        ascent_m=_rounded(up_m),
        descent_m=_rounded(down_m),
        calories_kcal=_whole(stated.calories_kcal, 1_000_000),
        steps=_whole(stated.steps, 10_000_000),
        avg_speed_mps=_avg_speed_mps(stated, distance_m, moving_s),
        max_speed_mps=_max_speed_mps(stated, samples),
        utc_offset_s=stated.utc_offset_s,
        device=_text(stated.device, _NAME_LENGTH),
        name=_text(stated.name, _NAME_LENGTH),
        notes=_text(stated.notes, _NOTES_LENGTH),
        laps=tuple(stated.laps[:MOST_LAPS]),
        samples=samples,
    )
    return _with_warnings(_with_effort(recording, stated), stated.warnings)


def _start_ms(stated: Stated, samples: Samples) -> int:
    """Return the stated start, else the earliest point's time.

    Raises: FileRefused.
    """
    if time_in_range(stated.start_ms) is not None and stated.start_ms is not None:
        return stated.start_ms
    if not len(samples):
        raise refused("no_times")
    return min(samples.at_ms)


def _elapsed_s(stated: Stated, samples: Samples, start_ms: int) -> float:
    elapsed_s = _within(stated.elapsed_s, _HIGHEST_S)
    if elapsed_s is not None:
        return elapsed_s
    if not len(samples):
        return _within(stated.moving_s, _HIGHEST_S) or 0.0
    span_s = max(0.0, (max(samples.at_ms) - start_ms) / 1000)
    moving_s = _within(stated.moving_s, _HIGHEST_S) or 0.0
    # Less than a point a minute does not tell how long it took.
    return max(span_s, moving_s) if len(samples) < moving_s / 60 else span_s


def _moving_s(stated: Stated, samples: Samples, elapsed_s: float) -> float:
    moving_s = _within(stated.moving_s, _HIGHEST_S)
    if moving_s is not None:
        return moving_s
    return metrics.moving_time_s(samples) if len(samples) else elapsed_s


def _distance_m(stated: Stated, samples: Samples, track_m: float | None) -> float | None:
    """Return the stated distance, else the device's last count, else the track's length."""
    distance_m = _within(stated.distance_m, _HIGHEST_M)
    if distance_m is None:
        distance_m = metrics.counted_distance_m(samples)
    return track_m if distance_m is None else distance_m


def _climbs(stated: Stated, samples: Samples) -> tuple[float | None, float | None]:
    """Return ascent and descent, each as stated, else from the altitudes."""
    up_m, down_m = _within(stated.ascent_m, 1e6), _within(stated.descent_m, 1e6)
    if up_m is not None and down_m is not None:
        return up_m, down_m
    # A training device has filtered what it writes into TCX; GPX may come from any receiver.
    computed = metrics.ascent_descent_m(samples, smooth=stated.file_format != "tcx")
    if computed is None:
        return up_m, down_m
    return computed[0] if up_m is None else up_m, computed[1] if down_m is None else down_m


def _avg_speed_mps(stated: Stated, distance_m: float | None, moving_s: float) -> float | None:
    computed = distance_m / moving_s if distance_m and moving_s else None
    stated_mps = _within(stated.avg_speed_mps, 400)
    return _rounded(computed if stated_mps is None else stated_mps)


def _max_speed_mps(stated: Stated, samples: Samples) -> float | None:
    fastest = metrics.highest(samples.speed_mmps)
    stated_mps = _within(stated.max_speed_mps, 400)
    return stated_mps if stated_mps is not None or fastest is None else fastest / 1000


def _with_effort(recording: Recording, stated: Stated) -> Recording:
    """Return the recording with heart rate, cadence and power."""
    hearts, cadences, powers = (
        recording.samples.hr_bpm,
        recording.samples.cadence_rpm,
        recording.samples.power_w,
    )
    return replace(
        recording,
        avg_hr_bpm=_mean(stated.avg_hr_bpm, 254, metrics.average(hearts)),
        max_hr_bpm=_peak(stated.max_hr_bpm, 254, hearts),
        avg_cadence_rpm=_mean(stated.avg_cadence_rpm, 300, metrics.average_above_zero(cadences)),
        max_cadence_rpm=_peak(stated.max_cadence_rpm, 300, cadences),
        avg_power_w=_mean(stated.avg_power_w, 10_000, metrics.average(powers)),
        max_power_w=_peak(stated.max_power_w, 10_000, powers),
    )


def _mean(stated: float | None, highest: float, computed: float | None) -> float | None:
    value = _within(stated, highest)
    return _rounded(computed if value is None else value)


def _peak(stated: float | None, highest: int, column: Column) -> int | None:
    value = _whole(stated, highest)
    return metrics.highest(column) if value is None else value


def _within(value: float | None, highest: float) -> float | None:
    """Return the value when it is a number from 0 to `highest`, else None."""
    return value if value is not None and 0 <= value <= highest else None


def _whole(value: float | None, highest: int) -> int | None:
    kept = _within(value, highest)
    return None if kept is None else round(kept)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _text(text: str, length: int) -> str:
    """Return the text on one line without what can't be stored or shown."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:length]


def _with_warnings(recording: Recording, found: set[str]) -> Recording:
    return replace(recording, warnings=tuple(sorted({*found, *_contradictions(recording)})))


def _contradictions(recording: Recording) -> Iterator[str]:
    """Yield a code for each figure that the points don't bear out."""
    if recording.started_at < _RECEIVERS_EXIST:
        yield "clock_never_set"
    if recording.moving_s > recording.elapsed_s + 1:
        yield "moving_longer_than_elapsed"
    if not len(recording.samples):
        yield "no_points"
        return
    yield from _clock_contradictions(recording)
    if not recording.samples.has_positions:
        yield "no_positions"
    elif _differ(recording.distance_m, recording.track_distance_m):
        yield "distance_disagrees_with_points"


def _clock_contradictions(recording: Recording) -> Iterator[str]:
    at_ms = recording.samples.at_ms
    steps_ms = [after - before for before, after in pairwise(at_ms)]
    if min(steps_ms, default=0) < 0:
        yield "time_runs_backwards"
    if max(steps_ms, default=0) > DAY_S * 1000:
        yield "gap_of_more_than_a_day"
    first_s = (min(at_ms) / 1000) - recording.started_at.timestamp()
    if abs(first_s) > _TIME_TOLERANCE_S:
        yield "start_disagrees_with_points"
    if (max(at_ms) - min(at_ms)) / 1000 > recording.elapsed_s + _TIME_TOLERANCE_S:
        yield "elapsed_disagrees_with_points"


def _differ(distance_m: float | None, track_m: float | None) -> bool:
    if distance_m is None or track_m is None:
        return False
    return abs(distance_m - track_m) > max(100.0, _DISTANCE_TOLERANCE * max(distance_m, track_m))
