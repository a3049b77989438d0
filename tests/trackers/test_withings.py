"""Withings' adapter without a network."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlencode

import pytest

from fittrack.trackers.providers.base import (
    SLEEP,
    STEPS,
    WORKOUTS,
    Forged,
    GrantRefused,
    Hook,
    Malformed,
    ProviderDown,
    RawItem,
    ScopeLost,
    Throttled,
    TokenRefused,
    Window,
)
from fittrack.trackers.providers.withings import Withings
from fittrack.trackers.records import PENDING, SCORED
from tests.trackers.provider_bodies import answer_of, app_for, grant_for, recorded

WITHINGS = Withings()
APP, GRANT = app_for(WITHINGS), grant_for(WITHINGS)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START_S = 1_774_746_000  # 2026-03-29 01:00 UTC, when Amsterdam's clocks go forward
WORKOUT = {
    "id": 3661300277,
    "category": 1,
    "timezone": "Europe/Amsterdam",
    "startdate": START_S,
    "enddate": START_S + 600,
    "date": "2026-03-29",
    "data": {"distance": 680, "pause_duration": 80, "hr_average": 0, "hr_max": 120},
}
LISTS = {WORKOUTS: "series", SLEEP: "series", STEPS: "activities"}


def page_of(stream, rows, token=None, **over):
    body = {"status": 0, "body": {LISTS[stream]: rows, "more": False, "offset": 0} | over}
    return WITHINGS.read_page(stream, answer_of(body), token)


def read(stream, *rows):
    page = page_of(stream, list(rows))
    return [record for item in page.items for record in WITHINGS.normalise(stream, item)]


def workout(**over):
    [record] = read(WORKOUTS, WORKOUT | over)
    return record.recording


def grant_of(body, status=200, before=GRANT):
    return WITHINGS.read_grant(answer_of(body, status), before=before, now=NOW)


def hook(args=None, **form):
    args = {"key": "the-address-of-withings"} if args is None else args
    return Hook({}, args, urlencode(form).encode())


def told(**form):
    return WITHINGS.events(APP, hook(**form), now=NOW)


def test_a_grant_lies_in_a_wrapping():
    body = {"userid": 363, "access_token": "a", "refresh_token": "r", "expires_in": 10_800}
    grant = grant_of({"status": 0, "body": body | {"scope": "user.activity"}}, before=None)
    assert (grant.external_account_id, grant.refresh_token) == ("363", "r")
    assert grant.expires_at == NOW + timedelta(hours=3)
    renewed = grant_of({"status": 0, "body": {"access_token": "a2", "refresh_token": "r2"}})
    assert (renewed.external_account_id, renewed.refresh_token) == ("475", "r2")


@pytest.mark.parametrize(
    "body",
    [
        {"status": 503, "error": "Invalid Params: invalid code"},
        {"status": 503, "error": "Invalid Params: invalid refresh_token"},
        {"status": 401, "error": "XRequestID: x invalid_token: The refresh token is expired"},
    ],
)
def test_a_refused_grant_is_one(body):
    with pytest.raises(GrantRefused):
        grant_of(body)


@pytest.mark.parametrize(
    "body",
    [
        {"status": 503, "error": "Invalid Params: invalid client_secret"},
        {"status": 503},
        {"status": 401, "error": "invalid client"},
        {"status": 2555, "error": "invalid_grant"},
        {"status": 522, "error": "timeout"},
    ],
)
def test_trouble_with_us_or_with_them_says_nothing_of_the_grant(body):
    with pytest.raises(ProviderDown):
        grant_of(body)
    with pytest.raises(ProviderDown):
        grant_of(b"<html>", 502)


@pytest.mark.parametrize("body", [{}, {"status": "0"}, {"status": True}, {"status": 0, "body": []}])
def test_a_wrapping_without_sense_is_malformed(body):
    with pytest.raises(Malformed):
        grant_of(body)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (401, TokenRefused),
        (100, TokenRefused),
        (277, ScopeLost),
        (2554, ScopeLost),
        (601, Throttled),
        (2556, ProviderDown),
        (None, Malformed),
    ],
)
def test_the_status_inside_counts(status, meaning):
    answer = answer_of({"status": status, "body": {}, "error": "no"})
    with pytest.raises(meaning) as caught:
        WITHINGS.read_page(STEPS, answer, None)
    if meaning is Throttled:
        assert caught.value.resumes_at == NOW + timedelta(seconds=60)


def test_calls_are_forms_with_an_action():
    request = WITHINGS.page(APP, GRANT, WORKOUTS, Window(NOW - timedelta(days=7), NOW), "200")
    form = {name: values[0] for name, values in parse_qs(request.form).items()}
    assert (request.method, request.url) == ("POST", "https://wbsapi.withings.net/v2/measure")
    assert (form["action"], form["offset"]) == ("getworkouts", "200")
    assert (form["startdateymd"], form["enddateymd"]) == ("2026-11-12", "2026-11-21")
    assert request.headers["Authorization"] == "Bearer an-access-token"


@pytest.mark.parametrize("more", [True, 1])
def test_pages_go_on_by_their_offset(more):
    assert page_of(STEPS, [], None, more=more, offset=200).next_token == "200"
    assert page_of(STEPS, [], "200", more=False, offset=0).next_token is None
    for offset in (200, 0, None, "x"):
        with pytest.raises(Malformed):
            page_of(STEPS, [], "200", more=more, offset=offset)


def test_news_are_subscribed_to_with_a_secret_in_the_address():
    asked = [parse_qs(request.form) for request in WITHINGS.admit(APP, GRANT)]
    assert {form["appli"][0] for form in asked} == {"16", "44"}
    for form in asked:
        assert form["callbackurl"] == [
            "https://fittrack.example/api/v1/webhooks/withings?key=the-address-of-withings"
        ]
    assert WITHINGS.admit(app_for(WITHINGS, webhook_secret=""), GRANT) == ()
    WITHINGS.read_admitted(answer_of(b"<html>", 500))


def test_a_workout_is_placed_by_its_epoch_and_the_offset_of_its_zone_then():
    recording = workout()
    assert recording.started_at == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert recording.utc_offset_s == 7200
    assert workout(startdate=START_S - 60).utc_offset_s == 3600
    for name in ("Mars/Olympus", "../etc/passwd", "", None, 7, "\x00"):
        assert workout(timezone=name).utc_offset_s is None


def test_a_workout_keeps_its_figures_and_what_was_typed_in():
    recording = workout()
    assert (recording.elapsed_s, recording.moving_s, recording.distance_m) == (600, 520, 680)
    assert (recording.avg_hr_bpm, recording.max_hr_bpm, recording.sport) == (None, 120, "walking")
    data = {"distance": 680, "manual_distance": 700, "effduration": 500, "manual_calories": 70}
    recording = workout(data=data | {"calories": 47})
    assert (recording.distance_m, recording.moving_s, recording.calories_kcal) == (700, 500, 70)
    assert workout(data=[]).distance_m is None


@pytest.mark.parametrize(
    "over", [{"id": None}, {"startdate": None}, {"enddate": START_S}, {"startdate": -1}]
)
def test_a_workout_that_cannot_be_placed_is_malformed(over):
    with pytest.raises(Malformed):
        workout(**over)


def test_heart_rates_of_a_workout_are_asked_for_and_kept_within_it():
    [item] = page_of(WORKOUTS, [WORKOUT]).items
    form = parse_qs(WITHINGS.more(APP, GRANT, WORKOUTS, item).form)
    assert (form["action"], form["startdate"]) == (["getintradayactivity"], [str(START_S)])
    series = {
        str(START_S - 1): {"heart_rate": 99},
        str(START_S + 60): {"heart_rate": 130},
        str(START_S): {"heart_rate": 100},
        str(START_S + 120): {"duration": 60},
        "x": {"heart_rate": 90},
        str(START_S + 180): None,
    }
    answer = answer_of({"status": 0, "body": {"series": series}})
    whole = WITHINGS.with_more(WORKOUTS, item, answer)
    [record] = WITHINGS.normalise(WORKOUTS, whole)
    assert record.recording.samples.hr_bpm == [100, 130]
    assert whole.version == item.version
    assert len(WITHINGS.normalise(WORKOUTS, item)[0].recording.samples) == 0
    assert WITHINGS.more(APP, GRANT, STEPS, item) is None
    assert WITHINGS.more(APP, GRANT, WORKOUTS, RawItem("x", "v", None)) is None


def test_a_day_counted_by_two_devices_counts_once():
    days = [{"date": "2026-03-29", "steps": steps} for steps in (1209, 2000, 800)]
    [record] = read(STEPS, *days, {"date": "2026-03-30", "steps": None})
    assert (record.day_on, record.steps) == (date(2026, 3, 29), 2000)


def test_a_day_begins_by_the_clock_of_that_morning():
    day = {"date": "2026-03-29", "steps": 5, "timezone": "Europe/Amsterdam"}
    assert [one.utc_offset_s for one in read(STEPS, day, day | {"date": "2026-03-30"})] == [
        3600,
        7200,
    ]


def test_a_night_keeps_its_parts():
    data = {"lightsleepduration": 3600, "deepsleepduration": 1800, "remsleepduration": 600}
    night = WORKOUT | {"enddate": START_S + 7200}
    [sleep] = read(SLEEP, night | {"data": data | {"sleep_efficiency": 0.86, "hr_min": 48}})
    assert (sleep.asleep_s, sleep.efficiency_percent, sleep.lowest_hr_bpm) == (6000, 86.0, 48)
    assert sleep.state == SCORED
    [sleep] = read(SLEEP, night | {"data": data | {"total_sleep_time": 5000}, "completed": False})
    assert (sleep.asleep_s, sleep.state) == (5000, PENDING)


def test_one_object_that_cannot_be_read_does_not_hide_the_others():
    for stream, row in ((WORKOUTS, WORKOUT), (STEPS, {"date": "2026-03-29", "steps": 1})):
        items = page_of(stream, [row, None, {}, 7]).items
        assert len(items) == 4
        assert WITHINGS.normalise(stream, items[0])
        for item in items[1:]:
            with pytest.raises(Malformed):
                WITHINGS.normalise(stream, item)


def test_webhooks_say_from_when_on_to_read():
    activity = told(userid="363", appli="16", startdate=str(START_S), enddate=str(START_S + 1))
    assert {event.stream for event in activity} == {WORKOUTS, STEPS}
    assert {event.since_at for event in activity} == {datetime(2026, 3, 29, 1, tzinfo=UTC)}
    [sleep] = told(userid="363", appli="44", date="2026-03-29")
    assert (sleep.stream, sleep.since_at) == (SLEEP, datetime(2026, 3, 28, tzinfo=UTC))
    assert (sleep.external_account_id, sleep.external_id) == ("363", None)
    assert told(userid="363", appli="1") == []
    assert told(userid="363", appli="44", startdate="x")[0].since_at is None


@pytest.mark.parametrize("action", ["delete", "unlink"])
def test_who_has_left_is_said_to_have(action):
    [event] = told(userid="363", appli="46", action=action)
    assert (event.kind, event.external_account_id) == ("revoked", "363")


def test_a_webhook_without_our_secret_is_refused():
    for args in ({}, {"key": ""}, {"key": "x"}):
        with pytest.raises(Forged):
            WITHINGS.events(APP, hook(args, userid="363", appli="16"), now=NOW)
    nobody = app_for(WITHINGS, webhook_secret="")
    with pytest.raises(Forged):
        WITHINGS.events(nobody, hook({"key": ""}, userid="363"), now=NOW)


def test_an_address_is_tried_with_nothing_in_it():
    assert WITHINGS.challenged(APP, hook()) == ""
    assert WITHINGS.challenged(APP, hook({"key": "x"})) is None
    assert WITHINGS.challenged(APP, hook(userid="363")) is None


@pytest.mark.parametrize("body", [b"", b"\xff", b"a=1&" * 100, b"appli=16"])
def test_a_webhook_that_says_nothing_is_malformed(body):
    with pytest.raises(Malformed):
        WITHINGS.events(APP, Hook({}, {"key": "the-address-of-withings"}, body), now=NOW)


def test_recorded_bodies_are_read():
    def records(stream, name):
        answer = answer_of(recorded("withings", name))
        page = WITHINGS.read_page(stream, answer, None)
        return [record for item in page.items for record in WITHINGS.normalise(stream, item)]

    walks = records(WORKOUTS, "workouts")
    assert [walk.recording.sport for walk in walks] == ["walking"] * len(walks)
    assert walks[0].recording.distance_m == 60  # typed in
    assert [one.steps for one in records(STEPS, "activity")] == [1209, 1155]
    assert len(records(STEPS, "shimmer-withings-activity-measures")) == 4
    nights = records(SLEEP, "sleep_summary")
    assert len(nights) == 300
    assert nights[0].efficiency_percent == 86.0
    assert nights[0].asleep_s == 18_660
    assert len(records(SLEEP, "shimmer-withings-sleep-summary")) == 2
