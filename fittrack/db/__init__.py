"""The database, alike on SQLite and Oracle: named transactions over named statements.

    with db.transaction("buy_tickets") as tx:
        drawing = tx.one(Drawing, SQL["lock_drawing"], drawing_id=drawing_id)

A unit commits when its block ends and rolls back when it raises. `db.reading` gives one consistent
snapshot. The engine is bound once per process by `bind`; connections open lazily, after a fork.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from fittrack import metrics
from fittrack.db.errors import Busy, Disconnected
from fittrack.db.loader import Statement

T = TypeVar("T")
RETRIES = 3


class Transaction(Protocol):
    """One unit of work on one connection; `name` is the use case's."""

    name: str

    def one(self, row_type: type[T], statement: Statement, **binds: Any) -> T | None:
        """Return the only row as a dataclass, or None. Raises: LookupError on two rows."""

    def all(self, row_type: type[T], statement: Statement, **binds: Any) -> list[T]:
        """Return all rows as dataclasses."""

    def each(self, row_type: type[T], statement: Statement, **binds: Any) -> Iterator[T]:
        """Yield all rows as dataclasses without holding them all; end it before the next call."""

    def value(self, statement: Statement, **binds: Any) -> Any:
        """Return the first column of the first row, or None; converted by its name's suffix."""

    def run(self, statement: Statement, **binds: Any) -> int:
        """Run a writing statement and return how many rows it changed."""

    def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run a writing statement once per row in one round trip; return the rows changed."""

    def returning(self, statement: Statement, **binds: Any) -> Any:
        """Run a statement that ends in RETURNING and return its value, or None without a row."""

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once this unit has committed; what must happen belongs in the outbox."""


class Engine(Protocol):
    """What SQLite and Oracle have in common."""

    dialect: str

    def begin(self, name: str, *, writing: bool, single: bool = False) -> EngineTransaction:
        """Open a unit on this thread's connection. Raises: Busy, Disconnected."""

    def overwrite_deleted(self) -> None:
        """Let what was deleted stand in no file of the engine's own, as far as that can be now."""

    def close(self) -> None:
        """Close the connections of this thread or pool."""


class EngineTransaction(Transaction, Protocol):
    """A unit that its block ends."""

    callbacks: list[Callable[[], None]]

    def commit(self) -> None:
        """Make the unit's writes durable."""

    def rollback(self) -> None:
        """Undo the unit's writes."""


_engine: Engine | None = None


def bind(database_url: str, *, threads: int = 4, synchronous: str = "FULL") -> Engine:
    """Choose the engine of this process: `sqlite:///path` or `oracle://user:password@host/service`.

    `oracle+tcps://` is Oracle over TLS.
    `synchronous` is SQLite's: FULL loses no commit to a power cut, NORMAL may and is for tests.
    """
    global _engine
    if _engine is not None:
        _engine.close()
    if urlsplit(database_url).scheme == "sqlite":
        from fittrack.db.sqlite import SqliteEngine

        _engine = SqliteEngine(database_url.removeprefix("sqlite:///"), synchronous=synchronous)
    else:
        from fittrack.db.oracle import OracleEngine

        _engine = OracleEngine(database_url, threads=threads)
    return _engine


def engine() -> Engine:
    """Return the engine bound to this process. Raises: RuntimeError before `bind`."""
    if _engine is None:
        raise RuntimeError("no database is bound to this process")
    return _engine


@contextmanager
def transaction(name: str) -> Iterator[Transaction]:
    """Open a writing unit named after its use case: commit at its end, roll back if it raises."""
    began_s = time.perf_counter()
    tx = engine().begin(name, writing=True)
    with metrics.unit("write", began_s):
        try:
            yield tx
        except BaseException:
            tx.rollback()
            raise
        tx.commit()
    for callback in tx.callbacks:
        callback()


@contextmanager
def reading(name: str, *, single: bool = False) -> Iterator[Transaction]:
    """Open a read-only snapshot named after its use case.

    A `single` statement is consistent in itself: on Oracle it is spared the two round trips that
    begin and end a snapshot.
    """
    began_s = time.perf_counter()
    tx = engine().begin(name, writing=False, single=single)
    with metrics.unit("read", began_s):
        try:
            yield tx
        finally:
            tx.rollback()


def retry(unit: Callable[[], T], *, may_replay: bool | Callable[[], bool] = False) -> T:
    """Run a whole request or job again when the database was busy: 3 times, with jitter.

    A disconnect leaves it unknown whether the unit was committed, so that one is run again only
    where `may_replay` says, then at the latest, that the unit looks up its own effect first.
    """
    for attempt in range(1, RETRIES + 1):
        try:
            return unit()
        except (Busy, Disconnected) as error:
            looks_first = may_replay() if callable(may_replay) else may_replay
            again = isinstance(error, Busy) or looks_first
            if not again or attempt == RETRIES:
                raise
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter, no secret
    raise AssertionError("unreachable")
