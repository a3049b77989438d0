"""One Oracle session whose statements run on SQLite."""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from seerdb.common.tns_consts import FIELD_VERSION_23_1
from seerdb.server import BackendError, Capability, Result

from fittrack.db import loader
from fittrack.db.sqlite import open_connection
from fittrack.db.sqlite_constraints import read_constraint_names
from tests.conformance.driver_bench import ddl
from tests.conformance.driver_bench.errors import lock_refused, translated
from tests.conformance.driver_bench.values import declared_kinds, describe, to_sqlite, to_wire
from tests.conformance.tokens import tokenize

PATIENCE_S = 8  # SQLite locks the whole file; a wait this long is taken for a deadlock
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})
# LOCK TABLE must not hold the file, for DDL of another session goes on beside it.
_TABLE_LOCKS: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)


class BenchBackend:
    """A session: reads run by themselves, the first write or lock opens the transaction."""

    capabilities = frozenset({Capability.TRANSACTIONS})
    field_version = FIELD_VERSION_23_1

    def __init__(self, files: Mapping[str, Path], password: str) -> None:
        self._files = files
        self._password = password
        self._path = Path()
        self._held: threading.Lock | None = None
        self._connection: sqlite3.Connection | None = None
        self._names: Mapping[str, str] = {}
        self._kinds: Mapping[str, str] = {}

    @property
    def is_open(self) -> bool:
        """Return whether a client is logged in."""
        return self._connection is not None

    def authenticate(self, username: str) -> str | None:
        """Open the user's file and return the password that the client must know."""
        path = self._files.get(username.upper())
        if path is None:
            return None
        self._path = path
        self._connection = open_connection(str(path), "OFF")
        ddl.add_dictionary(self._connection)
        self._kinds = declared_kinds(self._connection)
        return self._password

    def execute(self, sql: str, binds: Sequence[Any] = ()) -> Result:
        """Run one statement with its binds by position."""
        words = [token.key for token in tokenize(sql)]
        if words[:1] in (["ALTER"], ["SET"]) and words[1] in {"SESSION", "TRANSACTION"}:
            return self._session_command(words)
        if words[:1] in (["CREATE"], ["ALTER"], ["DROP"]):
            return self._change_schema(sql)
        if words[:1] == ["LOCK"]:
            return self._lock_table()
        self._begin_for(words)
        cursor = self._run(sql, binds)
        if cursor.description is None:
            return Result(rowcount=max(cursor.rowcount, 0))  # -1 would drop the connection
        names = [column[0] for column in cursor.description]
        rows = [tuple(map(to_wire, names, row)) for row in cursor]
        return Result(columns=describe(names, rows, self._kinds), rows=rows)

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement for each row of binds and return how many rows it changed."""
        changed = 0
        for row in rows:
            try:
                changed += self.execute(sql, row).rowcount
            except BackendError as error:
                error.rowcount = changed
                raise
        return changed

    def execute_many_rowcounts(
        self, sql: str, rows: Sequence[Sequence[Any]]
    ) -> tuple[int, list[int]]:
        """Return the rows changed in all and by each row of binds."""
        counts = [self.execute(sql, row).rowcount for row in rows]
        return sum(counts), counts

    def execute_returning(self, sql: str, rows: Sequence[Sequence[Any]]) -> Result:
        """Run a RETURNING … INTO statement for each row of binds."""
        self._begin_for([sql.split(None, 1)[0].upper()])
        returned: list[list[tuple[Any, ...]]] = []
        for row in rows:
            cursor = self._run(sql, row)
            names = [column[0] for column in cursor.description or ()]
            returned.append([tuple(map(to_wire, names, found)) for found in cursor])
        return Result(rowcount=sum(map(len, returned)), returned_rows=returned)

    def commit(self) -> None:
        """End the transaction and keep its writes."""
        self._end("COMMIT")

    def rollback(self) -> None:
        """End the transaction and undo its writes."""
        self._end("ROLLBACK")

    def close(self) -> None:
        """Close the session; what was not committed is lost."""
        self._free_lock()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _link(self) -> sqlite3.Connection:
        if self._connection is None:
            raise BackendError("not logged on", ora_code=1012)
        return self._connection

    def _run(self, sql: str, binds: Sequence[Any]) -> sqlite3.Cursor:
        link = self._link()
        values = dict(zip(_bind_names(sql), map(to_sqlite, binds), strict=True))
        text = sqlite_text(sql)
        wanted = set(_bind_names(text))
        try:
            return link.execute(text, {name: values[name] for name in wanted})
        except sqlite3.Error as error:
            raise self._translated(error, sql) from error

    def _translated(self, error: sqlite3.Error, sql: str) -> BackendError:
        self._names = self._names or read_constraint_names(self._link())
        return translated(error, self._names, is_update=sql.lstrip()[:6].upper() == "UPDATE")

    def _session_command(self, words: list[str]) -> Result:
        if words == ["SET", "TRANSACTION", "READ", "ONLY"]:
            self._link().execute("BEGIN")
            self._link().execute("SELECT 1 FROM sqlite_master").fetchall()  # takes the snapshot
            self._link().execute("PRAGMA query_only = ON")
        return Result()

    def _lock_table(self) -> Result:
        """Take the one lock that stands for every LOCK TABLE on this file, until the unit ends."""
        if self._held is None:
            lock = _TABLE_LOCKS[self._path]
            if not lock.acquire(timeout=PATIENCE_S):
                raise lock_refused(None)
            self._held = lock
        return Result()

    def _free_lock(self) -> None:
        if self._held is not None:
            self._held.release()
            self._held = None

    def _change_schema(self, sql: str) -> Result:
        self._end("COMMIT")
        try:
            for statement in ddl.to_sqlite(sql):
                self._link().execute(statement)
        except sqlite3.Error as error:
            raise self._translated(error, sql) from error
        self._names, self._kinds = {}, declared_kinds(self._link())
        return Result()

    def _begin_for(self, words: list[str]) -> None:
        """Open the transaction where a statement writes or locks; the file is the lock."""
        link = self._link()
        locks = any(words[i : i + 2] == ["FOR", "UPDATE"] for i in range(len(words)))
        if link.in_transaction or not (locks or words[0] in _WRITES):
            return
        wait_s = _wait_s(words) if locks else None
        link.execute(f"PRAGMA busy_timeout = {1000 * (PATIENCE_S if wait_s is None else wait_s)}")
        try:
            link.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise lock_refused(wait_s) from error

    def _end(self, word: str) -> None:
        if self._link().in_transaction:
            self._link().execute(word)
        self._link().execute("PRAGMA query_only = OFF")
        self._free_lock()


def _wait_s(words: list[str]) -> int | None:
    if words[-1] == "NOWAIT":
        return 0
    return int(words[-1]) if words[-2] == "WAIT" else None


def _bind_names(sql: str) -> list[str]:
    return [token.text[1:] for token in tokenize(sql) if token.kind == "bind"]


def sqlite_text(sql: str) -> str:
    """Return the SQLite text of an Oracle statement, an override where there is one."""
    return _texts().get(sql) or loader.to_sqlite(sql)


@cache
def _texts() -> dict[str, str]:
    return {
        statement.oracle: statement.sqlite
        for domain in loader.domains()
        for statement in loader.load_sql(domain).values()
    }
