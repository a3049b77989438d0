"""The migration runner for Oracle, driven against the loopback server."""

from __future__ import annotations

import pytest

from fittrack import db
from fittrack.db import migrate, migrate_oracle
from fittrack.db.errors import SchemaMismatch
from fittrack.db.migrate import Migration
from tests.conformance.driver_bench import Bench

_TABLE = """
CREATE TABLE notes (
    note_id  VARCHAR2(36 CHAR)            NOT NULL,
    made_at  TIMESTAMP(6) WITH TIME ZONE
)
"""
_INDEX = "CREATE INDEX notes_made_ix ON notes (made_at)"
_GOOD = Migration(1, "create_notes", (_TABLE, _INDEX), "sum")
_BROKEN = Migration(1, "create_notes", (_TABLE, "CREATE INDEX notes_made_ix ON nowhere (x)"), "sum")


@pytest.fixture(scope="module")
def bench():
    bench = Bench()
    yield bench
    bench.close()


@pytest.fixture
def engine(bench, tmp_path):
    engine = db.bind(bench.url_of(tmp_path / "bench.db"))
    yield engine
    engine.close()


def test_all_migrations_run_and_the_schema_is_then_what_they_say(engine):
    ran = migrate.upgrade()
    assert [step.version for step in ran] == list(range(1, len(ran) + 1))
    assert migrate.is_current()
    assert migrate.verify() == []


def test_a_second_run_has_nothing_to_do(engine):
    migrate_oracle.upgrade(engine, [_GOOD])
    assert migrate_oracle.upgrade(engine, [_GOOD]) == []


def test_a_broken_run_goes_on_at_the_statement_in_doubt(engine):
    with pytest.raises(Exception, match="ORA-00942"):
        migrate_oracle.upgrade(engine, [_BROKEN])
    assert migrate_oracle.states(engine) == {1: ("started", "sum")}
    assert migrate_oracle.upgrade(engine, [_GOOD]) == [_GOOD]
    assert migrate_oracle.states(engine) == {1: ("done", "sum")}


def test_a_statement_that_was_made_but_not_recorded_is_tolerated(engine):
    migrate_oracle.upgrade(engine, [])
    with engine.connect() as connection:
        connection.cursor().execute(_TABLE)
    assert migrate_oracle.upgrade(engine, [_GOOD]) == [_GOOD]


def test_a_constraint_that_went_but_was_not_recorded_is_tolerated(engine):
    add = "ALTER TABLE notes ADD (CONSTRAINT notes_made_ck CHECK (made_at IS NOT NULL))"
    drop = "ALTER TABLE notes DROP CONSTRAINT notes_made_ck"
    broken = Migration(2, "free_notes", (drop, "CREATE INDEX notes_ix ON nowhere (x)"), "sum")
    migrate_oracle.upgrade(engine, [_GOOD])
    with engine.connect() as connection:
        connection.cursor().execute(add)
        connection.cursor().execute(drop)
    with pytest.raises(Exception, match="ORA-00942"):
        migrate_oracle.upgrade(engine, [_GOOD, broken])
    assert migrate_oracle.differences(engine, [_GOOD]) == []


def test_what_is_added_and_dropped_later_is_known(engine):
    change = (
        "ALTER TABLE notes ADD (CONSTRAINT notes_made_ck CHECK (made_at IS NOT NULL))",
        "ALTER TABLE notes ADD (\n    words VARCHAR2(30 CHAR),\n    author_id VARCHAR2(36 CHAR))",
        "ALTER TABLE notes DROP CONSTRAINT notes_made_ck",
        "ALTER TABLE notes ADD (read_at TIMESTAMP(6) WITH TIME ZONE)",
    )
    plan = [_GOOD, Migration(2, "extend_notes", change, "sum")]
    migrate_oracle.upgrade(engine, [_GOOD])
    assert migrate_oracle.differences(engine, plan) == [
        "notes.author_id is missing",
        "notes.read_at is missing",
        "notes.words is missing",
    ]
    migrate_oracle.upgrade(engine, plan)
    assert migrate_oracle.differences(engine, plan) == []


def test_an_edited_migration_is_refused(engine):
    migrate_oracle.upgrade(engine, [_GOOD])
    with pytest.raises(SchemaMismatch, match="0001"):
        migrate_oracle.upgrade(engine, [Migration(1, "create_notes", (_TABLE,), "other")])


def test_what_one_side_lacks_is_named(engine):
    migrate_oracle.upgrade(engine, [_GOOD])
    with engine.connect() as connection:
        connection.cursor().execute("DROP INDEX notes_made_ix")
        connection.cursor().execute("CREATE TABLE strays (stray_id VARCHAR2(36 CHAR))")
    assert migrate_oracle.differences(engine, [_GOOD]) == [
        "notes_made_ix is missing",
        "strays is not in the migrations",
        "strays.stray_id is not in the migrations",
    ]
