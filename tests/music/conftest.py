"""Members connected to a simulated Spotify, beside the application."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from fittrack import config
from fittrack.simulator.server import server_of
from fittrack.simulator.world import World, clients_of
from tests.factories_accounts import login, make_account
from tests.factories_trackers import connect, tracker_settings


@pytest.fixture(scope="module")
def simulated():
    """Run one simulator for all tests of a module, and return its server."""
    server = server_of(World({}))
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def spotify(simulated, settings, database):
    """Return Spotify as if it were new; answers are kept only where a test says so."""
    tracker = simulated.app.extensions["trackers"]["spotify"]
    known = tracker_settings(settings, tracker.world.base_url)
    tracker.world.clients.update(clients_of(known))
    config.use(replace(known, cache_music_s=0, cache_playing_s=0))
    tracker.faults.clear()
    for state in (tracker.asked, tracker.asked_paths, tracker.closed, tracker.listenings):
        state.clear()
    tracker.refreshes = 0
    return tracker


@pytest.fixture
def ana_id(spotify):
    return make_account()


@pytest.fixture
def ana(client, ana_id):
    return login(client, ana_id)


@pytest.fixture
def connection(client, ana):
    """Return Ana's connection."""
    return connect(client, ana, "spotify")
