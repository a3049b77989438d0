"""SQLite's errors in Oracle's codes and words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping

from seerdb.server import BackendError

_SCHEMA = "BENCH"


def translated(error: sqlite3.Error, names: Mapping[str, str], *, is_update: bool) -> BackendError:
    """Return what Oracle would say; `names` leads from SQLite's culprits to constraints."""
    text = str(error)
    kind, _, culprit = text.partition(" constraint failed: ")
    if culprit:
        return _constraint(kind, culprit, names, is_update=is_update)
    if text == "FOREIGN KEY constraint failed":
        return _refused(2291, f"integrity constraint ({_SCHEMA}.SOME_FK) violated"
                        " - parent key not found")  # fmt: skip
    for pattern, code, words in _BY_TEXT:
        if re.search(pattern, text):
            return _refused(code, words)
    return _refused(900, f"invalid SQL statement: {text}")


def _constraint(
    kind: str, culprit: str, names: Mapping[str, str], *, is_update: bool
) -> BackendError:
    name = names.get(culprit, culprit).upper()
    if kind == "UNIQUE":
        return _refused(1, f"unique constraint ({_SCHEMA}.{name}) violated")
    if kind == "NOT NULL":
        table, _, column = culprit.upper().partition(".")
        if is_update:
            return _refused(1407, f'cannot update ("{_SCHEMA}"."{table}"."{column}") to NULL')
        return _refused(1400, f'cannot insert NULL into ("{_SCHEMA}"."{table}"."{column}")')
    if not re.fullmatch(r"\w+", culprit):
        return _refused(12899, f"value too large for column: {culprit}")
    return _refused(2290, f"check constraint ({_SCHEMA}.{name}) violated")


def _refused(code: int, words: str) -> BackendError:
    return BackendError(words, ora_code=code)


_BY_TEXT = (
    ("append-only", 5715, "operation not allowed on the blockchain or immutable table"),
    ("locked|busy", 60, "deadlock detected while waiting for resource"),
    ("no such table", 942, "table or view does not exist"),
    ("no such column", 904, "invalid identifier"),
    ("already exists|already an index", 955, "name is already used by an existing object"),
    ("user-defined function raised", 2443, "cannot drop constraint - nonexistent constraint"),
    ("readonly|query_only", 1456, "may not perform insert, delete, update in a READ ONLY txn"),
)


def lock_refused(wait_s: int | None) -> BackendError:
    """Return the error of a lock that was not had: at once (0), in time, or ever (None)."""
    if wait_s == 0:
        return _refused(54, "resource busy and acquire with NOWAIT specified")
    if wait_s is not None:
        return _refused(30006, "resource busy; acquire with WAIT timeout expired")
    return _refused(60, "deadlock detected while waiting for resource")
