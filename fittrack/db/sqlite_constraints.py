"""The names of constraints, which SQLite leaves out of its messages.

It says `accounts.email` where Oracle says ACCOUNTS_EMAIL_UQ; the schema's own text tells which.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping

_KEY = re.compile(r"CONSTRAINT\s+(\w+)\s+(?:PRIMARY\s+KEY|UNIQUE)\s*\(([^)]*)\)", re.IGNORECASE)
_INDEX = re.compile(r"CREATE\s+UNIQUE\s+INDEX\s+(\w+)\s+ON\s+\w+\s*\((.*)\)", re.I | re.S)


def read_constraint_names(connection: sqlite3.Connection) -> Mapping[str, str]:
    """Return what SQLite's messages name a broken key by -> the constraint's name in the schema."""
    rows = connection.execute(
        "SELECT tbl_name, sql FROM sqlite_master"
        " WHERE type IN ('table', 'index') AND sql IS NOT NULL"
    ).fetchall()
    return {culprit: name for table, sql in rows for culprit, name in _named(table, sql)}


def _named(table: str, sql: str) -> Iterator[tuple[str, str]]:
    for name, columns in _KEY.findall(sql) + _INDEX.findall(sql):
        yield ", ".join(f"{table}.{column.strip()}" for column in columns.split(",")), name
        yield f"index '{name}'", name
