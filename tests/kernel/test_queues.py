from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from rq.job import Job

from fittrack import db, log, queues, worker
from fittrack.clock import utc_now
from fittrack.queues import JobKind, LeaseLost
from tests.kernel.statements import ADD, AMOUNT, INSERT, create_probes, probe_row, statement

FIND_JOB = statement(
    "SELECT job_name, job_key, state, attempts, due_at, payload_json, last_error, request_id"
    " FROM outbox WHERE job_key = :job_key"
)


@dataclass(frozen=True, slots=True)
class Row:
    job_name: str
    job_key: str
    state: str
    attempts: int
    due_at: datetime
    payload_json: Any
    last_error: str | None
    request_id: str | None


@pytest.fixture
def jobs(database, settings, monkeypatch):
    """Register four kinds of job over a probe, and a Redis that is empty."""
    queues.use_redis(Redis.from_url(settings.redis_url))
    for name in ("add_one", "fail_always", "refuse", "die_once"):
        monkeypatch.setitem(queues.JOBS, name, JobKind("default", f"tests.kernel.jobs.{name}"))
    create_probes(database.raw())
    with db.transaction("insert_probe") as tx:
        tx.run(INSERT, **probe_row())
    return database


def decide(name="add_one", key="k1", *, now=None, due_at=None):
    with db.transaction("decide") as tx:
        queues.enqueue(tx, name, key, now=now or utc_now(), due_at=due_at, probe_id="p1")
    return outbox_id(key)


def outbox_id(key="k1"):
    with db.reading("find_id") as tx:
        return tx.value(
            statement("SELECT outbox_id FROM outbox WHERE job_key = :job_key"), job_key=key
        )


def row(key="k1"):
    with db.reading("find_job") as tx:
        return tx.one(Row, FIND_JOB, job_key=key)


def amount():
    with db.reading("get_amount") as tx:
        return tx.value(AMOUNT, probe_id="p1")


def waiting():
    return [job.args for job in queues.queue("default").jobs]


def test_a_decided_job_is_a_row_and_then_a_wake(jobs):
    now = utc_now()
    with db.transaction("decide") as tx:
        queues.enqueue(tx, "add_one", "k1", now=now, probe_id="p1")
        assert waiting() == []
    assert (row().state, row().attempts, row().due_at) == ("pending", 0, now)
    assert row().payload_json == {"probe_id": "p1"}
    assert [tuple(args) for args in waiting()] == [(outbox_id(),)]


def decide_flood(monkeypatch):
    rare = JobKind("default", "tests.kernel.jobs.add_one", wakes_every_s=3600)
    monkeypatch.setitem(queues.JOBS, "add_one_of_many", rare)
    return [decide("add_one_of_many", key) for key in ("k1", "k2", "k3")]


def test_a_flood_wakes_one_and_leaves_the_rest_to_the_sweep(jobs, monkeypatch):
    ids = decide_flood(monkeypatch)
    assert [tuple(args) for args in waiting()] == [(ids[0],)]
    assert queues.sweep(now=utc_now()) == 3
    assert {tuple(args) for args in waiting()} == {(each,) for each in ids}


def test_a_flood_is_done_without_a_sweep(jobs, monkeypatch):
    decide_flood(monkeypatch)
    worker.work(burst=True)
    assert [row(key).state for key in ("k1", "k2", "k3")] == ["done"] * 3


