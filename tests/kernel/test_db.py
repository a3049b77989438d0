from __future__ import annotations

import contextlib
import gc
import os
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fittrack import db
from fittrack.db.errors import (
    Busy,
    Check,
    DatabaseError,
    Disconnected,
    ForeignKey,
    Immutable,
    NotNull,
    Unique,
)
from fittrack.db.values import NaiveDatetime, instant_from_text, instant_to_text
from tests.conformance import engines
from tests.kernel.statements import (
    ADD,
    AMOUNT,
    INSERT,
    LOCK_AMOUNT,
    SELECT,
    SELECT_ALL,
    Probe,
    create_probes,
    probe_row,
    statement,
)

NOON = datetime(2026, 3, 14, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def probes(database):
    create_probes(database.raw())
    return database


def insert(**over):
    with db.transaction("insert_probe") as tx:
        tx.run(INSERT, **probe_row(**over))


def found(probe_id="p1"):
    with db.reading("find_probe") as tx:
        return tx.one(Probe, SELECT, probe_id=probe_id)


def test_values_come_back_as_they_went_in(probes):
    row = probe_row(
        owner="Ana",
        seen_at=NOON,
        day_on=date(2026, 3, 14),
        is_open=True,
        data_json={"b": [1, None], "a": "ü"},
        note_text="long",
        raw_bytes=b"\x00\xff",
        amount=2**53,
    )
    insert(**row)
    assert found() == Probe(**row)


def test_an_instant_of_any_zone_comes_back_in_utc(probes):
    insert(seen_at=NOON.astimezone(timezone(timedelta(hours=-5))))
    assert found().seen_at == NOON
    assert found().seen_at.utcoffset() == timedelta(0)


def test_a_naive_datetime_is_refused(probes):
    with pytest.raises(NaiveDatetime):
        insert(seen_at=datetime(2026, 3, 14))  # noqa: DTZ001 - the point of the test
    assert found() is None


def test_empty_text_is_null(probes):
    insert(owner="", note_text="")
    assert (found().owner, found().note_text) == (None, None)


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2).map(sorted))
def test_the_text_of_instants_sorts_as_the_instants_do(pair):
    first, second = map(instant_to_text, pair)
    assert first <= second
    assert [instant_from_text(first), instant_from_text(second)] == pair


@pytest.mark.parametrize("binds", [{}, {"probe_id": "p1", "other": 1}, {"id": "p1"}])
def test_binds_must_be_exactly_the_statements(probes, binds):
    with db.reading("find_probe") as tx, pytest.raises(TypeError, match="find_probe"):
        tx.one(Probe, SELECT, **binds)


def test_columns_must_be_exactly_the_dataclasss(probes):
    @dataclass(frozen=True, slots=True)
    class Less:
        probe_id: str

    insert()
    with db.reading("find_probe") as tx, pytest.raises(TypeError, match="Less"):
        tx.one(Less, SELECT, probe_id="p1")


def test_one_row_means_one(probes):
    insert(probe_id="p1")
    insert(probe_id="p2")
    with db.reading("list_probes") as tx, pytest.raises(LookupError, match="2 rows"):
        tx.one(Probe, SELECT_ALL)


@pytest.mark.parametrize(
    ("row", "kind", "constraint"),
    [
        ({"probe_id": "p1"}, Unique, "probes_pk"),
        ({"owner": "Ana", "day_on": date(2026, 1, 1)}, Unique, "probes_owner_uq"),
        ({"note_text": "n"}, Unique, "probes_note_ux"),
        ({"is_open": True, "seen_at": NOON}, Unique, "probes_open_ux"),
        ({"amount": -1}, Check, "probes_amount_ck"),
        ({"amount": None}, NotNull, "probes.amount"),
    ],
)
def test_a_refusal_names_its_constraint(probes, row, kind, constraint):
    taken = {"owner": "Ana", "day_on": date(2026, 1, 1), "note_text": "n"}
    insert(probe_id="p1", is_open=True, seen_at=NOON, **taken)
    with pytest.raises(kind) as caught:
        insert(**{"probe_id": "p2", **row})
    assert caught.value.constraint == constraint


def test_a_row_that_is_referred_to_by_nothing_and_one_that_may_not_go(probes):
    insert()
    add_part = statement("INSERT INTO probe_parts (probe_id) VALUES (:probe_id)")
    with pytest.raises(ForeignKey), db.transaction("add_part") as tx:
        tx.run(add_part, probe_id="nobody")
    with db.transaction("add_part") as tx:
        tx.run(add_part, probe_id="p1")
    with pytest.raises(Immutable), db.transaction("delete_part") as tx:
        tx.run(statement("DELETE FROM probe_parts"))


def test_a_refused_statement_leaves_the_unit_usable(probes):
    insert()
    with db.transaction("insert_probe") as tx:
        with pytest.raises(Unique):
            tx.run(INSERT, **probe_row())
        tx.run(INSERT, **probe_row(probe_id="p2"))
    assert found("p2") is not None


def test_an_exception_undoes_the_whole_unit(probes):
    def fail():
        with db.transaction("insert_probe") as tx:
            tx.run(INSERT, **probe_row())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert found() is None


def test_callbacks_run_after_the_commit_and_only_then(probes):
    seen = []
    with db.transaction("insert_probe") as tx:
        tx.run(INSERT, **probe_row())
        tx.after_commit(lambda: seen.append(found()))
        assert seen == []
    assert [probe.probe_id for probe in seen] == ["p1"]
    with contextlib.suppress(ZeroDivisionError), db.transaction("insert_probe") as tx:
        tx.after_commit(lambda: seen.append("never"))
        raise ZeroDivisionError
    assert len(seen) == 1


