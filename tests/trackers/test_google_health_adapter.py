"""Google Health's answers and notifications read, without asking anybody."""

from __future__ import annotations

import base64
import struct
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from fittrack.simulator.trackers.google_health import event_of
from fittrack.trackers.providers import tink
from fittrack.trackers.providers.base import (
    SLEEP,
    STEPS,
    WORKOUTS,
    App,
    Forged,
    Grant,
    Hook,
    Malformed,
    Window,
)
from fittrack.trackers.providers.google_health import GoogleHealth
from fittrack.wire import Answer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOOGLE = GoogleHealth()
SECRET = "Bearer the address's secret"
APP = App("us", "ours", "https://fit.test/callback", dict(GoogleHealth.facts.hosts), SECRET)
GRANT = Grant("access", "refresh", NOW, frozenset(GoogleHealth.facts.scopes), "111")
WINDOW = Window(NOW - timedelta(days=7), NOW)
INTERVAL = {
    "startTime": "2026-11-19T23:10:00Z",
    "startUtcOffset": "-18000s",
    "endTime": "2026-11-20T00:10:30Z",
    "endUtcOffset": "-18000s",
}
EXERCISE = {
    "name": "users/111/dataTypes/exercise/dataPoints/e-1",
    "dataSource": {"platform": "FITBIT", "device": {"displayName": "Charge 6"}},
    "exercise": {
        "interval": INTERVAL,
        "exerciseType": "RUNNING",
        "displayName": "Run",
        "activeDuration": "3500.5s",
        "metricsSummary": {
            "caloriesKcal": 512.4,
            "distanceMillimeters": 10_000_500,
            "steps": "9007",
            "averageSpeedMillimetersPerSecond": 2857.1,
            "averageHeartRateBeatsPerMinute": "151",
            "elevationGainMillimeters": 43_000,
        },
        "splitSummaries": [
            {
                "startTime": "2026-11-19T23:10:00Z",
                "endTime": "2026-11-19T23:15:00Z",
                "startUtcOffset": "-18000s",
                "metricsSummary": {"distanceMillimeters": 1_000_000},
            }
        ],
    },
}
SLEPT = {
    "dataPointName": "users/me/dataTypes/sleep/dataPoints/s-1",
    "sleep": {
        "interval": INTERVAL,
        "metadata": {"nap": True, "processed": True},
        "summary": {
            "minutesInSleepPeriod": "60",
            "minutesAsleep": "54",
            "minutesAwake": "6",
            "stagesSummary": [
                {"type": "DEEP", "minutes": "14", "count": "2"},
                {"type": "REM", "minutes": "10", "count": "1"},
                {"type": "LIGHT", "minutes": "30", "count": "3"},
                {"type": "RESTLESS", "minutes": "1"},
            ],
        },
    },
}
DAY = {
    "civilStartTime": {"date": {"year": 2026, "month": 11, "day": 19}},
    "civilEndTime": {"date": {"year": 2026, "month": 11, "day": 20}},
    "steps": {"countSum": "2560"},
}


def answer(value, status=200):
    return Answer(status, {}, orjson.dumps(value))


def one(stream, point, name="dataPoints"):
    [item] = GOOGLE.read_page(stream, answer({name: [point]}), None).items
    return item, GOOGLE.normalise(stream, item)


def test_a_workout_is_read_in_our_units():
    item, [record] = one(WORKOUTS, EXERCISE)
    recording = record.recording
    assert (item.external_id, recording.sport, recording.device) == ("e-1", "running", "Charge 6")
    assert recording.started_at == datetime(2026, 11, 19, 23, 10, tzinfo=UTC)
    assert (recording.elapsed_s, recording.moving_s) == (3630.0, 3500.5)
    assert (recording.distance_m, recording.ascent_m) == (10_000.5, 43.0)
    assert (recording.calories_kcal, recording.steps, recording.avg_hr_bpm) == (512, 9007, 151)
    assert recording.utc_offset_s == -18_000
    [lap] = recording.laps
    assert (lap.elapsed_s, lap.distance_m) == (300.0, 1000.0)


def test_a_sleep_is_read_in_our_units():
    item, [record] = one(SLEEP, SLEPT)
    assert (item.external_id, record.is_nap, record.state) == ("s-1", True, "scored")
    assert (record.deep_s, record.rem_s, record.light_s, record.awake_s) == (840, 600, 1800, 360)
    assert (record.asleep_s, record.efficiency_percent) == (3240, 90.0)


def test_a_sleep_whose_stages_are_not_told_apart_yet_is_pending():
    sleep = SLEPT["sleep"] | {"metadata": {"processed": False}}
    del sleep["summary"]
    _, [record] = one(SLEEP, SLEPT | {"sleep": sleep})
    assert (record.state, record.asleep_s, record.deep_s) == ("pending", None, None)


