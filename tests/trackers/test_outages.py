"""A provider that does not answer is left alone for a while: workers are there for others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fittrack import queues
from fittrack.clock import utc_now
from fittrack.simulator.faults import Fault
from fittrack.trackers.budgets import rules
from fittrack.trackers.providers.base import Limit
from fittrack.trackers.syncing.service import wake_due_connections
from tests.factories_accounts import login, make_account
from tests.factories_trackers import connect, shorten, sync
from tests.trackers.test_endings import disconnect

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMITS = (Limit(900, 100, is_aligned=True),)


def missed(times, spent=None, *, now=NOW):
    for _ in range(times):
        spent = rules.unanswered(spent or {}, LIMITS, now=now)
    return spent


def opens_at(spent, *, now=NOW):
    after = rules.take(spent, LIMITS, is_urgent=True, now=now)
    return after if isinstance(after, datetime) else now


def test_a_few_calls_without_an_answer_stop_nobody():
    assert opens_at(missed(rules.MOST_UNANSWERED - 1)) == NOW


def test_nobody_asks_a_provider_that_does_not_answer_and_each_time_for_longer():
    spent = missed(rules.MOST_UNANSWERED)
    assert opens_at(spent) == NOW + rules.FIRST_REST
    assert missed(3, spent) == spent, "they were under way when the rest began"
    now, waits = NOW, []
    for _ in range(8):
        now = opens_at(spent, now=now)
        spent = missed(1, spent, now=now)
        waits.append(opens_at(spent, now=now) - now)
    assert waits[:3] == [2 * rules.FIRST_REST, 4 * rules.FIRST_REST, 8 * rules.FIRST_REST]
    assert waits[-1] == rules.LONGEST_REST


def test_one_answer_is_enough_to_be_trusted_again():
    spent = missed(rules.MOST_UNANSWERED - 1)
    assert rules.is_doubted(spent)
    spent = rules.answered(spent, LIMITS, now=NOW)
    assert not rules.is_doubted(spent)
    assert opens_at(missed(1, spent)) == NOW


def test_what_one_member_has_waited_for_in_vain_nobody_else_waits_for(client, strava):
    shorten(strava, days=1)
    connections = []
    for name in ("ana", "ben"):
        headers = login(client, make_account())
        connections.append(connect(client, headers, "strava", email=f"{name}@gmail.test"))
    ana, ben = connections
    shorten(strava, days=1, email="ben@gmail.test")
    strava.faults.add(Fault("hang_up", "api", times=rules.MOST_UNANSWERED))
    due_at = utc_now()
    for _ in range(rules.MOST_UNANSWERED):
        now = due_at
        outcome = sync(ana, now=now)
        assert outcome.outcome == "failed"
        due_at = outcome.due_at
    before = sum(strava.asked.values())
    delayed = sync(ben, now=now + timedelta(seconds=10))
    assert (delayed.outcome, sum(strava.asked.values())) == ("delayed", before)
    assert sync(ben, now=delayed.due_at).outcome == "done"
    strava.faults.add(Fault("hang_up", "api"))
    later = delayed.due_at + timedelta(days=2)
    assert sync(ben, now=later).outcome == "failed"
    assert sync(ana, now=later).outcome == "done", "it has answered in between"


def test_who_has_asked_does_not_wait_behind_those_who_are_due(client, strava):
    ana = login(client, make_account())
    connection = connect(client, ana, "strava")
    disconnect(client, ana, "keep")
    wake_due_connections(now=utc_now())
    [begun, ended] = sorted(queues.queue("asked").job_ids, key=len, reverse=True)
    assert begun.startswith(f"sync_at_once-{connection['connection_id']}")
    assert queues.list_due(now=utc_now())[0].outbox_id in ended
    connect(client, ana, "strava")
    wake_due_connections(now=utc_now())
    [polled] = queues.queue("sync").job_ids
    assert polled.startswith("sync_connection-")
    assert queues.QUEUES.index("asked") < queues.QUEUES.index("sync")


def test_nobody_is_woken_again_while_workers_are_behind(client, strava):
    connect(client, login(client, make_account()), "strava")
    assert [wake_due_connections(now=utc_now(), row_limit=1) for _ in range(2)] == [1, 0]
    queues.queue("sync").empty()
    assert wake_due_connections(now=utc_now(), row_limit=1) == 1
