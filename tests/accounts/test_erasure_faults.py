"""A deletion that is cut short anywhere ends as if it had not been."""

from __future__ import annotations

import time

import pytest

from fittrack import db, queues, worker
from fittrack.accounts.erasure import service
from fittrack.accounts.erasure.rules import ERASED
from fittrack.clock import utc_now
from tests.conformance import engines
from tests.drawings.processes import bind, copy_of, killed_at
from tests.factories_activities import Member, make_all_due, select
from tests.factories_points import insert

pytestmark = pytest.mark.skipif(engines.name() != "sqlite", reason="kills at SQLite's statements")

ACTIVITIES = 3_000


def waiting():
    """Return the deletion's job."""
    ((outbox_id,),) = select(
        "SELECT outbox_id FROM outbox WHERE job_name = 'finish_erasure' AND state = 'pending'"
        " ORDER BY due_at FETCH FIRST 1 ROWS ONLY",
        "outbox_id",
    )
    return outbox_id


def left(account_id):
    """Return the tables that still have rows of a member."""
    raw = db.engine().raw()
    owned = [
        table
        for table in ERASED
        if "account_id" in {row[1] for row in raw.execute(f"PRAGMA table_info({table})")}
    ]
    query = "SELECT COUNT(*) FROM {} WHERE account_id = ?"
    counts = {
        table: raw.execute(query.format(table), (account_id,)).fetchone()[0] for table in owned
    }
    return {table for table, rows in counts.items() if rows}


@pytest.mark.parametrize("statement_no", [2, 7, 20, 45, 70])
def test_a_killed_job_is_taken_up_and_leaves_nothing(client, database, statement_no):
    ana = Member(client)
    for hour in range(3):
        ana.run(duration_s=60, seed=hour)
    service.erase_account(account_id=ana.account_id, actor_id=ana.account_id, now=utc_now())
    outbox_id = waiting()
    path = copy_of(database.path, "killed.db")
    bind(path)
    assert killed_at(statement_no, lambda: worker.run_outbox(outbox_id))
    make_all_due()
    worker.run_outbox(outbox_id)
    assert left(ana.account_id) == {"outbox"}
    finished = select("SELECT finished_at FROM erasures", "finished_at")
    assert finished[0][0] is not None


@pytest.mark.parametrize("statement_no", [5, 15, 22, 30])
def test_a_killed_request_has_deleted_nothing(client, database, statement_no):
    ana = Member(client)
    path = copy_of(database.path, "killed.db")
    bind(path)
    erase = {"account_id": ana.account_id, "actor_id": ana.account_id, "now": utc_now()}
    assert killed_at(statement_no, lambda: service.erase_account(**erase))
    assert ana.get("users/me").status_code == 200
    assert service.erase_account(**erase).status == "erased"


def test_thousands_of_activities_never_hold_the_database_for_long(client):
    ana = Member(client)
    for number in range(ACTIVITIES):
        make_many(ana.account_id, number)
    began_s = time.process_time()
    assert ana.delete("users/me").status_code == 202
    assert time.process_time() - began_s < 1
    longest_s = run_timed(waiting())
    assert left(ana.account_id) == {"outbox"}
    assert longest_s < 1


def make_many(account_id, number):
    activity_id = f"activity-{number}"
    at = "2025-03-10T16:00:00.000000Z"
    insert(
        "activities",
        activity_id=activity_id,
        account_id=account_id,
        type="workout",
        sport="running",
        source_kind="manual",
        origin_key=activity_id,
        state="accepted",
        duplicate_of_id="activity-0" if number else None,
        started_at=at,
        ended_at=at,
        day_on="2025-03-10",
        elapsed_s=60,
        moving_s=60,
        warnings_json="[]",
        lap_count=0,
        sample_count=0,
        position_count=0,
        created_at=at,
        updated_at=at,
    )
    insert("activity_samples", activity_id=activity_id, block_bytes=b"x" * 5_000)


def run_timed(outbox_id):
    """Do a job and return how long its longest transaction worked, s."""
    engine = db.engine()
    longest_s, began_s = 0.0, 0.0

    def watch(statement):
        nonlocal longest_s, began_s
        if statement == "BEGIN IMMEDIATE":
            began_s = time.process_time()
        elif statement == "COMMIT":
            longest_s = max(longest_s, time.process_time() - began_s)

    engine.raw().set_trace_callback(watch)
    worker.run_outbox(outbox_id)
    engine.raw().set_trace_callback(None)
    assert queues.list_due(now=utc_now()) == []
    return longest_s
