"""What providers tell by themselves: proven, written down once, done by a job."""

from __future__ import annotations

import fcntl
import hmac
import json
import random
from datetime import timedelta
from pathlib import Path

import pytest

from fittrack import queues
from fittrack.clock import epoch_s, utc_now
from fittrack.queues import Lease
from fittrack.simulator.faults import Fault
from fittrack.simulator.trackers.histories import new_workout
from fittrack.simulator.trackers.strava import event_of
from fittrack.trackers.providers.base import Hook
from fittrack.trackers.webhooks import rules, service
from fittrack.trackers.webhooks.models import Delivery
from tests.conformance import engines
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, shorten, sync
from tests.trackers.test_sync import all_of

HOOKS = "/api/v1/webhooks/strava"
KEY = {"key": "the-address-of-strava"}


@pytest.fixture
def ana(client, strava):
    return login(client, make_account())


@pytest.fixture
def connected(client, ana, strava):
    """Connect Ana, let her history come in, and return her connection."""
    shorten(strava)
    connection = connect(client, ana, "strava")
    sync(connection, now=utc_now())
    return connection


def new_number(strava, *, days_ago=0.1):
    """Let Ana do something at the provider; return its number."""
    account = strava.account(EMAIL)
    number = max(account.workouts) + 1
    started_at = utc_now() - timedelta(days=days_ago)
    account.workouts[number] = new_workout(number, started_at, random.Random(number))
    return number


def body_of(strava, number, aspect="create", *, at_s=None):
    at_s = epoch_s(utc_now()) if at_s is None else at_s
    return json.dumps(event_of(strava.account(EMAIL).number, number, aspect, at_s)).encode()


def tell(client, body, query=KEY, headers=None):
    return client.post(HOOKS, data=body, query_string=query, headers=headers)


def do_due(*, ahead=timedelta(0)):
    """Do as workers whatever webhooks have left to be done by then; return how many jobs.

    One comes after the other: no two are done at the same time.
    """
    now = utc_now() + ahead
    done = 0
    for due in queues.list_due(now=now):
        if due.job_name == "do_webhook":
            done += 1
            at = now + timedelta(milliseconds=done)
            lease = queues.claim(due.outbox_id, now=at)
            assert isinstance(lease, Lease)
            service.do_webhook(**lease.payload, lease=lease, clock=lambda at=at: at)
    return done


def started(client, headers, strava):
    """Return whether what the member sees is what the provider has, of the last 30 days."""
    since_at = utc_now() - timedelta(days=29)
    there = {
        f"{one.started_at:%Y-%m-%dT%H:%M:%S}"
        for one in strava.account(EMAIL).living()
        if one.started_at > since_at
    }
    here = [one["started_at"][:19] for one in all_of(client, headers)]
    assert len(here) == len(set(here))
    return there == {at for at in here if at > f"{since_at:%Y-%m-%dT%H:%M:%S}"}


def test_a_challenge_is_answered(client, strava):
    query = {"hub.mode": "subscribe", "hub.challenge": "15f7d1a91c1f40f8a748fd134752feb3"}
    answer = client.get(HOOKS, query_string=query | {"hub.verify_token": KEY["key"]})
    assert answer.json == {"hub.challenge": "15f7d1a91c1f40f8a748fd134752feb3"}
    refused = client.get(HOOKS, query_string=query | {"hub.verify_token": "x"})
    assert (refused.status_code, refused.json["code"]) == (401, "webhook_refused")


def test_what_is_told_of_comes_in_without_a_sync(client, ana, strava, connected):
    number = new_number(strava)
    assert tell(client, body_of(strava, number)).status_code == 200
    assert not started(client, ana, strava)
    assert do_due() == 1
    assert started(client, ana, strava)
    latest = client.get("/api/v1/connections/strava/syncs", headers=ana).json["items"][0]
    assert (latest["cause"], latest["created_count"]) == ("webhook", 1)
    assert (
        client.get("/api/v1/connections/strava", headers=ana).json["due_at"]
        == (client.get("/api/v1/connections", headers=ana).json["items"][0]["due_at"])
    )


def test_a_workout_whose_samples_come_later_keeps_what_its_line_does_not_tell(
    client, ana, strava, connected
):
    number = new_number(strava)
    tell(client, body_of(strava, number))
    strava.faults.add(Fault("nulls", "api", 1, path="/streams"))
    do_due()
    [bare] = [one for one in all_of(client, ana) if one["device"]]
    path = f"/api/v1/activities/{bare['activity_id']}"
    assert bare["device"] == "Sim 1"
    assert not client.get(f"{path}/streams", headers=ana).json["hr_bpm"]
    strava.world.ahead_s += timedelta(days=1).total_seconds()
    assert sync(connected, now=strava.world.now()).outcome == "done"
    whole = client.get(path, headers=ana).json
    assert (whole["device"], whole["calories_kcal"]) == ("Sim 1", bare["calories_kcal"])
    assert client.get(f"{path}/streams", headers=ana).json["hr_bpm"]
    asked = dict(strava.paths)
    strava.world.ahead_s += timedelta(days=1).total_seconds()
    sync(connected, now=strava.world.now())
    [listed] = [path for path in asked if strava.paths[path] > asked[path]]
    assert listed.endswith("/athlete/activities")