def test_a_unit_inside_a_unit_is_an_error(probes):
    inner = db.transaction("inner")
    with db.transaction("outer"), pytest.raises(RuntimeError, match="inner"), inner:
        pass


def test_a_reading_sees_one_moment(probes):
    insert(amount=1)

    def write():
        with db.transaction("add") as tx:
            tx.run(ADD, probe_id="p1", added=1)

    with db.reading("get_amount") as tx:
        assert tx.value(AMOUNT, probe_id="p1") == 1
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(5)
        assert not writer.is_alive()
        assert tx.value(AMOUNT, probe_id="p1") == 1
    assert found().amount == 2


def test_a_reading_writes_nothing(probes):
    with contextlib.suppress(DatabaseError), db.reading("insert_probe") as tx:
        tx.run(INSERT, **probe_row())  # Oracle refuses it, SQLite undoes it
    assert found() is None


@pytest.mark.skipif(engines.name() == "bench", reason="the bench has no row locks")
def test_writers_at_the_same_time_lose_nothing(probes):
    insert()

    def write():
        for _ in range(20):
            with db.transaction("add") as tx:
                amount = tx.value(LOCK_AMOUNT, probe_id="p1")
                tx.run(
                    statement("UPDATE probes SET amount = :amount WHERE probe_id = :probe_id"),
                    probe_id="p1",
                    amount=amount + 1,
                )

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found().amount == 160


def test_many_rows_go_in_together_or_not_at_all(probes):
    rows = [probe_row(probe_id=f"p{n}") for n in range(3)]
    with db.transaction("insert_probes") as tx:
        assert tx.run_many(INSERT, rows) == 3
        assert tx.run_many(INSERT, []) == 0
    with pytest.raises(Unique), db.transaction("insert_probes") as tx:
        tx.run_many(INSERT, [probe_row(probe_id="p9"), probe_row(probe_id="p0")])
    assert found("p9") is None


def test_rows_can_be_streamed(probes):
    rows = [probe_row(probe_id=f"p{n}", amount=n) for n in range(5)]
    with db.transaction("insert_probes") as tx:
        tx.run_many(INSERT, rows)
    with db.reading("list_probes") as tx:
        assert [probe.amount for probe in tx.each(Probe, SELECT_ALL)] == [0, 1, 2, 3, 4]


def test_returning_gives_the_new_value(probes):
    insert(amount=5)
    add = statement(
        "UPDATE probes SET amount = amount + :added WHERE probe_id = :probe_id"
        " RETURNING amount INTO :out_amount"
    )
    with db.transaction("add") as tx:
        assert tx.returning(add, probe_id="p1", added=2) == 7
        assert tx.returning(add, probe_id="nobody", added=2) is None


def test_a_unit_that_was_busy_is_run_again_three_times():
    tries = []

    def unit():
        tries.append(1)
        if len(tries) < 3:
            raise Busy("locked")
        return "done"

    assert db.retry(unit) == "done"
    tries.clear()
    tries.append(-9)

    def always():
        tries.append(1)
        raise Busy("locked")

    with pytest.raises(Busy):
        db.retry(always)
    assert len(tries) == 1 + db.RETRIES


def test_a_unit_whose_fate_is_unknown_is_run_again_only_when_it_looks_first():
    tries = []

    def unit():
        tries.append(1)
        raise Disconnected("gone")

    with pytest.raises(Disconnected):
        db.retry(unit)
    assert len(tries) == 1
    with pytest.raises(Disconnected):
        db.retry(unit, may_replay=True)
    assert len(tries) == 1 + db.RETRIES


def test_other_errors_are_not_run_again():
    tries = []

    def unit():
        tries.append(1)
        raise DatabaseError("no such table")

    with pytest.raises(DatabaseError):
        db.retry(unit)
    assert len(tries) == 1


@hypothesis_settings(max_examples=30)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50))
def test_any_text_comes_back(probes, text):
    with db.transaction("insert_probe") as tx:
        tx.run(statement("DELETE FROM probes"))
        tx.run(INSERT, **probe_row(note_text=text))
    assert found().note_text == (text or None)


def test_a_single_statement_reads_what_was_committed_last_and_holds_nothing(database):
    create_probes(database.raw())
    with db.transaction("insert_probe") as tx:
        tx.run(INSERT, **probe_row())
    with db.reading("read_once", single=True) as tx:
        assert tx.value(AMOUNT, probe_id="p1") == 0
        assert not getattr(database.raw(), "in_transaction", False)
    with db.transaction("add") as tx:
        tx.run(ADD, probe_id="p1", added=1)
    with db.reading("read_once", single=True) as tx:
        assert tx.value(AMOUNT, probe_id="p1") == 1


def opened(path):
    """Return how often this process has a file open."""
    links = [Path("/proc/self/fd", name) for name in os.listdir("/proc/self/fd")]
    return sum(link.is_symlink() and os.readlink(link) == str(path) for link in links)


@pytest.mark.skipif(engines.name() != "sqlite", reason="SQLite alone forbids it")
@pytest.mark.parametrize("begins_anew", [False, True])
def test_a_child_never_closes_what_its_parent_opened(probes, begins_anew):
    path, queue = probes.path, f"{probes.path}-queue"
    before = opened(path)
    child = os.fork()
    if child == 0:
        if begins_anew:
            probes.raw().execute("SELECT 1")
        probes.close()
        gc.collect()
        os._exit(opened(path) < before or opened(queue) > 0)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.skipif(engines.name() != "sqlite", reason="Oracle has a pool")
def test_a_thread_keeps_its_connection_whoever_else_opens_or_closes_one(probes):
    def come_and_go():
        probes.raw()
        probes.close()

    before = probes.raw()
    for use in (probes.raw, come_and_go):
        other = threading.Thread(target=use)
        other.start()
        other.join()
        assert probes.raw() is before
