"""The running simulator takes orders for trackers over HTTP."""

from __future__ import annotations

import pytest
from flask import Response

from fittrack.config import Config
from fittrack.simulator.app import create_simulator
from fittrack.simulator.trackers.spoiling import spoilt
from fittrack.simulator.world import World, clients_of
from tests.factories_trackers import PROVIDERS, tracker_settings

PATHS = {"strava": "/strava/web/api/v3/athlete"}


@pytest.fixture(scope="module")
def simulator():
    settings = tracker_settings(Config(), "http://127.0.0.1:8190")
    return create_simulator(World(clients_of(settings))).test_client()


@pytest.fixture(autouse=True)
def _behave(simulator):
    yield
    for name in PROVIDERS:
        assert simulator.delete(f"/control/{name}/faults").status_code == 204


def order(simulator, *orders, provider="strava"):
    return simulator.post(f"/control/{provider}/faults", json=list(orders))


def statuses(simulator, calls, path=PATHS["strava"]):
    return [simulator.get(path).status_code for _ in range(calls)]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_kind_that_is_told_may_be_ordered(simulator, provider):
    told = simulator.get("/").json["faults_of_trackers"]
    orders = [{"kind": kind, "at": at} for at, kinds in told.items() for kind in kinds]
    assert order(simulator, *orders, provider=provider).status_code == 204
    ahead = simulator.get(f"/control/{provider}/faults").json
    assert [(one["kind"], one["at"]) for one in ahead] == [
        (one["kind"], one["at"]) for one in orders
    ]


def test_a_fault_strikes_so_often_after_so_many_calls(simulator):
    assert statuses(simulator, 1) == [401]
    order(simulator, {"kind": "error_503", "at": "api", "times": 2, "after": 1})
    assert statuses(simulator, 4) == [401, 503, 503, 401]
    assert simulator.get("/control/strava/faults").json == []


def test_what_goes_wrong_with_a_grant_goes_out_as_it_is(simulator):
    order(simulator, {"kind": "not_json", "at": "token"}, provider="withings")
    answer = simulator.post("/withings/api/v2/oauth2", data={"action": "requesttoken"})
    assert (answer.status_code, answer.text[:6]) == (200, "<html>")


@pytest.mark.parametrize("kind", ["empty_page", "repeated_page"])
def test_the_samples_of_one_object_are_no_page(kind):
    one = b'{"id":1,"samples":[{"data":"61,62"}]}'
    assert spoilt(Response(one, content_type="application/json"), kind).json["samples"] == [
        {"data": "61,62"}
    ]


def test_a_fault_strikes_only_the_path_it_is_ordered_for(simulator):
    order(simulator, {"kind": "error_503", "at": "api", "path": "/activities"})
    assert statuses(simulator, 1) == [401]
    assert statuses(simulator, 2, "/strava/web/api/v3/athlete/activities") == [503, 401]


@pytest.mark.parametrize(
    "orders",
    [
        {"kind": "error_503", "at": "api"},
        ["error_503"],
        [{"at": "api"}],
        [{"kind": "fewer_scopes", "at": "api"}],
        [{"kind": "wrong_nonce", "at": "token"}],
        [{"kind": "error_503", "at": "api", "how": 1}],
        [{"kind": "error_503", "at": "api", "times": "often"}],
        [{"kind": "error_503", "at": "api", "path": 1}],
        [{"kind": "error_503", "at": "api"}, {"kind": "dance", "at": "api"}],
        [{"kind": ["error_503"], "at": {}}],
    ],
)
def test_an_order_without_sense_changes_nothing(simulator, orders):
    assert simulator.post("/control/strava/faults", json=orders).status_code == 422
    assert simulator.get("/control/strava/faults").json == []


@pytest.mark.parametrize("told", [{}, [], {"ahead_s": "x"}, {"ahead_s": 1e9}])
def test_the_clock_is_moved_by_a_number_of_seconds(simulator, told):
    assert simulator.put("/control/clock", json=told).status_code == 422
