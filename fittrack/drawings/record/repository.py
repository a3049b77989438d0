"""The published record's SQL, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.drawings.errors import NotPublishedYet
from fittrack.drawings.models import Document
from fittrack.drawings.record.models import (
    AuditedDrawing,
    FrozenEntry,
    HeadRow,
    LogRecord,
    Pick,
    PublishedPick,
    Reveal,
)
from fittrack.drawings.tickets.models import Holder

SQL = load_sql("drawings")


def lock_log_head(tx: Transaction) -> HeadRow:
    """Return the end of the public log, held until the transaction ends."""
    return _head(tx.one(HeadRow, SQL["lock_log_head"]))


def count_prize_records(tx: Transaction, drawing_id: str) -> int:
    """Return how many records the log has of what became of a drawing's prizes."""
    return int(tx.value(SQL["count_prize_records"], drawing_id=drawing_id))


def get_log_head(tx: Transaction) -> HeadRow:
    """Return the end of the public log."""
    return _head(tx.one(HeadRow, SQL["get_log_head"]))


def update_log_head(tx: Transaction, head: HeadRow) -> None:
    """Move the end of the public log."""
    tx.run(SQL["update_log_head"], **asdict(head))


def insert_log_record(tx: Transaction, record: LogRecord) -> None:
    """Append to the public log."""
    tx.run(SQL["insert_log_record"], **asdict(record))


def list_log_records(tx: Transaction, *, first_no: int, row_limit: int) -> list[LogRecord]:
    """Return records of the public log in order."""
    return tx.all(LogRecord, SQL["list_log_records"], first_no=first_no, row_limit=row_limit)


def list_drawing_records(tx: Transaction, drawing_id: str, *, row_limit: int) -> list[LogRecord]:
    """Return what the public log tells of one drawing, in order."""
    return tx.all(
        LogRecord, SQL["list_drawing_records"], drawing_id=drawing_id, row_limit=row_limit
    )


def find_result_record(tx: Transaction, drawing_id: str) -> LogRecord | None:
    """Return the record that names a drawing's result, or None."""
    return tx.one(LogRecord, SQL["find_result_record"], drawing_id=drawing_id)


def insert_document(tx: Transaction, document: Document) -> None:
    """Publish a document. Raises: Unique where the drawing has one of that kind."""
    tx.run(SQL["insert_document"], **asdict(document))


def find_document(tx: Transaction, drawing_id: str, kind: str) -> Document | None:
    """Return what a drawing has published of one kind, or None."""
    return tx.one(Document, SQL["find_document"], drawing_id=drawing_id, kind=kind)


def get_document(tx: Transaction, drawing_id: str, kind: str) -> Document:
    """Return what a drawing has published of one kind. Raises: NotPublishedYet."""
    document = find_document(tx, drawing_id, kind)
    if document is None:
        raise NotPublishedYet(drawing_id=drawing_id)
    return document


def find_operator_key(tx: Transaction, drawing_id: str) -> str | None:
    """Return the public key, in hex, that a drawing's terms name, or None before them."""
    found = tx.value(SQL["find_operator_key"], drawing_id=drawing_id)
    return None if found is None else str(found)


def insert_reveal(
    tx: Transaction,
    drawing_id: str,
    source_id: str,
    *,
    position: int,
    body_text: str,
    now: datetime,
) -> None:
    """Publish what a source revealed. Raises: Unique where it has revealed already."""
    tx.run(
        SQL["insert_reveal"],
        drawing_id=drawing_id,
        source_id=source_id,
        position=position,
        body_text=body_text,
        revealed_at=now,
    )


def list_reveals(tx: Transaction, drawing_id: str) -> list[Reveal]:
    """Return what was revealed so far, in the order of the sources."""
    return tx.all(Reveal, SQL["list_reveals"], drawing_id=drawing_id)


def insert_frozen_entries(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Freeze the list of entries."""
    tx.run_many(SQL["insert_frozen_entries"], rows)


def list_frozen_entries(
    tx: Transaction, drawing_id: str, *, first_position: int, end_position: int
) -> list[FrozenEntry]:
    """Return the frozen entries from a position up to, not including, another."""
    return tx.all(
        FrozenEntry,
        SQL["list_frozen_entries"],
        drawing_id=drawing_id,
        first_position=first_position,
        end_position=end_position,
    )


def insert_tree(tx: Transaction, drawing_id: str, roots: Sequence[bytes]) -> None:
    """Store the roots of runs of the frozen list, 32 bytes each."""
    tx.run(SQL["insert_tree"], drawing_id=drawing_id, roots_bytes=b"".join(roots))


def find_tree_roots(tx: Transaction, drawing_id: str) -> list[bytes]:
    """Return the roots of runs of the frozen list, 32 bytes each."""
    joined = bytes(tx.value(SQL["find_tree_roots"], drawing_id=drawing_id) or b"")
    return [joined[start : start + 32] for start in range(0, len(joined), 32)]


def insert_picks(tx: Transaction, picks: Sequence[Pick]) -> None:
    """Store who was drawn."""
    tx.run_many(SQL["insert_picks"], [asdict(pick) for pick in picks])


def list_published_picks(tx: Transaction, drawing_id: str) -> list[PublishedPick]:
    """Return who was drawn, in order."""
    return tx.all(PublishedPick, SQL["list_published_picks"], drawing_id=drawing_id)


def audit_drawings(tx: Transaction, *, after_id: str, row_limit: int) -> list[AuditedDrawing]:
    """Return drawings with what their entries come to, in the order of their ids."""
    return tx.all(AuditedDrawing, SQL["audit_drawings"], after_id=after_id, row_limit=row_limit)


def audit_unlisted_entries(tx: Transaction, drawing_id: str) -> int:
    """Return how many entries are not in the frozen list as they were sold."""
    return int(tx.value(SQL["audit_unlisted_entries"], drawing_id=drawing_id))


def audit_holders(tx: Transaction, drawing_id: str) -> Iterator[Holder]:
    """Yield the tags of a drawing's members that can be opened."""
    return tx.each(Holder, SQL["audit_holders"], drawing_id=drawing_id)


def audit_unlogged_documents(tx: Transaction, drawing_id: str) -> int:
    """Return how many of a drawing's signed documents the public log does not name."""
    return int(tx.value(SQL["audit_unlogged_documents"], drawing_id=drawing_id))


def audit_picks(tx: Transaction, drawing_id: str) -> list[Pick]:
    """Return a drawing's picks in order."""
    return tx.all(Pick, SQL["audit_picks"], drawing_id=drawing_id)


def _head(row: HeadRow | None) -> HeadRow:
    if row is None:
        raise LookupError("the public log has no head; the migrations make it")
    return row