@pytest.mark.parametrize("query", [{}, {"key": ""}, {"key": "the-address-of-whoop"}])
def test_what_is_not_proven_is_refused_and_leaves_nothing(client, strava, connected, query):
    answer = tell(client, body_of(strava, new_number(strava)), query)
    assert (answer.status_code, answer.json["code"]) == (401, "webhook_refused")
    assert do_due() == 0


@pytest.mark.skipif(engines.name() != "sqlite", reason="Oracle has no queue of writers")
def test_what_is_not_proven_keeps_no_writer_waiting(client, strava, connected, database):
    body = body_of(strava, new_number(strava))
    with Path(f"{database.path}-queue").open("wb") as others:
        fcntl.flock(others, fcntl.LOCK_EX)
        assert tell(client, body, {}).status_code == 401
    assert tell(client, body).status_code == 200


def test_a_signature_counts_for_five_minutes(client, strava, connected):
    body = body_of(strava, new_number(strava))
    for age_s, status in ((0, 200), (400, 401), (-400, 401)):
        at = str(epoch_s(utc_now()) - age_s)
        made = hmac.new(b"our-secret-at-strava", f"{at}.".encode() + body, "sha256").hexdigest()
        headers = {"X-Strava-Signature": f"t={at},v1={made}"}
        assert tell(client, body, {}, headers).status_code == status
        forged = {"X-Strava-Signature": f"t={at},v1={made[::-1]}"}
        assert tell(client, body, KEY, forged).status_code == 401


def test_a_repeated_webhook_is_done_once(client, ana, strava, connected):
    body = body_of(strava, new_number(strava))
    assert {tell(client, body).status_code for _ in range(5)} == {200}
    assert do_due() == 1
    assert started(client, ana, strava)
    assert tell(client, body).status_code == 200
    assert do_due() == 0


def test_the_same_words_long_after_are_news(strava, connected, client):
    hook = Hook({}, KEY, body_of(strava, new_number(strava)))
    service.receive(provider="strava", hook=hook, now=utc_now() - timedelta(minutes=11))
    assert do_due() == 1
    service.receive(provider="strava", hook=hook, now=utc_now())
    assert do_due() == 1


def test_the_same_words_again_leave_one_chain_of_attempts(strava, connected, client):
    now = utc_now()
    hook = Hook({}, KEY, body_of(strava, max(strava.account(EMAIL).workouts) + 1))
    service.receive(provider="strava", hook=hook, now=now - timedelta(minutes=11))
    assert do_due() == 1
    service.receive(provider="strava", hook=hook, now=now)
    assert do_due(ahead=timedelta(minutes=12)) == 2
    later = now + timedelta(hours=1)
    assert [due.job_name for due in queues.list_due(now=later)].count("do_webhook") == 1


def test_a_deletion_takes_activity_points_and_payload_back(
    client, ana, strava, connected, database
):
    def payloads():
        return database.raw().execute("SELECT count(*) FROM provider_payloads").fetchone()[0]

    sent = payloads()
    before = client.get("/api/v1/points/balance", headers=ana).json["balance_points"]
    number = new_number(strava)
    tell(client, body_of(strava, number))
    do_due()
    earned = client.get("/api/v1/points/balance", headers=ana).json["balance_points"]
    assert (earned > before, payloads()) == (True, sent + 1)
    account = strava.account(EMAIL)
    account.edit(number, now=utc_now(), is_deleted=True)
    tell(client, body_of(strava, number, "delete"))
    do_due()
    assert started(client, ana, strava)
    assert client.get("/api/v1/points/balance", headers=ana).json["balance_points"] == before
    assert payloads() == sent


def test_an_update_after_the_deletion_brings_nothing_back(client, ana, strava, connected):
    number = new_number(strava)
    tell(client, body_of(strava, number, at_s=1))
    do_due()
    strava.account(EMAIL).edit(number, now=utc_now(), is_deleted=True)
    tell(client, body_of(strava, number, "delete", at_s=3))
    do_due()
    strava.account(EMAIL).edit(number, now=utc_now(), is_deleted=False)
    tell(client, body_of(strava, number, "update", at_s=2))
    do_due()
    sync(connected, now=utc_now() + timedelta(days=2))
    assert len(all_of(client, ana)) == len(
        [
            one
            for one in strava.account(EMAIL).living()
            if one.number != number and one.started_at > utc_now() - timedelta(days=30)
        ]
    )


def test_an_object_that_is_not_there_yet_is_asked_for_again(client, ana, strava, connected):
    number = max(strava.account(EMAIL).workouts) + 1
    tell(client, body_of(strava, number))
    assert do_due() == 1
    assert new_number(strava) == number
    assert do_due() == 0
    assert do_due(ahead=timedelta(seconds=5)) == 1
    assert started(client, ana, strava)


