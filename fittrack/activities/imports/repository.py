"""Every statement of the uploads, one function each."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.activities.errors import ImportNotFound
from fittrack.activities.imports.models import (
    Import,
    ImportItem,
    ImportSource,
    ImportSummary,
    ItemActivity,
    Refusal,
    Upload,
)
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("activities")


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


def get_import(tx: Transaction, import_id: str, account_id: str) -> ImportSummary:
    """Raises: ImportNotFound."""
    upload = tx.one(ImportSummary, SQL["get_import"], import_id=import_id, account_id=account_id)
    if upload is None:
        raise ImportNotFound(import_id=import_id)
    return upload


def list_import_items(
    tx: Transaction, import_id: str, *, after_no: int, row_limit: int, state: str | None = None
) -> list[ImportItem]:
    """Return files of an upload in its order, perhaps those of one state."""
    return tx.all(
        ImportItem,
        SQL["list_import_items"],
        import_id=import_id,
        after_no=after_no,
        row_limit=row_limit,
        state=state,
    )


def list_import_activities(
    tx: Transaction, import_id: str, *, first_no: int, last_no: int
) -> list[ItemActivity]:
    """Return the activities that stand for the files of an upload with these numbers."""
    return tx.all(
        ItemActivity,
        SQL["list_import_activities"],
        import_id=import_id,
        first_no=first_no,
        last_no=last_no,
    )


def find_import_source(tx: Transaction, import_item_id: str) -> ImportSource | None:
    return tx.one(ImportSource, SQL["find_import_source"], import_item_id=import_item_id)


def update_item_finished(
    tx: Transaction,
    import_item_id: str,
    state: str,
    *,
    refusal: Refusal | None = None,
    now: datetime,
) -> bool:
    """Give a pending file its final state; return False for one that has it, and keeps it."""
    changed = tx.run(
        SQL["update_item_finished"],
        import_item_id=import_item_id,
        state=state,
        reason_code=refusal.reason_code if refusal else None,
        reason=refusal.reason[:500] if refusal else None,
        finished_at=now,
    )
    return changed == 1


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
        is_packed=upload.is_packed,
    )


def lock_original_content(tx: Transaction, account_id: str, content_sha256: str) -> str | None:
    """Return the id of the kept file of this content, held until the end, or None."""
    original_file_id: str | None = tx.value(
        SQL["lock_original_content"], account_id=account_id, content_sha256=content_sha256
    )
    return original_file_id
