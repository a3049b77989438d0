"""Exports and their pieces in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.exports.errors import ExportNotFound
from fittrack.accounts.exports.models import Asked, ChunkKey, Export, Written
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def insert_export(tx: Transaction, export: Export) -> None:
    """Ask for an archive. Raises: Unique while another one is being made."""
    tx.run(
        SQL["insert_export"],
        export_id=export.export_id,
        account_id=export.account_id,
        asked_at=export.asked_at,
        expires_at=export.expires_at,
    )


def count_exports(tx: Transaction, account_id: str, *, since_at: datetime) -> Asked:
    """Return how many exports a member asked for after an instant."""
    asked = tx.one(Asked, SQL["count_exports"], account_id=account_id, since_at=since_at)
    return asked or Asked(0, None)


def find_running_export(tx: Transaction, account_id: str) -> str | None:
    """Return the id of the export that is being made for a member, or None."""
    found: str | None = tx.value(SQL["find_running_export"], account_id=account_id)
    return found


def find_export(tx: Transaction, export_id: str) -> Export | None:
    """Return an export, None where its member was erased."""
    return tx.one(Export, SQL["find_export"], export_id=export_id)


def get_export(tx: Transaction, export_id: str, account_id: str) -> Export:
    """Return a member's export. Raises: ExportNotFound, for another's too."""
    export = find_export(tx, export_id)
    if export is None or export.account_id != account_id:
        raise ExportNotFound(export_id=export_id)
    return export


def start_export(tx: Transaction, export_id: str, attempt_no: int) -> bool:
    """Let an attempt be the one that counts, and return whether the export is still wanted."""
    return tx.run(SQL["start_export"], export_id=export_id, attempt_no=attempt_no) == 1


def add_export_progress(
    tx: Transaction, export_id: str, attempt_no: int, progress_percent: int
) -> bool:
    """Note how far an attempt is, and return whether it still counts."""
    changed = tx.run(
        SQL["add_export_progress"],
        export_id=export_id,
        attempt_no=attempt_no,
        progress_percent=progress_percent,
    )
    return changed == 1


def insert_export_chunk(tx: Transaction, key: ChunkKey, content_bytes: bytes) -> None:
    """Store the next piece of an archive."""
    tx.run(SQL["insert_export_chunk"], **asdict(key), content_bytes=content_bytes)


def finish_export(
    tx: Transaction,
    export_id: str,
    attempt_no: int,
    written: Written,
    *,
    finished_at: datetime,
    expires_at: datetime,
) -> bool:
    """Let a whole archive be had, and return whether its attempt still counts."""
    changed = tx.run(
        SQL["finish_export"],
        export_id=export_id,
        attempt_no=attempt_no,
        **asdict(written),
        finished_at=finished_at,
        expires_at=expires_at,
    )
    return changed == 1


def find_export_chunk(tx: Transaction, key: ChunkKey) -> bytes | None:
    """Return one piece of an archive, None where it is gone by now."""
    content: bytes | None = tx.value(SQL["find_export_chunk"], **asdict(key))
    return content


def list_stale_chunks(tx: Transaction, export_id: str, *, row_limit: int) -> list[ChunkKey]:
    """Return pieces of an export that belong to no attempt that counts."""
    return tx.all(ChunkKey, SQL["list_stale_chunks"], export_id=export_id, row_limit=row_limit)


def list_dead_chunks(tx: Transaction, *, row_limit: int) -> list[ChunkKey]:
    """Return pieces of archives that were given up or whose time is over."""
    return tx.all(ChunkKey, SQL["list_dead_chunks"], row_limit=row_limit)


def list_erasable_chunks(tx: Transaction, account_id: str, *, row_limit: int) -> list[ChunkKey]:
    """Return pieces of a member's archives."""
    return tx.all(ChunkKey, SQL["list_erasable_chunks"], account_id=account_id, row_limit=row_limit)


def delete_export_chunks(tx: Transaction, keys: Sequence[ChunkKey]) -> None:
    """Forget pieces of archives."""
    tx.run_many(SQL["delete_export_chunks"], [asdict(key) for key in keys])


def fail_stalled_exports(tx: Transaction, *, before_at: datetime, now_at: datetime) -> None:
    """Give up what has been in the making for too long."""
    tx.run(SQL["fail_stalled_exports"], before_at=before_at, now_at=now_at)


def expire_exports(tx: Transaction, *, now_at: datetime) -> None:
    """Let nobody have an archive after its time."""
    tx.run(SQL["expire_exports"], now_at=now_at)


def delete_old_exports(tx: Transaction, *, before_at: datetime) -> int:
    """Forget that there were exports, and return how many."""
    return tx.run(SQL["delete_old_exports"], before_at=before_at)


def end_exports(tx: Transaction, account_id: str) -> None:
    """Let nobody have an erased member's archives."""
    tx.run(SQL["end_exports"], account_id=account_id)


def erase_exports(tx: Transaction, account_id: str) -> None:
    """Forget an erased member's exports, whose pieces are gone."""
    tx.run(SQL["erase_exports"], account_id=account_id)
