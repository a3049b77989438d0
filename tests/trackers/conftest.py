"""The simulated trackers beside the application."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from fittrack import config, db
from fittrack.config import Config
from fittrack.simulator.server import server_of
from fittrack.simulator.trackers.service import Tracker
from fittrack.simulator.world import World, clients_of
from tests.factories_trackers import tracker_settings


@pytest.fixture
def trackers(settings: Config, database: db.Engine) -> Iterator[dict[str, Tracker]]:
    """Run fresh simulated trackers, known to the application, and return their states by name."""
    world = World({})
    server = server_of(world)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    known = tracker_settings(settings, world.base_url)
    world.clients.update(clients_of(known))
    config.use(known)
    yield server.app.extensions["trackers"]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def strava(trackers: dict[str, Tracker]) -> Tracker:
    return trackers["strava"]
