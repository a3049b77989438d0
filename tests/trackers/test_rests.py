"""The rest of objects: samples and the like, believed only where they are of that object."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from fittrack.simulator.trackers.histories import new_workout
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import Malformed, NotThere, ProviderDown, RawItem
from fittrack.wire import Answer
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, shorten, sync
from tests.trackers.test_sync import all_of


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


@pytest.mark.parametrize(
    ("provider", "rest"),
    [("withings", {"status": 0, "body": {"series": []}}), ("oura", {"data": []})],
)
def test_a_rest_that_is_empty_is_not_there_yet(provider, rest):
    with pytest.raises(NotThere):
        ADAPTERS[provider].with_more(
            "workouts", RawItem("7", "1", {"id": 7}), Answer(200, {}, orjson.dumps(rest))
        )


@pytest.mark.parametrize(
    ("hours", "pages", "asked", "is_found"),
    [(2, (0, 1, 3, 4), 3, True), (9, (0, 7, 10), 2, False), (9, (0, 7, 10, 8 * 24), 3, True)],
    ids=["soon", "late", "a week later"],
)
def test_beats_that_come_after_their_workout_are_asked_for_while_it_is_new(
    client, trackers, hours, pages, asked, is_found
):
    """They are asked for with each page for some hours, once after them, and then once a week."""
    ana, tracker = login(client, make_account()), trackers["oura"]
    shorten(tracker, days=0)
    at = tracker.world.now() - timedelta(hours=5)
    beats_at = at + timedelta(hours=5 + hours)
    made = replace(new_workout(7, at, random.Random(7)), beats_at=beats_at)
    tracker.account(EMAIL).workouts[7] = made
    connection = connect(client, ana, "oura")
    for ahead in pages:
        tracker.world.ahead_s = ahead * 3600
        assert sync(connection, now=tracker.world.now()).outcome == "done"
    found = [one for one in all_of(client, ana) if one["type"] == "workout"]
    assert [one["avg_hr_bpm"] is not None for one in found] == [is_found]
    found = sum(times for path, times in tracker.paths.items() if path.endswith("/heartrate"))
    assert found == asked
