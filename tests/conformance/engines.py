"""The engine that a test run is for: `FITTRACK_TEST_ENGINE` is sqlite, bench or oracle.

`bench` runs the same tests through python-oracledb against the loopback server; `oracle` runs them
on the server that ORACLE_DSN names (`user/password@host:port/service` or an `oracle://` URL), in a
schema that it empties: give it a user of its own.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import oracledb

from fittrack import db
from fittrack.db import migrate
from fittrack.db.oracle import OracleEngine
from fittrack.db.sqlite import open_connection

if TYPE_CHECKING:
    from tests.conformance.driver_bench import Bench

NAMES = ("sqlite", "bench", "oracle")


def name() -> str:
    """Return the engine of this run. Raises: ValueError on another word than NAMES."""
    found = os.environ.get("FITTRACK_TEST_ENGINE", "sqlite")
    if found not in NAMES:
        raise ValueError(f"FITTRACK_TEST_ENGINE is {found!r}, not one of {NAMES}")
    return found


class BenchEngine(OracleEngine):
    """The Oracle engine, with a look into the SQLite file that the bench serves."""

    path: Path
    # The server loses its place when a query of large objects that found nothing is run again.
    statements_cached = 0

    def raw(self) -> sqlite3.Connection:
        """Return this thread's connection to the file, past the driver."""
        connection: sqlite3.Connection | None = getattr(_raw, str(self.path), None)
        if connection is None:
            connection = open_connection(str(self.path), "OFF")
            setattr(_raw, str(self.path), connection)
        return connection

    def close(self) -> None:
        """Close the pool and this thread's connection to the file."""
        super().close()
        connection = vars(_raw).pop(str(self.path), None)
        if connection is not None:
            connection.close()


_raw = threading.local()


def bind(path: Path) -> db.Engine:
    """Bind the run's engine; `path` is a migrated SQLite file, which Oracle itself leaves alone."""
    if name() == "oracle":
        return _bind_fresh_oracle(_url_of_dsn(os.environ["ORACLE_DSN"]))
    if name() == "sqlite":
        return db.bind(f"sqlite:///{path}", synchronous="OFF")
    engine = db.bind(_bench().url_of(path))
    engine.__class__ = (
        BenchEngine  # `bind` has made an OracleEngine, which has no file to look into
    )
    assert isinstance(engine, BenchEngine)
    engine.path = path
    return engine


def _url_of_dsn(dsn: str) -> str:
    """Return a DATABASE_URL from itself or from `user/password@host:port/service`."""
    if dsn.startswith(("oracle://", "oracle+tcps://")):
        return dsn
    credentials, _, place = dsn.rpartition("@")
    user, _, password = credentials.partition("/")
    return f"oracle://{quote(user)}:{quote(password, safe='')}@{place}"


@cache
def _bench() -> Bench:
    from tests.conformance.driver_bench import Bench  # takes half a second, and most runs skip it

    return Bench()


def _bind_fresh_oracle(url: str) -> db.Engine:
    """Bind a real Oracle whose schema was dropped and made anew."""
    engine = db.bind(url)
    assert isinstance(engine, OracleEngine)
    with engine.connect() as connection:
        for statement in list(_drops(connection)):
            connection.cursor().execute(statement)
    migrate.upgrade()
    return engine


def _drops(connection: oracledb.Connection) -> Iterator[str]:
    cursor = connection.cursor()
    cursor.execute(
        "SELECT table_name FROM user_tables WHERE table_name NOT LIKE 'SYS\\_%' ESCAPE '\\'"
    )
    for (table,) in cursor.fetchall():
        yield f"DROP TABLE {table} CASCADE CONSTRAINTS PURGE"
