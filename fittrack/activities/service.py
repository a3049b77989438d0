"""What a member does with activities, and what the import job does with a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from fittrack import cache, config, db
from fittrack.activities import repository, rules
from fittrack.activities.analysis import service as analysis
from fittrack.activities.duplicates import service as duplicates
from fittrack.activities.editing import repository as editing
from fittrack.activities.errors import ActivityNotFound
from fittrack.activities.models import (
    Activity,
    ActivityDetail,
    Part,
)
from fittrack.activities.plausibility import service as plausibility
from fittrack.activities.privacy import service as privacy
from fittrack.activities.sharing import service as sharing
from fittrack.clock import day_bounds
from fittrack.db import Transaction
from fittrack.pagination import Cursor, Page
from fittrack.points import service as points

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
END = datetime(9999, 12, 31, tzinfo=UTC)
# The calendar ends after these: a day beyond them has no bounds in every zone.
FIRST_ON, LAST_ON = date(1, 1, 2), date(9999, 12, 30)
# Sort before every id and after it.
FIRST_ID, LAST_ID = "0", "~"


def list_activities(
    *,
    account_id: str,
    from_on: date | None,
    to_on: date | None,
    filters: dict[str, Any],
    cursor: Cursor,
    limit: int,
) -> Page[Activity]:
    """Return a member's activities that start within points days, newest first, in one query.

    `filters` are type, sport, source_kind, is_once (True: without replaced records) and words
    (part of the name or the notes), each a value or None.
    """
    # One bound, not two: of two the database may take the wrong one to begin at.
    before_at, before_id = min(
        (cursor.instant(default=END), cursor.text(default=LAST_ID, at=1)),
        (_end_of(to_on), FIRST_ID),
    )
    with db.reading("list_activities") as tx:
        rows = repository.list_activities(
            tx,
            account_id,
            filters={"since_at": _first_instant(from_on), **filters},
            before_at=before_at,
            before_id=before_id,
            row_limit=limit + 1,
        )
    return Page.of(
        rows, limit=limit, cursor=cursor, key=lambda row: (row.started_at, row.activity_id)
    )


def _first_instant(day_on: date | None) -> datetime:
    return _bounds(day_on)[0] if day_on else BEGINNING


def _end_of(day_on: date | None) -> datetime:
    return _bounds(day_on)[1] if day_on else END


def _bounds(day_on: date) -> tuple[datetime, datetime]:
    return day_bounds(min(max(day_on, FIRST_ON), LAST_ON), config.current().zone)


def get_activity(*, activity_id: str, account_id: str) -> ActivityDetail:
    """Return an activity with its laps and the ids of its copies, as far as a member may see it.

    Raises: ActivityNotFound.
    """
    with db.reading("get_activity") as tx:
        try:
            return detail_of(tx, activity_id, account_id)
        except ActivityNotFound:
            return ActivityDetail(sharing.get_shared_activity(tx, activity_id), [], [])


def detail_of(tx: Transaction, activity_id: str, account_id: str) -> ActivityDetail:
    """Return a member's activity as it stands in the caller's transaction.

    Raises: ActivityNotFound.
    """
    activity = repository.get_activity(tx, activity_id, account_id)
    laps = repository.list_laps(tx, activity_id) if activity.lap_count else []
    review = plausibility.find_own_review(tx, activity)
    return ActivityDetail(activity, laps, duplicates.list_duplicates(tx, activity_id), review)


def delete_activity(*, activity_id: str, account_id: str, now: datetime) -> None:
    """Delete an activity with all it recorded; the points of its days follow.

    Its file goes too, unless another activity came of it.
    Raises: ActivityNotFound.
    """
    with db.transaction("delete_activity") as tx:
        remove(tx, activity_id, account_id, now=now)


def remove(
    tx: Transaction,
    activity_id: str,
    account_id: str,
    *,
    may_come_back: bool = False,
    now: datetime,
) -> None:
    """Delete an activity in the caller's transaction; its source may send it again if it may.

    Raises: ActivityNotFound.
    """
    hold_member(tx, account_id, now=now)
    activity = repository.lock_activity(tx, activity_id, account_id)
    days = rules.days_about(activity, config.current().zone)
    days.update(repository.list_minute_days(tx, activity_id))
    repository.delete_minutes(tx, activity_id)
    repository.delete_laps(tx, activity_id)
    repository.delete_samples(tx, activity_id)
    analysis.forget(tx, activity_id)
    editing.delete_edits(tx, activity_id)
    plausibility.forget(tx, activity, now=now)
    place = rules.place_of_tombstone(activity, is_free=may_come_back)
    repository.update_activity_deleted(tx, activity_id, origin_key=place, now=now)
    if activity.original_file_id is not None:
        release_file(tx, activity.original_file_id)
    settle(tx, account_id, days, now=now)


def insert_parts(tx: Transaction, parts: Sequence[Part], *, now: datetime) -> None:
    """Store activities of one member with all they recorded; what counts and points follow.

    Raises: Unique where one of them stands already.
    """
    if not parts:
        return
    account_id = parts[0].activity.account_id
    hold_member(tx, account_id, now=now)
    privacy.ensure_grid(tx, account_id)
    for part in parts:
        repository.insert_activity(tx, part.activity)
        repository.insert_samples(tx, part.activity.activity_id, part.block_bytes)
        repository.insert_lap(tx, part.laps)
        repository.insert_minutes(tx, part.minutes)
        analysis.record(tx, part)
        plausibility.examine_part(tx, part, now=now)
    days = {day_on for part in parts for day_on in rules.days_of(part)}
    settle_examined(tx, [part.activity for part in parts], days, now=now)


def hold_member(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Hold a member's activities until the transaction ends.

    To be called before any row of theirs is held or written: two units that change the activities
    of one member would else choose between records without seeing each other's, or wait for each
    other for ever.
    """
    points.hold_member(tx, account_id, now=now)


