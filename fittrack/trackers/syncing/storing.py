"""A page of a provider's objects into the database: all of it with its cursor, or nothing."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from fittrack import config, db
from fittrack.accounts.profiles import service as profiles
from fittrack.activities import service as activities
from fittrack.activities.editing import service as editing
from fittrack.activities.models import Part
from fittrack.activities.service import hold_member, insert_parts
from fittrack.db import Transaction
from fittrack.ids import new_id
from fittrack.recovery import service as recovery
from fittrack.recovery.models import Source
from fittrack.trackers.providers import is_shown_to_others
from fittrack.trackers.providers.base import (
    RECOVERY,
    SLEEP,
    STEPS,
    WORKOUTS,
    Adapter,
    Malformed,
    RawItem,
)
from fittrack.trackers.records import (
    Record,
    RecoveryRecord,
    SleepRecord,
    StepsRecord,
    WorkoutRecord,
)
from fittrack.trackers.syncing import repository, rules
from fittrack.trackers.syncing.models import Held, Known, Read, StreamState, Tally
from fittrack.trackers.syncing.parts import day_begins_at, part_of, place_of
from fittrack.trackers.syncing.rests import recovery_of, sleep_of

LEASE = timedelta(seconds=90)
# The streams whose objects come to activities.
ACTIVITIES = (WORKOUTS, STEPS)
# The version of what is deleted for good.
BURIED = "buried"
# Nobody cuts one bout into more than this.
MOST_OF_ONE = 100


class Fenced(Exception):
    """Another worker has the connection by now, or it is no more: nothing of ours counts."""


def read_items(adapter: Adapter, stream: str, items: Sequence[RawItem]) -> list[Read]:
    """Return what each object comes to; one that can't be read is kept with the reason."""
    found = {item.external_id: _read(adapter, stream, item) for item in items}
    return [found[external_id] for external_id in sorted(found)]


def _read(adapter: Adapter, stream: str, item: RawItem) -> Read:
    try:
        return Read(item, adapter.normalise(stream, item))
    except Malformed as error:
        return Read(item, refusal=f"malformed_{error}"[:50])


def store_page(
    held: Held, stream: str, read: Sequence[Read], state: StreamState, *, calls: int, now: datetime
) -> Tally:
    """Store objects and how far the stream is read now, in one transaction. Raises: Fenced."""
    with db.transaction("store_page") as tx:
        _hold(tx, held, now=now)
        tally = _store(tx, held, stream, read, now=now)
        tally.pages, tally.calls = 1, calls
        repository.update_stream(tx, state)
        repository.count_page(tx, held.sync_id, tally)
    return tally


def store_objects(held: Held, stream: str, read: Sequence[Read], *, now: datetime) -> Tally:
    """Store objects, such as a webhook names; how far the stream is read stays. Raises: Fenced."""
    if not read:
        return Tally()
    with db.transaction("store_objects") as tx:
        _hold(tx, held, now=now)
        tally = _store(tx, held, stream, read, now=now)
        repository.count_page(tx, held.sync_id, tally)
    return tally


def store_replayed(held: Held, stream: str, read: Sequence[Read], *, now: datetime) -> Tally:
    """Store known objects again as they are read now; deleted ones stay so. Raises: Fenced."""
    with db.transaction("store_replayed") as tx:
        _hold(tx, held, now=now)
        connection_id = held.connection.connection_id
        ids = [one.item.external_id for one in read]
        known = repository.list_known(tx, connection_id, stream, ids)
        living = [one for one in read if rules.is_there(known.get(one.item.external_id))]
        tally = _store_fresh(tx, held, stream, living, known, now=now)
        repository.count_page(tx, held.sync_id, tally)
    return tally


def delete_object(held: Held, stream: str, external_id: str, *, now: datetime) -> Tally:
    """Delete what a provider has deleted; a late page does not bring it back. Raises: Fenced."""
    with db.transaction("delete_object") as tx:
        _hold(tx, held, now=now)
        known = repository.list_known(tx, held.connection.connection_id, stream, [external_id])
        before = known.get(external_id)
        tally = Tally()
        if not rules.is_buried(before):
            tally.deleted = 1
            _bury(tx, held, stream, external_id, before, BURIED, now=now)
        repository.count_page(tx, held.sync_id, tally)
    return tally


