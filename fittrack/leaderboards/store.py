"""The one place that changes what stands on boards; the buckets go with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from fittrack.db import Transaction
from fittrack.db.errors import Busy
from fittrack.leaderboards import repository, rules
from fittrack.leaderboards.models import Standing

Key = tuple[str, date, str, str]


def store(tx: Transaction, before: Iterable[Standing], after: Iterable[Standing]) -> None:
    """Replace places by others: as few rows as differ, and the buckets' counts.

    Raises: Busy where the places before are no longer what stands.
    """
    old, new = _by_key(before), _by_key(after)
    gone = [old[key] for key in old if key not in new]
    come = [new[key] for key in new if key not in old]
    changed = [key for key in old if key in new and old[key] != new[key]]
    _write(tx, gone, come, [new[key] for key in changed])
    count(
        tx,
        rules.bucket_changes(
            [*gone, *(old[key] for key in changed)], [*come, *(new[key] for key in changed)]
        ),
    )


def count(tx: Transaction, changes: rules.Changes) -> None:
    """Change the counts of buckets; those that hold nothing go.

    One that is not there is opened, also below zero where it was lost: what it lacks stays so.
    """
    if changes and repository.add_to_buckets(tx, changes) != len(changes):
        repository.insert_buckets(tx, changes)
    less = [bucket for bucket, count in changes.items() if count < 0]
    if less:
        repository.delete_empty_buckets(tx, less)


def _write(
    tx: Transaction, gone: list[Standing], come: list[Standing], changed: list[Standing]
) -> None:
    if gone and repository.delete_standings(tx, gone) != len(gone):
        raise Busy("a place has gone meanwhile")
    if changed and repository.update_standings(tx, changed) != len(changed):
        raise Busy("a place has changed meanwhile")
    if come:
        repository.insert_standings(tx, come)


def _by_key(standings: Iterable[Standing]) -> dict[Key, Standing]:
    return {(one.account_id, one.starts_on, one.period, one.board_code): one for one in standings}
