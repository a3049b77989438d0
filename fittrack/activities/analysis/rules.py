"""From samples to what is stored, and from that and a profile to what is shown; no I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from itertools import groupby

from fittrack.activities.analysis import efforts as best
from fittrack.activities.analysis import oxygen, power
from fittrack.activities.analysis.course import Course, course_of
from fittrack.activities.analysis.efforts import Effort
from fittrack.activities.analysis.hearts import (
    Heart,
    heart_times,
    impulse_weights,
    total_ms,
    training_impulse,
    weighed,
    zones,
)
from fittrack.activities.analysis.models import (
    HeartRow,
    MetricsView,
    PowerRow,
    PowerView,
    Record,
    RecordRow,
    ZonesView,
)
from fittrack.activities.analysis.stored import Analysis, StoredMetrics
from fittrack.activities.models import Activity
from fittrack.activities.samples import Samples
from fittrack.activities.sports import family

# Counts up with every change of a stored figure; docs/metrics.md lists them.
METRICS_VERSION = 2
# Threshold power is what the best 20 minutes of so many days say.
THRESHOLD_DAYS = 90
_PLACES = {code: place for place, code in enumerate(best.EFFORTS)}
# TCX comes from programs that have filtered their altitudes.
_FILTERED = "tcx"


def in_order(efforts: Iterable[Effort]) -> list[Effort]:
    """Return efforts from the shortest to the longest, distances before times."""
    return sorted(efforts, key=lambda effort: _PLACES[effort.effort_code])


def is_smoothed(file_format: str | None) -> bool:
    """Return whether altitudes are smoothed before climbs are read from them."""
    return file_format != _FILTERED


def analysed(activity: Activity, samples: Samples) -> Analysis:
    """Return all that is stored of an activity's analysis.

    Where no sample has a heart rate, the stated mean counts for the moving time.
    """
    course = course_of(samples, sport=activity.sport)
    totals = power.power_totals(samples, course.clock_ms)
    found = [
        *best.best_times(course, sport=activity.sport),
        *best.best_powers(samples, course.clock_ms),
    ]
    return Analysis(
        StoredMetrics(
            activity_id=activity.activity_id,
            metrics_version=METRICS_VERSION,
            hr_times_json=heart_times(samples, course.clock_ms) or _stated_times(activity),
            powered_ms=totals.powered_ms if totals else None,
            normalised_power_mw=_thousandths(totals.normalised_w if totals else None),
            best_20min_w=next((-e.figure for e in found if e.effort_code == "power_20min"), None),
            metrics_json={
                "mean_power_mw": _thousandths(totals.mean_w if totals else None),
                "steady_run": _steady(activity, samples, course),
            },
        ),
        found,
    )


def _stated_times(activity: Activity) -> list[int]:
    if not activity.avg_hr_bpm or not activity.moving_s or activity.avg_hr_bpm > 254:
        return []
    return [activity.avg_hr_bpm, activity.moving_s * 1000]


def _steady(activity: Activity, samples: Samples, course: Course) -> dict[str, float] | None:
    if family(activity.sport) != "foot":
        return None
    run = oxygen.steady_run(samples, course, smooth=is_smoothed(activity.file_format))
    return asdict(run) if run else None


def _thousandths(value: float | None) -> int | None:
    return None if value is None else round(value * 1000)


def zones_view(stored: StoredMetrics, heart: Heart) -> ZonesView:
    """Return an activity's time in heart-rate zones by the maximum of its day."""
    times = stored.hr_times_json
    return ZonesView(
        activity_id=stored.activity_id,
        heart=heart,
        hr_ms=total_ms(times),
        zones=zones(times, heart.max_hr_bpm) if heart.max_hr_bpm is not None else None,
        trimp=training_impulse(times, heart),
    )


def metrics_view(
    activity: Activity, analysis: Analysis, heart: Heart, best_20min_w: int | None
) -> MetricsView:
    """Return all computed figures; `best_20min_w` is the best of 90 days in sports of its kind."""
    stored = analysis.metrics
    run = stored.metrics_json["steady_run"]
    is_run = family(activity.sport) == "foot"
    return MetricsView(
        activity_id=activity.activity_id,
        metrics_version=stored.metrics_version,
        heart=heart,
        trimp=training_impulse(stored.hr_times_json, heart),
        power=_power_view(stored, best_20min_w),
        vo2max=oxygen.by_heart_rate(oxygen.SteadyRun(**run), heart) if run else None,
        vdot=oxygen.best_by_race(analysis.efforts) if is_run else None,
        efforts=analysis.efforts,
    )


