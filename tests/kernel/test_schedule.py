from __future__ import annotations

import os
from datetime import timedelta

import pytest

from fittrack import db, schedule
from fittrack.clock import utc_now
from fittrack.schedule import Periodic
from tests.kernel.statements import AMOUNT, INSERT, create_probes, probe_row


@pytest.fixture
def table(database, monkeypatch):
    """Put one entry that marks, and one that fails, into the periodic table."""
    entries = (
        Periodic("fail_run", 60, "tests.kernel.jobs.fail_run"),
        Periodic("mark", 60, "tests.kernel.jobs.mark"),
    )
    monkeypatch.setattr(schedule, "PERIODIC", entries)
    monkeypatch.setattr(schedule, "_next_look", {})
    create_probes(database.raw())
    with db.transaction("insert_probe") as tx:
        tx.run(INSERT, **probe_row())
    return database


def runs():
    with db.reading("get_amount") as tx:
        return tx.value(AMOUNT, probe_id="p1")


def test_what_is_due_runs_once_and_a_failure_does_not_stop_the_rest(table, caplog):
    now = utc_now()
    assert schedule.tick(now=now) == ["fail_run", "mark"]
    assert schedule.tick(now=now + timedelta(seconds=59)) == []
    assert schedule.tick(now=now + timedelta(seconds=61)) == ["fail_run", "mark"]
    assert runs() == 2
    assert "a periodic run failed" in caplog.text


def test_missed_runs_are_made_up_for_once(table):
    now = utc_now()
    schedule.tick(now=now)
    schedule.tick(now=now + timedelta(days=3))
    assert runs() == 2


def test_a_clock_that_was_ahead_holds_nothing_up(table):
    now = utc_now()
    schedule.tick(now=now + timedelta(hours=5))
    assert schedule.tick(now=now) == ["fail_run", "mark"]
    schedule._next_look.clear()  # another process
    assert schedule.tick(now=now + timedelta(seconds=30)) == []


def test_clocks_a_little_apart_share_one_run(table):
    now = utc_now()
    schedule.tick(now=now)
    schedule._next_look.clear()
    assert schedule.tick(now=now - timedelta(seconds=20)) == []


def test_many_schedulers_do_each_run_once(table):
    start = utc_now()
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            for minute in range(5):
                schedule._next_look.clear()
                schedule.tick(now=start + timedelta(seconds=61 * minute))
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    assert runs() == 5


def test_an_entry_can_take_its_interval_from_a_setting(settings):
    assert Periodic("x", "sweep_interval_s", "a.b").every_s() == settings.sweep_interval_s
