"""The simulated Google Health and WHOOP answer as the providers describe themselves."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests

from fittrack.clock import utc_now
from fittrack.simulator.server import server_of
from fittrack.simulator.trackers.service import Tracker
from fittrack.simulator.world import Client, World
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import App, Grant, Window
from tests.trackers.specs import check, description, payload, shape_of

EMAIL = "ana@gmail.test"
NAMES = ("google_health", "whoop")


@pytest.fixture(scope="module")
def simulated() -> Iterator[dict[str, Tracker]]:
    world = World({name: Client("us", "https://fit.test/back", secret="ours") for name in NAMES})
    server = server_of(world)
    arguments = {"poll_interval": 0.01}
    thread = threading.Thread(target=server.serve_forever, kwargs=arguments, daemon=True)
    thread.start()
    yield server.app.extensions["trackers"]
    server.shutdown()
    server.server_close()
    thread.join()


class Visitor:
    """Somebody who is let into a simulated provider."""

    def __init__(self, tracker: Tracker) -> None:
        account = tracker.account(EMAIL)
        code = tracker.consent(account, frozenset({"all"}), "https://fit.test/back", None)
        tokens = tracker.issue(tracker.exchange(code).family)
        self.headers = {"Authorization": f"Bearer {tokens.access_token}"}
        self.base_url = f"{tracker.world.base_url}/{tracker.name}"
        self.account = account

    def ask(self, path, method="GET", **options):
        answer = requests.request(
            method, f"{self.base_url}{path}", headers=self.headers, timeout=60, **options
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def whoop(simulated):
    visitor = Visitor(simulated["whoop"])
    night = max(visitor.account.nights.values(), key=lambda one: one.started_at)
    later = replace(night, scored_at=utc_now() + timedelta(hours=1))
    visitor.account.nights[night.number] = later
    return visitor


@pytest.fixture(scope="module")
def google(simulated):
    return Visitor(simulated["google_health"])


def operations(spec):
    """Return the described operations: a pattern of the path, the method, the query's names."""
    base = urlsplit(spec["servers"][0]["url"])
    for path, methods in spec["paths"].items():
        pattern = re.compile(re.sub(r"\\{[^}]*\\}", "[^/:]+", re.escape(base.path + path)))
        for method, operation in methods.items():
            asked = operation.get("parameters", []) if isinstance(operation, dict) else []
            names = {one["name"] for one in asked if one.get("in") == "query"}
            yield base.netloc, pattern, method.upper(), names


@pytest.mark.parametrize("name", NAMES)
def test_what_we_ask_is_described(name):
    adapter = ADAPTERS[name]
    spec = {"google_health": "google-health.json", "whoop": "whoop.yaml"}[name]
    app = App("us", "ours", "https://fit.test", dict(adapter.facts.hosts))
    grant = Grant("access", "refresh", None, frozenset())
    window = Window(utc_now() - timedelta(days=7), utc_now())
    asked = [adapter.whose(app, grant)]
    for stream in adapter.facts.streams:
        asked.append(adapter.page(app, grant, stream, window, "next"))
        asked.append(adapter.one(app, grant, stream, "e1b2"))
    if name == "whoop":
        asked.append(adapter.revoke(app, grant))
    known = list(operations(description(spec)))
    for request in filter(None, asked):
        parts = urlsplit(request.url)
        assert any(
            parts.netloc == host
            and pattern.fullmatch(parts.path)
            and request.method == method
            and set(request.params) <= names
            for host, pattern, method, names in known
        ), request.url


WHOOPS = {
    "cycle": ("PaginatedCycleResponse", "cycle_collection"),
    "recovery": ("RecoveryCollection", "recovery_collection"),
    "activity/sleep": ("PaginatedSleepResponse", "sleep_collection"),
    "activity/workout": ("WorkoutCollection", "workout_collection"),
    "user/profile/basic": ("UserBasicProfile", "profile"),
    "user/measurement/body": ("UserBodyMeasurement", "body"),
}


