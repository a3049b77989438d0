"""What the process depends on."""

from __future__ import annotations

from redis.exceptions import RedisError

from fittrack import db, queues
from fittrack.db import migrate
from fittrack.db.errors import DatabaseError
from fittrack.db.loader import load_sql

SQL = load_sql("health")


def check_parts() -> dict[str, bool]:
    """Return whether the database, its schema and Redis answer."""
    database = _database_answers()
    return {
        "database": database,
        "schema": database and _schema_is_current(),
        "redis": _redis_answers(),
    }


def _database_answers() -> bool:
    try:
        with db.reading("ping_database") as tx:
            return bool(tx.value(SQL["ping_database"]) == 1)
    except DatabaseError:
        return False


def _schema_is_current() -> bool:
    try:
        return migrate.is_current()
    except DatabaseError:
        return False


def schema_version() -> int | None:
    """Return the number of the newest migration that has run, or None where none has."""
    try:
        done = [step.version for step in migrate.status() if step.state == "done"]
    except DatabaseError:
        return None
    return max(done, default=None)


def _redis_answers() -> bool:
    try:
        return bool(queues.redis().ping())
    except RedisError:
        return False