def take_away(held: Held, stream: str, external_id: str, *, now: datetime) -> None:
    """Delete what a provider seems to have no more; a page may bring it back. Raises: Fenced.

    With a sleep goes the recovery that is known by its id, and that may come back as well.
    """
    with db.transaction("take_away") as tx:
        _hold(tx, held, now=now)
        for gone in (SLEEP, RECOVERY) if stream == SLEEP else (stream,):
            known = repository.list_known(tx, held.connection.connection_id, gone, [external_id])
            before = known.get(external_id)
            if rules.is_there(before):
                _bury(tx, held, gone, external_id, before, rules.NOWHERE, now=now)
                repository.count_page(tx, held.sync_id, Tally(deleted=1))


def note_missed(
    held: Held,
    stream: str,
    external_ids: Sequence[str],
    *,
    missed_at: datetime | None,
    now: datetime,
) -> None:
    """Note when objects were looked for, None for those that pages show again. Raises: Fenced."""
    if not external_ids:
        return
    row = {"connection_id": held.connection.connection_id, "stream": stream}
    with db.transaction("note_missed") as tx:
        keep(tx, held, now=now)
        repository.note_missed(
            tx, [row | {"external_id": one, "missed_at": missed_at} for one in external_ids]
        )


def _hold(tx: Transaction, held: Held, *, now: datetime) -> None:
    """Hold the member, then the connection; whoever ends a connection does it in this order."""
    hold_member(tx, held.connection.account_id, now=now)
    keep(tx, held, now=now)


def keep(tx: Transaction, held: Held, *, now: datetime) -> None:
    """Keep a connection in this worker's hands. Raises: Fenced."""
    if not repository.keep_connection(tx, held, until_at=now + LEASE):
        raise Fenced


def _store(
    tx: Transaction, held: Held, stream: str, read: Sequence[Read], *, now: datetime
) -> Tally:
    connection_id = held.connection.connection_id
    ids = [one.item.external_id for one in read]
    known = repository.list_known(tx, connection_id, stream, ids)
    news = [one for one in read if rules.is_news(known.get(one.item.external_id), one.item)]
    fresh = [one for one in news if not _is_to_come(one, now=now)]
    tally = _store_fresh(tx, held, stream, fresh, known, now=now)
    tally.skipped += len(read) - len(fresh)
    repository.insert_payload(tx, [_payload(held, stream, one, now=now) for one in fresh])
    return tally


def _store_fresh(
    tx: Transaction,
    held: Held,
    stream: str,
    fresh: Sequence[Read],
    known: Mapping[str, Known],
    *,
    now: datetime,
) -> Tally:
    tally = Tally()
    # A sleep may be named as a workout is: it comes to no activity, and takes none away.
    are_activities = stream in ACTIVITIES
    activity_ids = _store_activities(tx, held, fresh, known, now=now) if are_activities else {}
    _store_rests(tx, held, stream, fresh, now=now)
    rows = [_row(held, stream, one, activity_ids, known, tally, now=now) for one in fresh]
    repository.insert_known(tx, [row for row in rows if row["external_id"] not in known])
    repository.update_known(tx, [row for row in rows if row["external_id"] in known])
    return tally


def _store_activities(
    tx: Transaction, held: Held, fresh: Sequence[Read], known: Mapping[str, Known], *, now: datetime
) -> dict[str, str]:
    """Store what objects come to as activities, and return which; the new ones all at once."""
    new: list[Part] = []
    stored: dict[str, str] = {}
    for one in fresh:
        records = [record for record in one.records if _is_activity(record)]
        parts = [_part(held, record, number, now=now) for number, record in enumerate(records)]
        if one.item.external_id not in known:
            new += parts
            kept = [part.activity.activity_id for part in parts]
        else:
            kept = _store_again(tx, held, one, parts, now=now)
        if kept:
            stored[one.item.external_id] = kept[0]
    insert_parts(tx, new, now=now)
    return stored


def _store_again(
    tx: Transaction, held: Held, read: Read, parts: Sequence[Part], *, now: datetime
) -> list[str]:
    """Store what a known object comes to now, and return which activities are there.

    Those that it came to before and does no more go; what can't be read leaves all as it was.
    """
    kept = [editing.upsert_from_source(tx, part, now=now) for part in parts]
    if read.refusal is None:
        external_id = read.item.external_id
        _remove_from(tx, held, external_id, len(parts), may_come_back=True, now=now)
    return [activity_id for activity_id in kept if activity_id is not None]


def _remove_from(
    tx: Transaction,
    held: Held,
    external_id: str,
    number: int,
    *,
    may_come_back: bool = False,
    now: datetime,
) -> None:
    """Remove an object's activities from one of them on."""
    connection = held.connection
    for at in range(number, MOST_OF_ONE):
        place = place_of(connection.connection_id, external_id, at)
        standing = editing.standing_at(tx, connection.account_id, place)
        if standing is None:
            return
        if standing.state != "deleted":  # by its member, before
            activities.remove(
                tx,
                standing.activity_id,
                connection.account_id,
                may_come_back=may_come_back,
                now=now,
            )


