"""What a provider no longer has, without having said so."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack.clock import utc_now
from fittrack.simulator.faults import Fault
from fittrack.simulator.trackers import polar
from fittrack.simulator.trackers.histories import new_workout
from fittrack.trackers.providers.base import Event
from fittrack.trackers.syncing.events import do_event
from fittrack.trackers.syncing.models import Kept
from fittrack.trackers.syncing.vanished import to_look_for
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, shorten, sync
from tests.recovery.test_recovery import read
from tests.trackers.test_sync import all_of

# After so long a provider is read again.
POLLED = {
    "strava": timedelta(hours=25),
    "polar": timedelta(hours=2),
    "whoop": timedelta(hours=3),
}
# How the addresses of lists end, and the path of what Withings is asked for.
LISTS = {
    *("activities", "exercises", "sleep", "nightly-recharge", "workout", "recovery", "measure"),
    *("dataPoints", "dataPoints:dailyRollUp", "dataPoints:reconcile"),
}


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


def read_again(connection, tracker, after=None):
    """Let time pass and the connection be synced; return what was asked for beside the lists."""
    tracker.world.ahead_s += (after or POLLED[tracker.name]).total_seconds()
    before = tracker.paths.copy()
    outcome = sync(connection, now=tracker.world.now())
    assert outcome.outcome == "done", outcome
    asked = [path.rpartition("/")[2] for path in (tracker.paths - before).elements()]
    return sorted(name for name in asked if name not in LISTS)


@pytest.mark.parametrize("provider", POLLED)
def test_a_deletion_that_nobody_told_us_of_is_found_out_by_the_next_reading(
    client, ana, trackers, provider
):
    tracker = trackers[provider]
    connection = connected(client, ana, tracker)
    account = tracker.account(EMAIL)
    before = client.get("/api/v1/points/balance", headers=ana).json["balance_points"]
    assert read_again(connection, tracker) == []
    for gone in account.living()[:2]:
        account.edit(gone.number, now=tracker.world.now(), is_deleted=True)
    assert len(read_again(connection, tracker)) == 2
    assert workouts(client, ana) == living(tracker)
    assert client.get("/api/v1/points/balance", headers=ana).json["balance_points"] < before
    assert read_again(connection, tracker) == []


def test_pages_that_come_empty_bury_nothing_and_are_asked_about_rarely(client, ana, trackers):
    tracker = trackers["polar"]
    connection = connected(client, ana, tracker)
    there, asked = len(workouts(client, ana)), []
    for hours in (1, 2, 5):
        tracker.faults.add(Fault("empty_page", "api"))
        asked.append(len(read_again(connection, tracker, hours * timedelta(hours=1))))
    assert asked == [there, 0, there]
    read_again(connection, tracker)  # and are there again
    tracker.faults.add(Fault("empty_page", "api"))
    assert len(read_again(connection, tracker)) == there
    assert workouts(client, ana) == living(tracker) > set()


def test_what_was_never_looked_for_comes_first_then_what_was_the_longest_ago():
    now = utc_now()
    hours = {"a": 5, "b": 8, "c": None, "d": 7, "e": None, "f": 30}
    missing = [
        Kept(name, now, None if ago is None else now - timedelta(hours=ago))
        for name, ago in hours.items()
    ]
    for is_sweep in (False, True):
        found = to_look_for(missing, is_sweep=is_sweep, now=now)
        assert "".join(one.external_id for one in found) == "cefbd"
    assert len(to_look_for(missing * 9, is_sweep=False, now=now)) == 5
    assert len(to_look_for(missing * 9, is_sweep=True, now=now)) == 20


def test_what_only_reaches_into_a_reading_is_not_missed(client, ana, strava):
    first_at = utc_now() - timedelta(days=14, minutes=30)
    strava.account(EMAIL).workouts.clear()
    for number, at in ((9, first_at), (10, first_at + POLLED["strava"])):
        made = replace(new_workout(number, at, random.Random(9)), elapsed_s=5400, moving_s=3600)
        strava.account(EMAIL).workouts[number] = made
    connection = connect(client, ana, "strava")
    assert sync(connection, now=utc_now()).outcome == "done"
    # One of the two may be that of the week, which reaches further back.
    assert [read_again(connection, strava) for _ in range(2)] == [[], []]
    assert workouts(client, ana) == living(strava)


def test_what_was_moved_out_of_what_is_read_is_followed(client, ana, strava):
    connection = connected(client, ana, strava)
    account = strava.account(EMAIL)
    moved = account.living()[0]
    at = moved.started_at - timedelta(days=40)  # further back than what is read once a week
    account.edit(moved.number, now=strava.world.now(), started_at=at)
    assert read_again(connection, strava) == [str(moved.number), "streams"]
    assert workouts(client, ana) == living(strava)


@pytest.mark.driver
def test_what_can_not_be_asked_for_is_taken_away_once_two_readings_lack_it(client, ana, trackers):
    """The second one some hours after the first; and a page that shows it brings it back."""
    tracker = trackers["withings"]
    connection = connected(client, ana, tracker)
    account, before = tracker.account(EMAIL), workouts(client, ana)
    points = client.get("/api/v1/points/balance", headers=ana).json["balance_points"]
    gone = account.workouts.pop(account.living()[0].number)
    for hours in (1, 5):
        read_again(connection, tracker, timedelta(hours=hours))
        assert workouts(client, ana) == before
    read_again(connection, tracker, timedelta(hours=2))
    assert workouts(client, ana) == living(tracker) < before
    account.workouts[gone.number] = gone
    read_again(connection, tracker, timedelta(hours=1))
    assert workouts(client, ana) == before
    assert client.get("/api/v1/points/balance", headers=ana).json["balance_points"] == points
    # What was missed before it was shown again is forgotten.
    del account.workouts[gone.number]
    read_again(connection, tracker, timedelta(hours=9))
    assert workouts(client, ana) == before


@pytest.mark.parametrize("kind", ["error_500", "not_json", "forbidden"])
def test_what_can_not_be_told_fails_no_sync_and_buries_nothing(client, ana, trackers, kind):
    tracker = trackers["polar"]
    connection = connected(client, ana, tracker)
    gone = tracker.account(EMAIL).living()[0]
    tracker.account(EMAIL).edit(gone.number, now=utc_now(), is_deleted=True)
    tracker.faults.add(Fault(kind, "api", 1, path="/exercises/"))
    read_again(connection, tracker)
    assert workouts(client, ana) > living(tracker)
    read_again(connection, tracker, timedelta(hours=7))
    assert workouts(client, ana) == living(tracker)


def test_what_polar_shows_no_longer_for_its_age_stays(client, ana, trackers):
    tracker = trackers["polar"]
    connection = connected(client, ana, tracker)
    before = workouts(client, ana), read(client, ana, "/sleep"), read(client, ana)
    assert all(before)
    for hours in (24 * 24, 26, 26):  # its nights, too, of which it shows fewer days
        tracker.world.ahead_s += hours * 3600
        assert sync(connection, now=tracker.world.now()).outcome == "done"
        assert (workouts(client, ana), read(client, ana, "/sleep"), read(client, ana)) == before


def test_days_under_way_that_only_reach_into_a_reading_are_not_missed(client, ana, trackers):
    tracker = trackers["withings"]
    shorten(tracker, days=0)
    at = utc_now() - timedelta(days=5, hours=4)
    hike = replace(new_workout(7, at, random.Random(7)), elapsed_s=5 * 86_400, moving_s=86_400)
    tracker.account(EMAIL).workouts = {7: hike}
    connection = connect(client, ana, "withings")
    assert sync(connection, now=utc_now()).outcome == "done"
    before = workouts(client, ana)
    assert before == {f"{at:%Y-%m-%dT%H:%M:%S}"}
    for hours in (4 * 24, 9, 9):
        read_again(connection, tracker, timedelta(hours=hours))
        assert workouts(client, ana) == before


def test_a_night_that_is_gone_takes_its_readiness_along(client, ana, trackers):
    tracker = trackers["oura"]
    connection = connected(client, ana, tracker)
    nights = tracker.account(EMAIL).nights
    last = max(nights.values(), key=lambda one: one.started_at)
    before = read(client, ana)
    nights[last.number] = replace(last, is_deleted=True)
    read_again(connection, tracker, timedelta(hours=1))
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


@pytest.mark.parametrize("is_named", [False, True])
def test_a_night_known_by_its_day_may_be_there_again(client, ana, trackers, is_named):
    tracker = trackers["polar"]
    connection = connected(client, ana, tracker)
    nights = tracker.account(EMAIL).nights
    before = read(client, ana, "/sleep"), read(client, ana)
    last = max(
        (one for one in nights.values() if one.scored_at <= tracker.world.now()),
        key=lambda one: one.started_at,
    )
    nights[last.number] = replace(last, is_deleted=True)
    if is_named:  # by a webhook that says nothing of its end
        person, day = str(tracker.account(EMAIL).number), f"{polar.clocks.day(last.ended_at)}"
        event = Event("1", "upsert", person, "sleep", day)
        assert do_event("polar", event, is_last=True, clock=tracker.world.now) is None
    else:
        read_again(connection, tracker)
    assert [len(read(client, ana, "/sleep")), len(read(client, ana))] == [
        len(one) - 1 for one in before
    ]
    nights[last.number] = last  # worked out anew
    read_again(connection, tracker)
    after = read(client, ana, "/sleep"), read(client, ana)
    assert [len(one) for one in after] == [len(one) for one in before]
