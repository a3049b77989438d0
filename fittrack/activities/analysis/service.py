"""What members see of their recordings beyond what devices state."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import accumulate

from fittrack import archive, clock, config, db
from fittrack.activities import repository as activities
from fittrack.activities.analysis import repository, rules
from fittrack.activities.analysis.course import interpolated
from fittrack.activities.analysis.efforts import Effort
from fittrack.activities.analysis.hearts import Heart
from fittrack.activities.analysis.load import load_days
from fittrack.activities.analysis.models import (
    LapView,
    LoadView,
    MetricsView,
    Record,
    ZonesView,
)
from fittrack.activities.analysis.splits import UNITS_M, Ruler, Stretch, splits
from fittrack.activities.analysis.stored import Analysis, ExportedFigures
from fittrack.activities.models import Activity, ActivityLap, Part
from fittrack.activities.samples import Samples, empty_samples, unpack
from fittrack.activities.sports import family
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.db import Transaction
from fittrack.points import service as points
from fittrack.points.tally import max_hr_tenths_of

LOADS = ("trimp", "tss")
DEFAULT_LOAD_DAYS = 42
# Sorts before every id.
FIRST_ID = "0"


def record(tx: Transaction, part: Part) -> None:
    """Store what a new activity's samples say, computed before or now."""
    analysis = part.analysis or rules.analysed(part.activity, unpack(part.block_bytes))
    _insert(tx, analysis)


def remeasure(tx: Transaction, activity: Activity) -> None:
    """Compute an activity's figures anew: to be called after a change of its sport or samples."""
    replace(tx, rules.analysed(activity, _samples(tx, activity.activity_id)))


def forget(tx: Transaction, activity_id: str) -> None:
    """Delete what was computed of an activity."""
    repository.delete_efforts(tx, activity_id)
    repository.delete_metrics(tx, activity_id)


def replace(tx: Transaction, analysis: Analysis) -> None:
    """Store an activity's figures instead of those that are there."""
    forget(tx, analysis.metrics.activity_id)
    _insert(tx, analysis)


def _insert(tx: Transaction, analysis: Analysis) -> None:
    repository.insert_metrics(tx, analysis.metrics)
    repository.insert_effort(tx, analysis.metrics.activity_id, analysis.efforts)


def _samples(tx: Transaction, activity_id: str) -> Samples:
    block_bytes = activities.find_samples(tx, activity_id)
    return unpack(block_bytes) if block_bytes else empty_samples()


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield what is computed of a member's activities."""
    yield archive.json_list("figures.json", _figures(account_id))


def _figures(account_id: str) -> Iterator[list[ExportedFigures]]:
    def read(tx: Transaction, after: str | None) -> list[ExportedFigures]:
        rows = repository.list_metrics_of(
            tx, account_id, after_id=after or FIRST_ID, row_limit=PAGE_ROWS
        )
        return [ExportedFigures(row, repository.list_efforts(tx, row.activity_id)) for row in rows]

    return archive.pages("export_figures", read, lambda row: row.metrics.activity_id)


def get_metrics(*, activity_id: str, account_id: str) -> MetricsView:
    """Return all computed figures of a member's activity but its splits and zones.

    Raises: ActivityNotFound.
    """
    with db.reading("get_metrics") as tx:
        activity = activities.get_activity(tx, activity_id, account_id)
        analysis = _analysis(tx, activity)
        heart = _hearts(tx, account_id)(activity.day_on)
        best_w = _best_20min_w(tx, activity) if analysis.metrics.powered_ms else None
    return rules.metrics_view(activity, analysis, heart, best_w)


def _analysis(tx: Transaction, activity: Activity) -> Analysis:
    """Return what is stored of an activity; what an older version computed is computed anew."""
    stored = repository.find_metrics(tx, activity.activity_id)
    if stored is None or stored.metrics_version != rules.METRICS_VERSION:
        return rules.analysed(activity, _samples(tx, activity.activity_id))
    rows = repository.list_efforts(tx, activity.activity_id)
    efforts = [Effort(row.effort_code, row.figure, row.from_ms) for row in rows]
    return Analysis(stored, rules.in_order(efforts))


def _best_20min_w(tx: Transaction, activity: Activity) -> int | None:
    from_on = activity.day_on - timedelta(days=rules.THRESHOLD_DAYS - 1)
    rows = repository.list_best_powers(tx, activity.account_id, from_on, activity.day_on)
    kind = family(activity.sport)
    return max((row.best_20min_w for row in rows if family(row.sport) == kind), default=None)


