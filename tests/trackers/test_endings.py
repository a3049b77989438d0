"""Connections that end: the provider is told, and what they brought stays or goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import queues
from fittrack.clock import utc_now
from fittrack.queues import Lease
from fittrack.simulator.faults import Fault
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.connections import endings, rules
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import Usage
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, shorten, sync, truth
from tests.trackers.test_sync import all_of

STRAVA = "/api/v1/connections/strava"
JOBS = {"revoke_grant": endings.revoke_grant, "delete_brought": endings.delete_brought}


@pytest.fixture
def ana(client, strava):
    return login(client, make_account())


@pytest.fixture
def connected(client, ana, strava):
    shorten(strava)
    connection = connect(client, ana, "strava")
    sync(connection, now=utc_now())
    return connection


def do_jobs(*, ahead=timedelta(0)):
    """Do what an ending has left to workers."""
    now = utc_now() + ahead
    for due in queues.list_due(now=now):
        if due.job_name in JOBS:
            lease = queues.claim(due.outbox_id, now=now)
            assert isinstance(lease, Lease)
            JOBS[due.job_name](**lease.payload, lease=lease, now=now)


def disconnect(client, headers, data):
    return client.delete(STRAVA, query_string={"data": data}, headers=headers).status_code


def balance(client, headers):
    return client.get("/api/v1/points/balance", headers=headers).json["balance_points"]


def is_let_in(strava):
    return any(not family.is_over for family in strava.refreshing.values())


def test_an_ended_connection_is_gone_at_once_and_the_provider_told(
    client, ana, strava, connected, database
):
    assert disconnect(client, ana, "keep") == 204
    assert client.get(STRAVA, headers=ana).status_code == 404
    assert disconnect(client, ana, "keep") == 404
    assert is_let_in(strava)
    do_jobs()
    assert not is_let_in(strava)
    kept = (
        database.raw()
        .execute("SELECT access_token_bytes, refresh_token_bytes FROM connections")
        .fetchall()
    )
    assert [tuple(row) for row in kept] == [(None, None)]


def test_a_token_that_has_died_is_renewed_to_take_our_access_back(client, ana, strava, connected):
    strava.access.clear()
    disconnect(client, ana, "keep")
    do_jobs()
    assert not is_let_in(strava)


def test_a_provider_that_is_away_is_told_later(client, ana, strava, connected):
    strava.access.clear()
    for kind in ("error_500", "redirect", "hang_up"):
        strava.faults.add(Fault(kind))
    disconnect(client, ana, "keep")
    for minutes in (0, 1, 3):
        do_jobs(ahead=timedelta(minutes=minutes))
        assert is_let_in(strava)
    do_jobs(ahead=timedelta(minutes=7))
    assert not is_let_in(strava)


def test_ending_waits_where_the_limit_is_reached_and_no_call_is_left(
    client, ana, strava, connected
):
    adapter, now = ADAPTERS["strava"], utc_now()
    said = [Usage(limit.window_s, limit.calls, limit.calls) for limit in adapter.facts.limits]
    budgets.learn(adapter, None, said, now=now)
    assert disconnect(client, ana, "keep") == 204
    do_jobs()
    assert is_let_in(strava)

    do_jobs(ahead=timedelta(days=2))
    assert not is_let_in(strava)


def test_a_provider_that_is_away_for_a_day_is_told_all_the_same(client, ana, strava, connected):
    disconnect(client, ana, "keep")
    for minutes in (0, 2, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60):
        strava.faults.add(Fault("error_500", times=1))
        strava.access.clear()
        do_jobs(ahead=timedelta(minutes=minutes))
    assert is_let_in(strava)
    strava.faults.clear()
    do_jobs(ahead=timedelta(hours=31))
    assert not is_let_in(strava)


def test_a_provider_that_is_away_for_a_week_is_given_up_with_the_tokens():
    ended_at = utc_now()
    waits = [
        rules.told_again_at(ended_at, now=ended_at + timedelta(hours=hours))
        for hours in (0, 3, 167)
    ]
    assert [at - ended_at for at in waits] == [
        timedelta(minutes=1),
        timedelta(hours=6),
        timedelta(hours=173),
    ]
    assert rules.told_again_at(ended_at, now=ended_at + timedelta(days=7)) is None


def test_what_is_kept_goes_on_without_doubles(client, ana, strava, connected):
    before, points = all_of(client, ana), balance(client, ana)
    disconnect(client, ana, "keep")
    do_jobs()
    assert (all_of(client, ana), balance(client, ana)) == (before, points)
    again = connect(client, ana, "strava")
    assert again["connection_id"] == connected["connection_id"]
    assert sync(again, now=utc_now()).outcome == "done"
    assert (all_of(client, ana), balance(client, ana)) == (before, points)


def test_what_is_deleted_takes_its_points_along_and_starts_anew(client, ana, strava, connected):
    points = balance(client, ana)
    assert points > 0
    assert disconnect(client, ana, "delete") == 204
    do_jobs()
    assert (all_of(client, ana), balance(client, ana)) == ([], 0)
    again = connect(client, ana, "strava")
    assert again["connection_id"] != connected["connection_id"]
    sync(again, now=utc_now())
    assert {(one["started_at"][:19], one["moving_s"]) for one in all_of(client, ana)} == truth(
        strava
    )
    assert balance(client, ana) == points


def test_a_job_that_is_done_twice_deletes_nothing_of_a_new_connection(
    client, ana, strava, connected
):
    disconnect(client, ana, "delete")
    again = connect(client, ana, "strava")
    do_jobs()
    sync(again, now=utc_now())
    do_jobs(ahead=timedelta(hours=1))
    assert len(all_of(client, ana)) == len(truth(strava))
    assert is_let_in(strava)


def test_whoever_connects_again_before_the_provider_was_told_stays_let_in(
    client, ana, strava, connected
):
    disconnect(client, ana, "keep")
    again = connect(client, ana, "strava")
    do_jobs()
    assert is_let_in(strava)
    assert sync(again, now=utc_now()).outcome == "done"


def test_a_sync_that_is_under_way_stores_nothing_after_the_end(client, ana, strava):
    connection = connect(client, ana, "strava")
    calls = []

    def clock():
        calls.append(1)
        if len(calls) == 12:  # amid the first page
            disconnect(client, ana, "keep")
        return utc_now()

    from fittrack.trackers.syncing import service

    assert service.sync_connection(connection_id=connection["connection_id"], clock=clock) is None
    assert len(calls) >= 12
    assert client.get(STRAVA, headers=ana).status_code == 404
    assert all_of(client, ana) == []


def test_a_sync_with_the_former_grant_does_not_end_the_new_one(client, ana, strava, connected):
    """The grant is refused; before the sync can say so, its member has connected again."""
    strava.revoke_account(strava.account(EMAIL))
    calls = []

    def clock():
        calls.append(1)
        if len(calls) == 6:  # the grant is refused by now
            connect(client, ana, "strava")
        return utc_now() + timedelta(days=2)

    from fittrack.trackers.syncing import service

    service.sync_connection(connection_id=connected["connection_id"], clock=clock)
    assert len(calls) >= 6
    assert client.get(STRAVA, headers=ana).json["status"] == "active"
    assert sync(connected, now=utc_now() + timedelta(days=3)).outcome == "done"


def test_what_a_primary_connection_brought_stays_preferred(client, ana, strava, connected):
    assert client.put(f"{STRAVA}/primary", headers=ana).json["is_primary"]
    assert client.get(STRAVA, headers=ana).json["is_primary"]
    disconnect(client, ana, "keep")
    assert connect(client, ana, "strava")["is_primary"]
    disconnect(client, ana, "delete")
    assert not connect(client, ana, "strava")["is_primary"]


def test_only_a_connected_provider_can_be_primary(client, ana, strava):
    assert client.put(f"{STRAVA}/primary", headers=ana).status_code == 404
