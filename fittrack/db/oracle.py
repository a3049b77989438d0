"""The production engine: python-oracledb in thin mode, one pool a process, opened after a fork."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import oracledb

from fittrack import metrics
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
from fittrack.db.values import as_date, check_binds, suffix_of, to_utc

CALL_TIMEOUT_MS = 15_000
ROWS_PER_TRIP = 500


def _aware(value: datetime) -> datetime:
    # The session's zone is +00:00 and every column holds +00:00; the driver drops the zone.
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _plain(document: Any) -> Any:
    """Return a JSON document with plain numbers; the driver makes each of them a Decimal."""
    if isinstance(document, dict):
        return {key: _plain(value) for key, value in document.items()}
    if isinstance(document, list):
        return [_plain(value) for value in document]
    if isinstance(document, Decimal):
        return int(document) if document == document.to_integral_value() else float(document)
    return document


CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "is": bool,
    "at": _aware,
    "on": as_date,
    "json": _plain,
}

# A NULL needs its column's type told; a bare datetime would be sent as a DATE, without fraction.
_TYPES_BY_SUFFIX: Mapping[str, Any] = {
    "at": oracledb.DB_TYPE_TIMESTAMP_TZ,
    "on": oracledb.DB_TYPE_DATE,
    "json": oracledb.DB_TYPE_JSON,
    "text": oracledb.DB_TYPE_CLOB,
    "bytes": oracledb.DB_TYPE_BLOB,
}


class OracleEngine:
    """Hands out pooled connections; the pool opens lazily, once per process."""

    dialect = "oracle"
    statements_cached = 100  # for each connection

    def __init__(self, database_url: str, *, threads: int) -> None:
        parts = urlsplit(database_url)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._dsn = _dsn(parts)
        self._threads = threads
        self._pools: dict[int, oracledb.ConnectionPool] = {}
        self._opening = threading.Lock()
        self._local = threading.local()

    def begin(self, name: str, *, writing: bool, single: bool = False) -> OracleTransaction:
        """Open a unit on a pooled connection. Raises: Busy, Disconnected."""
        if getattr(self._local, "is_in_unit", False):
            raise RuntimeError(f"{name} began inside another transaction of this thread")
        try:
            pool = self._pool()
            connection = pool.acquire()
        except oracledb.Error as error:
            raise translated(error) from None
        metrics.set_pool(busy=pool.busy, opened=pool.opened, most=pool.max)
        self._local.is_in_unit = True
        transaction = OracleTransaction(name, connection, self._leave)
        transaction.start(writing=writing, single=single)
        return transaction

    def _leave(self) -> None:
        self._local.is_in_unit = False

    def connect(self) -> oracledb.Connection:
        """Return a connection of its own, for migrations."""
        connection = oracledb.connect(user=self._user, password=self._password, dsn=self._dsn)
        _prepare_session(connection, "")
        connection.call_timeout = 0  # an index may take long to build, another runner to finish
        return connection

    def overwrite_deleted(self) -> None:
        """Do nothing: what undo and redo hold is for the database's operator to let go."""

    def close(self) -> None:
        """Close this process's pool."""
        pool = self._pools.pop(os.getpid(), None)
        if pool is not None:
            pool.close(force=True)

    def _pool(self) -> oracledb.ConnectionPool:
        with self._opening:
            pool = self._pools.get(os.getpid())
            if pool is None:
                pool = self._pools[os.getpid()] = self._open_pool()
            return pool

    def _open_pool(self) -> oracledb.ConnectionPool:
        return oracledb.create_pool(
            user=self._user,
            password=self._password,
            dsn=self._dsn,
            min=0,
            max=self._threads + 1,
            increment=1,
            getmode=oracledb.POOL_GETMODE_TIMEDWAIT,
            wait_timeout=CALL_TIMEOUT_MS,
            session_callback=_prepare_session,
            stmtcachesize=self.statements_cached,
        )


