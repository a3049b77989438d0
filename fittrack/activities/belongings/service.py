"""Handing out and forgetting all that one member has here."""

from __future__ import annotations

from fittrack.activities.belongings import repository
from fittrack.db import Transaction

# A file may have 64 MiB, and forgetting it overwrites them.
FILES_AT_ONCE = 8


def erase_member(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    """Forget some of what an erased member did or brought in, and return how many things it were.

    No points follow: an erased member's days are not awarded anew.
    """
    return (
        _erase_activities(tx, account_id, row_limit=row_limit)
        or _erase_imports(tx, account_id, row_limit=row_limit)
        or _erase_files(tx, account_id)
    )


def _erase_activities(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    ids = repository.list_erasable_activities(tx, account_id, row_limit=row_limit)
    repository.delete_minutes(tx, ids)
    repository.delete_laps(tx, ids)
    repository.delete_samples(tx, ids)
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
