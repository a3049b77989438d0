"""What Google Health and WHOOP tell by themselves, over HTTP and done by jobs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack.clock import utc_now
from fittrack.simulator.faults import Fault
from fittrack.simulator.trackers import google_health, whoop
from fittrack.trackers.providers.base import Hook
from fittrack.trackers.webhooks import service
from fittrack.trackers.webhooks.errors import WebhookRefused
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, shorten, sync
from tests.recovery.test_recovery import last_night, read
from tests.trackers.test_sync import all_of
from tests.trackers.test_webhooks import do_due

HOOKS = "/api/v1/webhooks"
SECRET = "the-address-of-google_health"
AUTHORIZATION = {"Authorization": SECRET}
DAYS = 4


@pytest.fixture
def ana(client, trackers):
    return login(client, make_account())


def connected(client, headers, tracker):
    """Connect Ana to a tracker on which she has been for a few days, and let it all come in."""
    shorten(tracker, days=DAYS)
    account = tracker.account(EMAIL)
    since_at = utc_now() - timedelta(days=DAYS)
    for night in [one for one in account.nights.values() if one.started_at < since_at]:
        del account.nights[night.number]
    connection = connect(client, headers, tracker.name)
    sync(connection, now=utc_now())
    return connection


def tell_as_whoop(client, tracker, kind, named, trace="t1", secret="our-secret-at-whoop"):
    event = whoop.event_of(tracker.account(EMAIL).number, kind, named, trace)
    body, headers = whoop.webhook(secret, event, at=utc_now())
    return client.post(f"{HOOKS}/whoop", data=body, headers=headers)


def tell_as_google(client, tracker, data_type, operation, one, without=""):
    body, headers = by_google(tracker, data_type, operation, one)
    headers = {name: said for name, said in headers.items() if name != without}
    return client.post(f"{HOOKS}/google_health", data=body, headers=headers)


def by_google(tracker, data_type, operation, one, **key):
    told = google_health.event_of(
        tracker.account(EMAIL).number, data_type, operation, one.started_at, ended_at(one)
    )
    return google_health.webhook(SECRET, told, **key)


def ended_at(one):
    return getattr(one, "ended_at", None) or one.started_at + timedelta(seconds=one.elapsed_s)


def workouts_here(client, headers):
    return {one["started_at"][:19] for one in all_of(client, headers) if one["type"] == "workout"}


def workouts_there(tracker):
    return {f"{one.started_at:%Y-%m-%dT%H:%M:%S}" for one in tracker.account(EMAIL).living()}


def test_a_score_of_whoop_comes_in_when_it_says_so(client, ana, trackers):
    tracker = trackers["whoop"]
    night = last_night(tracker)
    nights = tracker.account(EMAIL).nights
    nights[night.number] = replace(night, scored_at=utc_now() + timedelta(hours=1))
    connected(client, ana, tracker)
    assert read(client, ana)[0]["state"] == "pending"
    nights[night.number] = night
    named = whoop.id_of("sleep", night.number)
    assert tell_as_whoop(client, tracker, "sleep.updated", named).status_code == 200
    assert tell_as_whoop(client, tracker, "recovery.updated", named, "t2").status_code == 200
    assert do_due() == 2
    assert read(client, ana)[0]["score_percent"] == float(night.recovery_percent)
    assert read(client, ana, "/sleep")[0]["deep_s"] == night.deep_s


@pytest.mark.driver
def test_a_sleep_that_is_deleted_takes_its_recovery_along_and_stays_away(client, ana, trackers):
    tracker = trackers["whoop"]
    connection = connected(client, ana, tracker)
    night = last_night(tracker)
    nights, before = tracker.account(EMAIL).nights, read(client, ana)
    nights[night.number] = replace(night, is_deleted=True)
    named = whoop.id_of("sleep", night.number)
    assert tell_as_whoop(client, tracker, "sleep.deleted", named).status_code == 200
    do_due()
    assert read(client, ana) == before[1:]
    assert len(read(client, ana, "/sleep")) == len(before) - 1
    nights[night.number] = night  # a late page
    sync(connection, now=utc_now() + timedelta(hours=3))
    assert read(client, ana) == before[1:]


def test_a_forged_webhook_of_whoop_is_refused(client, ana, trackers):
    connected(client, ana, trackers["whoop"])
    answer = tell_as_whoop(client, trackers["whoop"], "sleep.deleted", "x", secret="guessed")
    assert (answer.status_code, answer.json["code"]) == (401, "webhook_refused")
    assert do_due() == 0


def test_googles_check_of_our_address_is_answered_as_it_wants(client, trackers):
    check = json.dumps({"type": "verification"})
    path = f"{HOOKS}/google_health"
    assert client.post(path, data=check, headers=AUTHORIZATION).status_code == 201
    assert client.post(path, data=check).status_code == 401


def test_what_google_tells_of_is_read_again(client, ana, trackers):
    tracker = trackers["google_health"]
    connected(client, ana, tracker)
    [newest, *_] = tracker.account(EMAIL).living()
    number = newest.number + 500
    started_at = newest.started_at + timedelta(hours=3)
    tracker.account(EMAIL).workouts[number] = replace(newest, number=number, started_at=started_at)
    one = tracker.account(EMAIL).workouts[number]
    assert tell_as_google(client, tracker, "exercise", "UPSERT", one).status_code == 204
    assert workouts_here(client, ana) != workouts_there(tracker)
    assert do_due() == 1
    assert workouts_here(client, ana) == workouts_there(tracker)


def test_a_workout_that_google_says_is_gone_is_found_out_by_its_time(client, ana, trackers):
    tracker = trackers["google_health"]
    connected(client, ana, tracker)
    account = tracker.account(EMAIL)
    [newest, *_] = account.living()
    account.edit(newest.number, now=utc_now(), is_deleted=True)
    answer = tell_as_google(client, tracker, "exercise", "DELETE", newest)
    assert (answer.status_code, do_due()) == (204, 1)
    assert workouts_here(client, ana) == workouts_there(tracker)


def test_a_sleep_that_google_says_is_gone_is_found_out_by_its_time(client, ana, trackers):
    tracker = trackers["google_health"]
    connected(client, ana, tracker)
    night, before = last_night(tracker), read(client, ana, "/sleep")
    tracker.account(EMAIL).nights[night.number] = replace(night, is_deleted=True)
    tell_as_google(client, tracker, "sleep", "DELETE", night)
    assert do_due() == 1
    assert read(client, ana, "/sleep") == before[1:]


def test_what_is_not_gone_yet_is_looked_for_again(client, ana, trackers):
    tracker = trackers["google_health"]
    connected(client, ana, tracker)
    account = tracker.account(EMAIL)
    [newest, *_] = account.living()
    tell_as_google(client, tracker, "exercise", "DELETE", newest)
    assert do_due() == 1
    assert workouts_here(client, ana) == workouts_there(tracker)
    account.edit(newest.number, now=utc_now(), is_deleted=True)
    assert do_due(ahead=timedelta(minutes=1)) == 1
    assert workouts_here(client, ana) == workouts_there(tracker)


def test_a_notification_that_google_has_not_signed_is_refused(client, ana, trackers):
    tracker = trackers["google_health"]
    connected(client, ana, tracker)
    [newest, *_] = tracker.account(EMAIL).living()
    answer = tell_as_google(
        client, tracker, "exercise", "DELETE", newest, "GOOGLE-HEALTH-API-SIGNATURE"
    )
    assert (answer.status_code, answer.json["code"]) == (401, "webhook_refused")
    assert do_due() == 0
    answer = tell_as_google(client, tracker, "exercise", "DELETE", newest, "Authorization")
    assert answer.status_code == 204


def test_googles_keys_are_fetched_where_it_publishes_them_and_when_they_change(trackers):
    tracker, now = trackers["google_health"], utc_now()
    [newest, *_] = tracker.account(EMAIL).living()

    def tell(later=timedelta(0), **key):
        body, headers = by_google(tracker, "exercise", "UPSERT", newest, **key)
        told = Hook({name.lower(): said for name, said in headers.items()}, {}, body)
        return service.receive(provider="google_health", hook=told, now=now + later).status

    assert tell() == 204
    tracker.signing_key_no += 1
    newer = {"key_no": tracker.signing_key_no}
    with pytest.raises(WebhookRefused):  # nobody is asked so soon again
        tell(timedelta(minutes=1), **newer)
    tracker.faults.add(Fault("error_500", "keys"))
    with pytest.raises(WebhookRefused):
        tell(timedelta(minutes=6), **newer)
    assert tell(timedelta(minutes=7)) == 204
    assert tell(timedelta(minutes=12), **newer) == 204
    assert tell(timedelta(minutes=13)) == 204
    tracker.signing_key_no += 1
    assert tell(timedelta(minutes=14)) == 204
    with pytest.raises(WebhookRefused):  # a key that is published no more, a day later
        tell(timedelta(days=2))


def test_while_googles_keys_cannot_be_had_its_secret_counts(trackers):
    tracker = trackers["google_health"]
    tracker.faults.add(Fault("not_json", "keys", 9))
    [newest, *_] = tracker.account(EMAIL).living()
    body, headers = by_google(tracker, "exercise", "UPSERT", newest)
    told = Hook({"authorization": headers["Authorization"]}, {}, body)
    assert service.receive(provider="google_health", hook=told, now=utc_now()).status == 204
    with pytest.raises(WebhookRefused):
        service.receive(provider="google_health", hook=replace(told, headers={}), now=utc_now())