def _hearts(tx: Transaction, account_id: str) -> Callable[[date], Heart]:
    """Return what weighs a member's heart rates on a day: the maximum is that day's."""
    body = points.find_body(tx, account_id)
    constitution = repository.find_constitution(tx, account_id)
    sex = constitution.sex if constitution else None
    resting_hr_bpm = constitution.resting_hr_bpm if constitution else None

    def on(day_on: date) -> Heart:
        tenths = max_hr_tenths_of(body, day_on) if body else None
        is_own = body is not None and body.max_hr_bpm_on(day_on) is not None
        return Heart(tenths / 10 if tenths else None, resting_hr_bpm, sex, is_own)

    return on


def get_zones(*, activity_id: str, account_id: str) -> ZonesView:
    """Return the time that a member's activity spent in heart-rate zones.

    Raises: ActivityNotFound.
    """
    with db.reading("get_zones") as tx:
        activity = activities.get_activity(tx, activity_id, account_id)
        stored = _analysis(tx, activity).metrics
        heart = _hearts(tx, account_id)(activity.day_on)
    return rules.zones_view(stored, heart)


def list_splits(*, activity_id: str, account_id: str, unit: str) -> list[Stretch]:
    """Return a member's activity by kilometres or miles.

    Raises: ActivityNotFound.
    """
    with db.reading("list_splits") as tx:
        activity = activities.get_activity(tx, activity_id, account_id)
        samples = _samples(tx, activity_id)
    return list(splits(_ruler(activity, samples), UNITS_M[unit]))


def list_laps(*, activity_id: str, account_id: str) -> list[LapView]:
    """Return the laps of a member's activity with what the samples say of each.

    Raises: ActivityNotFound.
    """
    with db.reading("list_laps") as tx:
        activity = activities.get_activity(tx, activity_id, account_id)
        laps = activities.list_laps(tx, activity_id)
        samples = _samples(tx, activity_id) if laps else empty_samples()
    if not len(samples):
        return [LapView(lap, None) for lap in laps]
    return list(_measured(laps, samples, _ruler(activity, samples)))


def _impulses(
    tx: Transaction, account_id: str, until_on: date
) -> Iterator[tuple[date, float | None]]:
    heart_on = _hearts(tx, account_id)
    return rules.impulse_by_day(repository.list_heart_rows(tx, account_id, until_on), heart_on)


def _stresses(
    tx: Transaction, account_id: str, until_on: date
) -> Iterator[tuple[date, float | None]]:
    return rules.stress_by_day(repository.list_power_rows(tx, account_id, until_on))


def _ruler(activity: Activity, samples: Samples) -> Ruler:
    smooth = rules.is_smoothed(activity.file_format)
    return Ruler(samples, sport=activity.sport, smooth=smooth)


def _measured(laps: list[ActivityLap], samples: Samples, ruler: Ruler) -> Iterator[LapView]:
    """Yield the laps; one that no sample lies in has no figures."""
    latest_ms = list(accumulate(samples.at_ms, max))
    for lap in laps:
        start_ms = round(lap.started_at.timestamp() * 1000)
        end_ms = start_ms + lap.elapsed_s * 1000
        if bisect_left(latest_ms, start_ms) == bisect_left(latest_ms, end_ms + 1):
            yield LapView(lap, None)
            continue
        from_ms, to_ms = (
            interpolated(latest_ms, ruler.course.clock_ms, at_ms) for at_ms in (start_ms, end_ms)
        )
        yield LapView(lap, ruler.stretch(from_ms, to_ms))


def list_records(*, account_id: str, sport: str | None) -> list[Record]:
    """Return a member's personal records with their history, by sport and effort.

    They follow from the activities that count: no duplicates, nothing held or deleted.
    """
    with db.reading("list_records", single=True) as tx:
        return rules.records_of(repository.list_records(tx, account_id, sport))


def get_training_load(
    *, account_id: str, from_on: date | None, to_on: date | None, load_name: str, now: datetime
) -> LoadView:
    """Return the load, fitness, fatigue and form of each day, from the first to the last.

    The last six weeks where nothing is asked. `load_name` is one of LOADS.
    """
    until_on = to_on or clock.day_of(now, config.current().zone)
    since_on = from_on or until_on - timedelta(days=DEFAULT_LOAD_DAYS - 1)
    with db.reading("get_training_load") as tx:
        read = _stresses if load_name == "tss" else _impulses
        loads = list(read(tx, account_id, until_on))
    return LoadView(
        load_name,
        list(load_days(rules.totals_by_day(loads), since_on, until_on)),
        sum(amount is None and day_on >= since_on for day_on, amount in loads),
    )
