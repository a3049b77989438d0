"""What a provider no longer has, without having said so."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack.clock import utc_now
from fittrack.simulator.faults import Fault
from fittrack.simulator.trackers.histories import new_workout
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, shorten, sync
from tests.recovery.test_recovery import read
from tests.trackers.test_sync import all_of

# After so long all of a backfill is read again, at Polar with each page.
SWEPT = {"strava": timedelta(days=8), "polar": timedelta(hours=2)}


@pytest.fixture
def ana(client, trackers):
    return login(client, make_account())


def connected(client, headers, tracker):
    """Connect Ana, let her do three things, and let them come in."""
    shorten(tracker, days=3)
    connection = connect(client, headers, tracker.name)
    account = tracker.account(EMAIL)
    tracker.world.ahead_s += timedelta(days=2).total_seconds()
    for hours_ago in (5, 15, 25):
        at = tracker.world.now() - timedelta(hours=hours_ago)
        made = new_workout(10 + hours_ago, at, random.Random(hours_ago))
        account.workouts[made.number] = made
    assert sync(connection, now=tracker.world.now()).outcome == "done"
    return connection


def workouts(client, headers):
    return {one["started_at"][:19] for one in all_of(client, headers) if one["type"] == "workout"}


def living(tracker):
    return {f"{one.started_at:%Y-%m-%dT%H:%M:%S}" for one in tracker.account(EMAIL).living()}


def sweep(connection, tracker):
    tracker.world.ahead_s += SWEPT[tracker.name].total_seconds()
    outcome = sync(connection, now=tracker.world.now())
    assert outcome.outcome == "done", outcome


@pytest.mark.parametrize("provider", SWEPT)
def test_a_deletion_that_nobody_told_us_of_is_found_out(client, ana, trackers, provider):
    tracker = trackers[provider]
    connection = connected(client, ana, tracker)
    account = tracker.account(EMAIL)
    before = client.get("/api/v1/points/balance", headers=ana).json["balance_points"]
    for gone in account.living()[:2]:
        account.edit(gone.number, now=utc_now(), is_deleted=True)
    sweep(connection, tracker)
    assert workouts(client, ana) == living(tracker)
    assert client.get("/api/v1/points/balance", headers=ana).json["balance_points"] < before


def test_a_page_that_came_empty_buries_nothing(client, ana, trackers):
    tracker = trackers["polar"]
    connection = connected(client, ana, tracker)
    tracker.faults.add(Fault("empty_page", "api"))
    sweep(connection, tracker)
    assert workouts(client, ana) == living(tracker) > set()


@pytest.mark.parametrize("kind", ["error_500", "not_json", "forbidden"])
def test_what_can_not_be_asked_for_fails_no_sync_and_buries_nothing(client, ana, trackers, kind):
    tracker = trackers["polar"]
    connection = connected(client, ana, tracker)
    gone = tracker.account(EMAIL).living()[0]
    tracker.account(EMAIL).edit(gone.number, now=utc_now(), is_deleted=True)
    tracker.faults.add(Fault(kind, "api", 1, path="/exercises/"))
    sweep(connection, tracker)
    assert workouts(client, ana) > living(tracker)
    sweep(connection, tracker)
    assert workouts(client, ana) == living(tracker)


def test_what_polar_shows_no_longer_for_its_age_stays(client, ana, trackers):
    tracker = trackers["polar"]
    connection = connected(client, ana, tracker)
    before = workouts(client, ana)
    tracker.world.ahead_s += timedelta(days=27).total_seconds()
    sync(connection, now=tracker.world.now())
    assert workouts(client, ana) == before


def test_a_night_that_is_gone_takes_its_readiness_along(client, ana, trackers):
    tracker = trackers["oura"]
    connection = connected(client, ana, tracker)
    nights = tracker.account(EMAIL).nights
    last = max(nights.values(), key=lambda one: one.started_at)
    before = read(client, ana)
    nights[last.number] = replace(last, is_deleted=True)
    tracker.world.ahead_s += timedelta(days=8).total_seconds()
    assert sync(connection, now=tracker.world.now()).outcome == "done"
    assert read(client, ana) == before[1:]
    assert len(read(client, ana, "/sleep")) == len(before) - 1


def test_what_was_kept_from_a_former_connection_is_not_gone(client, ana, trackers):
    tracker = trackers["polar"]
    shorten(tracker, days=6)
    sync(connect(client, ana, "polar"), now=utc_now())
    before = workouts(client, ana)
    kept = client.delete("/api/v1/connections/polar?data=keep", headers=ana)
    assert kept.status_code in {202, 204}
    for number in list(tracker.account(EMAIL).workouts):  # registered anew: it shows them no more
        del tracker.account(EMAIL).workouts[number]
    again = connect(client, ana, "polar")
    for hours in (1, 3, 5):
        sync(again, now=utc_now() + timedelta(hours=hours))
    assert workouts(client, ana) == before > set()


def test_a_sleep_that_is_named_like_a_workout_takes_nothing_of_it_away(client, ana, trackers):
    tracker = trackers["withings"]
    shorten(tracker, days=3)
    connection = connect(client, ana, "withings")
    sync(connection, now=utc_now())
    account, before = tracker.account(EMAIL), workouts(client, ana)
    for number in account.workouts.keys() & account.nights.keys():
        account.nights[number] = replace(account.nights[number], awake_s=600, updated_at=utc_now())
    later_at = utc_now() + timedelta(hours=1)
    outcome = sync(connection, now=later_at)
    assert outcome.outcome == "done"
    assert workouts(client, ana) == before > set()
