"""Every statement of the activities, one function each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from fittrack.activities.errors import ActivityNotFound, ImportNotFound, OriginalNotKept
from fittrack.activities.models import (
    Activity,
    ActivityLap,
    DayMinutes,
    Import,
    ImportItem,
    ImportSource,
    ImportSummary,
    ItemActivity,
    LockedFile,
    MinuteDay,
    OriginalFile,
    OriginKey,
    Refusal,
    Upload,
)
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("activities")


def insert_activity(tx: Transaction, activity: Activity) -> None:
    """Raises: Unique where the origin key stands for an activity already."""
    tx.run(SQL["insert_activity"], **asdict(activity))


def list_activities(
    tx: Transaction,
    account_id: str,
    *,
    filters: dict[str, Any],
    before_at: datetime,
    before_id: str,
    row_limit: int,
) -> list[Activity]:
    """`filters` are the binds since_at, until_at, type, sport and source_kind."""
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
    activity = tx.one(
        Activity, SQL["get_activity"], activity_id=activity_id, account_id=account_id
    )
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


def update_activity_deleted(tx: Transaction, activity_id: str, *, now: datetime) -> None:
    """Turn an activity into a tombstone; its place in its source is free again."""
    tx.run(
        SQL["update_activity_deleted"],
        activity_id=activity_id,
        origin_key=f"deleted:{activity_id}",
        updated_at=now,
    )


def list_origin_keys(tx: Transaction, original_file_id: str) -> set[str]:
    """Return the places of a file that have an activity."""
    rows = tx.all(OriginKey, SQL["list_origin_keys"], original_file_id=original_file_id)
    return {row.origin_key for row in rows}


def insert_minutes(tx: Transaction, rows: Sequence[DayMinutes]) -> None:
    tx.run_many(SQL["insert_minutes"], [asdict(row) for row in rows])


def list_minute_days(tx: Transaction, activity_id: str) -> list[date]:
    rows = tx.all(MinuteDay, SQL["list_minute_days"], activity_id=activity_id)
    return [row.day_on for row in rows]


def delete_minutes(tx: Transaction, activity_id: str) -> None:
    tx.run(SQL["delete_minutes"], activity_id=activity_id)


def insert_lap(tx: Transaction, rows: Sequence[ActivityLap]) -> None:
    tx.run_many(SQL["insert_lap"], [asdict(row) for row in rows])


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


def insert_import(tx: Transaction, upload: Import) -> None:
    tx.run(SQL["insert_import"], **asdict(upload))


def insert_import_item(tx: Transaction, item: ImportItem) -> None:
    tx.run(SQL["insert_import_item"], **asdict(item))


def list_imports(
    tx: Transaction, account_id: str, *, before_at: datetime, before_id: str, row_limit: int
) -> list[ImportSummary]:
    return tx.all(
        ImportSummary,
        SQL["list_imports"],
        account_id=account_id,
        before_at=before_at,
        before_id=before_id,
        row_limit=row_limit,
    )


def get_import(tx: Transaction, import_id: str, account_id: str) -> Import:
    """Raises: ImportNotFound."""
    upload = tx.one(Import, SQL["get_import"], import_id=import_id, account_id=account_id)
    if upload is None:
        raise ImportNotFound(import_id=import_id)
    return upload


def list_import_items(tx: Transaction, import_id: str) -> list[ImportItem]:
    return tx.all(ImportItem, SQL["list_import_items"], import_id=import_id)


def list_import_activities(tx: Transaction, import_id: str) -> list[ItemActivity]:
    return tx.all(ItemActivity, SQL["list_import_activities"], import_id=import_id)


def find_import_source(tx: Transaction, import_item_id: str) -> ImportSource | None:
    return tx.one(ImportSource, SQL["find_import_source"], import_item_id=import_item_id)


def update_item_finished(
    tx: Transaction,
    import_item_id: str,
    state: str,
    *,
    refusal: Refusal | None = None,
    now: datetime,
) -> None:
    """Give a pending file its final state; one that has it keeps it."""
    tx.run(
        SQL["update_item_finished"],
        import_item_id=import_item_id,
        state=state,
        reason_code=refusal.reason_code if refusal else None,
        reason=refusal.reason[:500] if refusal else None,
        finished_at=now,
    )


def insert_original_file(
    tx: Transaction, original_file_id: str, account_id: str, upload: Upload, *, now: datetime
) -> None:
    """Raises: Unique where the member has brought in this very content before."""
    upload.content.seek(0)
    tx.run(
        SQL["insert_original_file"],
        original_file_id=original_file_id,
        account_id=account_id,
        content_sha256=upload.content_sha256,
        file_name=upload.file_name,
        byte_count=upload.byte_count,
        received_at=now,
        content_bytes=upload.content.read(),
    )


def lock_original_content(tx: Transaction, account_id: str, content_sha256: str) -> str | None:
    """Return the id of the kept file of this content, held until the end, or None."""
    original_file_id: str | None = tx.value(
        SQL["lock_original_content"], account_id=account_id, content_sha256=content_sha256
    )
    return original_file_id


def lock_original_file(tx: Transaction, original_file_id: str) -> LockedFile | None:
    return tx.one(LockedFile, SQL["lock_original_file"], original_file_id=original_file_id)


def update_part_count(tx: Transaction, original_file_id: str, part_count: int) -> None:
    tx.run(SQL["update_part_count"], original_file_id=original_file_id, part_count=part_count)


def get_original_file(tx: Transaction, activity_id: str, account_id: str) -> OriginalFile:
    """Raises: OriginalNotKept."""
    original = tx.one(
        OriginalFile, SQL["get_original_file"], activity_id=activity_id, account_id=account_id
    )
    if original is None:
        raise OriginalNotKept(activity_id=activity_id)
    return original


def update_items_forget_file(tx: Transaction, original_file_id: str) -> None:
    tx.run(SQL["update_items_forget_file"], original_file_id=original_file_id)


def delete_original_file(tx: Transaction, original_file_id: str) -> None:
    tx.run(SQL["delete_original_file"], original_file_id=original_file_id)
