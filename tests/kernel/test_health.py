"""Health probes."""

from __future__ import annotations

import sqlite3

import pytest

from fittrack import db
from fittrack.db import migrate
from fittrack.db.errors import Disconnected
from fittrack.db.sqlite import translated
from tests.conformance import engines


@pytest.mark.skipif(engines.name() == "bench", reason="it keeps no record of migrations")
def test_ready_names_every_part_and_says_ok(client):
    response = client.get("/health/ready")

    assert response.status_code == 200
    assert response.json["parts"] == {"database": "ok", "schema": "ok", "redis": "ok"}
    assert response.json["schema_version"] == migrate.migrations("sqlite")[-1].version
    assert response.headers["Cache-Control"] == "no-store"
    assert client.get("/health").json == response.json


@pytest.mark.skipif(engines.name() != "sqlite", reason="it keeps no record of migrations")
def test_a_schema_that_lacks_a_migration_is_named(client, database):
    newest = migrate.migrations("sqlite")[-1].version
    database.raw().execute("DELETE FROM schema_migrations WHERE version = ?", (newest,))
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json["parts"] == {"database": "ok", "schema": "failing", "redis": "ok"}
    assert response.json["schema_version"] == newest - 1


@pytest.fixture
def odd_file(client, tmp_path):
    """Return a client, and a path for a database that the application finds."""
    path = tmp_path / "odd" / "fittrack.db"
    path.parent.mkdir()
    yield client, path
    db.engine().close()


def test_a_database_that_is_no_database_is_named(odd_file):
    client, path = odd_file
    path.write_bytes(b"this is a letter, not a database " * 40)
    db.bind(f"sqlite:///{path}")
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json["parts"]["database"] == "failing"
    assert client.get("/health/live").status_code == 200


def test_a_database_that_can_not_be_opened_is_away_not_a_bug(odd_file):
    client, path = odd_file
    (path.parent / "file").write_bytes(b"")
    for place in (path.parent / "file" / "fittrack.db", path.parent):
        db.bind(f"sqlite:///{place}")
        assert client.get("/health/ready").status_code == 503
        answer = client.get("/api/v1/drawings")
        assert (answer.status_code, answer.json["code"]) == (503, "unavailable")


def test_a_full_disk_is_away_not_a_bug(odd_file):
    _, path = odd_file
    engine = db.bind(f"sqlite:///{path}")
    connection = engine.raw()
    connection.execute("CREATE TABLE filler (bytes BLOB)")
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError) as full:
        connection.execute("INSERT INTO filler VALUES (zeroblob(100000))")
    assert isinstance(translated(full.value), Disconnected)
