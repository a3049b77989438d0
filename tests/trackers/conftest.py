"""The simulated trackers beside the application."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from fittrack import config, db
from fittrack.config import Config
from fittrack.simulator.server import server_of
from fittrack.simulator.trackers.service import Tracker
from fittrack.simulator.world import World, clients_of
from tests.conformance import engines
from tests.factories_trackers import tracker_settings


@contextmanager
def simulated(settings: Config) -> Iterator[dict[str, Tracker]]:
    """Run fresh simulated trackers, known to the application, and give their states by name."""
    world = World({})
    server = server_of(world)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    known = tracker_settings(settings, world.base_url)
    world.clients.update(clients_of(known))
    config.use(known)
    try:
        yield server.app.extensions["trackers"]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def trackers(settings: Config, database: db.Engine) -> Iterator[dict[str, Tracker]]:
    """Return the simulated trackers of one test."""
    with simulated(settings) as found:
        yield found


@pytest.fixture
def strava(trackers: dict[str, Tracker]) -> Tracker:
    return trackers["strava"]


@pytest.fixture(scope="module")
def lasting_trackers(
    app: Flask, settings: Config, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Tracker]]:
    """Return the simulated trackers of all tests of a module, over one database."""
    path = tmp_path_factory.mktemp("lasting") / "fittrack.db"
    shutil.copyfile(migrated_file, path)
    config.use(settings)
    engine = engines.bind(path)
    Redis.from_url(settings.redis_url).flushall()
    with simulated(settings) as found:
        yield found
    engine.close()
