"""The embedded engine: one SQLite file, one connection per thread and process."""

from __future__ import annotations

import fcntl
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from fittrack import metrics
from fittrack.db import sqlite_functions
from fittrack.db.errors import (
    Busy,
    Check,
    DatabaseError,
    Disconnected,
    ForeignKey,
    Immutable,
    NotNull,
    Unique,
)
from fittrack.db.loader import Statement
from fittrack.db.rows import RowReader
from fittrack.db.sqlite_constraints import read_constraint_names
from fittrack.db.values import (
    as_date,
    check_binds,
    instant_from_text,
    instant_to_text,
    to_json,
)

BUSY_TIMEOUT_S = 15
QUEUE_PAUSE_S = 0.002
EMPTYING_MS = 200
LEAST_VERSION = (3, 37, 0)  # STRICT tables

# Kept for ever, or Python would close them.
_parents_own: list[sqlite3.Connection] = []

CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "is": bool,
    "at": instant_from_text,
    "on": as_date,
    "json": orjson.loads,
}


class SqliteEngine:
    """Hands out one connection per thread and process, opened after any fork."""

    dialect = "sqlite"

    def __init__(self, path: str, *, synchronous: str = "FULL") -> None:
        """Raises: DatabaseError where the SQLite library is too old."""
        if sqlite3.sqlite_version_info < LEAST_VERSION:
            raise DatabaseError(f"SQLite {sqlite3.sqlite_version} is older than 3.37")
        self.path = Path(path).resolve()
        self.synchronous = synchronous
        self._local = threading.local()

    def begin(self, name: str, *, writing: bool, single: bool = False) -> SqliteTransaction:
        """Open a unit; a writer queues for the file's lock, so that none of them starves."""
        link = self._link()
        if link.connection.in_transaction:
            raise RuntimeError(f"{name} began inside another transaction of this thread")
        return SqliteTransaction(name, link) if single else link.begin(name, writing=writing)

    def raw(self) -> sqlite3.Connection:
        """Return this thread's connection, for migrations and tests."""
        return self._link().connection

    def overwrite_deleted(self) -> None:
        """Empty the write-ahead log, which has the former pages; not while others are reading.

        Then they are overwritten when the log next begins anew.
        """
        connection = self.raw()
        connection.execute(f"PRAGMA busy_timeout = {EMPTYING_MS}")
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")

    def close(self) -> None:
        """Close this thread's connection; one from before a fork is left alone."""
        link: _Link | None = getattr(self._local, "link", None)
        if link is not None:
            del self._local.link  # the other threads keep theirs
            link.close()

    def _link(self) -> _Link:
        link: _Link | None = getattr(self._local, "link", None)
        if link is None or link.pid != os.getpid():
            self.close()
            link = self._local.link = self._open()
        return link

    def _open(self) -> _Link:
        try:
            return _Link(self.path, self.synchronous)
        except sqlite3.Error as error:
            raise translated(error) from error
        except OSError as error:
            raise Disconnected(f"the database can't be opened: {error.strerror}") from error