def _dsn(parts: SplitResult) -> str:
    """Return where an address leads, as the driver reads it; over TLS, with what it says of that.

    The server's certificate and name are checked; a folder named by `wallet_location` may hold
    whom to believe and a certificate of our own, as `ewallet.pem`.
    """
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    service = parts.path.lstrip("/")
    if parts.scheme == "oracle":
        return f"{host}:{parts.port or 1521}/{service}"
    options = f"?{parts.query}" if parts.query else ""
    return f"tcps://{host}:{parts.port or 2484}/{service}{options}"


def _prepare_session(connection: oracledb.Connection, requested_tag: str) -> None:  # noqa: ARG001
    connection.call_timeout = CALL_TIMEOUT_MS
    connection.module = "fittrack"
    connection.cursor().execute("ALTER SESSION SET TIME_ZONE = '+00:00'")


class OracleTransaction(RowReader):
    """One unit of work on a pooled Oracle connection."""

    converters = CONVERTERS

    def __init__(
        self, name: str, connection: oracledb.Connection, leave: Callable[[], None]
    ) -> None:
        self.name = name
        self.callbacks: list[Callable[[], None]] = []
        self._connection = connection
        self._leave = leave
        self._is_single = False

    def start(self, *, writing: bool, single: bool) -> None:
        """Name the session after the unit; one that reads twice has a snapshot.

        Raises: Disconnected.
        """
        self._is_single = single
        try:
            self._connection.action = self.name
            if not (writing or single):
                self._connection.cursor().execute("SET TRANSACTION READ ONLY")
        except oracledb.Error as error:
            self._release()
            raise translated(error) from None

    def run(self, statement: Statement, **binds: Any) -> int:
        """Run a writing statement and return how many rows it changed."""
        return int(self._execute(statement, binds).rowcount)

    def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run a writing statement once per row in one round trip; return the rows changed."""
        for row in rows:
            check_binds(statement.binds, row, statement.name)
        if not rows:
            return 0
        cursor = self._connection.cursor()
        started_s = time.perf_counter()
        try:
            cursor.setinputsizes(**_types_of_batch(rows))
            cursor.executemany(statement.oracle, [to_oracle(row) for row in rows])
        except oracledb.Error as error:
            raise translated(error) from None
        finally:
            metrics.add_statement(statement.name, time.perf_counter() - started_s)
        return int(cursor.rowcount)

    def returning(self, statement: Statement, **binds: Any) -> Any:
        """Run a statement that ends in RETURNING and return its value, or None without a row."""
        check_binds(statement.binds, binds, statement.name)
        cursor = self._connection.cursor()
        column = statement.outs[0].removeprefix("out_")
        kind = _TYPES_BY_SUFFIX.get(suffix_of(column)) or _out_type(statement.outs[0])
        out = cursor.var(kind)
        started_s = time.perf_counter()
        try:
            cursor.setinputsizes(**_input_types(binds))
            cursor.execute(statement.oracle, {**to_oracle(binds), statement.outs[0]: out})
        except oracledb.Error as error:
            raise translated(error) from None
        finally:
            metrics.add_statement(statement.name, time.perf_counter() - started_s)
        values = out.getvalue()
        if not values:
            return None
        return self._converted(column, values[0])

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once this unit has committed."""
        self.callbacks.append(callback)

    def commit(self) -> None:
        """Make the unit's writes durable and give the connection back. Raises: Disconnected."""
        try:
            self._connection.commit()
        except oracledb.Error as error:
            raise translated(error) from None
        finally:
            self._release()

    def rollback(self) -> None:
        """Undo the unit's writes and give the connection back."""
        with suppress(oracledb.Error):  # the connection is gone, and the unit with it
            if not self._is_single:  # a statement that only read leaves nothing to end
                self._connection.rollback()
        self._release()

    def _release(self) -> None:
        self._leave()
        with suppress(oracledb.Error):  # a broken connection is dropped by the pool
            self._connection.close()

    def _execute(self, statement: Statement, binds: Mapping[str, Any]) -> oracledb.Cursor:
        check_binds(statement.binds, binds, statement.name)
        cursor = self._connection.cursor()
        cursor.arraysize = cursor.prefetchrows = ROWS_PER_TRIP
        started_s = time.perf_counter()
        try:
            cursor.setinputsizes(**_input_types(binds))
            cursor.execute(statement.oracle, to_oracle(binds), fetch_lobs=False)
        except oracledb.Error as error:
            raise translated(error) from None
        finally:
            metrics.add_statement(statement.name, time.perf_counter() - started_s)
        return cursor


