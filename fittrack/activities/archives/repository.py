"""Every statement of the archives, one function each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from fittrack.activities.archives.models import Archive, ArchiveItem, ChunkKey, Member, Tally
from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.ids import new_id

SQL = load_sql("activities")


@dataclass(frozen=True, slots=True)
class ArchiveId:
    """One archive, by its id."""

    archive_id: str


def insert_archive(tx: Transaction, archive: Archive) -> None:
    tx.run(SQL["insert_archive"], **asdict(archive))


def update_archive_item(tx: Transaction, archive_id: str, import_item_id: str) -> None:
    tx.run(SQL["update_archive_item"], archive_id=archive_id, import_item_id=import_item_id)


def find_archive(tx: Transaction, import_item_id: str) -> Archive | None:
    return tx.one(Archive, SQL["find_archive"], import_item_id=import_item_id)


def insert_archive_chunk(tx: Transaction, key: ChunkKey, content_bytes: bytes) -> None:
    tx.run(SQL["insert_archive_chunk"], **asdict(key), content_bytes=content_bytes)


def find_archive_chunk(tx: Transaction, key: ChunkKey) -> bytes | None:
    content: bytes | None = tx.value(SQL["find_archive_chunk"], **asdict(key))
    return content


def find_archive_item(tx: Transaction, import_item_id: str) -> ArchiveItem | None:
    return tx.one(ArchiveItem, SQL["find_archive_item"], import_item_id=import_item_id)


def find_archive_item_no(tx: Transaction, import_id: str, item_no: int) -> ArchiveItem | None:
    return tx.one(ArchiveItem, SQL["find_archive_item_no"], import_id=import_id, item_no=item_no)


def list_waiting_members(
    tx: Transaction, archive: ArchiveItem, *, after_no: int, row_limit: int
) -> list[ArchiveItem]:
    """Return the next files of an archive that wait to be read, in their order."""
    return tx.all(
        ArchiveItem,
        SQL["list_waiting_members"],
        import_id=archive.import_id,
        inside_no=archive.item_no,
        after_no=after_no,
        row_limit=row_limit,
    )


def tally_members(tx: Transaction, archive: ArchiveItem) -> Tally:
    tally = tx.one(
        Tally, SQL["tally_members"], import_id=archive.import_id, inside_no=archive.item_no
    )
    return tally or Tally(0, 0, 0, 0)


def lock_import(tx: Transaction, import_id: str) -> None:
    """Hold an upload, so that its files are numbered and its archives end one after another."""
    tx.value(SQL["lock_import"], import_id=import_id)


def find_last_item_no(tx: Transaction, import_id: str) -> int:
    last_item_no: int | None = tx.value(SQL["find_last_item_no"], import_id=import_id)
    return last_item_no or 0


def insert_member(
    tx: Transaction, archive: ArchiveItem, members: Sequence[Member], *, first_no: int
) -> None:
    """Add files found in an archive, numbered from `first_no`."""
    rows = [
        {
            "import_item_id": new_id(),
            "import_id": archive.import_id,
            "item_no": item_no,
            "inside_no": archive.item_no,
            "file_name": member.file_name,
            "byte_count": member.byte_count,
            "original_file_id": member.original_file_id,
            "entry_json": asdict(member.entry) if member.entry else None,
            "hints_json": member.hints,
        }
        for item_no, member in enumerate(members, start=first_no)
    ]
    tx.run_many(SQL["insert_member"], rows)


def add_import_files(tx: Transaction, import_id: str, added_count: int) -> None:
    tx.run(SQL["add_import_files"], import_id=import_id, added_count=added_count)


def update_item_archive_kind(tx: Transaction, import_item_id: str, archive_kind: str) -> bool:
    """Note that a waiting file is an archive, and return whether it still waits."""
    changed = tx.run(
        SQL["update_item_archive_kind"], import_item_id=import_item_id, archive_kind=archive_kind
    )
    return changed == 1


def update_item_original(tx: Transaction, import_item_id: str, original_file_id: str) -> None:
    tx.run(
        SQL["update_item_original"],
        import_item_id=import_item_id,
        original_file_id=original_file_id,
    )


def list_dead_archive_chunks(
    tx: Transaction, *, before_at: datetime, row_limit: int
) -> list[ChunkKey]:
    return tx.all(
        ChunkKey, SQL["list_dead_archive_chunks"], before_at=before_at, row_limit=row_limit
    )


def list_dead_archives(tx: Transaction, *, before_at: datetime, row_limit: int) -> list[str]:
    rows = tx.all(ArchiveId, SQL["list_dead_archives"], before_at=before_at, row_limit=row_limit)
    return [row.archive_id for row in rows]


def list_archive_chunks(tx: Transaction, archive_id: str, *, row_limit: int) -> list[ChunkKey]:
    return tx.all(ChunkKey, SQL["list_archive_chunks"], archive_id=archive_id, row_limit=row_limit)


def list_erasable_archive_chunks(
    tx: Transaction, account_id: str, *, row_limit: int
) -> list[ChunkKey]:
    return tx.all(
        ChunkKey,
        SQL["list_erasable_archive_chunks"],
        account_id=account_id,
        row_limit=row_limit,
    )


def delete_archive_chunks(tx: Transaction, keys: Sequence[ChunkKey]) -> None:
    tx.run_many(SQL["delete_archive_chunks"], [asdict(key) for key in keys])


def delete_archive(tx: Transaction, archive_id: str) -> None:
    tx.run(SQL["delete_archive"], archive_id=archive_id)


def erase_archives(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_archives"], account_id=account_id)
