"""WHOOP's answers and webhooks read, without asking anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest

from fittrack.simulator.trackers.whoop import event_of, webhook
from fittrack.trackers.providers.base import (
    RECOVERY,
    SLEEP,
    WORKOUTS,
    App,
    Forged,
    Grant,
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
from fittrack.trackers.providers.whoop import Whoop
from fittrack.wire import Answer
from tests.trackers.specs import payload

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WHOOP = Whoop()
APP = App("us", "our secret", "https://fit.test/callback", dict(Whoop.facts.hosts))
GRANT = Grant("access", "refresh", NOW, frozenset(Whoop.facts.scopes), "10129")
SLEEP_ID = "123e4567-e89b-12d3-a456-426614174000"


def answer(value, status=200, **headers):
    return Answer(status, headers, orjson.dumps(value))


def page(stream, name):
    return WHOOP.read_page(stream, answer(payload(f"whoop/{name}_collection.json")), None)


def test_a_workout_is_read_in_our_units():
    found = page(WORKOUTS, "workout")
    assert found.next_token == "MTIzOjEyMzEyMw"
    [record] = WHOOP.normalise(WORKOUTS, found.items[0])
    recording = record.recording
    assert record.origin.external_id == "ecfc6a15-4661-442f-a9a4-f160dd7afae8"
    assert recording.started_at == datetime(2022, 4, 24, 2, 25, 44, 774_000, tzinfo=UTC)
    assert (recording.sport, recording.elapsed_s, recording.utc_offset_s) == (
        "running",
        28_800.0,
        -18_000,
    )
    assert (recording.avg_hr_bpm, recording.max_hr_bpm, recording.calories_kcal) == (123, 146, 375)
    assert recording.distance_m == pytest.approx(1772.77)
    assert recording.ascent_m == pytest.approx(46.64, abs=0.01)


def test_a_sleep_is_read_in_our_units():
    [record] = WHOOP.normalise(SLEEP, page(SLEEP, "sleep").items[0])
    assert (record.deep_s, record.rem_s, record.light_s, record.awake_s) == (
        6630,
        5880,
        14_906,
        1404,
    )
    assert record.asleep_s == 6630 + 5880 + 14_906
    assert (record.score_percent, record.state, record.is_nap) == (98, "scored", False)
    assert record.efficiency_percent == pytest.approx(91.695, abs=0.001)
    assert record.breaths_per_minute == pytest.approx(16.113, abs=0.001)


def test_a_recovery_has_the_day_of_its_sleeps_end():
    item = page(RECOVERY, "recovery").items[0]
    assert item.external_id == SLEEP_ID
    asked = WHOOP.more(APP, GRANT, RECOVERY, item)
    assert asked.url == f"https://api.prod.whoop.com/developer/v2/activity/sleep/{SLEEP_ID}"
    slept = {"end": "2022-04-25T02:30:00.000Z", "timezone_offset": "-05:00", "id": SLEEP_ID}
    [record] = WHOOP.normalise(RECOVERY, WHOOP.with_more(RECOVERY, item, answer(slept)))
    assert (record.day_on, record.utc_offset_s) == (date(2022, 4, 24), -18_000)
    assert record.measured_at == datetime(2022, 4, 25, 2, 30, tzinfo=UTC)
    assert (record.score_percent, record.resting_hr_bpm, record.spo2_percent) == (44, 64, 95.6875)
    assert record.hrv_rmssd_ms == pytest.approx(31.81, abs=0.01)


def test_a_recovery_whose_sleep_is_gone_is_dated_by_its_record():
    [record] = WHOOP.normalise(RECOVERY, page(RECOVERY, "recovery").items[0])
    assert record.measured_at == datetime(2022, 4, 24, 11, 25, 44, 774_000, tzinfo=UTC)
    assert record.utc_offset_s is None


@pytest.mark.parametrize(
    ("said", "state"),
    [("PENDING_SCORE", "pending"), ("UNSCORABLE", "unscorable"), ("NEW", "pending")],
)
def test_figures_count_only_once_they_are_scored(said, state):
    item = page(SLEEP, "sleep").items[0]
    [record] = WHOOP.normalise(SLEEP, replace(item, body=item.body | {"score_state": said}))
    assert (record.state, record.deep_s, record.score_percent) == (state, None, None)


def test_a_score_that_came_is_another_version():
    body = payload("whoop/sleep_collection.json")["records"][0]
    pending = {name: value for name, value in body.items() if name != "score"}
    pending["score_state"] = "PENDING_SCORE"
    [before] = WHOOP.read_page(SLEEP, answer({"records": [pending]}), None).items
    [after] = WHOOP.read_page(SLEEP, answer({"records": [body]}), None).items
    assert before.external_id == after.external_id
    assert before.version != after.version


def test_one_unreadable_object_spoils_no_page():
    good = payload("whoop/workout_collection.json")["records"][0]
    found = WHOOP.read_page(WORKOUTS, answer({"records": [7, {"id": None}, good]}), None)
    assert len(found.items) == 3
    for item in found.items[:2]:
        with pytest.raises(Malformed):
            WHOOP.normalise(WORKOUTS, item)
    assert WHOOP.normalise(WORKOUTS, found.items[2])


@pytest.mark.parametrize("body", [{}, [], {"records": None}, {"error": "x"}, 7, None])
def test_a_page_without_its_list_is_none(body):
    with pytest.raises(Malformed):
        WHOOP.read_page(WORKOUTS, answer(body), None)


def test_a_page_that_is_its_own_next_is_refused():
    with pytest.raises(Malformed):
        WHOOP.read_page(SLEEP, answer({"records": [], "next_token": "x"}), "x")


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, TokenRefused), (403, ScopeLost), (404, NotThere), (429, Throttled), (500, ProviderDown)],
)
def test_a_status_means_one_thing(status, error):
    with pytest.raises(error):
        WHOOP.read_page(SLEEP, answer({}, status), None)


def test_a_throttled_call_says_when_to_come_back():
    said = {"date": "Fri, 20 Nov 2026 12:00:00 GMT", "x-ratelimit-reset": "42"}
    with pytest.raises(Throttled) as refused:
        WHOOP.read_page(SLEEP, answer({}, 429, **said), None)
    assert refused.value.resumes_at == NOW + timedelta(seconds=42)


@pytest.mark.parametrize(
    ("limit", "left", "used"),
    [
        ("100, 100;window=60, 10000;window=86400", "98", [Usage(60, 2, 100)]),
        ("10000, 100;window=60, 10000;window=86400", "7", [Usage(86_400, 9993, 10_000)]),
        ("100", "98", []),
        ("x, y;window=z", "98", []),
        ("", "", []),
    ],
)
def test_limits_are_read_from_their_headers(limit, left, used):
    told = answer({}, **{"x-ratelimit-limit": limit, "x-ratelimit-remaining": left})
    assert list(WHOOP.usage(told)) == used


def test_a_refresh_asks_for_offline_again():
    form = WHOOP.refresh(APP, GRANT).form
    assert "scope=offline" in form
    assert "refresh_token=refresh" in form


def test_a_refresh_without_a_new_token_keeps_the_old_one():
    told = {"access_token": "new", "expires_in": 3600, "token_type": "bearer"}
    grant = WHOOP.read_grant(answer(told), before=GRANT, now=NOW)
    assert (grant.access_token, grant.refresh_token) == ("new", "refresh")
    assert grant.expires_at == NOW + timedelta(hours=1)
    assert (grant.scopes, grant.external_account_id) == (GRANT.scopes, "10129")


def test_only_a_refused_grant_is_a_refused_grant():
    with pytest.raises(GrantRefused):
        WHOOP.read_grant(answer({"error": "invalid_grant"}, 400), before=GRANT, now=NOW)
    with pytest.raises(ProviderDown):
        WHOOP.read_grant(answer({"error": "invalid_client"}, 401), before=GRANT, now=NOW)


def test_a_page_is_asked_for_as_described():
    window = Window(NOW - timedelta(days=7), NOW)
    asked = WHOOP.page(APP, GRANT, SLEEP, window, "next")
    assert asked.url == "https://api.prod.whoop.com/developer/v2/activity/sleep"
    assert asked.params == {
        "limit": 25,
        "start": "2026-11-13T12:00:00.000Z",
        "end": "2026-11-20T12:00:00.000Z",
        "nextToken": "next",
    }
    assert asked.headers["Authorization"] == "Bearer access"


def test_an_odd_id_stays_one_part_of_the_path():
    asked = WHOOP.one(APP, GRANT, SLEEP, "../../user/profile/basic?x=1")
    assert asked.url.endswith("/activity/sleep/..%2F..%2Fuser%2Fprofile%2Fbasic%3Fx%3D1")


def hook(event, *, at=NOW, secret="our secret"):
    body, headers = webhook(secret, event, at=at)
    return Hook({name.lower(): value for name, value in headers.items()}, {}, body)


def test_a_signed_webhook_names_what_changed():
    [event] = WHOOP.events(APP, hook(event_of(10129, "workout.updated", "w", "t1")), now=NOW)
    assert (event.kind, event.external_account_id, event.stream, event.external_id) == (
        "upsert",
        "10129",
        WORKOUTS,
        "w",
    )


def test_a_recovery_that_changed_is_read_again_from_its_list():
    [event] = WHOOP.events(APP, hook(event_of(1, "recovery.updated", "s", "t")), now=NOW)
    assert (event.stream, event.external_id) == (RECOVERY, None)
    assert event.since_at == NOW - timedelta(days=3)


def test_with_a_sleep_goes_its_recovery():
    found = WHOOP.events(APP, hook(event_of(1, "sleep.deleted", "s", "t")), now=NOW)
    assert [(one.kind, one.stream, one.external_id) for one in found] == [
        ("delete", SLEEP, "s"),
        ("delete", RECOVERY, "s"),
    ]


def test_what_we_do_not_read_is_no_event():
    assert WHOOP.events(APP, hook(event_of(1, "body.updated", "s", "t")), now=NOW) == []


def test_a_forged_webhook_is_refused():
    good = hook(event_of(1, "sleep.updated", "s", "t"))
    forged = [
        replace(good, body=good.body.replace(b"sleep", b"workout")),
        replace(good, headers={}),
        replace(good, headers=good.headers | {"x-whoop-signature": "AAAA"}),
        replace(good, headers=good.headers | {"x-whoop-signature-timestamp": "1"}),
        replace(good, headers=good.headers | {"x-whoop-signature-timestamp": "²"}),
        hook(event_of(1, "sleep.updated", "s", "t"), secret="another"),
    ]
    for one in forged:
        with pytest.raises(Forged):
            WHOOP.events(APP, one, now=NOW)
    assert WHOOP.events(APP, good, now=NOW)


def test_without_a_secret_of_ours_nobody_proves_anything():
    event = hook(event_of(1, "sleep.updated", "s", "t"), secret="")
    with pytest.raises(Forged):
        WHOOP.events(replace(APP, client_secret=""), event, now=NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_early_webhook_is_refused(minutes):
    event = hook(event_of(1, "sleep.updated", "s", "t"), at=NOW + timedelta(minutes=minutes))
    with pytest.raises(Forged):
        WHOOP.events(APP, event, now=NOW)


def test_a_replayed_webhook_has_the_key_of_the_first():
    def key(trace, at=NOW, kind="sleep.updated"):
        [event, *_] = WHOOP.events(APP, hook(event_of(1, kind, "s", trace), at=at), now=NOW)
        return event.delivery_key

    assert key("t") == key("t", NOW - timedelta(minutes=1))
    assert len({key("t"), key("u"), key("t", kind="sleep.deleted")}) == 3


@pytest.mark.parametrize("body", [b"", b"7", b"[]", b"{", b'{"type": "sleep.updated"}'])
def test_a_signed_webhook_that_says_nothing_is_malformed(body):
    from fittrack.simulator.trackers.whoop import signed

    headers = {name.lower(): text for name, text in signed("our secret", body, at=NOW).items()}
    with pytest.raises(Malformed):
        WHOOP.events(APP, Hook(headers, {}, body), now=NOW)


def test_more_is_asked_of_nothing_unreadable():
    assert WHOOP.more(APP, GRANT, RECOVERY, RawItem("unreadable-1", "1", 7)) is None
    assert WHOOP.more(APP, GRANT, SLEEP, RawItem("1", "1", {})) is None
