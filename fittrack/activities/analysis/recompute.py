"""Computing stored figures anew, when the way in which they are computed has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from fittrack import cache, db
from fittrack.activities import repository as activities
from fittrack.activities.analysis import repository, rules, service
from fittrack.activities.analysis.models import DueActivity
from fittrack.activities.errors import ActivityNotFound
from fittrack.activities.models import Activity
from fittrack.activities.pictures.polyline import polyline_of
from fittrack.activities.plausibility import service as plausibility
from fittrack.activities.plausibility.marks import marks_of
from fittrack.activities.samples import empty_samples, unpack

BATCH_ROWS = 200

T = TypeVar("T")
# Wraps what is gone through, of a known number, to show how far it came.
Progress = Callable[[Iterable[T], int], Iterable[T]]


def recompute_metrics(
    *,
    account_id: str | None = None,
    before_version: int = rules.METRICS_VERSION,
    progress: Progress[DueActivity],
    recompute: Callable[[str, str], bool] | None = None,
) -> int:
    """Compute the figures of activities that a version before one computed, and count them.

    Each activity is a unit of its own: whatever was done stays when this is stopped, and the next
    run goes on behind it. Workers may bring in, change and delete activities meanwhile. `recompute`
    is what is done with each (activity_id, account_id): `recompute_activity` unless told.
    """
    with db.reading("count_due_activities", single=True) as tx:
        total = repository.count_due_activities(tx, account_id, before_version=before_version)
    due = progress(_due(account_id, before_version), total)
    do = recompute or recompute_activity
    return sum(do(each.activity_id, each.account_id) for each in due)


def _due(account_id: str | None, before_version: int) -> Iterator[DueActivity]:
    after_id, is_more = service.FIRST_ID, True
    while is_more:
        with db.reading("list_due_activities", single=True) as tx:
            rows = repository.list_due_activities(
                tx,
                account_id,
                before_version=before_version,
                after_id=after_id,
                row_limit=BATCH_ROWS,
            )
        yield from rows
        is_more = len(rows) == BATCH_ROWS
        after_id = rows[-1].activity_id if rows else after_id


def recompute_activity(activity_id: str, account_id: str) -> bool:
    """Compute one activity's figures and store them; False where it went or changed meanwhile.

    With its short line and its marks; nothing is held for these, for holds are decisions. Whoever
    changed it has computed them. Nothing is locked while they are computed.
    """
    try:
        with db.reading("read_recorded") as tx:
            activity = activities.get_activity(tx, activity_id, account_id)
            block_bytes = activities.find_samples(tx, activity_id)
        samples = unpack(block_bytes) if block_bytes else empty_samples()
        analysis = rules.analysed(activity, samples)
        polyline, marks = polyline_of(samples), marks_of(activity, samples)
        with db.transaction("recompute_activity") as tx:
            now = activities.lock_activity(tx, activity_id, account_id)
            if _inputs(now) != _inputs(activity):
                return False
            service.replace(tx, analysis)
            plausibility.keep_marks(tx, activity_id, marks)
            if now.polyline != polyline:
                repository.update_polyline(tx, activity_id, polyline)
                cache.touch(tx, account_id)
    except ActivityNotFound:
        return False
    return True


def _inputs(activity: Activity) -> tuple[object, ...]:
    """Return what of an activity's row its figures depend on."""
    return (
        activity.sport,
        activity.file_format,
        activity.sample_count,
        activity.avg_hr_bpm,
        activity.moving_s,
    )
