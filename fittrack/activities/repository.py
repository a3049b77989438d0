"""Every statement of the activities, one function each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from fittrack.activities.errors import ActivityNotFound, OriginalNotKept
from fittrack.activities.models import (
    Activity,
    ActivityLap,
    DayMinutes,
    MinuteDay,
    OriginalFile,
    OriginKey,
)
from fittrack.activities.rules import search_text
from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.db.values import columns_of

SQL = load_sql("activities")


def insert_activity(tx: Transaction, activity: Activity) -> None:
    """Raises: Unique where the origin key stands for an activity already."""
    tx.run(SQL["insert_activity"], **columns_of(activity), search_text=search_text(activity))


def list_activities(
    tx: Transaction,
    account_id: str,
    *,
    filters: dict[str, Any],
    before_at: datetime,
    before_id: str,
    row_limit: int,
) -> list[Activity]:
    """`filters` are the binds since_at, type, sport, source_kind, is_once and words."""
    return tx.all(
        Activity,
        SQL["list_activities"],
        account_id=account_id,
        before_at=before_at,
        before_id=before_id,
        row_limit=row_limit,
        **filters,
    )


def get_activity(tx: Transaction, activity_id: str, account_id: str) -> Activity:
    """Raises: ActivityNotFound."""
    activity = tx.one(Activity, SQL["get_activity"], activity_id=activity_id, account_id=account_id)
    if activity is None:
        raise ActivityNotFound(activity_id=activity_id)
    return activity


def lock_activity(tx: Transaction, activity_id: str, account_id: str) -> Activity:
    """Raises: ActivityNotFound."""
    activity = tx.one(
        Activity, SQL["lock_activity"], activity_id=activity_id, account_id=account_id
    )
    if activity is None:
        raise ActivityNotFound(activity_id=activity_id)
    return activity


def update_activity_deleted(
    tx: Transaction, activity_id: str, *, origin_key: str, now: datetime
) -> None:
    """Turn an activity into a tombstone, at a place of its source or beside it."""
    tx.run(
        SQL["update_activity_deleted"],
        activity_id=activity_id,
        origin_key=origin_key,
        updated_at=now,
    )


def list_origin_keys(tx: Transaction, original_file_id: str) -> set[str]:
    """Return the places of a file that have an activity."""
    rows = tx.all(OriginKey, SQL["list_origin_keys"], original_file_id=original_file_id)
    return {row.origin_key for row in rows}


def insert_minutes(tx: Transaction, rows: Sequence[DayMinutes]) -> None:
    tx.run_many(SQL["insert_minutes"], [columns_of(row) for row in rows])


def list_minute_days(tx: Transaction, activity_id: str) -> list[date]:
    rows = tx.all(MinuteDay, SQL["list_minute_days"], activity_id=activity_id)
    return [row.day_on for row in rows]


def delete_minutes(tx: Transaction, activity_id: str) -> None:
    tx.run(SQL["delete_minutes"], activity_id=activity_id)


def insert_lap(tx: Transaction, rows: Sequence[ActivityLap]) -> None:
    tx.run_many(SQL["insert_lap"], [columns_of(row) for row in rows])


def list_laps(tx: Transaction, activity_id: str) -> list[ActivityLap]:
    return tx.all(ActivityLap, SQL["list_laps"], activity_id=activity_id)


def delete_laps(tx: Transaction, activity_id: str) -> None:
    tx.run(SQL["delete_laps"], activity_id=activity_id)


def insert_samples(tx: Transaction, activity_id: str, block_bytes: bytes) -> None:
    tx.run(SQL["insert_samples"], activity_id=activity_id, block_bytes=block_bytes)


def find_samples(tx: Transaction, activity_id: str) -> bytes | None:
    block_bytes: bytes | None = tx.value(SQL["find_samples"], activity_id=activity_id)
    return block_bytes


def delete_samples(tx: Transaction, activity_id: str) -> None:
    tx.run(SQL["delete_samples"], activity_id=activity_id)


def lock_original_file(tx: Transaction, original_file_id: str) -> None:
    """Hold a kept file, so that it neither comes in twice nor goes while it comes in again."""
    tx.value(SQL["lock_original_file"], original_file_id=original_file_id)


def get_original_file(tx: Transaction, activity_id: str, account_id: str) -> OriginalFile:
    """Raises: OriginalNotKept."""
    original = tx.one(
        OriginalFile, SQL["get_original_file"], activity_id=activity_id, account_id=account_id
    )
    if original is None:
        raise OriginalNotKept(activity_id=activity_id)
    return original


def delete_original_file(tx: Transaction, original_file_id: str) -> None:
    tx.run(SQL["delete_original_file"], original_file_id=original_file_id)
