"""A member's history comes in from a provider over HTTP, once."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from fittrack import config
from fittrack.clock import utc_now
from fittrack.simulator.faults import Fault
from fittrack.simulator.trackers.histories import new_workout
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, live, shorten, sync, truth


def all_of(client, headers):
    """Return every activity of a member."""
    found, cursor = [], None
    while True:
        query = {"limit": 100, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v1/activities", query_string=query, headers=headers).json
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_a_connected_member_finds_their_last_30_days(client, strava):
    ana = login(client, make_account())
    connection = connect(client, ana, "strava")
    outcome = sync(connection, now=utc_now())
    assert outcome.outcome == "done", outcome
    since = utc_now() - timedelta(days=30)
    wanted = {row for row in truth(strava) if row[0] >= f"{since:%Y-%m-%dT%H:%M:%S}"}
    found = {(one["started_at"][:19], one["moving_s"]) for one in all_of(client, ana)}
    assert found == wanted
    assert client.get("/api/v1/points/balance", headers=ana).json["balance_points"] > 0


def test_who_has_much_lets_others_before_where_calls_are_scarce(client, strava):
    ana, ben = (login(client, make_account()) for _ in range(2))
    shorten(strava)
    shorten(strava, email="ben@gmail.test")
    for number in range(45):
        at = utc_now() - timedelta(hours=2 + 3 * number)
        strava.account(EMAIL).workouts[number] = new_workout(number, at, random.Random(number))
    much, little = (
        connect(client, headers, "strava", email=email)
        for headers, email in ((ana, EMAIL), (ben, "ben@gmail.test"))
    )
    now = utc_now()
    outcome = sync(much, now=now)
    assert (outcome.outcome, outcome.error_code) == ("delayed", "others_turn")
    asked = sum(calls for (window_s, _), calls in strava.asked.items() if window_s == 900)
    assert (outcome.due_at, asked) == (now, 41)
    assert sync(little, now=now).outcome == "done"
    assert live(much, strava)[-1].outcome == "done"
    found = {(one["started_at"][:19], one["moving_s"]) for one in all_of(client, ana)}
    assert found == truth(strava)


def test_a_sync_tells_of_its_calls_also_of_those_that_brought_nothing(client, strava):
    ana = login(client, make_account())
    shorten(strava)
    connection = connect(client, ana, "strava")
    strava.faults.add(Fault("error_503", "api", after=1))
    assert sync(connection, now=utc_now()).error_code == "status_503"
    latest = client.get("/api/v1/connections/strava/syncs", headers=ana).json["items"][0]
    assert (latest["page_count"], latest["call_count"]) == (0, 2)


def test_what_came_while_a_first_sync_was_held_up_comes_in_with_the_rest(client, strava):
    ana = login(client, make_account())
    shorten(strava)
    strava.most_rows = 1
    connection = connect(client, ana, "strava")
    strava.faults.add(Fault("error_503", "api", after=1, path="/athlete/activities"))
    assert sync(connection, now=utc_now()).error_code == "status_503"
    strava.world.ahead_s += timedelta(hours=2).total_seconds()
    at = strava.world.now() - timedelta(hours=1)
    strava.account(EMAIL).workouts[9_999] = new_workout(9_999, at, random.Random(1))
    assert sync(connection, now=strava.world.now()).outcome == "done"
    assert {one["started_at"][:19] for one in all_of(client, ana)} == {
        row[0] for row in truth(strava)
    }


def test_who_had_no_time_to_read_does_not_say_that_all_is_read(client, strava):
    ana, now = login(client, make_account()), utc_now()
    connection = connect(client, ana, "strava")
    config.use(replace(config.current(), job_timeout_s=0))
    assert sync(connection, now=utc_now()).due_at < now + timedelta(minutes=1)
    told = client.get("/api/v1/connections/strava", headers=ana).json
    assert (told["status"], told["last_synced_at"]) == ("active", None)
