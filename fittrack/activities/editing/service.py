"""Use cases of what members type in and change, and the step of a source that sends again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fittrack import cache, config, db
from fittrack.activities import repository as activities
from fittrack.activities import service
from fittrack.activities.analysis import service as analysis
from fittrack.activities.editing import repository, rules
from fittrack.activities.editing.errors import ActivityChanged
from fittrack.activities.editing.models import Edit, Entry, Measured, Read, Standing
from fittrack.activities.models import Activity, ActivityDetail, Part
from fittrack.activities.plausibility import service as plausibility
from fittrack.activities.rules import days_about
from fittrack.activities.samples import empty_samples, unpack
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
    A day's recording takes a second to measure: that is done before anything is held.
    Raises: ActivityNotFound, ActivityChanged, Invalid naming each bad field.
    """
    with db.reading("read_for_edit") as tx:
        read = _read(tx, activities.get_activity(tx, activity_id, account_id))
    measured = _measured_edit(read, _merged(read.activity, changes, revisions, now=now), now=now)
    with db.transaction("edit_activity") as tx:
        service.hold_member(tx, account_id, now=now)
        found = _read(tx, activities.lock_activity(tx, activity_id, account_id))
        after = _merged(found.activity, changes, revisions, now=now)
        if found != read:  # it has changed since
            measured = _measured_edit(found, after, now=now)
        if after != found.activity:
            _store_edit(tx, found.activity, after, measured, now=now)
        return service.detail_of(tx, activity_id, account_id)


def _read(tx: Transaction, activity: Activity) -> Read:
    return Read(activity, activities.find_samples(tx, activity.activity_id))


def _merged(
    before: Activity,
    changes: Mapping[str, Any],
    revisions: frozenset[int] | None,
    *,
    now: datetime,
) -> Activity:
    """Raises: ActivityChanged, Invalid."""
    if revisions is not None and before.revision not in revisions:
        raise ActivityChanged(activity_id=before.activity_id)
    return rules.merged(before, changes, zone=config.current().zone, now=now)


def _measured_edit(read: Read, after: Activity, *, now: datetime) -> Measured | None:
    """Return what an activity comes to as it was changed, None where only words were."""
    if not rules.counts_differently(rules.changes_between(read.activity, after)):
        return None
    samples = unpack(read.block_bytes) if read.block_bytes else empty_samples()
    return rules.measured(after, samples, config.current().zone, now=now)


def _store_edit(
    tx: Transaction, before: Activity, after: Activity, measured: Measured | None, *, now: datetime
) -> None:
    changes = rules.changes_between(before, after)
    repository.insert_edit(tx, Edit(after.activity_id, after.revision, now, changes))
    if measured is not None:
        _recount(tx, before, after, measured, now=now)
    else:
        repository.update_activity(tx, after)
        cache.touch(tx, after.account_id)


def _recount(
    tx: Transaction, before: Activity, after: Activity, measured: Measured, *, now: datetime
) -> None:
    """Store another version of an activity with its minutes; all that it weighs on follows."""
    days = days_about(before, config.current().zone)
    days.update(activities.list_minute_days(tx, before.activity_id))
    repository.update_activity(tx, after)
    if measured.minutes is not None:
        activities.delete_minutes(tx, before.activity_id)
        activities.insert_minutes(tx, measured.minutes)
        days.update(day.day_on for day in measured.minutes)
    analysis.replace(tx, measured.analysis)
    plausibility.examine(tx, after, measured.judgement, now=now)
    days.add(after.day_on)
    service.settle_examined(tx, [after], days, now=now)


def standing_at(tx: Transaction, account_id: str, origin_key: str) -> Standing | None:
    """Return what stands at a place of a source, held, also what was deleted; None for none."""
    return repository.lock_standing(tx, account_id, origin_key)


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
    samples = unpack(sent.block_bytes)
    measured = rules.measured(sent.activity, samples, config.current().zone, now=now)
    _recount(tx, before, sent.activity, replace(measured, minutes=sent.minutes), now=now)
    if before.original_file_id not in {None, sent.activity.original_file_id}:
        service.release_file(tx, before.original_file_id)