def test_an_object_that_never_comes_is_given_up(client, strava, connected):
    tell(client, body_of(strava, max(strava.account(EMAIL).workouts) + 1))
    ahead = [timedelta(seconds=3 * 2**power) for power in range(14)]
    assert 5 < sum(do_due(ahead=each) for each in ahead) < 12
    assert do_due(ahead=timedelta(days=4)) == 0


def test_somebody_who_is_not_connected_is_nothing_to_us(client, strava, connected):
    body = json.dumps(event_of(1, 2, "create", 3)).encode()
    assert tell(client, body).status_code == 200
    asked = dict(strava.asked)
    assert do_due() == 1
    assert dict(strava.asked) == asked


def test_a_revoked_grant_is_looked_at_and_the_member_told(client, ana, strava, connected):
    strava.revoke_account(strava.account(EMAIL))
    event = event_of(strava.account(EMAIL).number, 1, "update", 1)
    event |= {"object_type": "athlete", "updates": {"authorized": "false"}}
    tell(client, json.dumps(event).encode())
    do_due()
    sync(connected, now=utc_now() + timedelta(seconds=1))
    assert client.get("/api/v1/connections/strava", headers=ana).json["status"] == "reauth_required"


def test_a_revocation_that_is_not_so_changes_nothing(client, ana, strava, connected, database):
    database.raw().execute("UPDATE connections SET status = 'parked', failures = 12")
    event = event_of(strava.account(EMAIL).number, 1, "update", 1)
    event |= {"object_type": "athlete", "updates": {"authorized": "false"}}
    tell(client, json.dumps(event).encode())
    before = client.get("/api/v1/connections/strava", headers=ana).json
    do_due()
    after = client.get("/api/v1/connections/strava", headers=ana).json
    assert after | {"due_at": before["due_at"]} == before  # nobody has asked the provider yet
    assert sync(connected, now=utc_now() + timedelta(seconds=1)).outcome == "done"
    assert client.get("/api/v1/connections/strava", headers=ana).json["status"] == "active"


@pytest.mark.parametrize("kind", ["throttled", "error_503", "cut", "error_500", "not_json"])
def test_trouble_at_the_provider_loses_no_webhook(client, ana, strava, connected, kind):
    number = new_number(strava)
    tell(client, body_of(strava, number))
    strava.faults.add(Fault(kind, "api", 2))
    do_due()
    assert not started(client, ana, strava)
    strava.faults.clear()
    do_due(ahead=timedelta(minutes=20))
    assert started(client, ana, strava)


def test_who_syncs_just_now_does_not_lose_a_webhook(client, ana, strava, connected, database):
    database.raw().execute(
        "UPDATE connections SET lease_until_at = ?, lease_token = 'x'",
        (f"{utc_now() + timedelta(seconds=60):%Y-%m-%dT%H:%M:%S.%fZ}",),
    )
    database.raw().commit() if database.raw().in_transaction else None
    tell(client, body_of(strava, new_number(strava)))
    do_due()
    do_due(ahead=timedelta(seconds=58))
    assert not started(client, ana, strava)
    do_due(ahead=timedelta(seconds=63))
    assert started(client, ana, strava)


def test_who_is_kept_from_a_connection_for_long_asks_more_rarely():
    now, later = utc_now(), utc_now() + timedelta(days=1)
    told = Delivery("strava", "a-key", [], now, None)
    assert rules.after_others(told, 1.0, now=now) - now == timedelta(seconds=4)
    assert rules.after_others(told, 1.0, now=later) - later == timedelta(minutes=30)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"owner_id": null}', b"1" * 1000])
def test_words_that_mean_nothing_are_refused(client, strava, body):
    answer = tell(client, body)
    assert (answer.status_code, answer.json["code"]) == (400, "webhook_malformed")


def test_nobody_tells_more_than_64_kib(client, strava):
    answer = tell(client, b" " * (64 * 1024 + 1))
    assert (answer.status_code, answer.json["code"]) == (413, "webhook_too_large")


@pytest.mark.parametrize("provider", ["nothing", "garmin"])
def test_nobody_is_listened_to_who_is_not_configured(client, strava, provider):
    answer = client.post(f"/api/v1/webhooks/{provider}", data=b"{}")
    assert (answer.status_code, answer.json["code"]) == (404, "tracker_not_configured")


def test_old_webhooks_are_forgotten(client, strava, connected, database):
    from fittrack.trackers.jobs import forget_old_traffic

    tell(client, body_of(strava, new_number(strava)))
    do_due()
    rows = database.raw().execute("SELECT events_json FROM webhook_deliveries").fetchall()
    assert [tuple(row) for row in rows] == [("[]",)]
    forget_old_traffic(now=utc_now() + timedelta(days=8))
    assert not database.raw().execute("SELECT 1 FROM webhook_deliveries").fetchall()
