"""Handing out and forgetting all that one member has here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fittrack import archive, db
from fittrack.activities import repository as activities
from fittrack.activities.analysis import service as analysis
from fittrack.activities.archives import chunks
from fittrack.activities.belongings import repository
from fittrack.activities.belongings.models import (
    ExportedActivity,
    ExportedImport,
    StoredFile,
)
from fittrack.activities.editing import repository as editing
from fittrack.activities.imports import repository as imports
from fittrack.activities.imports.models import ImportItem
from fittrack.activities.imports.rules import MAX_FILES
from fittrack.activities.models import Activity
from fittrack.activities.privacy import service as privacy
from fittrack.activities.samples import COLUMNS, Samples, empty_samples, unpack
from fittrack.activities.service import BEGINNING, END, LAST_ID
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.db import Transaction

# A file may have 64 MiB, and forgetting it overwrites them.
FILES_AT_ONCE = 8
# Sorts before every id and every hash but that of nothing: 64 zeros are nobody's.
FIRST_ID = "0"
EVERYTHING = {
    "since_at": BEGINNING,
    "type": None,
    "sport": None,
    "source_kind": None,
    "is_once": None,
    "words": None,
}


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield a member's activities with their samples, the files as they came, and the uploads."""
    yield archive.json_list("activities.json", _with_laps(account_id))
    for rows in _activities(account_id):
        for activity in rows:
            if activity.sample_count:
                yield _samples(activity)
    yield from analysis.export_member(account_id)
    yield archive.json_list("files.json", _files(account_id))
    for stored in _files(account_id):
        for file in stored:
            yield from _original(account_id, file)
    yield archive.json_list("imports.json", _imports(account_id))
    yield archive.json_object("privacy_zones.json", privacy.list_zones(account_id=account_id))


def erase_member(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    """Forget some of what an erased member did or brought in, and return how many things it were.

    No points follow: an erased member's days are not awarded anew.
    """
    return (
        _erase_activities(tx, account_id, row_limit=row_limit)
        or chunks.erase_member(tx, account_id)
        or _erase_imports(tx, account_id, row_limit=row_limit)
        or _erase_files(tx, account_id)
        or privacy.erase_member(tx, account_id)
    )


def _erase_activities(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    ids = repository.list_erasable_activities(tx, account_id, row_limit=row_limit)
    repository.delete_minutes(tx, ids)
    repository.delete_laps(tx, ids)
    repository.delete_edits(tx, ids)
    repository.delete_shared_figures(tx, ids)
    repository.delete_samples(tx, ids)
    repository.delete_efforts(tx, ids)
    repository.delete_metrics(tx, ids)
    repository.delete_marks(tx, ids)
    repository.erase_duplicate_links(tx, ids)
    repository.erase_activities(tx, ids)
    return len(ids)


def _erase_imports(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    ids = repository.list_erasable_imports(tx, account_id, row_limit=row_limit)
    repository.erase_import_items(tx, ids)
    repository.erase_imports(tx, ids)
    return len(ids)


def _erase_files(tx: Transaction, account_id: str) -> int:
    ids = repository.list_erasable_files(tx, account_id, row_limit=FILES_AT_ONCE)
    repository.erase_original_files(tx, ids)
    return len(ids)


def _activities(account_id: str) -> Iterator[list[Activity]]:
    def read(tx: Transaction, after: tuple[datetime, str] | None) -> list[Activity]:
        before_at, before_id = after or (END, LAST_ID)
        return activities.list_activities(
            tx,
            account_id,
            filters=EVERYTHING,
            before_at=before_at,
            before_id=before_id,
            row_limit=PAGE_ROWS,
        )

    return archive.pages("export_activities", read, lambda row: (row.started_at, row.activity_id))


def _with_laps(account_id: str) -> Iterator[list[ExportedActivity]]:
    for rows in _activities(account_id):
        with db.reading("export_laps") as tx:
            found = [
                ExportedActivity(
                    activity,
                    activities.list_laps(tx, activity.activity_id),
                    editing.list_edits(tx, activity.activity_id),
                )
                for activity in rows
            ]
        yield found


def _samples(activity: Activity) -> ArchiveFile:
    with db.reading("export_samples") as tx:
        block_bytes = activities.find_samples(tx, activity.activity_id)
    samples = unpack(block_bytes) if block_bytes else empty_samples()
    return samples_file(activity.activity_id, samples)


def samples_file(activity_id: str, samples: Samples) -> ArchiveFile:
    """Return the file of what was recorded in an activity; long columns are no lists."""
    columns = {name: getattr(samples, name) for name in ("at_ms", *COLUMNS, "breaks")}
    return archive.json_columns(f"samples/{activity_id}.json", columns)


def _files(account_id: str) -> Iterator[list[StoredFile]]:
    def read(tx: Transaction, after: str | None) -> list[StoredFile]:
        return repository.list_original_files(
            tx, account_id, after_sha256=after or FIRST_ID, row_limit=PAGE_ROWS
        )

    return archive.pages("export_files", read, lambda row: row.content_sha256)


def _original(account_id: str, file: StoredFile) -> Iterator[ArchiveFile]:
    """Yield a file as it came, unless it was deleted since it was listed."""
    with db.reading("export_original") as tx:
        original = repository.find_original_content(tx, file.original_file_id, account_id)
    if original is not None:
        name = f"originals/{file.original_file_id}-{archive.safe_name(file.file_name)}"
        yield ArchiveFile(name, original.pieces())


def _imports(account_id: str) -> Iterator[list[ExportedImport]]:
    def read(tx: Transaction, after: str | None) -> list[ExportedImport]:
        rows = repository.list_imports_of(
            tx, account_id, after_id=after or FIRST_ID, row_limit=PAGE_ROWS
        )
        return [ExportedImport(row, _all_items(tx, row.import_id)) for row in rows]

    return archive.pages("export_imports", read, lambda row: row.upload.import_id)


def _all_items(tx: Transaction, import_id: str) -> list[ImportItem]:
    return imports.list_import_items(tx, import_id, after_no=0, row_limit=MAX_FILES)