def _forget_rest(tx: Transaction, held: Held, stream: str, external_id: str) -> None:
    """Forget a sleep, with the recovery that hangs on it, or a recovery."""
    connection_id = held.connection.connection_id
    if stream == SLEEP:
        recovery.remove_sleep(tx, connection_id, external_id)
    elif stream == RECOVERY:
        recovery.remove_recovery(tx, connection_id, external_id)


def _store_rests(
    tx: Transaction, held: Held, stream: str, fresh: Sequence[Read], *, now: datetime
) -> None:
    """Store what objects come to as sleeps and recoveries, and forget what they no longer are."""
    connection = held.connection
    source = Source(connection.account_id, connection.connection_id)
    for one in fresh:
        if one.refusal is None and not one.records:
            _forget_rest(tx, held, stream, one.item.external_id)
    found = [record for one in fresh for record in one.records]
    zone = _zone_of(tx, connection.account_id, found)
    for record in found:
        if isinstance(record, SleepRecord):
            kept = sleep_of(connection.provider, record, zone=zone, now=now)
            recovery.keep_sleep(tx, source, kept)
        elif isinstance(record, RecoveryRecord):
            recovery.keep_recovery(tx, source, recovery_of(connection.provider, record, now=now))


def _zone_of(tx: Transaction, account_id: str, records: Sequence[Record]) -> ZoneInfo:
    """Return the member's own zone where one of their sleeps does not tell its offset."""
    sleeps = (record for record in records if isinstance(record, SleepRecord))
    if any(sleep.utc_offset_s is None for sleep in sleeps):
        return profiles.zone_of(tx, account_id)
    return config.current().zone


def _is_to_come(read: Read, *, now: datetime) -> bool:
    """Tell whether an object is a day that has begun for its member and not yet for us.

    It is passed over: whatever begins in the future would be held, and it is read again anyway.
    """
    zone = config.current().zone
    days = (record for record in read.records if isinstance(record, StepsRecord))
    return any(day_begins_at(record, zone) > now for record in days)


def _is_activity(record: Record) -> bool:
    return isinstance(record, WorkoutRecord | StepsRecord)


def _part(held: Held, record: Any, number: int, *, now: datetime) -> Part:
    return part_of(
        held.connection.account_id,
        held.connection.connection_id,
        record,
        number=number,
        activity_id=new_id(),
        is_owner_only=not is_shown_to_others(held.connection.provider),
        zone=config.current().zone,
        now=now,
    )


def _row(
    held: Held,
    stream: str,
    read: Read,
    activity_ids: Mapping[str, str],
    known: Mapping[str, Known],
    tally: Tally,
    *,
    now: datetime,
) -> dict[str, Any]:
    """Return the row that remembers an object, and count it."""
    external_id = read.item.external_id
    before = known.get(external_id)
    if not read.records:
        tally.skipped += 1
    elif before is None:
        tally.created += 1
    else:
        tally.updated += 1
    return {
        "connection_id": held.connection.connection_id,
        "stream": stream,
        "external_id": external_id,
        "version": read.item.version,
        "is_deleted": False,
        "activity_id": activity_ids.get(external_id, before.activity_id if before else None),
        "changed_at": now,
    }


def _bury(
    tx: Transaction,
    held: Held,
    stream: str,
    external_id: str,
    before: Known | None,
    version: str,
    *,
    now: datetime,
) -> None:
    """Delete an object, and remember it under a version that says whether it may come back."""
    connection = held.connection
    if stream in ACTIVITIES:
        may_come_back = version == rules.NOWHERE
        _remove_from(tx, held, external_id, 0, may_come_back=may_come_back, now=now)
    _forget_rest(tx, held, stream, external_id)
    row = {
        "connection_id": connection.connection_id,
        "stream": stream,
        "external_id": external_id,
        "version": version,
        "is_deleted": True,
        "activity_id": before.activity_id if before else None,
        "changed_at": now,
    }
    if before is None:
        repository.insert_known(tx, [row])
    else:
        repository.update_known(tx, [row])
        repository.delete_payloads(tx, [row])


def _payload(held: Held, stream: str, read: Read, *, now: datetime) -> dict[str, Any]:
    return {
        "connection_id": held.connection.connection_id,
        "stream": stream,
        "external_id": read.item.external_id,
        "version": read.item.version,
        "body_bytes": gzip.compress(orjson.dumps(read.item.body), mtime=0),
        "received_at": now,
        "refusal_code": read.refusal,
    }
