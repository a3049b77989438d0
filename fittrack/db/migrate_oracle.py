"""How migrations run on Oracle: statement by statement, for each DDL commits by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import oracledb

from fittrack.clock import utc_now
from fittrack.db.errors import SchemaMismatch
from fittrack.db.oracle import OracleEngine

if TYPE_CHECKING:
    from fittrack.db.migrate import Migration

_RECORD = """
CREATE TABLE schema_migrations (
    version          NUMBER(4)                    NOT NULL,
    name             VARCHAR2(200 CHAR)           NOT NULL,
    state            VARCHAR2(10 CHAR)            NOT NULL,
    checksum         VARCHAR2(64 CHAR)            NOT NULL,
    statements_done  NUMBER(6)                    NOT NULL,
    started_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    done_at          TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT schema_migrations_pk PRIMARY KEY (version)
)
"""
# Table, index, trigger, constraint or column that is there already, or constraint that is gone.
_ALREADY = frozenset({955, 1408, 1430, 2260, 2261, 2264, 2275, 2443, 4081})


def upgrade(engine: OracleEngine, plan: Sequence[Migration]) -> list[Migration]:
    """Run what has not run and return it; a second runner waits for the first."""
    with closing(engine.connect()) as guard, closing(engine.connect()) as connection:
        _tolerant(connection, _RECORD)
        # DDL commits its own session's locks away, so the lock is another session's.
        guard.cursor().execute("LOCK TABLE schema_migrations IN SHARE ROW EXCLUSIVE MODE")
        return [migration for migration in plan if _apply(connection, guard, migration)]


def states(engine: OracleEngine) -> dict[int, tuple[str, str]]:
    """Return version -> (state, checksum) of what has run or was begun."""
    with closing(engine.connect()) as connection:
        cursor = connection.cursor()
        try:
            cursor.execute("SELECT version, state, checksum FROM schema_migrations")
        except oracledb.DatabaseError as error:
            if error.args[0].code == 942:
                return {}
            raise
        return {int(version): (state, checksum) for version, state, checksum in cursor}


def differences(engine: OracleEngine, plan: Sequence[Migration]) -> list[str]:
    """Return each table, column, constraint, index and trigger that one side lacks."""
    steps = [_RECORD, *(text for migration in plan for text in migration.statements)]
    expected: set[str] = set()
    for step in steps:
        expected = (expected - set(_names_dropped(step))) | set(_names_made(step))
    with closing(engine.connect()) as connection:
        live = set(_live_names(connection))
    missing = [f"{name} is missing" for name in sorted(expected - live)]
    return missing + [f"{name} is not in the migrations" for name in sorted(live - expected)]


def _apply(
    connection: oracledb.Connection, guard: oracledb.Connection, migration: Migration
) -> bool:
    done = _begin(guard, migration)
    if done is None:
        return False
    for number, statement in enumerate(migration.statements[done:], start=done):
        run = _tolerant if number == done else _strict
        run(connection, statement)
        connection.commit()
        _progress(guard, migration, number + 1)
    return True


def _begin(guard: oracledb.Connection, migration: Migration) -> int | None:
    """Return how many statements have run already, or None when all have."""
    cursor = guard.cursor()
    cursor.execute(
        "SELECT state, checksum, statements_done FROM schema_migrations WHERE version = :1",
        [migration.version],
    )
    row = cursor.fetchone()
    if row is None:
        cursor.execute(
            "INSERT INTO schema_migrations VALUES (:1, :2, 'started', :3, 0, :4, NULL)",
            [migration.version, migration.name, migration.checksum, utc_now()],
        )
        _commit_and_relock(guard)
        return 0
    if row[1] != migration.checksum:
        raise SchemaMismatch(f"migration {migration.version:04} was edited after it ran")
    return None if row[0] == "done" else int(row[2])


def _progress(guard: oracledb.Connection, migration: Migration, done: int) -> None:
    state = "done" if done == len(migration.statements) else "started"
    guard.cursor().execute(
        "UPDATE schema_migrations SET statements_done = :1, state = :2, done_at = :3"
        " WHERE version = :4",
        [done, state, utc_now(), migration.version],
    )
    _commit_and_relock(guard)


def _commit_and_relock(guard: oracledb.Connection) -> None:
    guard.commit()
    guard.cursor().execute("LOCK TABLE schema_migrations IN SHARE ROW EXCLUSIVE MODE")


def _strict(connection: oracledb.Connection, statement: str) -> None:
    connection.cursor().execute(statement)


def _tolerant(connection: oracledb.Connection, statement: str) -> None:
    try:
        connection.cursor().execute(statement)
    except oracledb.DatabaseError as error:
        if error.args[0].code not in _ALREADY:
            raise


_TABLE = re.compile(r"CREATE\s+(?:IMMUTABLE\s+|BLOCKCHAIN\s+)?TABLE\s+(\w+)", re.IGNORECASE)
_OTHER = re.compile(r"CREATE\s+(?:UNIQUE\s+)?(?:OR\s+REPLACE\s+)?(?:INDEX|TRIGGER)\s+(\w+)", re.I)
_CONSTRAINT = re.compile(r"\bCONSTRAINT\s+(\w+)", re.IGNORECASE)
_COLUMN = re.compile(r"^\s{4}(?!CONSTRAINT\b)(\w+)\s+\w", re.IGNORECASE | re.MULTILINE)
_ADDITION = re.compile(r"ALTER\s+TABLE\s+(\w+)\s+ADD\s*\((.*)\)\s*\Z", re.IGNORECASE | re.DOTALL)
_DROPPED = re.compile(r"ALTER\s+TABLE\s+\w+\s+DROP\s+CONSTRAINT\s+(\w+)", re.IGNORECASE)


def _names_made(statement: str) -> Iterator[str]:
    """Yield what a statement makes, a column as `table.column`, in lower case."""
    yield from (name.lower() for name in _OTHER.findall(statement)[:1])
    for table in _TABLE.findall(statement)[:1]:
        yield table.lower()
        yield from _parts_made(table, statement)
    for table, parts in _ADDITION.findall(statement):
        # On one line or on several, each column begins a line of four blanks.
        yield from _parts_made(table, f"    {parts.strip()}")


def _parts_made(table: str, text: str) -> Iterator[str]:
    yield from (name.lower() for name in _CONSTRAINT.findall(text))
    yield from (f"{table}.{column}".lower() for column in _COLUMN.findall(text))


def _names_dropped(statement: str) -> Iterator[str]:
    yield from (name.lower() for name in _DROPPED.findall(statement))


def _live_names(connection: oracledb.Connection) -> Iterator[str]:
    cursor = connection.cursor()
    for query in (
        "SELECT table_name FROM user_tables",
        "SELECT table_name || '.' || column_name FROM user_tab_columns",
        "SELECT constraint_name FROM user_constraints WHERE generated = 'USER NAME'",
        "SELECT index_name FROM user_indexes i WHERE index_type <> 'LOB' AND NOT EXISTS"
        " (SELECT 1 FROM user_constraints c WHERE c.index_name = i.index_name)",
        "SELECT trigger_name FROM user_triggers",
    ):
        yield from (name.lower() for (name,) in cursor.execute(query))
