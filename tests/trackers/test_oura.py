"""Oura's adapter without a network."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from fittrack.clock import epoch_s
from fittrack.trackers.providers.base import (
    RECOVERY,
    SLEEP,
    STEPS,
    WORKOUTS,
    Forged,
    GrantRefused,
    Hook,
    Malformed,
    Throttled,
    Window,
)
from fittrack.trackers.providers.oura import Oura
from fittrack.trackers.records import PENDING, SCORED
from tests.trackers.provider_bodies import answer_of, app_for, grant_for, recorded

OURA = Oura()
APP, GRANT = app_for(OURA), grant_for(OURA)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORKOUT = {
    "id": "w1",
    "activity": "cycling",
    "calories": 300,
    "day": "2026-11-19",
    "distance": 13500.5,
    "start_datetime": "2026-11-19T08:00:00-08:00",
    "end_datetime": "2026-11-19T09:00:00-08:00",
}
SLEPT = {
    "id": "s1",
    "type": "long_sleep",
    "bedtime_start": "2026-11-19T01:05:14-07:00",
    "bedtime_end": "2026-11-19T09:25:14-07:00",
    "light_sleep_duration": 18_750,
    "deep_sleep_duration": 4170,
    "rem_sleep_duration": 2280,
    "total_sleep_duration": None,
    "awake_time": 4800,
    "efficiency": 84,
    "average_hrv": 117,
    "lowest_heart_rate": 48,
    "average_heart_rate": 4.25,
}


def read(stream, *rows):
    page = OURA.read_page(stream, answer_of({"data": list(rows), "next_token": None}), None)
    return [record for item in page.items for record in OURA.normalise(stream, item)]


def hook(body, *, at=NOW, said=None, secret="our-secret-at-oura"):
    raw, said = json.dumps(body).encode(), said or str(epoch_s(at))
    made = hmac.new(secret.encode(), said.encode() + raw, "sha256").hexdigest().upper()
    return Hook({"x-oura-signature": made, "x-oura-timestamp": said}, {}, raw)


EVENT = {"event_type": "update", "data_type": "workout", "object_id": "w1", "user_id": "u1"}


def test_days_of_the_member_are_asked_for_wherever_they_live():
    window = Window(datetime(2026, 11, 10, 23, tzinfo=UTC), datetime(2026, 11, 17, 1, tzinfo=UTC))
    request = OURA.page(APP, GRANT, STEPS, window, "next")
    assert request.url == "https://api.ouraring.com/v2/usercollection/daily_activity"
    assert request.params == {
        "start_date": "2026-11-09",
        "end_date": "2026-11-18",
        "next_token": "next",
    }
    assert "next_token" not in OURA.page(APP, GRANT, SLEEP, window, None).params


def test_pages_go_on_with_their_token():
    page = OURA.read_page(STEPS, answer_of({"data": [], "next_token": "abc"}), None)
    assert page.next_token == "abc"
    for body in ({"data": None}, {}, []):
        with pytest.raises(Malformed):
            OURA.read_page(STEPS, answer_of(body), None)


def test_a_refresh_brings_a_new_token_each_time():
    request = OURA.refresh(APP, GRANT)
    form = parse_qs(request.form)
    assert (form["grant_type"], form["refresh_token"]) == (["refresh_token"], ["a-refresh-token"])
    told = {"access_token": "a2", "refresh_token": "r2", "expires_in": 86_400}
    grant = OURA.read_grant(answer_of(told), before=GRANT, now=NOW)
    assert (grant.refresh_token, grant.external_account_id) == ("r2", "475")
    with pytest.raises(GrantRefused):
        OURA.read_grant(answer_of({"error": "invalid_grant"}, 400), before=GRANT, now=NOW)


def test_a_workout_has_its_times_and_its_sport():
    [record] = read(WORKOUTS, WORKOUT)
    recording = record.recording
    assert recording.started_at == datetime(2026, 11, 19, 16, tzinfo=UTC)
    assert (recording.elapsed_s, recording.utc_offset_s) == (3600, -28_800)
    assert (recording.sport, recording.distance_m) == ("cycling", 13_500.5)


@pytest.mark.parametrize(
    "over", [{"id": ""}, {"end_datetime": WORKOUT["start_datetime"]}, {"start_datetime": "x"}]
)
def test_a_workout_that_cannot_be_placed_is_malformed(over):
    with pytest.raises(Malformed):
        read(WORKOUTS, WORKOUT | over)


def test_beats_of_a_workout_are_asked_for_and_kept_within_it():
    [item] = OURA.read_page(WORKOUTS, answer_of({"data": [WORKOUT]}), None).items
    request = OURA.more(APP, GRANT, WORKOUTS, item)
    assert request.url.endswith("/heartrate")
    assert request.params["start_datetime"] == "2026-11-19T16:00:00+00:00"
    beats = [
        {"bpm": bpm, "timestamp": f"2026-11-19T{hour}:30:00+00:00"}
        for bpm, hour in ((99, 15), (130, 16), (250.4, 16), (0, 16), (140, 17))
    ] + [None, {"bpm": 100}, {"bpm": 120, "timestamp": "2026-11-19T16:40:00+00:00"}]
    whole = OURA.with_more(WORKOUTS, item, answer_of({"data": beats}))
    [record] = OURA.normalise(WORKOUTS, whole)
    assert record.recording.samples.hr_bpm == [130, 120]
    assert (record.recording.avg_hr_bpm, record.recording.max_hr_bpm) == (125.0, 130)
    assert whole.version == item.version


def test_beats_are_not_asked_for_without_their_scope():
    [item] = OURA.read_page(WORKOUTS, answer_of({"data": [WORKOUT]}), None).items
    few = grant_for(OURA, scopes=frozenset({"daily", "workout"}))
    assert OURA.more(APP, few, WORKOUTS, item) is None
    assert OURA.more(APP, GRANT, SLEEP, item) is None


def test_a_day_has_the_offset_of_its_own_clock():
    day = {
        "id": "d",
        "day": "2026-11-19",
        "steps": 18_430,
        "timestamp": "2026-11-19T04:00:00-08:00",
    }
    [record] = read(STEPS, day)
    assert (record.day_on, record.steps, record.utc_offset_s) == (
        date(2026, 11, 19),
        18_430,
        -28_800,
    )
    [record] = read(STEPS, day | {"timestamp": None})
    assert record.utc_offset_s is None
    assert read(STEPS, day | {"steps": None}) == []


def test_a_night_without_a_total_is_added_up():
    [sleep] = read(SLEEP, SLEPT)
    assert (sleep.asleep_s, sleep.awake_s, sleep.is_nap) == (25_200, 4800, False)
    assert (sleep.hrv_rmssd_ms, sleep.lowest_hr_bpm) == (117, 48)
    # Four beats a minute are a mistake of the example's.
    assert sleep.avg_hr_bpm is None


@pytest.mark.parametrize(("kind", "naps"), [("late_nap", [True]), ("rest", []), ("deleted", [])])
def test_what_is_no_night_is_a_nap_or_nothing(kind, naps):
    assert [one.is_nap for one in read(SLEEP, SLEPT | {"type": kind})] == naps


@pytest.mark.parametrize(("score", "state"), [(66, SCORED), (None, PENDING), (0, PENDING)])
def test_readiness_waits_for_its_score(score, state):
    body = {
        "id": "r",
        "day": "2026-11-19",
        "score": score,
        "timestamp": "2026-11-19T00:00:00+00:00",
    }
    [record] = read(RECOVERY, body)
    assert (record.state, record.score_percent) == (state, score or None)


def test_a_throttled_call_says_when_to_go_on():
    with pytest.raises(Throttled) as caught:
        OURA.read_page(STEPS, answer_of(b"", 429, **{"retry-after": "30"}), None)
    assert caught.value.resumes_at == NOW + timedelta(seconds=30)


def test_the_challenge_is_answered_to_who_knows_the_token():
    args = {"verification_token": "the-address-of-oura", "challenge": 'a"b'}
    answer = OURA.challenged(APP, Hook({}, args, b""))
    assert json.loads(answer) == {"challenge": 'a"b'}
    assert OURA.challenged(APP, Hook({}, {}, b"")) is None
    for wrong in (args | {"verification_token": "x"}, {"challenge": "x"}):
        with pytest.raises(Forged):
            OURA.challenged(APP, Hook({}, wrong, b""))
    nobody = app_for(OURA, webhook_secret="")
    with pytest.raises(Forged):
        OURA.challenged(nobody, Hook({}, args | {"verification_token": ""}, b""))


@pytest.mark.parametrize(
    "said", [None, str(epoch_s(NOW) * 1000), "2026-11-20T11:59:00Z", str(epoch_s(NOW) - 299)]
)
def test_a_signed_webhook_is_believed_whichever_clock_it_shows(said):
    [event] = OURA.events(APP, hook(EVENT, said=said), now=NOW)
    assert (event.kind, event.stream, event.external_id) == ("upsert", WORKOUTS, "w1")
    assert event.external_account_id == "u1"


def test_a_webhook_says_what_is_deleted_and_what_is_not_ours():
    [event] = OURA.events(APP, hook(EVENT | {"event_type": "delete"}), now=NOW)
    assert event.kind == "delete"
    assert OURA.events(APP, hook(EVENT | {"data_type": "tag"}), now=NOW) == []


def test_a_webhook_sent_again_has_the_same_key():
    first, second = (
        OURA.events(APP, hook(EVENT, at=NOW + timedelta(seconds=s)), now=NOW)[0] for s in (0, 60)
    )
    assert first.delivery_key == second.delivery_key


def test_a_webhook_that_is_forged_or_old_is_refused():
    sound = hook(EVENT)
    bad = [
        hook(EVENT, secret="another"),
        hook(EVENT, at=NOW - timedelta(minutes=6)),
        hook(EVENT, at=NOW + timedelta(minutes=6)),
        hook(EVENT, said="x"),
        Hook({}, {}, sound.body),
        Hook(sound.headers, {}, sound.body + b" "),
        Hook(sound.headers | {"x-oura-timestamp": str(epoch_s(NOW) - 1)}, {}, sound.body),
        Hook(sound.headers | {"x-oura-signature": "é"}, {}, sound.body),
    ]
    for one in bad:
        with pytest.raises(Forged):
            OURA.events(APP, one, now=NOW)
    with pytest.raises(Forged):
        OURA.events(app_for(OURA, client_secret=""), hook(EVENT, secret=""), now=NOW)


def test_a_signed_webhook_that_says_nothing_is_malformed():
    for body in ([], EVENT | {"user_id": None}, EVENT | {"object_id": {}}):
        with pytest.raises(Malformed):
            OURA.events(APP, hook(body), now=NOW)


def test_recorded_bodies_are_read():
    [steps] = read(STEPS, *recorded("oura", "daily_activity"))
    assert (steps.steps, steps.day_on) == (18_430, date(2021, 11, 26))
    [sleep] = read(SLEEP, *recorded("oura", "sleep_periods"))
    assert (sleep.asleep_s, sleep.breaths_per_minute) == (25_200, 12.625)
    [ready] = read(RECOVERY, *recorded("oura", "daily_readiness"))
    assert (ready.score_percent, ready.day_on) == (66, date(2021, 10, 27))
    # The example ends before it begins.
    with pytest.raises(Malformed):
        read(WORKOUTS, *recorded("oura", "workouts"))
    person = OURA.read_person(answer_of(recorded("oura", "personal_info")))
    assert person == "8f9a5221-639e-4a85-81cb-4065ef23f979"
