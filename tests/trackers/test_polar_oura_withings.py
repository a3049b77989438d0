"""Polar, Oura and Withings over HTTP: histories, faults, webhooks, and how access ends."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from fittrack.clock import utc_now
from fittrack.simulator.faults import Fault
from fittrack.simulator.trackers import oura, polar, withings
from fittrack.simulator.trackers.histories import new_workout
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, begin, connect, consent, shorten, sync
from tests.trackers.test_endings import do_jobs
from tests.trackers.test_sync import all_of
from tests.trackers.test_webhooks import do_due

NAMES = ("polar", "oura", "withings")
CONNECTIONS = "/api/v1/connections"
HOOKS = "/api/v1/webhooks"
KEY = {"key": "the-address-of-withings"}


def starts(found):
    return {one["started_at"][:19] for one in found if one["type"] == "workout"}


def lived(tracker, days):
    since = utc_now() - timedelta(days=days)
    living = tracker.account(EMAIL).living()
    return {f"{one.started_at:%Y-%m-%dT%H:%M:%S}" for one in living if one.started_at >= since}


@pytest.fixture
def ana(client, trackers):
    return login(client, make_account())


def connected(client, headers, tracker):
    """Connect Ana to a provider where she did little, and let it come in."""
    shorten(tracker)
    connection = connect(client, headers, tracker.name)
    assert sync(connection, now=utc_now()).outcome == "done"
    return connection


def do_something(tracker):
    """Let Ana do something at a provider, and return it."""
    account = tracker.account(EMAIL)
    number = max(account.workouts) + 1
    made = new_workout(number, utc_now() - timedelta(hours=5), random.Random(number))
    account.workouts[number] = made
    return made


@pytest.mark.parametrize("provider", NAMES)
def test_a_connected_member_finds_their_workouts_and_steps_once(client, ana, trackers, provider):
    connection = connect(client, ana, provider)
    outcome = sync(connection, now=utc_now())
    assert (outcome.outcome, outcome.error_code) == ("done", None)
    found = all_of(client, ana)
    assert starts(found) >= lived(trackers[provider], days=29) > set()
    assert len([one for one in found if one["type"] == "steps"]) >= 25
    sync(connection, now=utc_now() + timedelta(hours=2))
    assert len(all_of(client, ana)) == len(found)


def test_who_has_not_agreed_to_everything_at_polar_is_told_what_is_missing(client, ana, trackers):
    trackers["polar"].faults.add(Fault("forbidden", "api"))
    answer = client.get(consent(begin(client, ana, "polar").json["authorization_url"]))
    assert (answer.status_code, answer.json["code"]) == (409, "scopes_missing")
    assert client.get(CONNECTIONS, headers=ana).json["items"] == []


def test_a_grant_that_cannot_be_renewed_asks_for_a_new_one(client, ana, trackers):
    connection = connected(client, ana, trackers["polar"])
    trackers["polar"].revoke_account(trackers["polar"].account(EMAIL))
    assert sync(connection, now=utc_now() + timedelta(hours=2)).status == "reauth_required"
    assert connect(client, ana, "polar")["status"] == "active"


def tell(client, provider, body, headers=None, query=None):
    address = f"{HOOKS}/{provider}"
    return client.post(address, data=body, headers=headers, query_string=query).status_code


def test_polar_tells_of_an_exercise_and_it_comes_in(client, ana, trackers):
    tracker = trackers["polar"]
    connected(client, ana, tracker)
    made, person = do_something(tracker), tracker.account(EMAIL).number
    event = polar.event_of(person, "EXERCISE", utc_now(), entity_id=polar.id_of(made.number))
    body, headers = polar.webhook("the-address-of-polar", event)
    assert tell(client, "polar", body, headers | {"Polar-Webhook-Signature": "0" * 64}) == 401
    assert tell(client, "polar", b'{"event": "PING"}') == 200
    assert do_due() == 0
    assert {tell(client, "polar", body, headers) for _ in range(3)} == {200}
    assert do_due() == 1
    assert f"{made.started_at:%Y-%m-%dT%H:%M:%S}" in starts(all_of(client, ana))


def test_oura_tells_of_a_workout_and_of_its_end(client, ana, trackers):
    tracker = trackers["oura"]
    connected(client, ana, tracker)
    made, account = do_something(tracker), tracker.account(EMAIL)
    named = oura.id_of("workout", made.number)

    def send(kind, at):
        event = oura.event_of(account, kind, "workout", named, at)
        body, headers = oura.webhook("our-secret-at-oura", event, at=at)
        return tell(client, "oura", body, headers)

    assert send("create", utc_now() - timedelta(hours=1)) == 401
    assert send("create", utc_now()) == 200
    assert do_due() == 1
    began = f"{made.started_at:%Y-%m-%dT%H:%M:%S}"
    assert began in starts(all_of(client, ana))
    account.edit(made.number, now=utc_now(), is_deleted=True)
    assert send("delete", utc_now()) == 200
    assert do_due() == 1
    assert began not in starts(all_of(client, ana))


def test_oura_finds_out_that_the_address_is_ours(client, trackers):
    asked = {"verification_token": "the-address-of-oura", "challenge": "abc"}
    answer = client.get(f"{HOOKS}/oura", query_string=asked)
    assert (answer.status_code, answer.json) == (200, {"challenge": "abc"})
    refused = client.get(f"{HOOKS}/oura", query_string=asked | {"verification_token": "x"})
    assert refused.status_code == 401


def test_withings_tells_of_a_day_and_what_was_done_comes_in(client, ana, trackers):
    tracker = trackers["withings"]
    connected(client, ana, tracker)
    made, person = do_something(tracker), tracker.account(EMAIL).number
    body = withings.event_of(person, 16, made.started_at, utc_now())
    assert tell(client, "withings", body, query={"key": "x"}) == 401
    assert client.get(f"{HOOKS}/withings", query_string=KEY).status_code == 200
    assert client.head(f"{HOOKS}/withings", query_string=KEY).status_code == 200
    assert tell(client, "withings", body, query=KEY) == 200
    assert do_due() == 1
    assert f"{made.started_at:%Y-%m-%dT%H:%M:%S}" in starts(all_of(client, ana))


@pytest.mark.parametrize(
    ("provider", "scores"), [("polar", True), ("oura", True), ("withings", False)]
)
def test_nights_and_recoveries_come_in_beside_the_workouts(client, ana, trackers, provider, scores):
    connected(client, ana, trackers[provider])
    nights = client.get("/api/v1/recovery/sleep", headers=ana).json["items"]
    assert nights
    assert all(night["asleep_s"] > 3 * 3600 for night in nights)
    recoveries = client.get("/api/v1/recovery", headers=ana).json["items"]
    assert bool(recoveries) == scores
    assert all(0 < one["score_percent"] < 100 for one in recoveries)


ALL = (*NAMES, "google_health", "strava", "whoop")


def end(client, headers, provider):
    path = f"{CONNECTIONS}/{provider}?data=keep"
    assert client.delete(path, headers=headers).status_code == 204
    do_jobs()


def kept(database):
    asked = "SELECT access_token_bytes, refresh_token_bytes FROM connections"
    return [tuple(row) for row in database.raw().execute(asked)]


def is_let_in(tracker):
    return any(not family.is_over for family in tracker.refreshing.values())


@pytest.mark.parametrize("provider", ALL)
def test_whoever_disconnects_lets_us_in_no_more_at_the_provider(client, ana, trackers, provider):
    connect(client, ana, provider)
    assert is_let_in(trackers[provider])
    end(client, ana, provider)
    assert not is_let_in(trackers[provider])


@pytest.mark.parametrize("kind", ["error_500", "not_json", "redirect"])
def test_a_nonce_that_cannot_be_had_is_asked_for_again(client, ana, trackers, kind):
    connect(client, ana, "withings")
    trackers["withings"].faults.add(Fault(kind))
    end(client, ana, "withings")
    assert is_let_in(trackers["withings"])
    do_jobs(ahead=timedelta(minutes=1))
    assert not is_let_in(trackers["withings"])


def test_what_members_have_ended_at_withings_ends_quietly(client, ana, trackers, database):
    connect(client, ana, "withings")
    trackers["withings"].revoke_account(trackers["withings"].account(EMAIL))
    trackers["withings"].accounts.clear()
    end(client, ana, "withings")
    assert kept(database) == [(None, None)]
