"""How migrations run on SQLite: each in one transaction, with the file's lock held."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from fittrack.clock import utc_now
from fittrack.db.errors import SchemaMismatch
from fittrack.db.sqlite import SqliteEngine, open_connection, translated
from fittrack.db.values import instant_to_text

if TYPE_CHECKING:
    from fittrack.db.migrate import Migration

_RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    version     INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    checksum    TEXT    NOT NULL,
    started_at  TEXT    NOT NULL,
    done_at     TEXT,
    CONSTRAINT schema_migrations_pk PRIMARY KEY (version)
) STRICT
"""


def upgrade(engine: SqliteEngine, plan: Sequence[Migration]) -> list[Migration]:
    """Run what has not run, each migration whole or not at all, and return it."""
    connection = engine.raw()
    ran: list[Migration] = []
    for migration in plan:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _apply(connection, migration):
                ran.append(migration)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    engine.close()  # the next unit sees the new schema's constraint names
    return ran


def states(engine: SqliteEngine) -> dict[int, tuple[str, str]]:
    """Return version -> (state, checksum) of what has run. Raises: DatabaseError."""
    try:
        return dict(_states(engine.raw()))
    except sqlite3.Error as error:
        raise translated(error) from error


def differences(engine: SqliteEngine, plan: Sequence[Migration]) -> list[str]:
    """Return each object whose definition differs from that of a database made from nothing."""
    fresh = open_connection(":memory:", "OFF")
    fresh.execute(_RECORD)
    for migration in plan:
        for statement in migration.statements:
            fresh.execute(statement)
    expected, live = _objects(fresh), _objects(engine.raw())
    fresh.close()
    names = sorted(expected.keys() | live.keys())
    return [_difference(n, expected, live) for n in names if expected.get(n) != live.get(n)]


def _apply(connection: sqlite3.Connection, migration: Migration) -> bool:
    connection.execute(_RECORD)
    row = connection.execute(
        "SELECT checksum FROM schema_migrations WHERE version = ?", (migration.version,)
    ).fetchone()
    if row is not None:
        if row[0] != migration.checksum:
            raise SchemaMismatch(f"migration {migration.version:04} was edited after it ran")
        return False
    started_at = instant_to_text(utc_now())
    for statement in migration.statements:
        connection.execute(statement)
    connection.execute(
        "INSERT INTO schema_migrations VALUES (?, ?, 'done', ?, ?, ?)",
        (
            migration.version,
            migration.name,
            migration.checksum,
            started_at,
            instant_to_text(utc_now()),
        ),
    )
    return True


def _states(connection: sqlite3.Connection) -> Iterator[tuple[int, tuple[str, str]]]:
    if not connection.execute(
        "SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'"
    ).fetchone():
        return
    rows = connection.execute("SELECT version, state, checksum FROM schema_migrations")
    for version, state, checksum in rows:
        yield version, (state, checksum)


def _objects(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    )
    return {name: re.sub(r"\s+", " ", sql).strip() for name, sql in rows}


def _difference(name: str, expected: Mapping[str, str], live: Mapping[str, str]) -> str:
    if name not in live:
        return f"{name} is missing"
    return f"{name} is not in the migrations" if name not in expected else f"{name} differs"
