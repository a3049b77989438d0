"""Forward-only migrations in numbered pairs, recorded step by step.

SQLite runs a migration in one transaction. Oracle commits every DDL, so that a broken run resumes
at the statement in doubt and tolerates "already exists" for that one only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from fittrack import db
from fittrack.db import migrate_oracle, migrate_sqlite
from fittrack.db.errors import SchemaMismatch
from fittrack.db.oracle import OracleEngine
from fittrack.db.sqlite import SqliteEngine

_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.(oracle|sqlite)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step in the bound engine's dialect."""

    version: int
    name: str
    statements: tuple[str, ...]
    checksum: str


@dataclass(frozen=True, slots=True)
class Step:
    """What the database knows of one migration: `pending`, `started` or `done`."""

    version: int
    name: str
    state: str


def migrations(dialect: str) -> tuple[Migration, ...]:
    """Return a dialect's migrations in order. Raises: SchemaMismatch where two share a number."""
    folder = resources.files("fittrack_migrations")
    # mypy knows not that a folder can be hashed
    read = _read_once(folder, dialect)  # type: ignore[arg-type]
    found = sorted(read, key=lambda migration: migration.version)
    if len({migration.version for migration in found}) != len(found):
        raise SchemaMismatch(f"two {dialect} migrations share a number")
    return tuple(found)


def upgrade() -> list[Step]:
    """Bring the bound database to the newest schema and return what was done.

    Raises: SchemaMismatch where a migration that ran was edited since.
    """
    engine = db.engine()
    runner = migrate_sqlite if isinstance(engine, SqliteEngine) else migrate_oracle
    plan = migrations(engine.dialect)
    ran = runner.upgrade(engine, plan)
    return [Step(migration.version, migration.name, "done") for migration in ran]


def status() -> list[Step]:
    """Return every migration with its state in the bound database."""
    engine = db.engine()
    states = _runner_states(engine)
    return [
        Step(migration.version, migration.name, states.get(migration.version, ("pending", ""))[0])
        for migration in migrations(engine.dialect)
    ]


def is_current() -> bool:
    """Tell whether every migration has run."""
    return all(step.state == "done" for step in status())


def verify() -> list[str]:
    """Return how the live schema differs from what the migrations say; empty when it does not."""
    engine = db.engine()
    plan = migrations(engine.dialect)
    states = _runner_states(engine)
    edited = [
        f"migration {m.version:04} was edited after it ran"
        for m in plan
        if m.version in states and states[m.version][1] != m.checksum
    ]
    if isinstance(engine, SqliteEngine):
        return edited + migrate_sqlite.differences(engine, plan)
    assert isinstance(engine, OracleEngine)  # noqa: S101 - there are two engines
    return edited + migrate_oracle.differences(engine, plan)


def _runner_states(engine: db.Engine) -> dict[int, tuple[str, str]]:
    if isinstance(engine, SqliteEngine):
        return migrate_sqlite.states(engine)
    assert isinstance(engine, OracleEngine)  # noqa: S101 - there are two engines
    return migrate_oracle.states(engine)


@cache
def _read_once(folder: Traversable, dialect: str) -> tuple[Migration, ...]:
    """Return a folder's migrations; probes of readiness ask for them every few seconds."""
    return tuple(_read(folder, dialect))


def _read(folder: Traversable, dialect: str) -> Iterator[Migration]:
    for path in folder.iterdir():
        match = _FILE.fullmatch(path.name)
        if match and match.group(3) == dialect:
            text = path.read_text(encoding="utf-8")
            checksum = hashlib.sha256(text.encode()).hexdigest()
            yield Migration(int(match.group(1)), match.group(2), split_steps(text), checksum)


def split_steps(text: str) -> tuple[str, ...]:
    """Return the statements of a migration, which a line holding only `/` separates."""
    parts = re.split(r"^/[ \t]*$", text, flags=re.MULTILINE)
    return tuple(part.strip() for part in parts if _code_of(part))


def _code_of(part: str) -> str:
    return re.sub(r"^\s*--.*$", "", part, flags=re.MULTILINE).strip()