def settle(tx: Transaction, account_id: str, days: Iterable[date], *, now: datetime) -> None:
    """End a change of a member's activities: choose which records count, then award the days anew.

    `days` are all points days about the changed activities, as they were and as they are
    (`rules.days_about`, and those of their minutes). Repeating it changes nothing.
    """
    hold_member(tx, account_id, now=now)
    touched = set(days)
    touched |= duplicates.choose_again(tx, account_id, touched, zone=config.current().zone)
    points.recompute_days(tx, account_id, touched, now=now)
    cache.touch(tx, account_id)


def settle_everything(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Choose anew among all of a member's records, after another connection became the primary one.

    The points of the days where that differs follow.
    """
    hold_member(tx, account_id, now=now)
    touched = duplicates.choose_everything_again(tx, account_id)
    points.recompute_days(tx, account_id, touched, now=now)
    cache.touch(tx, account_id)


def settle_examined(
    tx: Transaction, activities: Sequence[Activity], days: Iterable[date], *, now: datetime
) -> None:
    """Settle new or changed activities of a member; those on days of over 24 hours are held."""
    account_id = activities[0].account_id
    settle(tx, account_id, days, now=now)
    long_days = plausibility.hold_long_days(tx, activities, now=now)
    if long_days:
        settle(tx, account_id, long_days, now=now)


def settle_again(tx: Transaction, activity_id: str, account_id: str, *, now: datetime) -> None:
    """Settle the days of an activity of a held member after a decision about it.

    Raises: ActivityNotFound.
    """
    activity = repository.get_activity(tx, activity_id, account_id)
    days = rules.days_about(activity, config.current().zone)
    days.update(repository.list_minute_days(tx, activity_id))
    settle(tx, account_id, days, now=now)


def owns(tx: Transaction, account_id: str, activity_id: str) -> bool:
    """Tell whether an activity that is not deleted is a member's."""
    try:
        repository.get_activity(tx, activity_id, account_id)
    except ActivityNotFound:
        return False
    return True


def release_file(tx: Transaction, original_file_id: str) -> None:
    """Forget a file's bytes, unless an activity or a waiting upload still needs them."""
    repository.lock_original_file(tx, original_file_id)
    repository.delete_original_file(tx, original_file_id)
