"""Every recorded payload is read, or said to be none of ours; Strava's own exchanges in full."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache

import orjson
import pytest

from fittrack.clock import utc_now
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import (
    WORKOUTS,
    GrantRefused,
    Malformed,
    NotThere,
    ProviderDown,
    ScopeLost,
    Throttled,
    TokenRefused,
    Window,
)
from fittrack.trackers.syncing.models import Known
from fittrack.trackers.syncing.rules import is_news
from fittrack.wire import Answer, Request
from tests.conftest import SHARED
from tests.trackers.provider_bodies import Stage, check_described, shapes

FOLDER = SHARED / "provider-payloads"
KNOWN = (GrantRefused, Malformed, NotThere, ProviderDown, ScopeLost, Throttled, TokenRefused)
# What Fitbit and Google Fit said goes to who has taken their place.
ADAPTER_OF = {"fitbit": "google_health", "google-fit": "google_health"}
# Strava's, with how many workouts each holds.
LISTS = {
    "client-all_athlete_activities": (30, 30, 30, 30, 30, 22, 0),
    "client-all_athlete_activities_latest": (1,),
    "client-athlete_activities": (30,),
}
SINGLE = ("client-activity", "client-activity_ride", "stravalib-activity.3")
REFUSED = {
    "client-activity_with_ratelimit_exceeded": Throttled,
    "client-authorization_error": TokenRefused,
    "client-not_found_error": NotThere,
}


@cache
def answers(path):
    """Return what was answered in a payload: as it was recorded, or its body with 200."""
    found = orjson.loads(path.read_bytes())
    first = found[0] if isinstance(found, list) and found else None
    if not isinstance(first, dict) or "response" not in first:
        return [Answer(200, {}, path.read_bytes())]
    return [_answer(one["response"]) for one in found]


def _answer(told):
    headers = {name.lower(): values[0] for name, values in told["headers"].items()}
    body = told["body"]
    raw = body.encode() if isinstance(body, str) else orjson.dumps(body)
    return Answer(told["status"], headers, raw)


def strava(name):
    path = FOLDER / "strava" / f"{name}.json"
    if not path.exists():
        pytest.skip("the collection of payloads is not here")
    return answers(path)


def test_every_payload_is_read_or_said_to_be_none_of_ours():
    files = sorted(FOLDER.rglob("*.json"))
    if not files:
        pytest.skip("the collection of payloads is not here")
    assert len(files) > 100
    for path in files:
        adapter = ADAPTERS[ADAPTER_OF.get(path.parent.name, path.parent.name)]
        for answer in answers(path):
            read_in_every_way(adapter, answer)


def read_in_every_way(adapter, answer):
    """Read an answer as whatever it might be. Raises: what adapters may not raise."""
    with suppress(*KNOWN):
        adapter.read_grant(answer, before=None, now=utc_now())
    for stream in adapter.facts.streams:
        try:
            items = adapter.read_page(stream, answer, None).items
        except KNOWN:
            continue
        for item in items:
            try:
                adapter.normalise(stream, item)
            except Malformed:
                continue


@pytest.mark.parametrize("name", LISTS)
def test_stravas_lists_are_read_whole_and_page_by_page(name):
    adapter, found = ADAPTERS["strava"], []
    for answer in strava(name):
        page = adapter.read_page(WORKOUTS, answer, "1")
        found.append(len(page.items))
        assert (page.next_token is None) == (not page.items)
        for item in page.items:
            [record] = adapter.normalise(WORKOUTS, item)
            body = item.body
            assert item.external_id == str(body["id"])
            assert f"{record.recording.started_at:%Y-%m-%dT%H:%M:%SZ}" == body["start_date"]
            assert record.recording.utc_offset_s == body["utc_offset"]
            assert record.recording.distance_m == body["distance"]
    assert tuple(found) == LISTS[name]


@pytest.mark.parametrize("name", SINGLE)
def test_stravas_single_workouts_are_read(name):
    [answer] = strava(name)
    item = ADAPTERS["strava"].read_one(WORKOUTS, answer)
    [record] = ADAPTERS["strava"].normalise(WORKOUTS, item)
    assert record.recording.moving_s > 0


def test_a_line_of_stravas_list_is_no_news_of_a_workout_that_was_read_whole():
    adapter = ADAPTERS["strava"]
    [answer] = strava("client-activity_ride")
    body = orjson.loads(answer.body) | {"description": "by the river"}
    whole = adapter.read_one(WORKOUTS, Answer(200, {}, orjson.dumps(body)))
    details = {"calories", "description", "device_name", "laps", "splits_metric"}
    line = {name: value for name, value in body.items() if name not in details}
    lines = [line | {"kudos_count": 99}, line | {"name": "Another"}, {"name": "no id"}, None]
    page = adapter.read_page(WORKOUTS, Answer(200, {}, orjson.dumps(lines)), "1")
    known = Known(whole.external_id, whole.version, False, "activity", utc_now())
    assert [is_news(known, item) for item in page.items[:2]] == [False, True]
    assert is_news(replace(known, version=page.items[0].version), whole)
    assert is_news(replace(known, version=f"{page.items[1].version}.1"), page.items[0])
    for item in page.items[2:]:  # one that can't be read holds up no other
        with pytest.raises(Malformed):
            adapter.normalise(WORKOUTS, item)


def test_streams_that_tell_no_times_leave_what_the_summary_says():
    [answer], [told] = strava("client-activity"), strava("client-activity_streams")
    adapter = ADAPTERS["strava"]
    item = adapter.read_one(WORKOUTS, answer)
    # Heart rates were not asked for when this was recorded.
    item = replace(item, body=item.body | {"has_heartrate": False})
    whole = adapter.with_more(WORKOUTS, item, told)
    [record] = adapter.normalise(WORKOUTS, whole)
    assert len(record.recording.samples) == 0
    assert record.recording.distance_m == item.body["distance"] > 0


@pytest.mark.parametrize("name", REFUSED)
def test_stravas_refusals_mean_what_they_say(name):
    [answer] = strava(name)
    with pytest.raises(REFUSED[name]):
        ADAPTERS["strava"].read_one(WORKOUTS, answer)


def test_stravas_grants_are_read_and_its_refusals_told_apart():
    adapter, now = ADAPTERS["strava"], utc_now()
    for name in ("oauth-token_authorization_code", "oauth-token_refresh_token"):
        [answer] = strava(name)
        assert adapter.read_grant(answer, before=None, now=now).access_token
    [refused] = strava("oauth-token_invalid_code")
    with pytest.raises(GrantRefused):
        adapter.read_grant(refused, before=None, now=now)
    [ours] = strava("oauth-token_invalid_client")
    with pytest.raises(ProviderDown):  # says nothing of the member's grant
        adapter.read_grant(ours, before=None, now=now)


# Its description allows no null; what Strava sent when it was recorded was null.
NULLS = ("gear_id", "workout_type", "location_city", "location_state", "location_country")


def without_nulls(body):
    if isinstance(body, list):
        return [without_nulls(one) for one in body]
    return {
        name: value
        for name, value in body.items()
        if value is not None or name not in (*NULLS, "description")
    }


@pytest.fixture(scope="module")
def simulated():
    """Return what a simulated Strava says: a page, a workout, its streams, an athlete."""
    on = Stage(ADAPTERS["strava"])
    now = on.tracker.world.now()
    window = Window(now - timedelta(days=40), now)
    asked = on.adapter.page(on.app, on.grant, WORKOUTS, window, None)
    listed = on.ask(asked)
    item = on.adapter.read_page(WORKOUTS, listed, None).items[0]
    return {
        "/athlete/activities": listed.json(),
        "/activities/{id}": on.ask(
            on.adapter.one(on.app, on.grant, WORKOUTS, item.external_id)
        ).json(),
        "/activities/{id}/streams": on.ask(
            on.adapter.more(on.app, on.grant, WORKOUTS, item)
        ).json(),
        "/athlete": on.ask(
            Request(f"{on.app.hosts['web']}/api/v3/athlete", headers=asked.headers)
        ).json(),
    }


@pytest.mark.parametrize(
    "path", ["/athlete/activities", "/activities/{id}", "/activities/{id}/streams", "/athlete"]
)
def test_the_simulated_strava_says_what_its_description_allows(simulated, path):
    check_described("strava.json", "GET", path, 200, without_nulls(simulated[path]))


@pytest.mark.parametrize("name", [*LISTS, "client-activity_streams"])
def test_what_strava_listed_could_come_from_the_simulator(simulated, name):
    path = "/activities/{id}/streams" if name.endswith("streams") else "/athlete/activities"
    for answer in strava(name):
        assert shapes(answer.json()) - shapes(simulated[path]) == set()
