"""The demo: a member whose tracker goes on bringing workouts."""

from __future__ import annotations

import threading

import pytest
from werkzeug.serving import make_server

from fittrack.clock import utc_now
from fittrack.dev import connecting, demo
from fittrack.simulator.trackers import living
from tests.factories_accounts import login, make_account
from tests.factories_trackers import shorten, sync
from tests.trackers.test_sync import all_of
from tests.trackers.test_webhooks import do_due


@pytest.fixture
def served(app, strava):
    """Serve the application at the address that the simulator knows; it has to be told there."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    client = strava.client
    redirect_uri = f"http://127.0.0.1:{server.port}/api/v1/connections/strava/callback"
    object.__setattr__(client, "redirect_uri", redirect_uri)
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_demo_member_is_connected_each_time_and_sees_what_they_do(client, strava):
    ana = login(client, make_account(email=demo.MEMBER_EMAIL))
    shorten(strava)
    first = connecting.connect_demo_member(now=utc_now())
    again = connecting.connect_demo_member(now=utc_now())
    assert first.connection_id == again.connection_id
    sync({"connection_id": again.connection_id}, now=utc_now())
    assert all_of(client, ana)


def test_without_a_simulator_or_a_demo_member_nobody_is_connected(database, settings):
    assert connecting.connect_demo_member(now=utc_now()) is None


def test_what_a_simulated_person_does_is_told_and_comes_in(client, strava, request):
    ana = login(client, make_account(email=demo.MEMBER_EMAIL))
    shorten(strava)
    connection = connecting.connect_demo_member(now=utc_now())
    sync({"connection_id": connection.connection_id}, now=utc_now())
    before = len(all_of(client, ana))
    request.getfixturevalue("served")
    [account] = living.connected(strava)
    living.do_something(strava, account, 10**15)
    assert do_due() == 1
    assert len(all_of(client, ana)) == before + 1
