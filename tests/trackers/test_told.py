"""What simulated trackers tell by themselves when ordered, over HTTP: taken, or refused."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import requests
from werkzeug.serving import make_server

from fittrack.clock import utc_now
from fittrack.simulator.trackers.telling import TELLERS
from fittrack.trackers.providers import ADAPTERS
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, shorten, sync
from tests.real_processes import wait_for
from tests.trackers.test_sync import all_of
from tests.trackers.test_webhooks import do_due

# Theirs hold no time, or are proven by an address that stays the same.
TIMELESS = {"google_health", "polar", "withings"}


@pytest.fixture
def served(app, trackers):
    """Serve the application at the address that all simulated trackers know."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    clients = trackers["strava"].world.clients
    for name, client in clients.items():
        uri = f"http://127.0.0.1:{server.port}/api/v1/connections/{name}/callback"
        clients[name] = replace(client, redirect_uri=uri)
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def order(tracker, path="/workouts", method="POST", **body):
    address = f"{tracker.world.base_url}/control/{tracker.name}/people/{EMAIL}{path}"
    answer = requests.request(method, address, json=body, timeout=60)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def answered(tracker):
    address = f"{tracker.world.base_url}/control/{tracker.name}"
    return requests.get(address, timeout=60).json()["told"]


def test_what_is_ordered_is_told_by_each_tracker_and_believed_only_when_proven(trackers, served):
    for name in TELLERS:
        tracker = trackers[name]
        order(tracker)
        order(tracker, told={"is_forged": True})
        order(tracker, told={"signed_ago_s": 3600})
        wait_for(lambda tracker=tracker: sum(answered(tracker).values()) == 3)
        status = ADAPTERS[name].facts.hook_status
        old = status if name in TIMELESS else 401
        expected = {f"true {status}": 1, f"old {old}": 1, "forged 401": 1}
        assert answered(tracker) == expected, name


def test_what_is_ordered_comes_in_changes_and_goes(client, trackers, request):
    tracker, ana = trackers["oura"], login(client, make_account())
    shorten(tracker)
    sync(connect(client, ana, "oura"), now=utc_now())
    request.getfixturevalue("served")
    before = len(all_of(client, ana))
    made = order(tracker, appears_after_s=0.01, told={"after_s": 0.1, "times": 2})
    wait_for(lambda: answered(tracker) == {"true 200": 2})
    assert (do_due(), len(all_of(client, ana))) == (1, before + 1)
    order(tracker, f"/workouts/{made['number']}", "DELETE")
    wait_for(lambda: answered(tracker) == {"true 200": 3})
    assert (do_due(), len(all_of(client, ana))) == (1, before)
