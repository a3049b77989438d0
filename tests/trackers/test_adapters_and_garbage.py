"""Whatever a provider sends, an adapter reads it or says that it can't; nothing else happens."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.clock import epoch_s
from fittrack.trackers import providers
from fittrack.trackers.providers.base import App, Forged, Hook, Malformed, RawItem
from fittrack.trackers.providers.google_health import GoogleHealth
from fittrack.trackers.providers.whoop import Whoop
from fittrack.trackers.syncing.rests import recovery_of, sleep_of
from fittrack.wire import Answer

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ADAPTERS = (GoogleHealth(), Whoop())
STREAMS = [(adapter, stream) for adapter in ADAPTERS for stream in adapter.facts.streams]
IDS = [f"{adapter.facts.name} {stream}" for adapter, stream in STREAMS]
NAMES = (
    *("id", "sleep_id", "name", "dataPointName", "interval", "startTime", "endTime", "records"),
    *("start", "end", "timezone_offset", "score_state", "score", "stage_summary", "sport_name"),
    *("total_light_sleep_time_milli", "kilojoule", "exercise", "sleep", "steps", "countSum"),
    *("metricsSummary", "distanceMillimeters", "summary", "stagesSummary", "type", "minutes"),
    *("civilStartTime", "date", "year", "month", "day", "splitSummaries", "startUtcOffset"),
    *("dataPoints", "rollupDataPoints", "next_token", "nextPageToken", "created_at", "metadata"),
    *("dataSource", "device", "displayName", "activeDuration", "recovery_score", "nap"),
)
TEXTS = st.sampled_from(
    (
        *("2026-11-20T01:02:03Z", "2026-11-20T09:02:03Z", "0001-01-01T00:00:00-18:00"),
        *("9999-12-31T23:59:59+18:00", "SCORED", "-05:00", "+99:99", "3600s", "1e999s", "nan"),
        *("-18000s", "12", "-1", "", "DEEP", "running", "users/1/dataTypes/x/dataPoints/"),
    )
)
LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | TEXTS
VALUES = st.recursive(
    LEAVES | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=12)
    ),
    max_leaves=30,
)


def sleep_like(inner):
    interval = {"startTime": "2026-11-20T01:02:03Z", "endTime": "2026-11-20T09:02:03Z"}
    whole = {"interval": interval, "metricsSummary": inner, "summary": inner, "metadata": inner}
    times = {"start": interval["startTime"], "end": interval["endTime"], "score_state": "SCORED"}
    names = {"id": "1", "sleep_id": "1", "name": "a/b"}
    return {
        **names,
        **times,
        "created_at": interval["endTime"],
        "timezone_offset": inner,
        "score": inner,
        "exercise": whole,
        "sleep": whole,
        "dataSource": inner,
        "steps": inner,
    }


@pytest.mark.parametrize(("adapter", "stream"), STREAMS, ids=IDS)
@settings(max_examples=40)
@given(value=VALUES | VALUES.map(sleep_like))
def test_garbage_is_read_or_malformed(adapter, stream, value):
    names = ("records", "dataPoints", "rollupDataPoints")
    body = orjson.dumps({name: [value] for name in names})
    try:
        [item] = adapter.read_page(stream, Answer(200, {}, body), None).items
        for record in adapter.normalise(stream, item):
            if stream == "sleep":
                assert sleep_of(adapter.facts.name, record, zone=UTC, now=NOW)
            elif stream == "recovery":
                assert recovery_of(adapter.facts.name, record, now=NOW)
    except Malformed:
        return


@pytest.mark.parametrize(("adapter", "stream"), STREAMS, ids=IDS)
@settings(max_examples=40)
@given(body=st.binary(max_size=60) | VALUES.map(orjson.dumps))
def test_a_garbage_answer_is_read_or_malformed(adapter, stream, body):
    for read in (
        lambda: adapter.read_page(stream, Answer(200, {}, body), None),
        lambda: adapter.read_one(stream, Answer(200, {}, body)),
        lambda: adapter.normalise(stream, RawItem("1", "1", body.decode(errors="replace"))),
        lambda: adapter.read_person(Answer(200, {}, body)),
        lambda: adapter.read_grant(Answer(200, {}, body), before=None, now=NOW),
    ):
        try:
            read()
        except Malformed:
            continue


@pytest.mark.parametrize(("adapter", "stream"), STREAMS, ids=IDS)
def test_what_is_nested_too_deep_to_be_kept_is_malformed(adapter, stream):
    body = b"[" * 300 + b"]" * 300
    with pytest.raises(Malformed):
        adapter.read_page(stream, Answer(200, {}, body), None)


@pytest.mark.parametrize("provider", providers.ADAPTERS)
@settings(max_examples=20)
@given(
    body=st.binary(max_size=60) | VALUES.map(orjson.dumps),
    said=st.text(max_size=20),
    proof=st.text(max_size=20),
)
def test_a_garbage_webhook_is_forged_or_malformed(provider, body, said, proof):
    adapter = providers.ADAPTERS[provider]
    app = App("us", "ours", "https://fit.test", dict(adapter.facts.hosts), "secret", "{}")
    headers = {"authorization": "secret", "x-whoop-signature-timestamp": said}
    names = (
        *("x-whoop-signature", "google-health-api-signature", "polar-webhook-signature"),
        *("x-oura-signature", "x-oura-timestamp"),
    )
    headers["x-strava-signature"] = f"t={epoch_s(NOW)},v1={proof}"
    hook = Hook(headers | dict.fromkeys(names, proof), {}, body)
    for read in (
        lambda: adapter.challenged(app, hook),
        lambda: adapter.events(app, hook, now=NOW),
    ):
        try:
            read()
        except (Forged, Malformed):
            continue


@pytest.mark.parametrize("depth", [253, 300])
def test_the_rest_of_an_object_is_not_too_deep_to_be_kept_either(depth):
    item = RawItem("1", "1", {"sleep_id": "1"})
    body = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
    with pytest.raises(Malformed):
        Whoop().with_more("recovery", item, Answer(200, {}, body))
