from __future__ import annotations

import pytest

from fittrack.db import loader
from fittrack.db.loader import BadStatement, load_sql, split_statements, to_sqlite


@pytest.mark.parametrize(
    ("oracle", "sqlite"),
    [
        ("SELECT a FROM t FOR UPDATE", "SELECT a FROM t"),
        ("SELECT a FROM t FOR UPDATE NOWAIT", "SELECT a FROM t"),
        ("SELECT a FROM t FOR UPDATE WAIT 3", "SELECT a FROM t"),
        ("SELECT a FROM t FOR UPDATE OF t.a SKIP LOCKED", "SELECT a FROM t"),
        ("SELECT a FROM t FETCH FIRST :n ROWS ONLY", "SELECT a FROM t LIMIT :n"),
        (
            "SELECT a FROM t OFFSET :o ROWS FETCH NEXT :n ROWS ONLY",
            "SELECT a FROM t LIMIT :n OFFSET :o",
        ),
        ("INSERT INTO t (a) VALUES (:a) RETURNING a INTO :out_a", None),
        ("SELECT a FROM t WHERE note = 'FOR UPDATE'", "SELECT a FROM t WHERE note = 'FOR UPDATE'"),
    ],
)
def test_the_end_of_a_statement_is_rewritten_for_sqlite(oracle, sqlite):
    assert to_sqlite(oracle) == (sqlite or "INSERT INTO t (a) VALUES (:a) RETURNING a")


def test_a_file_is_split_by_its_names():
    text = "-- about the file\n-- name: a\n-- says a\nSELECT 1\n\n-- name: b\nSELECT 2\n"
    assert list(split_statements(text)) == [("a", "SELECT 1"), ("b", "SELECT 2")]


def test_a_statement_without_a_name_is_refused():
    with pytest.raises(BadStatement, match="before the first name"):
        list(split_statements("SELECT 1\n-- name: a\nSELECT 2"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("SELECT 1 FROM dual; DELETE FROM t", "semicolon"),
        ("SELECT 1 FROM t WHERE a = :date", "reserved"),
        ("INSERT INTO t (a) VALUES (:a) RETURNING a INTO :level", "reserved"),
    ],
)
def test_a_doubtful_statement_is_refused(text, why):
    with pytest.raises(BadStatement, match=why):
        loader._statement("tests", "probe", text, None)


def test_an_override_has_the_same_binds():
    with pytest.raises(BadStatement, match="other binds"):
        loader._statement("tests", "probe", "SELECT :a FROM dual", "SELECT :b")


def test_what_looks_like_a_bind_in_a_literal_or_comment_is_none():
    text = "SELECT ':x' AS a /* :y */ FROM t WHERE b = :b AND c > '12:30' -- :z"
    assert loader._statement("tests", "probe", text, None).binds == {"b"}


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"a.sql": "-- name: x\nSELECT 1", "b.sql": "-- name: x\nSELECT 2"}, "stands twice"),
        ({"a.sqlite.sql": "-- name: x\nSELECT 1"}, "without a twin"),
    ],
)
def test_a_folder_that_contradicts_itself_is_refused(tmp_path, monkeypatch, files, why):
    (tmp_path / "things").mkdir()
    for name, text in files.items():
        (tmp_path / "things" / name).write_text(text)
    monkeypatch.setattr(loader.resources, "files", lambda _package: tmp_path)
    with pytest.raises(BadStatement, match=why):
        load_sql.__wrapped__("things")


def test_every_folder_loads():
    assert {"queues", "idempotency", "schedule"} <= set(loader.domains())
    for domain in loader.domains():
        assert all(found.domain == domain for found in load_sql(domain).values())
