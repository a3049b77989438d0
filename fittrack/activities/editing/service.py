"""Use cases of what members type in and change, and the step of a source that sends again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fittrack import cache, config, db
from fittrack.activities import repository as activities
from fittrack.activities import service
from fittrack.activities.analysis import service as analysis
from fittrack.activities.editing import repository, rules
from fittrack.activities.editing.errors import ActivityChanged
from fittrack.activities.editing.models import Edit, Entry
from fittrack.activities.models import Activity, ActivityDetail, DayMinutes, Part
from fittrack.activities.plausibility import service as plausibility
from fittrack.activities.plausibility.rules import judge
from fittrack.activities.rules import days_about
from fittrack.activities.samples import Samples, empty_samples, unpack
from fittrack.db import Transaction
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id


def create_entry(
    *, account_id: str, entry: Entry, now: datetime, reply: Reply = NoReply()
) -> ActivityDetail:
    """Store what a member says to have done; it earns points at once, as far as entries do.

    Raises: Invalid naming each bad field.
    """
    zone = config.current().zone
    said = rules.checked(entry, oldest_at=now - rules.OLDEST, now=now)
    activity = rules.activity_of(said, account_id, activity_id=new_id(), zone=zone, now=now)
    part = rules.part_of(activity, empty_samples(), [], zone)
    with db.transaction("create_entry") as tx:
        service.insert_parts(tx, [part], now=now)
        detail = service.detail_of(tx, activity.activity_id, account_id)
        reply.record(tx, detail)
    return detail


def edit_activity(
    *,
    activity_id: str,
    account_id: str,
    changes: Mapping[str, Any],
    revisions: frozenset[int] | None = None,
    now: datetime,
) -> ActivityDetail:
    """Merge changes into a member's activity; what they weigh on follows in the same transaction.

    `revisions` are those that may be changed, None for any. A change of nothing leaves no trace.
    Raises: ActivityNotFound, ActivityChanged, Invalid naming each bad field.
    """
    with db.transaction("edit_activity") as tx:
        service.hold_member(tx, account_id, now=now)
        before = activities.lock_activity(tx, activity_id, account_id)
        if revisions is not None and before.revision not in revisions:
            raise ActivityChanged(activity_id=activity_id)
        after = rules.merged(before, changes, zone=config.current().zone, now=now)
        if after != before:
            _store_edit(tx, before, after, now=now)
        return service.detail_of(tx, activity_id, account_id)


def _store_edit(tx: Transaction, before: Activity, after: Activity, *, now: datetime) -> None:
    changes = rules.changes_between(before, after)
    repository.insert_edit(tx, Edit(after.activity_id, after.revision, now, changes))
    if rules.counts_differently(changes):
        _recount(tx, before, after, _minutes_of(tx, after), now=now)
    else:
        repository.update_activity(tx, after)
        cache.touch(tx, after.account_id)


def _minutes_of(tx: Transaction, activity: Activity) -> list[DayMinutes]:
    if rules.is_rated_by_source(activity):
        return repository.list_minutes(tx, activity.activity_id)
    return rules.minutes_of(activity, _samples(tx, activity.activity_id), config.current().zone)


def _samples(tx: Transaction, activity_id: str) -> Samples:
    block_bytes = activities.find_samples(tx, activity_id)
    return unpack(block_bytes) if block_bytes else empty_samples()


def _recount(
    tx: Transaction,
    before: Activity,
    after: Activity,
    minutes: Sequence[DayMinutes],
    *,
    now: datetime,
) -> None:
    """Store another version of an activity with its minutes; all that it weighs on follows."""
    days = days_about(before, config.current().zone)
    days.update(activities.list_minute_days(tx, before.activity_id))
    activities.delete_minutes(tx, before.activity_id)
    repository.update_activity(tx, after)
    activities.insert_minutes(tx, minutes)
    analysis.remeasure(tx, after)
    plausibility.examine(tx, after, judge(after, _samples(tx, after.activity_id), now=now), now=now)
    days.update({after.day_on}, (day.day_on for day in minutes))
    service.settle_examined(tx, [after], days, now=now)


def upsert_from_source(tx: Transaction, part: Part, *, now: datetime) -> str | None:
    """Store what a provider's connection sends, and return the activity's id.

    The origin key (`rules.source_key`) says which activity it is: seen again, it is updated, but
    for what its member has changed. Sent again alike it changes nothing. What its member has
    deleted stays deleted: None.
    """
    account_id, origin_key = part.activity.account_id, part.activity.origin_key
    service.hold_member(tx, account_id, now=now)
    standing = repository.lock_standing(tx, account_id, origin_key)
    if standing is None:
        service.insert_parts(tx, [part], now=now)
        return part.activity.activity_id
    if standing.state == "deleted":
        return None
    before = activities.get_activity(tx, standing.activity_id, account_id)
    _update_from_source(tx, before, part, now=now)
    return before.activity_id


def _update_from_source(tx: Transaction, before: Activity, part: Part, *, now: datetime) -> None:
    edits = repository.list_edits(tx, before.activity_id)
    kept = {field for edit in edits for field in edit.changes_json}
    after = rules.updated(before, part.activity, kept, now=now)
    is_same_track = activities.find_samples(tx, before.activity_id) == part.block_bytes
    if after == before and is_same_track:
        return
    sent = rules.moved(part, after, config.current().zone)
    activities.delete_laps(tx, before.activity_id)
    activities.insert_lap(tx, sent.laps)
    activities.delete_samples(tx, before.activity_id)
    activities.insert_samples(tx, before.activity_id, sent.block_bytes)
    _recount(tx, before, sent.activity, sent.minutes, now=now)
    if before.original_file_id not in {None, sent.activity.original_file_id}:
        service.release_file(tx, before.original_file_id)