def test_an_object_alone_has_the_version_that_it_has_in_a_list():
    listed, _ = one(SLEEP, SLEPT)
    alone = {"name": SLEPT["dataPointName"], "dataSource": {}, "sleep": SLEPT["sleep"]}
    assert GOOGLE.read_one(SLEEP, answer(alone)).version == listed.version


def test_a_days_steps_are_those_that_google_has_merged():
    item, [record] = one(STEPS, DAY, "rollupDataPoints")
    assert (item.external_id, record.day_on, record.steps) == (
        "2026-11-19",
        date(2026, 11, 19),
        2560,
    )
    more, _ = one(STEPS, DAY | {"steps": {"countSum": "2600"}}, "rollupDataPoints")
    assert more.external_id == item.external_id
    assert more.version != item.version


def test_a_day_without_steps_is_no_record():
    assert one(STEPS, DAY | {"steps": {"countSum": "0"}}, "rollupDataPoints")[1] == []


@pytest.mark.parametrize("stream", [WORKOUTS, STEPS, SLEEP])
def test_without_data_there_is_no_list(stream):
    page = GOOGLE.read_page(stream, answer({}), None)
    assert (page.items, page.next_token) == ((), None)


@pytest.mark.parametrize(
    "body", [[], 7, {"dataPoints": 7}, {"error": {"code": 500}}, {"dataPoints": {}}]
)
def test_an_answer_that_is_no_page_is_none(body):
    with pytest.raises(Malformed):
        GOOGLE.read_page(WORKOUTS, answer(body), None)


def test_one_unreadable_object_spoils_no_page():
    found = GOOGLE.read_page(WORKOUTS, answer({"dataPoints": [None, {}, EXERCISE]}), None)
    for item in found.items[:2]:
        with pytest.raises(Malformed):
            GOOGLE.normalise(WORKOUTS, item)
    assert GOOGLE.normalise(WORKOUTS, found.items[2])


def test_workouts_are_asked_for_by_whatever_clock_the_member_has():
    asked = GOOGLE.page(APP, GRANT, WORKOUTS, WINDOW, None)
    assert asked.url.endswith("/v4/users/me/dataTypes/exercise/dataPoints")
    assert asked.params == {
        "pageSize": 25,
        "filter": 'exercise.interval.civil_start_time >= "2026-11-13T00:00:00"'
        ' AND exercise.interval.civil_start_time < "2026-11-21T02:00:00"',
    }


def test_sleeps_are_asked_for_by_the_instant_of_their_end():
    asked = GOOGLE.page(APP, GRANT, SLEEP, WINDOW, "next")
    assert asked.url.endswith("/dataTypes/sleep/dataPoints:reconcile")
    assert asked.params["pageToken"] == "next"
    assert asked.params["filter"] == (
        'sleep.interval.end_time >= "2026-11-13T12:00:00Z"'
        ' AND sleep.interval.end_time < "2026-11-20T12:00:00Z"'
    )


def test_steps_are_asked_for_by_whole_days_and_ninety_at_most():
    asked = GOOGLE.page(APP, GRANT, STEPS, WINDOW, None)
    assert (asked.method, asked.json["windowSizeDays"]) == ("POST", 1)
    assert asked.json["range"]["start"]["date"] == {"year": 2026, "month": 11, "day": 13}
    assert asked.json["range"]["end"]["date"] == {"year": 2026, "month": 11, "day": 22}
    year = Window(NOW - timedelta(days=365), NOW)
    bounds = GOOGLE.page(APP, GRANT, STEPS, year, None).json["range"]
    days = [date(**bounds[end]["date"]) for end in ("start", "end")]
    assert days[1] - days[0] == timedelta(days=90)


def test_the_authorize_page_asks_for_a_refresh_token_and_a_proof():
    url = GOOGLE.authorize_url(APP, state="s", challenge="c")
    assert url.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    for part in ("access_type=offline", "prompt=consent", "code_challenge_method=S256"):
        assert part in url
    assert "code_verifier=v" in GOOGLE.exchange(APP, "code", "v").form


def hook(body, *, secret=SECRET, **headers):
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return Hook({"authorization": secret, **headers}, {}, raw)


CHANGED = event_of(111, "sleep", "UPSERT", NOW - timedelta(hours=9), NOW - timedelta(hours=1))


def test_a_notification_says_from_where_to_read_again():
    [event] = GOOGLE.events(APP, hook(CHANGED), now=NOW)
    assert (event.kind, event.external_account_id, event.stream) == ("upsert", "111", SLEEP)
    assert (event.external_id, event.since_at) == (None, NOW - timedelta(hours=9))