@pytest.mark.parametrize("path", WHOOPS)
def test_whoop_answers_as_it_is_described(whoop, path):
    schema, recorded = WHOOPS[path]
    found = whoop.ask(f"/web/developer/v2/{path}", params={"limit": 10})
    check("whoop.yaml", schema, found)
    assert found.get("records", [1])
    missing = set(shape_of(payload(f"whoop/{recorded}.json"))) - set(shape_of(found))
    assert not missing


def test_whoops_single_objects_are_as_described(whoop):
    for path, schema in (("sleep", "Sleep"), ("workout", "WorkoutV2")):
        listed = whoop.ask(f"/web/developer/v2/activity/{path}")["records"][0]
        alone = whoop.ask(f"/web/developer/v2/activity/{path}/{listed['id']}")
        check("whoop.yaml", schema, alone)
        assert alone == listed


def test_whoops_newest_score_is_still_to_come(whoop):
    found = whoop.ask("/web/developer/v2/recovery")["records"]
    assert [one["score_state"] for one in found[:2]] == ["PENDING_SCORE", "SCORED"]


def test_whoops_pages_hold_everything_once(whoop):
    ids, token = [], None
    while True:
        asked = {"limit": 25, **({"nextToken": token} if token else {})}
        page = whoop.ask("/web/developer/v2/activity/sleep", params=asked)
        ids += [one["id"] for one in page["records"]]
        token = page.get("next_token")
        if token is None:
            break
    assert len(ids) == len(set(ids)) == len(whoop.account.nights)


def filter_of(name, fmt):
    bounds = (utc_now() - timedelta(days=50), utc_now() + timedelta(days=2))
    least, most = (f"{at:{fmt}}" for at in bounds)
    return {"filter": f'{name} >= "{least}" AND {name} < "{most}"'}


def test_google_answers_as_it_is_described(google):
    points = "/api/v4/users/me/dataTypes"
    check("google-health.json", "Identity", google.ask("/api/v4/users/me/identity"))
    civil = filter_of("exercise.interval.civil_start_time", "%Y-%m-%dT%H:%M:%S")
    exercises = google.ask(f"{points}/exercise/dataPoints", params=civil)
    check("google-health.json", "ListDataPointsResponse", exercises)
    ended = filter_of("sleep.interval.end_time", "%Y-%m-%dT%H:%M:%SZ")
    sleeps = google.ask(f"{points}/sleep/dataPoints:reconcile", params=ended)
    check("google-health.json", "ReconcileDataPointsResponse", sleeps)
    assert len(exercises["dataPoints"]) > 10
    assert len(sleeps["dataPoints"]) == 25
    first, last = utc_now() - timedelta(days=40), utc_now()
    days = [{"date": {"year": at.year, "month": at.month, "day": at.day}} for at in (first, last)]
    asked = {"range": {"start": days[0], "end": days[1]}, "windowSizeDays": 1}
    check("google-health.json", "DailyRollUpDataPointsRequest", asked)
    steps = google.ask(f"{points}/steps/dataPoints:dailyRollUp", "POST", json=asked)
    check("google-health.json", "DailyRollUpDataPointsResponse", steps)
    assert len(steps["rollupDataPoints"]) == 40


def test_googles_single_objects_are_as_described(google):
    points = "/api/v4/users/me/dataTypes"
    ended = filter_of("sleep.interval.end_time", "%Y-%m-%dT%H:%M:%SZ")
    sleeps = google.ask(f"{points}/sleep/dataPoints:reconcile", params=ended)
    listed = sleeps["dataPoints"][0]
    named = listed["dataPointName"].rpartition("/")[2]
    alone = google.ask(f"{points}/sleep/dataPoints/{named}")
    check("google-health.json", "DataPoint", alone)
    assert alone["sleep"] == listed["sleep"]
