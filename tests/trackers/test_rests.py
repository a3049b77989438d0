"""The rest of objects: samples and the like, believed only where they are of that object."""

from __future__ import annotations

import orjson
import pytest

from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import Malformed, ProviderDown, RawItem
from fittrack.wire import Answer


@pytest.mark.parametrize(
    ("provider", "stream", "listed", "rest"),
    [
        ("strava", "workouts", {"id": 7, "has_heartrate": True}, {}),
        ("strava", "workouts", {"id": 7, "has_heartrate": True}, {"time": {"data": [1]}}),
        ("strava", "workouts", {"id": 7}, {"time": {"data": [None, None]}}),
        ("polar", "workouts", {"id": "7"}, {"id": "8", "samples": []}),
        ("polar", "workouts", {"id": "7"}, {"id": "7", "samples": [{"data": None}]}),
        ("polar", "workouts", {"id": "7"}, {"samples": []}),
        ("whoop", "recovery", {"sleep_id": "7"}, {"id": "8", "end": "2026-11-20T06:00:00Z"}),
        ("withings", "workouts", {"id": 7}, {"status": 0, "body": {}}),
        ("withings", "workouts", {"id": 7}, {"status": 503, "error": "try again"}),
        (
            *("withings", "workouts", {"id": 7}),
            {"status": 0, "body": {"series": {"1700000000": {"heart_rate": None}}}},
        ),
        ("oura", "workouts", {"id": "7"}, {"error": "try again"}),
        ("oura", "workouts", {"id": "7"}, {"data": [{"bpm": None}, {"bpm": None}]}),
    ],
)
def test_a_rest_that_is_not_of_its_object_is_none(provider, stream, listed, rest):
    item = RawItem("7", "1", listed)
    with pytest.raises((Malformed, ProviderDown)):
        ADAPTERS[provider].with_more(stream, item, Answer(200, {}, orjson.dumps(rest)))