def test_a_civil_time_may_be_that_of_any_clock():
    data = CHANGED["data"]
    civil = {"civilIso8601TimeInterval": {"startTime": "2026-11-20T08:00:00"}}
    [event] = GOOGLE.events(APP, hook({"data": data | {"intervals": [civil]}}), now=NOW)
    assert event.since_at == datetime(2026, 11, 19, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "intervals", [None, [], [7], [{"physicalTimeInterval": {"startTime": "x"}}], "x"]
)
def test_a_notification_without_times_means_everything(intervals):
    data = CHANGED["data"] | {"intervals": intervals}
    [event] = GOOGLE.events(APP, hook([{"data": data}]), now=NOW)
    assert event.since_at is None


def test_kinds_that_we_do_not_read_are_no_events():
    told = event_of(111, "weight", "UPSERT", NOW, NOW)
    assert GOOGLE.events(APP, hook(told), now=NOW) == []


@pytest.mark.parametrize("secret", ["", "Bearer another", SECRET[7:]])
def test_a_notification_without_our_secret_is_forged(secret):
    with pytest.raises(Forged):
        GOOGLE.events(APP, hook(CHANGED, secret=secret), now=NOW)
    with pytest.raises(Forged):
        GOOGLE.events(replace(APP, webhook_secret=""), hook(CHANGED, secret=""), now=NOW)


@pytest.mark.parametrize("body", [b"", b"7", b"{", b"[7]", b"{}", b'{"data": {"dataType": "x"}}'])
def test_a_notification_that_says_nothing_does_nothing(body):
    with suppress(Malformed):
        assert GOOGLE.events(APP, hook(body), now=NOW) == []


def test_our_address_passes_googles_check():
    check = {"type": "verification"}
    assert GOOGLE.challenged(APP, hook(check)) == ""
    with pytest.raises(Forged):
        GOOGLE.challenged(APP, Hook({}, {}, orjson.dumps(check)))
    assert GOOGLE.challenged(APP, hook(CHANGED)) is None
    assert (GOOGLE.facts.challenge_status, GOOGLE.facts.hook_status) == (201, 204)


KEY_ID = 987_654
KEY = ec.generate_private_key(ec.SECP256R1())


def keyset(key=KEY, status="ENABLED", key_id=KEY_ID):
    """Return a keyset as Google publishes it; a coordinate may have a byte of zero before it."""
    numbers = key.public_key().public_numbers()
    x, y = (b"\0" + part.to_bytes(32, "big") for part in (numbers.x, numbers.y))
    params = b"\x08\x03\x10\x02\x18\x02"
    value = b"\x12\x06" + params + b"\x1a\x21" + x + b"\x22\x21" + y
    data = {"value": base64.b64encode(value).decode()}
    return orjson.dumps({"key": [{"keyId": key_id, "status": status, "keyData": data}]}).decode()


def signature(body, key=KEY, key_id=KEY_ID):
    made = key.sign(body, ec.ECDSA(SHA256()))
    return base64.b64encode(b"\x01" + struct.pack(">I", key_id) + made).decode()


@pytest.mark.parametrize("name", ["google-health-api-signature", "x-healthapi-signature"])
def test_where_keys_are_known_a_notification_has_to_be_signed(name):
    app, body = replace(APP, webhook_keys=keyset()), orjson.dumps(CHANGED)
    assert GOOGLE.events(app, hook(body, **{name: signature(body)}), now=NOW)
    forged = ["", "AQ==", "%", signature(b"else"), signature(body, key_id=1)]
    forged.append(signature(body, ec.generate_private_key(ec.SECP256R1())))
    for one_ in forged:
        with pytest.raises(Forged):
            GOOGLE.events(app, hook(body, **{name: one_}), now=NOW)


@pytest.mark.parametrize("text", ["", "{}", "[]", "7", '{"key": 7}', '{"key": [7]}', "{"])
def test_a_keyset_that_is_none_proves_nothing(text):
    assert not tink.is_signed(text, signature(b"x"), b"x")


def test_a_key_that_is_out_of_force_proves_nothing():
    assert not tink.is_signed(keyset(status="DISABLED"), signature(b"x"), b"x")
    assert tink.is_signed(keyset(), signature(b"x"), b"x")


def test_what_changes_twice_in_the_same_words_is_told_twice():
    body = orjson.dumps(CHANGED)
    keys = {
        GOOGLE.events(APP, hook(body, **{"google-health-api-signature": said}), now=NOW)[
            0
        ].delivery_key
        for said in (signature(body), signature(body))
    }
    assert len(keys) == 2
    again = [GOOGLE.events(APP, hook(body), now=NOW)[0].delivery_key for _ in range(2)]
    assert again[0] == again[1]
