"""Providers in trouble: nothing is lost, nothing comes twice, and the state says what is so."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack.clock import utc_now
from fittrack.simulator.faults import Fault
from fittrack.simulator.trackers.histories import new_workout
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, live, shorten, sync, truth
from tests.trackers.test_sync import all_of

STRAVA = "/api/v1/connections/strava"


@pytest.fixture
def ana(client, strava):
    shorten(strava)
    return login(client, make_account())


def seen(client, headers):
    """Return what a member sees; each once."""
    found = [(one["started_at"][:19], one["moving_s"]) for one in all_of(client, headers)]
    assert len(found) == len(set(found))
    return set(found)


def is_all_there(client, headers, strava):
    assert seen(client, headers) == truth(strava)
    points = client.get("/api/v1/points/balance", headers=headers).json["balance_points"]
    assert points > 0
    return True


def test_a_refresh_whose_answer_was_lost_too_long_ago_asks_the_member(client, ana, strava):
    connection = connect(client, ana, "strava")
    strava.world.ahead_s = 7 * 3600
    strava.faults.add(Fault("lost_answer", "token", 1))
    assert sync(connection, now=strava.world.now()).outcome == "failed"
    strava.world.ahead_s += 3 * 3600
    outcome = sync(connection, now=strava.world.now())
    assert (outcome.status, outcome.error_code) == ("reauth_required", "invalid_grant")
    assert connect(client, ana, "strava")["status"] == "active"
    assert live(connection, strava)[-1].outcome == "done"
    assert is_all_there(client, ana, strava)


def test_a_provider_that_is_away_for_days_is_parked_and_comes_back(client, ana, strava):
    connection = connect(client, ana, "strava")
    strava.faults.add(Fault("error_503", "api", 14))
    outcomes = live(connection, strava)
    assert [one.status for one in outcomes] == ["active"] * 11 + ["parked"] * 3 + ["active"]
    waits = [one.due_at for one in outcomes[:-1]]
    assert waits == sorted(waits)
    told = client.get("/api/v1/notifications", headers=ana).json["items"]
    assert [one["kind"] for one in told] == ["connection_parked"]
    assert outcomes[-1].outcome == "done"
    assert seen(client, ana) >= truth(strava)


def test_one_who_wants_no_calls_is_not_called_by_another(client, ana, strava):
    first = connect(client, ana, "strava")
    ben = login(client, make_account())
    second = connect(client, ben, "strava", email="ben@gmail.test")
    strava.faults.add(Fault("throttled_by_date", "api", 1))
    assert sync(first, now=utc_now()).outcome == "delayed"
    asked = dict(strava.asked)
    assert sync(second, now=utc_now()).outcome == "delayed"
    assert dict(strava.asked) == asked
    later_at = utc_now() + timedelta(seconds=100)
    assert sync(second, now=later_at + timedelta(minutes=15)).outcome == "done"


def test_what_was_read_of_a_page_is_not_asked_for_again(client, ana, strava):
    connection = connect(client, ana, "strava")
    account = strava.account(EMAIL)
    for number in (2, 3, 4):
        at = utc_now() - timedelta(hours=10 * number)
        account.workouts[number] = new_workout(number, at, random.Random(number))
    strava.faults.add(Fault("error_503", "api", path="/streams", after=2))
    assert sync(connection, now=utc_now()).outcome == "failed"
    assert len(all_of(client, ana)) == 2
    strava.world.ahead_s += 120
    assert live(connection, strava)[-1].outcome == "done"
    asked = [times for path, times in strava.paths.items() if path.endswith("/streams")]
    assert sorted(asked) == [*[1] * (len(asked) - 1), 2]  # that one alone was refused at first
    assert is_all_there(client, ana, strava)


def test_more_than_a_quarter_hour_allows_comes_in_over_hours(client, ana, strava):
    account = strava.account(EMAIL)
    chance = random.Random(5)
    for number in range(130):
        started_at = utc_now() - timedelta(hours=6, minutes=60 * number)
        account.workouts[10**6 + number] = replace(
            new_workout(10**6 + number, started_at, chance), elapsed_s=3000, moving_s=1500 + number
        )
    for number in [number for number in account.workouts if number > 10**7]:
        del account.workouts[number]
    connection = connect(client, ana, "strava")
    outcomes = live(connection, strava)
    assert "delayed" in {one.outcome for one in outcomes}
    assert seen(client, ana) == truth(strava)
    assert 75 <= strava.most_asked[900] <= 80


def test_what_is_uploaded_late_edited_or_deleted_comes_in(client, ana, strava):
    connection = connect(client, ana, "strava")
    live(connection, strava)
    account = strava.account(EMAIL)
    first = min(account.workouts)
    account.edit(
        first, now=utc_now(), name="Renamed", moving_s=account.workouts[first].moving_s - 60
    )
    late = new_workout(max(account.workouts) + 1, utc_now() - timedelta(days=6), random.Random(3))
    account.workouts[late.number] = late
    strava.world.ahead_s += 2 * 86_400
    assert live(connection, strava)[-1].outcome == "done"
    assert seen(client, ana) == truth(strava)
    assert {one["name"] for one in all_of(client, ana)} >= {"Renamed"}


def test_what_its_member_deleted_here_stays_deleted(client, ana, strava):
    connection = connect(client, ana, "strava")
    live(connection, strava)
    gone = all_of(client, ana)[0]
    assert (
        client.delete(f"/api/v1/activities/{gone['activity_id']}", headers=ana).status_code == 204
    )
    account = strava.account(EMAIL)
    for number in list(account.workouts):
        account.edit(number, now=utc_now(), name="again")
    strava.world.ahead_s += 2 * 86_400
    live(connection, strava)
    assert len(all_of(client, ana)) == len(truth(strava)) - 1
