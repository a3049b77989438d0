"""Polar's adapter without a network."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from fittrack.trackers.providers.base import (
    RECOVERY,
    SLEEP,
    STEPS,
    WORKOUTS,
    Forged,
    GrantRefused,
    Hook,
    Malformed,
    NotThere,
    ProviderDown,
    RawItem,
    ScopeLost,
    Throttled,
    TokenRefused,
    Usage,
    Window,
)
from fittrack.trackers.providers.polar import Polar
from fittrack.trackers.providers.polar_exercises import duration_s
from tests.trackers.provider_bodies import answer_of, app_for, grant_for, recorded

POLAR = Polar()
APP, GRANT = app_for(POLAR), grant_for(POLAR)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=7), NOW)
EXERCISE = {
    "id": "2AC312F",
    "start_time": "2026-03-29T01:30:00",
    "start_time_utc_offset": 60,
    "duration": "PT1H0M10.5S",
    "sport": "OTHER",
    "detailed_sport_info": "WATERSPORTS_CANOEING",
}


def read(stream, body, token=None):
    """Return the records of all objects of a page."""
    page = POLAR.read_page(stream, answer_of(body), token)
    assert page.next_token is None
    return [record for item in page.items for record in POLAR.normalise(stream, item)]


def workout(**over):
    [record] = read(WORKOUTS, [EXERCISE | over])
    return record.recording


def hook(body, secret="the-address-of-polar", **headers):
    raw = json.dumps(body).encode()
    made = hmac.new(secret.encode(), raw, "sha256").hexdigest()
    return Hook({"polar-webhook-signature": made} | headers, {}, raw)


def told(body, **over):
    return POLAR.events(APP, hook(body, **over), now=NOW)


def test_a_grant_is_asked_for_with_basic_and_says_whose_it_is():
    request = POLAR.exchange(APP, "a-code", None)
    given = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
    assert given == "fittrack.polar:our-secret-at-polar"
    assert parse_qs(request.form)["redirect_uri"] == [APP.redirect_uri]
    body = {"access_token": "a", "token_type": "bearer", "expires_in": 31535999, "x_user_id": 475}
    grant = POLAR.read_grant(answer_of(body), before=None, now=NOW)
    assert (grant.external_account_id, grant.refresh_token) == ("475", None)
    assert grant.expires_at == NOW + timedelta(seconds=31535999)
    assert POLAR.refresh(APP, grant) is None


def test_a_grant_without_a_person_is_none():
    with pytest.raises(Malformed):
        POLAR.read_grant(answer_of({"access_token": "a"}), before=None, now=NOW)
    with pytest.raises(GrantRefused):
        POLAR.read_grant(answer_of({"error": "invalid_grant"}, 400), before=None, now=NOW)


def test_a_member_is_registered_once_and_a_second_time_does_no_harm():
    [request] = POLAR.admit(APP, GRANT)
    assert (request.method, request.url) == ("POST", "https://www.polaraccesslink.com/v3/users")
    assert request.json["member-id"]
    assert "475" not in request.json["member-id"]
    for status in (200, 204, 409):
        POLAR.read_admitted(answer_of({}, status))
    with pytest.raises(ScopeLost):
        POLAR.read_admitted(answer_of(b"", 403))
    with pytest.raises(ProviderDown):
        POLAR.read_admitted(answer_of(b"", 500))


def test_access_ends_with_the_registration():
    request = POLAR.revoke(APP, GRANT)
    assert (request.method, request.url) == (
        "DELETE",
        "https://www.polaraccesslink.com/v3/users/475",
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT2H44M", 9840),
        ("PT210.026S", 210.026),
        ("P1DT1S", 86_401),
        ("PT0S", 0),
        ("P", None),
        ("PT", None),
        ("2H", None),
        ("PT99999H", None),
        (7, None),
        ("PT-1S", None),
    ],
)
def test_durations_are_those_of_iso_8601(text, seconds):
    assert duration_s(text) == seconds


def test_an_exercise_began_by_the_clock_on_its_wrist():
    recording = workout()
    assert recording.started_at == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert recording.utc_offset_s == 3600
    assert recording.elapsed_s == 3610.5
    assert recording.sport == "paddling"


def test_an_exercise_with_an_offset_of_its_own_needs_no_minutes():
    recording = workout(start_time="2026-03-29T01:30:00-05:00", start_time_utc_offset=None)
    assert recording.started_at == datetime(2026, 3, 29, 6, 30, tzinfo=UTC)
    assert recording.utc_offset_s == -18_000


@pytest.mark.parametrize(
    "over",
    [
        {"id": None},
        {"start_time": None},
        {"start_time": "0001-01-01T00:00:00"},
        {"start_time_utc_offset": None},
        {"start_time_utc_offset": 9999},
        {"duration": None},
    ],
)
def test_an_exercise_that_cannot_be_placed_is_malformed(over):
    with pytest.raises(Malformed):
        workout(**over)


def test_one_exercise_that_cannot_be_read_does_not_hide_the_others():
    page = POLAR.read_page(WORKOUTS, answer_of([EXERCISE, None, {"id": []}]), None)
    assert [item.external_id[:10] for item in page.items] == ["2AC312F", "unreadable", "unreadable"]
    for item in page.items[1:]:
        with pytest.raises(Malformed):
            POLAR.normalise(WORKOUTS, item)


def test_samples_come_in_their_units_and_gaps_stay_gaps():
    series = [
        {"recording-rate": 5, "sample-type": "0", "data": "0,100,null,97"},
        {"recording-rate": 5, "sample-type": 1, "data": "0,3.6,7.2,36"},
        {"recording-rate": 5, "sample-type": "3", "data": "12.5,13,13.5,14"},
        {"recording-rate": 5, "sample-type": "10", "data": "0,5,15,65"},
        {"recording-rate": None, "sample-type": "11", "data": "800,801"},
        {"recording-rate": 5, "sample-type": "99", "data": "1,2"},
        {"recording-rate": 0, "sample-type": "4", "data": "1,2"},
    ]
    samples = workout(samples=series).samples
    assert samples.hr_bpm == [None, 100, None, 97]
    assert samples.speed_mmps == [0, 1000, 2000, 10_000]
    assert samples.altitude_cm == [1250, 1300, 1350, 1400]
    assert samples.distance_cm == [0, 500, 1500, 6500]
    assert samples.power_w == []
    start_ms = int(datetime(2026, 3, 29, 0, 30, tzinfo=UTC).timestamp() * 1000)
    assert samples.at_ms == [start_ms + 5000 * at for at in range(4)]


def test_places_stand_beside_the_samples_of_their_second():
    place = {"latitude": 60.2, "longitude": 25.1, "time": "PT5.026S"}
    bad = [{"latitude": 91, "longitude": 0, "time": "PT1S"}, {"latitude": 1, "longitude": 1}, None]
    series = [{"recording-rate": 5, "sample-type": "0", "data": "90,91"}]
    samples = workout(samples=series, route=[place, *bad]).samples
    assert samples.lat_e7 == [None, 602_000_000]
    assert samples.hr_bpm == [90, 91]


def test_a_list_of_samples_without_end_is_none():
    series = [{"recording-rate": 1, "sample-type": "0", "data": "90," * 300_000}]
    assert len(workout(samples=series).samples) == 0


def test_samples_make_no_new_version():
    listed = POLAR.read_page(WORKOUTS, answer_of([EXERCISE]), None).items[0]
    whole = answer_of(EXERCISE | {"samples": [], "route": []})
    assert POLAR.read_one(WORKOUTS, whole).version == listed.version
    assert POLAR.with_more(WORKOUTS, listed, whole).version == listed.version
    assert POLAR.read_one(WORKOUTS, answer_of(EXERCISE | {"calories": 1})).version != listed.version


def test_the_whole_exercise_is_asked_for_by_its_quoted_id():
    item = RawItem("a/../b", "v", {})
    url = POLAR.more(APP, GRANT, WORKOUTS, item).url
    assert url.endswith("/v3/exercises/a%2F..%2Fb?samples=true&route=true")
    assert POLAR.more(APP, GRANT, SLEEP, item) is None


@pytest.mark.parametrize(
    ("start", "end", "day"),
    [
        ("2026-08-13T08:15:30", "2026-08-13T23:59:59", "2026-08-13"),
        ("2026-08-12T21:00:00", "2026-08-13T20:59:59", "2026-08-13"),
        ("2026-08-13T05:00:00", "2026-08-14T04:59:59", "2026-08-13"),
    ],
)
def test_a_day_is_the_one_it_lies_in_whatever_its_clock(start, end, day):
    [record] = read(STEPS, [{"start_time": start, "end_time": end, "steps": 8823}])
    assert (record.day_on, record.steps) == (date.fromisoformat(day), 8823)
    assert record.origin.external_id == day


def test_a_day_of_samples_says_itself_which_it_is():
    body = {"start_time": "x", "steps": 1, "samples": {"date": "2026-02-10"}}
    assert read(STEPS, [body])[0].day_on == date(2026, 2, 10)
    assert read(STEPS, [body | {"steps": None}]) == []


def test_a_night_keeps_its_parts():
    night = {
        "date": "2026-01-01",
        "sleep_start_time": "2026-01-01T00:39:07+03:00",
        "sleep_end_time": "2026-01-01T09:19:37+03:00",
        "light_sleep": 1000,
        "deep_sleep": 2000,
        "rem_sleep": 3000,
        "unrecognized_sleep_stage": 500,
        "total_interruption_duration": 700,
        "sleep_score": 80,
        "heart_rate_samples": {"00:41": 76, "00:46": 77, "00:51": 60, "00:56": None},
    }
    [sleep] = read(SLEEP, {"nights": [night]})
    assert sleep.started_at == datetime(2025, 12, 31, 21, 39, 7, tzinfo=UTC)
    assert (sleep.asleep_s, sleep.awake_s, sleep.rem_s) == (6500, 700, 3000)
    assert (sleep.avg_hr_bpm, sleep.lowest_hr_bpm) == (71.0, 60)
    assert (sleep.score_percent, sleep.utc_offset_s) == (80, 10_800)
    with pytest.raises(Malformed):
        read(SLEEP, {"nights": [night | {"sleep_end_time": night["sleep_start_time"]}]})


@pytest.mark.parametrize(("status", "percent"), [(1, 8.3), (6, 91.7), (0, None), (7, None)])
def test_a_recharge_stands_for_its_sixth(status, percent):
    body = {"date": "2026-01-01", "nightly_recharge_status": status, "heart_rate_avg": 51}
    body["heart_rate_variability_avg"] = 28
    [record] = read(RECOVERY, {"recharges": [body]})
    assert record.score_percent == percent
    assert (record.resting_hr_bpm, record.hrv_rmssd_ms) == (51, 28)
    assert record.sleep_external_id == "2026-01-01"


def test_nothing_is_an_empty_page_and_one_that_is_nothing_is_not_there():
    for stream in POLAR.facts.streams:
        assert POLAR.read_page(stream, answer_of(b"", 204), None).items == ()
        with pytest.raises(NotThere):
            POLAR.read_one(stream, answer_of(b"", 204))


@pytest.mark.parametrize(
    ("status", "meaning"), [(401, TokenRefused), (403, ScopeLost), (500, ProviderDown)]
)
def test_a_status_means_what_it_means_everywhere(status, meaning):
    with pytest.raises(meaning):
        POLAR.read_page(WORKOUTS, answer_of(b"<html>", status), None)


def test_limits_are_read_from_headers_and_say_when_to_go_on():
    headers = {
        "ratelimit-usage": "521, 3425",
        "ratelimit-limit": "520, 5100",
        "ratelimit-reset": "558, 55231",
    }
    answer = answer_of(b"", 429, **headers)
    assert POLAR.usage(answer) == [Usage(900, 521, 520), Usage(86_400, 3425, 5100)]
    with pytest.raises(Throttled) as caught:
        POLAR.read_page(WORKOUTS, answer, None)
    assert caught.value.resumes_at == NOW + timedelta(seconds=558)
    for broken in ({}, {"ratelimit-usage": "x, ²"}, headers | {"ratelimit-reset": ""}):
        with pytest.raises(Throttled) as caught:
            POLAR.read_page(WORKOUTS, answer_of(b"", 429, **broken), None)
        assert caught.value.resumes_at is None


def test_webhooks_name_what_is_new():
    [event] = told({"event": "EXERCISE", "user_id": 475, "entity_id": "aQlC83"})
    assert (event.kind, event.stream, event.external_id) == ("upsert", WORKOUTS, "aQlC83")
    assert event.external_account_id == "475"
    night = told({"event": "SLEEP", "user_id": 475, "date": "2026-11-19"})
    assert {one.stream for one in night} == {SLEEP, RECOVERY}
    assert {one.external_id for one in night} == {"2026-11-19"}
    assert told({"event": "CONTINUOUS_HEART_RATE", "user_id": 475, "date": "2026-11-19"}) == []


def test_a_webhook_that_is_not_signed_is_refused():
    body = {"event": "EXERCISE", "user_id": 475, "entity_id": "aQlC83"}
    forged = [hook(body, secret="another"), Hook({}, {}, json.dumps(body).encode())]
    sound = hook(body)
    forged += [Hook(sound.headers, {}, sound.body + b" ")]
    forged += [hook(body, **{"polar-webhook-signature": "é"})]
    for one in forged:
        with pytest.raises(Forged):
            POLAR.events(APP, one, now=NOW)
    with pytest.raises(Forged):
        POLAR.events(app_for(POLAR, webhook_secret=""), hook(body, secret=""), now=NOW)


def test_a_ping_is_answered_signed_or_not_and_tells_nothing():
    ping = Hook({}, {}, b'{"timestamp": "2018-05-15T14:22:24Z", "event": "PING"}')
    assert POLAR.challenged(APP, ping) == ""
    assert POLAR.events(APP, ping, now=NOW) == []
    assert POLAR.challenged(APP, Hook({}, {}, b"[]")) is None
    assert POLAR.challenged(APP, hook({"event": "EXERCISE"})) is None


def test_a_signed_webhook_that_says_nothing_is_malformed():
    for body in ({"event": "SLEEP", "user_id": 475, "date": "x"}, {"event": "EXERCISE"}, []):
        with pytest.raises(Malformed):
            told(body)


def test_recorded_bodies_are_read():
    [exercise] = read(WORKOUTS, recorded("polar", "exercises"))
    assert exercise.recording.elapsed_s == 9840
    assert exercise.recording.started_at == datetime(2008, 10, 13, 7, 40, 2, tzinfo=UTC)
    assert exercise.recording.distance_m == 1600
    assert exercise.recording.samples.lat_e7[-1] == 602_198_283
    [steps] = read(STEPS, recorded("polar", "activities"))
    assert steps.steps == 8823
    [night] = read(SLEEP, recorded("polar", "sleep"))
    assert night.asleep_s == 4000
    [recharge] = read(RECOVERY, recorded("polar", "nightly_recharge"))
    assert (recharge.score_percent, recharge.hrv_rmssd_ms) == (41.7, 28)
