"""All that one member has here, in the database."""

from __future__ import annotations

from collections.abc import Sequence

from fittrack.activities.belongings.models import ActivityId, FileId, ImportId, StoredFile
from fittrack.activities.imports.models import Import
from fittrack.activities.models import OriginalFile
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("activities")


def list_erasable_activities(tx: Transaction, account_id: str, *, row_limit: int) -> list[str]:
    """Return the ids of activities of a member, tombstones too."""
    rows = tx.all(
        ActivityId, SQL["list_erasable_activities"], account_id=account_id, row_limit=row_limit
    )
    return [row.activity_id for row in rows]


def erase_duplicate_links(tx: Transaction, activity_ids: Sequence[str]) -> None:
    """Let no other record be a duplicate of these."""
    tx.run_many(SQL["erase_duplicate_links"], _keyed("activity_id", activity_ids))


def erase_activities(tx: Transaction, activity_ids: Sequence[str]) -> None:
    """Forget activities whose parts are gone."""
    tx.run_many(SQL["erase_activities"], _keyed("activity_id", activity_ids))


def delete_minutes(tx: Transaction, activity_ids: Sequence[str]) -> None:
    """Forget the active minutes of activities."""
    tx.run_many(SQL["delete_minutes"], _keyed("activity_id", activity_ids))


def delete_laps(tx: Transaction, activity_ids: Sequence[str]) -> None:
    """Forget the laps of activities."""
    tx.run_many(SQL["delete_laps"], _keyed("activity_id", activity_ids))


def delete_edits(tx: Transaction, activity_ids: Sequence[str]) -> None:
    """Forget what was changed of activities."""
    tx.run_many(SQL["delete_edits"], _keyed("activity_id", activity_ids))


def delete_shared_figures(tx: Transaction, activity_ids: Sequence[str]) -> None:
    """Forget what others saw of activities."""
    tx.run_many(SQL["delete_shared_figures"], _keyed("activity_id", activity_ids))


def delete_samples(tx: Transaction, activity_ids: Sequence[str]) -> None:
    """Forget the samples of activities."""
    tx.run_many(SQL["delete_samples"], _keyed("activity_id", activity_ids))


def delete_metrics(tx: Transaction, activity_ids: Sequence[str]) -> None:
    """Forget the figures computed of activities."""
    tx.run_many(SQL["delete_metrics"], _keyed("activity_id", activity_ids))


def delete_marks(tx: Transaction, activity_ids: Sequence[str]) -> None:
    """Forget the marks of activities."""
    tx.run_many(SQL["delete_marks"], _keyed("activity_id", activity_ids))


def delete_efforts(tx: Transaction, activity_ids: Sequence[str]) -> None:
    """Forget the best efforts of activities."""
    tx.run_many(SQL["delete_efforts"], _keyed("activity_id", activity_ids))


def list_erasable_imports(tx: Transaction, account_id: str, *, row_limit: int) -> list[str]:
    """Return the ids of uploads of a member."""
    rows = tx.all(
        ImportId, SQL["list_erasable_imports"], account_id=account_id, row_limit=row_limit
    )
    return [row.import_id for row in rows]


def erase_import_items(tx: Transaction, import_ids: Sequence[str]) -> None:
    """Forget what became of the files of uploads."""
    tx.run_many(SQL["erase_import_items"], _keyed("import_id", import_ids))


def erase_imports(tx: Transaction, import_ids: Sequence[str]) -> None:
    """Forget uploads whose files are gone."""
    tx.run_many(SQL["erase_imports"], _keyed("import_id", import_ids))


def list_erasable_files(tx: Transaction, account_id: str, *, row_limit: int) -> list[str]:
    """Return the ids of files that a member brought in."""
    rows = tx.all(FileId, SQL["list_erasable_files"], account_id=account_id, row_limit=row_limit)
    return [row.original_file_id for row in rows]


def erase_original_files(tx: Transaction, original_file_ids: Sequence[str]) -> None:
    """Forget files with their bytes."""
    tx.run_many(SQL["erase_original_files"], _keyed("original_file_id", original_file_ids))


def list_original_files(
    tx: Transaction, account_id: str, *, after_sha256: str, row_limit: int
) -> list[StoredFile]:
    """Return files that a member brought in, by their hashes."""
    return tx.all(
        StoredFile,
        SQL["list_original_files"],
        account_id=account_id,
        after_sha256=after_sha256,
        row_limit=row_limit,
    )


def find_original_content(
    tx: Transaction, original_file_id: str, account_id: str
) -> OriginalFile | None:
    """Return a file with its bytes, None where it is gone by now."""
    return tx.one(
        OriginalFile,
        SQL["find_original_content"],
        original_file_id=original_file_id,
        account_id=account_id,
    )


def list_imports_of(
    tx: Transaction, account_id: str, *, after_id: str, row_limit: int
) -> list[Import]:
    """Return uploads of a member, the oldest first."""
    return tx.all(
        Import,
        SQL["list_imports_of"],
        account_id=account_id,
        after_id=after_id,
        row_limit=row_limit,
    )


def _keyed(name: str, ids: Sequence[str]) -> list[dict[str, str]]:
    return [{name: one} for one in ids]