def test_a_decision_that_is_undone_wakes_nobody(jobs):
    def fail():
        with db.transaction("decide") as tx:
            queues.enqueue(tx, "add_one", "k1", now=utc_now(), probe_id="p1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert row() is None
    assert waiting() == []


def test_a_job_decided_twice_is_one_job(jobs):
    first = decide()
    assert decide() == first
    worker.run_outbox(first)
    decide()
    worker.run_outbox(first)
    assert amount() == 1


def test_a_job_carries_the_id_of_its_request(jobs):
    log.set_request_id("r-77")
    decide()
    assert row().request_id == "r-77"


def test_a_job_is_done_once_however_often_it_is_woken(jobs):
    job = decide()
    for _ in range(3):
        worker.run_outbox(job)
    assert amount() == 1
    assert row().state == "done"


def test_a_job_that_is_not_due_waits(jobs):
    later = utc_now() + timedelta(hours=1)
    job = decide(due_at=later)
    assert waiting() == []
    assert queues.claim(job, now=utc_now()) is None
    assert queues.claim(job, now=later) is not None


def test_many_workers_at_once_do_a_job_once(jobs):
    job = decide()
    threads = [threading.Thread(target=worker.run_outbox, args=(job,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert amount() == 1


def test_a_worker_whose_lease_passed_on_changes_nothing(jobs):
    now = utc_now()
    job = decide(now=now)
    slow = queues.claim(job, now=now)
    assert queues.claim(job, now=now + timedelta(seconds=34)) is None
    quick = queues.claim(job, now=now + timedelta(seconds=36))
    assert (slow.attempt, quick.attempt) == (1, 2)

    def add(lease):
        with db.transaction("add_one") as tx:
            tx.run(ADD, probe_id="p1", added=1)
            queues.finish(tx, lease, now=now)

    with pytest.raises(LeaseLost):
        add(slow)
    assert amount() == 0
    add(quick)
    with pytest.raises(LeaseLost):
        add(slow)
    assert amount() == 1


def test_a_slow_workers_failure_does_not_put_back_what_another_does(jobs):
    now = utc_now()
    job = decide(now=now)
    slow = queues.claim(job, now=now)
    queues.claim(job, now=now + timedelta(seconds=36))
    queues.fail(slow, "too late", now=now + timedelta(seconds=37))
    assert row().last_error is None


def test_a_failed_job_comes_back_later_with_its_reason(jobs, caplog):
    worker.run_outbox(decide("fail_always"))
    found = row()
    assert (found.state, found.attempts) == ("pending", 1)
    assert found.last_error == "ConnectionError: the server is away"
    assert found.due_at > utc_now()


def test_back_off_grows_and_the_eighth_failure_buries(jobs):
    now = utc_now()
    job = decide("fail_always", now=now)
    waits = []
    for attempt in range(1, queues.MAX_ATTEMPTS + 1):
        lease = queues.claim(job, now=now)
        assert lease.attempt == attempt
        queues.fail(lease, "x" * 5000, now=now)
        waits.append((row().due_at - now).total_seconds())
        now = row().due_at
    assert row().state == "dead"
    assert len(row().last_error) == 1000
    assert all(0.5 * 2**n <= wait <= 1.5 * 2**n for n, wait in enumerate(waits, start=1))
    assert queues.claim(job, now=now + timedelta(days=1)) is None


def test_a_job_that_no_retry_can_mend_is_buried_at_once(jobs, caplog):
    worker.run_outbox(decide("refuse"))
    assert (row().state, row().last_error) == ("dead", "Hopeless: no such mailbox")


def test_a_job_that_kills_its_worker_every_time_is_buried(jobs):
    now = utc_now()
    job = decide(now=now)
    for _ in range(queues.MAX_ATTEMPTS):
        assert queues.claim(job, now=now) is not None
        now += timedelta(minutes=5)
    assert queues.claim(job, now=now) is None
    assert row().state == "dead"
    assert "died" in row().last_error


def test_dead_jobs_can_be_revived(jobs, caplog):
    job = decide("refuse")
    worker.run_outbox(job)
    assert queues.redrive(now=utc_now()) == 1
    assert (row().state, row().attempts) == ("pending", 0)
    assert queues.claim(job, now=utc_now()) is not None


def test_the_sweep_wakes_what_redis_forgot(jobs, settings):
    job = decide()
    Redis.from_url(settings.redis_url).flushall()
    assert waiting() == []
    assert queues.sweep(now=utc_now()) == 1
    assert [tuple(args) for args in waiting()] == [(job,)]


def test_a_job_that_only_another_version_knows_stops_no_other(jobs, monkeypatch, caplog):
    now = utc_now()
    strange = decide("refuse", key="strange", now=now - timedelta(seconds=1))
    job = decide(now=now)
    monkeypatch.delitem(queues.JOBS, "refuse")
    queues.redis().flushall()

    assert queues.sweep(now=now) == 1
    assert [tuple(args) for args in waiting()] == [(job,)]
    worker.run_outbox(strange)
    assert (row("strange").state, row("strange").attempts) == ("pending", 0)
    assert "refuse" in str(caplog.records[-1].jobs)


def test_sweeping_again_at_once_does_not_fill_the_queue(jobs):
    decide()
    now = utc_now()
    for _ in range(5):
        queues.sweep(now=now)
    assert len(waiting()) <= 2


def test_the_sweep_leaves_what_is_done_leased_or_not_due(jobs):
    now = utc_now()
    worker.run_outbox(decide(key="done"))
    queues.claim(decide(key="leased"), now=now)
    decide(key="later", due_at=now + timedelta(hours=1))
    assert queues.sweep(now=now) == 0


def test_with_redis_away_a_decision_still_counts(jobs, caplog):
    queues.use_redis(Redis.from_url("redis://127.0.0.1:1/0"))
    job = decide()
    assert row().state == "pending"
    worker.run_outbox(job)
    assert amount() == 1


def test_a_process_killed_between_claim_and_effect_loses_nothing(jobs):
    job = decide()
    child = os.fork()
    if child == 0:
        queues.claim(job, now=utc_now())
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    assert (amount(), row().attempts) == (0, 1)
    lease = queues.claim(job, now=utc_now() + timedelta(minutes=1))
    assert lease.attempt == 2


def test_jobs_done_long_ago_are_forgotten(jobs):
    worker.run_outbox(decide(key="old"))
    decide(key="open")
    assert queues.delete_done(now=utc_now() + timedelta(days=29)) == 0
    assert queues.delete_done(now=utc_now() + timedelta(days=31)) == 1
    assert row("open") is not None


def work_in_a_process():
    """Let a real worker, with a work-horse for each job, empty the queues."""
    child = os.fork()
    if child == 0:
        db.engine().close()
        worker.work(burst=True)
        os._exit(0)
    os.waitpid(child, 0)


def test_a_real_worker_works_on_what_it_is_told(jobs):
    for number in range(3):
        decide(key=f"k{number}")
    work_in_a_process()
    assert amount() == 3


def test_a_job_whose_work_horse_was_killed_is_done_long_before_its_lease_ends(jobs, capfd):
    began_at, reasons = utc_now(), set()
    lease = timedelta(seconds=queues.JOBS["die_once"].timeout_s() + queues.LEASE_MARGIN_S)
    decide("die_once")
    while row().state == "pending" and utc_now() < began_at + lease / 2:
        if waiting():
            work_in_a_process()
            reasons.add(row().last_error)
        queues.sweep(now=utc_now())
        time.sleep(0.1)

    assert (row().state, row().attempts, amount()) == ("done", 2, 1)
    assert any(reason and reason.startswith("its worker was killed") for reason in reasons)


def test_a_killed_work_horse_frees_no_lease_but_its_own(jobs, caplog):
    now = utc_now()
    first, second = decide(key="k1", now=now), decide(key="k2", now=now)
    slow = queues.claim(first, now=now)
    worker._slot.note(slow)
    assert queues.claim(first, now=now + timedelta(minutes=1))
    queues.claim(second, now=now)

    for outbox_id in (first, second):
        killed = Job.create("job", [outbox_id], connection=queues.redis())
        worker.release(killed, None, None, None)

    assert row("k1").last_error is row("k2").last_error is None
    assert queues.list_due(now=now + timedelta(seconds=30)) == []


def test_what_a_work_horse_wrote_in_half_is_not_read(jobs):
    slot, lease = worker.Slot(), queues.claim(decide(), now=utc_now())
    assert slot.read() is None
    slot.note(lease)
    assert slot.read() == replace(lease, payload={})
    slot._page[5] = 0
    assert slot.read() is None


def test_who_does_the_jobs_alone_wakes_nobody(jobs):
    with queues.without_waking():
        alone = decide("add_one", "k1")
    assert waiting() == []
    assert [job.outbox_id for job in queues.list_due(now=utc_now())] == [alone]
    decide("add_one", "k2")
    assert len(waiting()) == 1