class _Link:
    """A connection, the process that opened it, and its place in the queue of writers."""

    def __init__(self, path: Path, synchronous: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.pid = os.getpid()
        self.connection = open_connection(str(path), synchronous)
        self.queue = os.open(f"{path}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._constraint_names: Mapping[str, str] = {}

    def begin(self, name: str, *, writing: bool) -> SqliteTransaction:
        if writing:
            self.join_queue(name)
        try:
            self.connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
        except sqlite3.Error as error:
            self.leave_queue()
            raise self.translated(error) from error
        return SqliteTransaction(name, self)

    def translated(self, error: sqlite3.Error) -> DatabaseError:
        return translated(error, self.constraint_names)

    def constraint_names(self) -> Mapping[str, str]:
        if not self._constraint_names:
            self._constraint_names = read_constraint_names(self.connection)
        return self._constraint_names

    def join_queue(self, name: str) -> None:
        """Wait for the writers' turn. Raises: Busy after 15 s.

        SQLite's own busy handler sleeps ever longer and lets a writer starve for seconds; here all
        ask equally often. A blocking lock would be fairer still, but has no deadline.
        """
        deadline_s = time.monotonic() + BUSY_TIMEOUT_S
        while True:
            try:
                fcntl.flock(self.queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline_s:
                    raise Busy(f"{name} waited {BUSY_TIMEOUT_S} s for its turn to write") from None
                time.sleep(random.uniform(0.5, 1.5) * QUEUE_PAUSE_S)  # noqa: S311 - jitter
            else:
                return

    def leave_queue(self) -> None:
        fcntl.flock(self.queue, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close what this process opened; a child only lets go of its parent's place in the queue.

        SQLite forbids a child to use or close a connection that its parent opened
        (https://www.sqlite.org/howtocorrupt.html, section 2.6).
        """
        os.close(self.queue)
        if self.pid == os.getpid():
            self.connection.close()
        else:
            _parents_own.append(self.connection)


def open_connection(path: str, synchronous: str) -> sqlite3.Connection:
    """Return a connection with the pragmas and functions that our statements rely on."""
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    for pragma in (
        "journal_mode = WAL",
        f"synchronous = {synchronous}",
        "foreign_keys = ON",
        "recursive_triggers = ON",  # else INSERT OR REPLACE walks past the append-only triggers
        "case_sensitive_like = ON",
        "secure_delete = ON",  # what is deleted is overwritten, or it would stay in the file
    ):
        connection.execute(f"PRAGMA {pragma}")
    sqlite_functions.register(connection)
    return connection


class SqliteTransaction(RowReader):
    """One unit of work on an SQLite connection."""

    converters = CONVERTERS

    def __init__(self, name: str, link: _Link) -> None:
        self.name = name
        self.callbacks: list[Callable[[], None]] = []
        self._link = link

    def run(self, statement: Statement, **binds: Any) -> int:
        """Run a writing statement and return how many rows it changed."""
        return self._execute(statement, binds).rowcount

    def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run a writing statement once per row; return the rows changed."""
        for row in rows:
            check_binds(statement.binds, row, statement.name)
        if not rows:
            return 0
        started_s = time.perf_counter()
        try:
            return self._link.connection.executemany(
                statement.sqlite, [to_sqlite(row) for row in rows]
            ).rowcount
        except sqlite3.Error as error:
            raise self._link.translated(error) from error
        finally:
            metrics.add_statement(statement.name, time.perf_counter() - started_s)

    def returning(self, statement: Statement, **binds: Any) -> Any:
        """Run a statement that ends in RETURNING and return its value, or None without a row."""
        rows = self._execute(statement, binds).fetchall()
        if not rows:
            return None
        return self._converted(statement.outs[0].removeprefix("out_"), rows[0][0])

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once this unit has committed."""
        self.callbacks.append(callback)

    def commit(self) -> None:
        """Make the unit's writes durable. Raises: DatabaseError, the unit then rolled back."""
        try:
            self._link.connection.execute("COMMIT")
        except sqlite3.Error as error:
            self.rollback()
            raise self._link.translated(error) from error
        self._link.leave_queue()

    def rollback(self) -> None:
        """Undo the unit's writes."""
        try:
            if self._link.connection.in_transaction:
                self._link.connection.execute("ROLLBACK")
        finally:
            self._link.leave_queue()

    def _execute(self, statement: Statement, binds: Mapping[str, Any]) -> sqlite3.Cursor:
        check_binds(statement.binds, binds, statement.name)
        started_s = time.perf_counter()
        try:
            return self._link.connection.execute(statement.sqlite, to_sqlite(binds))
        except sqlite3.Error as error:
            raise self._link.translated(error) from error
        finally:
            metrics.add_statement(statement.name, time.perf_counter() - started_s)


def to_sqlite(binds: Mapping[str, Any]) -> dict[str, Any]:
    """Return binds as SQLite stores them; '' is NULL, as on Oracle."""
    return {
        name: value if type(value) in _AS_THEY_ARE else _stored(value)
        for name, value in binds.items()
    }


_AS_THEY_ARE = frozenset({int, float, type(None)})


def _stored(value: Any) -> Any:
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return instant_to_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return to_json(value)
    return None if value in ("", b"") else value


_KINDS: tuple[tuple[str, type[DatabaseError]], ...] = (
    ("UNIQUE", Unique),
    ("CHECK", Check),
    ("NOT NULL", NotNull),
    ("FOREIGN KEY", ForeignKey),
)


# The file, or the disk below it, is not there for us now; the low byte is the kind of error.
_AWAY = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL})


def translated(
    error: sqlite3.Error, constraint_names: Callable[[], Mapping[str, str]] = dict
) -> DatabaseError:
    """Return the driver's error as ours, with the constraint's name where SQLite tells it."""
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError):
        for word, kind in _KINDS:
            if text.startswith(f"{word} constraint failed"):
                culprit = text.partition(": ")[2]
                return kind(text, constraint=constraint_names().get(culprit, culprit) or None)
        if "append-only" in text:
            return Immutable(text)
    if "locked" in text or "busy" in text:
        return Busy(text)
    is_closed = isinstance(error, sqlite3.ProgrammingError) and "closed" in text
    if is_closed or getattr(error, "sqlite_errorcode", 0) & 0xFF in _AWAY:
        return Disconnected(text)
    return DatabaseError(text)
