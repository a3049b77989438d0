"""What the simulated Polar, Oura and Withings say: as described, as recorded, and gone wrong."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import lru_cache
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import (
    Malformed,
    NotThere,
    ProviderDown,
    ScopeLost,
    Throttled,
    TokenRefused,
    Window,
)
from fittrack.wire import Answer, Request
from tests.trackers.provider_bodies import (
    Stage,
    answer_of,
    app_for,
    broken,
    check_described,
    grant_for,
    recorded,
    shapes,
)

NAMES = ("oura", "polar", "withings")
ASKED_FOR = [(name, stream) for name in NAMES for stream in ADAPTERS[name].facts.streams]
TROUBLE = (Malformed, NotThere, ProviderDown, ScopeLost, Throttled, TokenRefused)
# Its description allows no null; what Withings sent when it was recorded was null.
NULLS = ("deviceid", "hash_deviceid", "spo2_average")


@lru_cache
def stage(name):
    """Return a simulated provider that has admitted its member."""
    made = Stage(ADAPTERS[name])
    for request in made.adapter.admit(made.app, made.grant):
        made.adapter.read_admitted(made.ask(request))
    return made


def window(on):
    now = on.tracker.world.now()
    return Window(now - timedelta(days=14), now)


@lru_cache
def first_page(name, stream):
    """Return a stage, the answer with the first page of a stream, and what it comes to."""
    on = stage(name)
    answer = on.ask(on.adapter.page(on.app, on.grant, stream, window(on), None))
    return on, answer, on.adapter.read_page(stream, answer, None)


def asked_of(name):
    """Yield each request that a whole sync makes of a provider, with its answer."""
    for stream in ADAPTERS[name].facts.streams:
        on, answer, page = first_page(name, stream)
        yield on.adapter.page(on.app, on.grant, stream, window(on), None), answer
        item = page.items[0]
        for request in (
            on.adapter.more(on.app, on.grant, stream, item),
            on.adapter.one(on.app, on.grant, stream, item.external_id),
        ):
            if request is not None:
                yield request, on.ask(request)


def described_polar(request: Request) -> str:
    path = request.url.removeprefix("http://localhost/polar/api").partition("?")[0]
    for list_path, named in (
        ("/v3/exercises", "{exerciseId}"),
        ("/v3/users/activities", "{date}"),
        ("/v3/users/sleep", "{date}"),
        ("/v3/users/nightly-recharge", "{date}"),
    ):
        if path.startswith(f"{list_path}/"):
            return f"{list_path}/{named}"
    return path


def described_withings(request: Request) -> str:
    path = request.url.removeprefix("http://localhost/withings/api")
    action = parse_qs(request.form)["action"][0].removeprefix("get")
    return path if action == "activity" else f"{path}-{'get' * (path == '/v2/sleep')}{action}"


def without_nulls(body):
    if isinstance(body, dict):
        return {
            key: without_nulls(value)
            for key, value in body.items()
            if value is not None or key not in NULLS
        }
    return [without_nulls(one) for one in body] if isinstance(body, list) else body


def test_polar_says_what_its_description_allows():
    seen = set()
    for request, answer in asked_of("polar"):
        path = described_polar(request)
        seen.add(path)
        check_described("polar.yaml", request.method, path, answer.status, answer.json())
    assert len(seen) == 8
    on = Stage(ADAPTERS["polar"])
    [register] = on.adapter.admit(on.app, on.grant)
    answer = on.ask(register)
    check_described("polar.yaml", "POST", "/v3/users", answer.status, answer.json())
    answer = on.ask(on.adapter.revoke(on.app, on.grant))
    check_described("polar.yaml", "DELETE", "/v3/users/{user-id}", answer.status, None)


def test_withings_says_what_its_description_allows():
    seen = set()
    for request, answer in asked_of("withings"):
        path = described_withings(request)
        seen.add(path)
        body = without_nulls(answer.json())
        check_described("withings.yaml", "POST", path, answer.status, body)
    assert seen == {
        *("/v2/measure", "/v2/measure-workouts"),
        *("/v2/measure-intradayactivity", "/v2/sleep-getsummary"),
    }


PAYLOADS = {
    "polar": ("exercise", "exercises", "activities", "sleep", "nightly_recharge"),
    "oura": (
        *("daily_activity", "daily_readiness", "personal_info", "sleep_periods", "workouts"),
        "heart_rate",
    ),
    "withings": (
        *("activity", "workouts", "sleep_summary", "sleep_summary_no_datafields"),
        *("shimmer-withings-activity-measures", "shimmer-withings-sleep-summary"),
        *("shimmer-withings-intraday-activity", "notify_list", "notify_subscribe"),
    ),
}


def all_said(name):
    """Return the shapes of all that a provider says, bare and without the list around them."""
    on = stage(name)
    bodies = [answer.json() for _, answer in asked_of(name)]
    if name == "polar":
        flags = ("samples", "zones", "route", "steps", "activity_zones", "inactivity_stamps")
        query = "&".join(f"{flag}=true" for flag in flags)
        for path in ("/v3/exercises", "/v3/users/activities"):
            request = on.adapter.page(on.app, on.grant, "workouts", window(on), None)
            url = f"{on.app.hosts['api']}{path}?{query}"
            bodies.append(on.ask(Request(url, headers=request.headers)).json())
        bodies += [bodies[-2][0]]
    if name == "oura":
        bodies += [body["data"] for body in bodies if "data" in body]
        bodies.append(on.ask(on.adapter.whose(on.app, on.grant)).json())
    if name == "withings":
        headers = {"Authorization": f"Bearer {on.grant.access_token}"}
        notify = Request(f"{on.app.hosts['api']}/notify", "POST", headers=headers)
        for form in ("action=list", "action=subscribe&appli=44&callbackurl=x"):
            request = Request(notify.url, "POST", headers=headers, form=form)
            bodies.append(on.ask(request).json())
    return set().union(*(shapes(body) for body in bodies))


@pytest.mark.parametrize("name", NAMES)
def test_what_was_recorded_could_come_from_the_simulator(name):
    said = all_said(name)
    for payload in PAYLOADS[name]:
        missing = shapes(recorded(name, payload)) - said
        assert not missing, (payload, sorted(missing))


@pytest.mark.parametrize(("name", "stream"), ASKED_FOR)
def test_everything_said_can_be_read_and_be_kept(name, stream):
    on, _, page = first_page(name, stream)
    assert page.items
    for item in page.items:
        json.dumps(item.body)
        [record] = on.adapter.normalise(stream, item)
        assert record.origin.external_id == item.external_id


@pytest.mark.parametrize(("name", "stream"), ASKED_FOR)
@given(data=st.data())
@settings(max_examples=50)
def test_nonsense_is_malformed_and_nothing_else(name, stream, data):
    on, answer, _ = first_page(name, stream)
    body = data.draw(broken(_shortened(answer.json())))
    try:
        page = on.adapter.read_page(stream, answer_of(body), None)
    except TROUBLE:
        return
    for item in page.items:
        assert isinstance(item.external_id, str)
        assert 0 < len(item.external_id) <= 200
        try:
            records = on.adapter.normalise(stream, item)
        except Malformed:
            continue
        assert all(record.origin.external_id == item.external_id for record in records)


def _shortened(body):
    """Return a page of two objects: what goes wrong with them goes wrong with more."""
    if isinstance(body, dict):
        return {key: _shortened(value) for key, value in body.items()}
    return body[:2] if isinstance(body, list) else body


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=50)
def test_nonsense_about_samples_spoils_no_workout(name, data):
    on, _, page = first_page(name, "workouts")
    item = page.items[0]
    body = data.draw(broken(_first_beats(rest_of(name))))
    try:
        whole = on.adapter.with_more("workouts", item, answer_of(body))
        [record] = on.adapter.normalise("workouts", whole)
    except TROUBLE:
        return
    assert len(record.recording.samples) < 10_000


@lru_cache
def rest_of(name):
    """Return what a provider says of its newest workout beyond the list."""
    on, _, page = first_page(name, "workouts")
    return on.ask(on.adapter.more(on.app, on.grant, "workouts", page.items[0])).json()


def _first_beats(body):
    if isinstance(body, dict):
        return {key: _first_beats(value) for key, value in list(body.items())[:40]}
    return [_first_beats(one) for one in body[:3]] if isinstance(body, list) else body


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "body", [b"", b"{", b"NaN", b"[NaN]", b"\xff", b"[" * 100_000, b"<html>", b"null", b"1e999"]
)
def test_what_is_no_json_is_malformed(name, body):
    adapter = ADAPTERS[name]
    answer = Answer(200, {}, body)
    for stream in adapter.facts.streams:
        with pytest.raises(Malformed):
            adapter.read_page(stream, answer, None)
        if adapter.one(app_for(adapter), grant_for(adapter), stream, "x") is not None:
            with pytest.raises(Malformed):
                adapter.read_one(stream, answer)