def _power_view(stored: StoredMetrics, best_20min_w: int | None) -> PowerView | None:
    mean_mw = stored.metrics_json["mean_power_mw"]
    if stored.powered_ms is None or mean_mw is None:
        return None
    normalised_w = _units(stored.normalised_power_mw)
    threshold_w = power.threshold_power_w(best_20min_w) if best_20min_w else None
    return PowerView(
        mean_w=mean_mw / 1000,
        powered_ms=stored.powered_ms,
        normalised_w=normalised_w,
        threshold_w=threshold_w,
        intensity_factor=_intensity(normalised_w, threshold_w),
        training_stress=_stress(stored.powered_ms, normalised_w, threshold_w),
    )


def _intensity(normalised_w: float | None, threshold_w: float | None) -> float | None:
    if normalised_w is None or threshold_w is None:
        return None
    return power.intensity_factor(normalised_w, threshold_w)


def _stress(
    powered_ms: int | None, normalised_w: float | None, threshold_w: float | None
) -> float | None:
    if powered_ms is None or normalised_w is None or threshold_w is None:
        return None
    return power.training_stress(powered_ms / 1000, normalised_w, threshold_w)


def _units(thousandths: int | None) -> float | None:
    return None if thousandths is None else thousandths / 1000


def records_of(rows: Iterable[RecordRow]) -> list[Record]:
    """Return records by sport and effort; the rows come so sorted, the newest first.

    Whoever only equals a record does not break it.
    """
    found = [
        Record(sport, code, history[0], history)
        for (sport, code), group in groupby(rows, key=lambda row: (row.sport, row.effort_code))
        for history in [_broken(list(group))]
    ]
    return sorted(found, key=lambda record: (record.sport, _PLACES[record.effort_code]))


def _broken(rows: list[RecordRow]) -> list[RecordRow]:
    """Return the rows that are better than the one before, which in this order comes after."""
    former = [*rows[1:], None]
    return [
        row for row, was in zip(rows, former, strict=True) if was is None or row.figure < was.figure
    ]


def impulse_by_day(
    rows: Iterable[HeartRow], heart_on: Callable[[date], Heart]
) -> Iterator[tuple[date, float | None]]:
    """Yield the day and training impulse of each activity, None where it can't be told."""
    weights_of: dict[Heart, list[float] | None] = {}
    for row in rows:
        heart = heart_on(row.day_on)
        if heart not in weights_of:
            weights_of[heart] = impulse_weights(heart)
        weights, times = weights_of[heart], row.hr_times_json
        yield row.day_on, weighed(times, weights) if weights and times else None


def stress_by_day(rows: Sequence[PowerRow]) -> Iterator[tuple[date, float | None]]:
    """Yield the day and training stress of each activity, None where it can't be told.

    Threshold power is that of the 90 days that end with the activity's own.
    """
    bests: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for row in rows:
        of_family, day = bests[family(row.sport)], row.day_on.toordinal()
        of_family[day] = max(row.best_20min_w or 0, of_family.get(day, 0))
    for row in rows:
        threshold_w = _threshold_w(bests[family(row.sport)], row.day_on.toordinal())
        normalised_w = _units(row.normalised_power_mw)
        yield row.day_on, _stress(row.powered_ms, normalised_w, threshold_w)


def _threshold_w(best_by_day: Mapping[int, int], day: int) -> float | None:
    best_w = max(best_by_day.get(each, 0) for each in range(day - THRESHOLD_DAYS + 1, day + 1))
    return power.threshold_power_w(best_w) if best_w else None


def totals_by_day(loads: Iterable[tuple[date, float | None]]) -> Mapping[date, float]:
    """Return the sum of loads of each day that has one."""
    totals: defaultdict[date, float] = defaultdict(float)
    for day_on, load in loads:
        totals[day_on] += load or 0.0
    return totals
