"""The job of an uploaded file: done once, however often it is tried and wherever it dies."""

from __future__ import annotations

import gc
import os
import signal
import threading
from contextlib import contextmanager

import pytest
from rq.timeouts import JobTimeoutException

from fittrack import db, queues, worker
from fittrack.activities.imports.rules import MAX_READS
from fittrack.clock import utc_now
from fittrack.dev.files import make_gpx
from tests.conformance import engines
from tests.factories_activities import (
    NOON_AT,
    Member,
    count,
    execute,
    make_all_due,
    run_jobs,
    select,
    waiting_jobs,
)

RUN = make_gpx(NOON_AT, 1200, hr_bpm=150)


@pytest.fixture
def ana(client):
    return Member(client)


def job_states():
    text = "SELECT state FROM outbox WHERE job_name = 'process_import_item'"
    return [state for (state,) in select(text, "state")]


def file_of(member, answer):
    return member.get(f"imports/{answer.json['import_id']}").json["files"][0]


def test_a_job_that_has_run_does_nothing_when_it_runs_again(ana):
    ana.post_files(("run.gpx", RUN))
    (outbox_id,) = waiting_jobs()
    worker.run_outbox(outbox_id)
    balance_points = ana.balance()

    worker.run_outbox(outbox_id)

    assert ana.balance() == balance_points > 0
    assert count("activities") == 1
    assert job_states() == ["done"]


def test_two_jobs_of_the_same_bytes_at_once_make_one_activity(ana):
    ana.post_files(("a.gpx", RUN))
    ana.post_files(("b.gpx", RUN))
    together = threading.Barrier(2)

    def work(outbox_id):
        together.wait()
        worker.run_outbox(outbox_id)

    threads = [threading.Thread(target=work, args=(outbox_id,)) for outbox_id in waiting_jobs()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count("activities") == 1
    states = select("SELECT state FROM import_items ORDER BY state", "state")
    assert states == [("created",), ("duplicate",)]


def run_and_die_at(outbox_id, statement_no):
    """Run a job in a process that is killed before its n-th statement; tell whether it was."""
    child = os.fork()
    if child == 0:
        left = statement_no

        def count_down(_statement):
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        db.engine().raw().set_trace_callback(count_down)
        worker.run_outbox(outbox_id)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.skipif(engines.name() != "sqlite", reason="only SQLite tells what it is asked")
def test_a_worker_killed_at_any_statement_loses_nothing_and_doubles_nothing(ana):
    died_at = 0
    while True:
        start = NOON_AT.replace(year=2015 + died_at % 8, day=1 + died_at // 8)
        answer = ana.post_files(("run.gpx", make_gpx(start, 120, hr_bpm=150)))
        before = (count("activities"), ana.balance())
        was_killed = run_and_die_at(waiting_jobs()[0], died_at)
        if was_killed and waiting_jobs():
            assert (count("activities"), ana.balance()) == before
        make_all_due()
        run_jobs()

        assert count("activities") == before[0] + 1
        assert file_of(ana, answer)["state"] == "created"
        assert ana.get(f"points/days/{start.date()}").json["awarded_points"] > 0
        if not was_killed:
            break
        died_at += 1

    assert died_at > 15  # there were that many places to die at
    assert set(job_states()) == {"done"}


def test_a_file_that_kills_its_worker_again_and_again_is_refused(ana):
    answer = ana.post_files(("deadly.gpx", RUN))
    (outbox_id,) = waiting_jobs()
    for _ in range(MAX_READS):
        assert queues.claim(outbox_id, now=utc_now())  # and the worker dies
        make_all_due()

    run_jobs()

    file = file_of(ana, answer)
    assert (file["state"], file["reason_code"]) == ("refused", "could_not_be_read")
    assert file["reason"]
    assert job_states() == ["done"]
    assert count("activities") == count("original_files") == 0


@contextmanager
def stopped_after(cpu_s):
    """Stop a job as RQ does, but by processor time: a busy machine changes nothing.

    The collector is kept still: Hypothesis measures it in a callback, where a raise is lost.
    """

    def stop(*_):
        raise JobTimeoutException

    former = signal.signal(signal.SIGVTALRM, stop)
    gc.disable()
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        gc.enable()
        signal.signal(signal.SIGVTALRM, former)


@pytest.mark.skipif(engines.name() == "bench", reason="the bench's server is slow with 13 MB")
def test_a_file_that_takes_too_long_is_tried_again_and_then_refused(ana):
    answer = ana.post_files(("long.gpx", make_gpx(NOON_AT, 60_000)))
    (outbox_id,) = waiting_jobs()

    states = []
    for _ in range(2):
        with stopped_after(cpu_s=0.2):
            worker.run_outbox(outbox_id)
        states.append(file_of(ana, answer)["state"])
        make_all_due()

    assert states == ["pending", "refused"]
    assert file_of(ana, answer)["reason_code"] == "too_slow"


def test_a_worker_that_lost_its_lease_keeps_nothing(ana):
    ana.post_files(("run.gpx", RUN))
    (outbox_id,) = waiting_jobs()
    slow = queues.claim(outbox_id, now=utc_now())
    make_all_due()
    assert queues.claim(outbox_id, now=utc_now())  # another worker took over

    with pytest.raises(queues.LeaseLost):
        worker._function(slow.job_name)(slow, **slow.payload)

    assert count("activities") == 0
    assert ana.get("imports").json["items"][0]["pending_count"] == 1


def test_a_job_whose_file_is_gone_ends(ana):
    answer = ana.post_files(("run.gpx", RUN))
    execute("UPDATE import_items SET original_file_id = NULL")

    run_jobs()

    assert file_of(ana, answer)["reason_code"] == "file_deleted"
    assert job_states() == ["done"]


def test_a_waiting_upload_keeps_the_bytes_of_a_deleted_activity(ana):
    activity_id = ana.run(duration_s=60)
    answer = ana.post_files(("run.gpx", make_gpx(NOON_AT, 60)))
    ana.delete(f"activities/{activity_id}")

    run_jobs()

    assert file_of(ana, answer)["state"] == "created"
    assert len(ana.get("activities").json["items"]) == 1
