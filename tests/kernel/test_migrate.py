from __future__ import annotations

import os
import signal
import sqlite3

import pytest

from fittrack import db
from fittrack.db import migrate, migrate_sqlite
from fittrack.db.errors import SchemaMismatch
from fittrack.db.migrate import Migration, split_steps
from tests.conformance import engines

FIRST = Migration(1, "create_a", ("CREATE TABLE a (x INTEGER) STRICT",), "c1")
SECOND = Migration(
    2, "create_b", ("CREATE TABLE b (x INTEGER)", "CREATE INDEX b_ix ON b (x)"), "c2"
)
BROKEN = Migration(2, "create_b", ("CREATE TABLE b (x INTEGER)", "CREATE NONSENSE"), "c2")


@pytest.fixture
def empty(app, tmp_path):
    engine = db.bind(f"sqlite:///{tmp_path}/empty.db", synchronous="OFF")
    yield engine
    engine.close()


def tables(engine):
    rows = engine.raw().execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in rows}


def test_an_upgrade_runs_each_migration_once(empty):
    assert {step.state for step in migrate.status()} == {"pending"}
    assert not migrate.is_current()
    ran = migrate.upgrade()
    assert [step.version for step in ran] == list(range(1, len(ran) + 1))
    assert migrate.upgrade() == []
    assert migrate.is_current()
    assert migrate.verify() == []


@pytest.mark.skipif(engines.name() != "sqlite", reason="looks into SQLite's own catalogue")
def test_a_difference_in_the_live_schema_is_named(database):
    connection = database.raw()
    connection.execute("DROP INDEX outbox_due_ix")
    connection.execute("CREATE TABLE left_over (x INTEGER)")
    connection.execute("ALTER TABLE periodic_runs ADD COLUMN spare TEXT")
    assert migrate.verify() == [
        "left_over is not in the migrations",
        "outbox_due_ix is missing",
        "periodic_runs differs",
    ]


@pytest.mark.skipif(engines.name() != "sqlite", reason="looks into SQLite's own catalogue")
def test_a_migration_that_was_edited_after_it_ran_is_refused(database):
    database.raw().execute("UPDATE schema_migrations SET checksum = 'x' WHERE version = 1")
    assert "migration 0001 was edited after it ran" in migrate.verify()
    with pytest.raises(SchemaMismatch, match="0001"):
        migrate.upgrade()


def test_a_migration_that_fails_leaves_nothing_of_itself(empty):
    with pytest.raises(sqlite3.OperationalError):
        migrate_sqlite.upgrade(empty, [FIRST, BROKEN])
    assert tables(empty) == {"schema_migrations", "a"}
    assert [m.version for m in migrate_sqlite.upgrade(empty, [FIRST, SECOND])] == [2]


def test_a_migration_killed_in_the_middle_runs_again_whole(empty):
    killed = Migration(1, "create_a", (*FIRST.statements, "SELECT die()"), "c1")
    child = os.fork()
    if child == 0:
        empty.raw().create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
        migrate_sqlite.upgrade(empty, [killed])
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert tables(empty) == set()
    assert migrate_sqlite.upgrade(empty, [FIRST]) == [FIRST]


def test_migrations_at_the_same_time_run_once(empty):
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            os._exit(len(migrate_sqlite.upgrade(empty, [FIRST, SECOND])))
        children.append(child)
    ran = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert sum(ran) == 2
    assert {"a", "b"} <= tables(empty)


def test_two_migrations_of_one_number_are_refused(tmp_path, monkeypatch):
    for name in ("0001_create_a", "0001_create_b"):
        (tmp_path / f"{name}.sqlite.sql").write_text("SELECT 1")
    monkeypatch.setattr(migrate.resources, "files", lambda _package: tmp_path)
    with pytest.raises(SchemaMismatch, match="share a number"):
        migrate.migrations("sqlite")


def test_steps_are_split_at_lines_of_one_slash():
    text = "-- first\nSELECT 1\n/\n-- only a comment\n/\nSELECT 4 / 2\n/\n"
    assert split_steps(text) == ("-- first\nSELECT 1", "SELECT 4 / 2")