def to_oracle(binds: Mapping[str, Any]) -> dict[str, Any]:
    """Return binds as the driver wants them: instants in UTC without a zone, flags as numbers."""
    return {name: _sent(value) for name, value in binds.items()}


def _sent(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return to_utc(value).replace(tzinfo=None)
    return list(value) if isinstance(value, tuple) else value


def _input_types(binds: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the driver can't guess: by the value's type, else by the bind's suffix."""
    types: dict[str, Any] = {}
    for name, value in binds.items():
        if isinstance(value, datetime):
            types[name] = oracledb.DB_TYPE_TIMESTAMP_TZ
        elif isinstance(value, date):
            types[name] = oracledb.DB_TYPE_DATE
        elif isinstance(value, dict | list | tuple):
            types[name] = oracledb.DB_TYPE_JSON
        elif suffix_of(name) in _TYPES_BY_SUFFIX:
            types[name] = _TYPES_BY_SUFFIX[suffix_of(name)]
    return types


def _types_of_batch(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the types of a batch's columns; a row's NULL leaves the type to the other rows."""
    types: dict[str, Any] = {}
    for row in rows:
        types.update(_input_types(row))
    return types


# RETURNING must tell the type before the value is there; the linter holds the names to it.
TEXT_ENDINGS = ("_id", "_code", "_hash", "_state", "_name")


def _out_type(name: str) -> Any:
    return str if name.endswith(TEXT_ENDINGS) else int


_KINDS: Mapping[int, type[DatabaseError]] = {
    1: Unique,
    2290: Check,
    1438: Check,  # more digits than the column's NUMBER(p)
    12899: Check,  # more characters than the column's VARCHAR2(n CHAR)
    1400: NotNull,
    1407: NotNull,
    2291: ForeignKey,
    2292: ForeignKey,
    54: Busy,
    60: Busy,
    8177: Busy,
    30006: Busy,
    5715: Immutable,  # operation not allowed on a blockchain or immutable table
    20001: Immutable,  # raised by our own append-only triggers
}
_CONSTRAINT = re.compile(r"\((?:[\w$#]+\.)?([\w$#]+)\) violated")
_COLUMN = re.compile(r'"([\w$#]+)"\."([\w$#]+)"\)')


def translated(error: oracledb.Error) -> DatabaseError:
    """Return the driver's error as ours, with the constraint's name in lower case.

    Only its first line is kept: the second of ORA-00001 repeats the row's values (ORA-03301), which
    must not be logged. Raised `from None`, for a log shows causes too.
    """
    (info,) = error.args[:1] or (None,)
    code, text = getattr(info, "code", 0), str(error).partition("\n")[0]
    if getattr(info, "isrecoverable", False) or getattr(info, "full_code", "") in _GONE:
        return Disconnected(text)
    if getattr(info, "full_code", "") == "DPY-4005":
        return Busy(text)  # every pooled connection stayed in use; nothing was begun
    return _KINDS.get(code, DatabaseError)(text, _culprit(text))


def _culprit(text: str) -> str | None:
    """Return the constraint of a refusal, or `table.column` of a NULL, in lower case."""
    if match := _CONSTRAINT.search(text):
        return match.group(1).lower()
    match = _COLUMN.search(text)
    return f"{match.group(1)}.{match.group(2)}".lower() if match else None


# The driver's own codes for a connection that is closed, timed out, or can't be opened.
_GONE = frozenset({"DPY-1001", "DPY-4011", "DPY-4024", "DPY-6005"})
