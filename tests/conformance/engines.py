"""The engine that a test run is for: `FITTRACK_TEST_ENGINE` is sqlite, bench or oracle.

`bench` runs the same tests through python-oracledb against the loopback server; `oracle` runs them
on the server that ORACLE_DSN names (`oracle://user:password@host:port/service`), in a schema that
it empties: give it a user of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import oracledb

from fittrack import db
from fittrack.db import migrate
from fittrack.db.oracle import OracleEngine

if TYPE_CHECKING:
    from tests.conformance.driver_bench import Bench

NAMES = ("sqlite", "bench", "oracle")


def name() -> str:
    """Return the engine of this run. Raises: ValueError on another word than NAMES."""
    found = os.environ.get("FITTRACK_TEST_ENGINE", "sqlite")
    if found not in NAMES:
        raise ValueError(f"FITTRACK_TEST_ENGINE is {found!r}, not one of {NAMES}")
    return found


def bind(path: Path) -> db.Engine:
    """Bind the run's engine; `path` is a migrated SQLite file, which Oracle itself leaves alone."""
    if name() == "oracle":
        return _bind_fresh_oracle(os.environ["ORACLE_DSN"])
    url = _bench().url_of(path) if name() == "bench" else f"sqlite:///{path}"
    return db.bind(url, synchronous="OFF")


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
