"""The simulated providers beside the application."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fittrack import config, db
from fittrack.accounts.oidc import discovery
from fittrack.config import Config
from fittrack.simulator.server import running
from fittrack.simulator.world import World, clients_of
from tests.factories_oidc import behave, oidc_settings


@pytest.fixture(scope="session")
def simulator(settings: Config) -> Iterator[tuple[World, Config]]:
    """Run the simulator for the whole session, and return it with the settings of its client."""
    world = World({})
    with running(world):
        known = oidc_settings(settings, world.base_url)
        world.clients.update(clients_of(known))
        yield world, known


@pytest.fixture
def world(simulator: tuple[World, Config], database: db.Engine) -> World:
    """Return the simulated providers, well-behaved, and let the application know them."""
    world, known = simulator
    config.use(known)
    discovery.forget()
    world.ahead_s = 0.0
    behave(world)
    return world
