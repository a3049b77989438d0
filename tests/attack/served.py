"""A world, and then all processes that serve it: made before any worker could be faster."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flask.testing import FlaskClient

from fittrack import create_app, devserver
from fittrack.db import migrate
from tests.access.world import World
from tests.faults import stack

# Nobody is killed here, and a job that is cut off would be told as a failure.
TIMEOUTS_S = {"job_timeout_s": 60, "import_timeout_s": 60}


@dataclass(frozen=True, slots=True)
class Served:
    """A running server's address, the world behind it, and a client of the same database."""

    base_url: str
    client: FlaskClient
    world: World


@contextmanager
def served_world(folder: Path) -> Iterator[Served]:
    """Make a world in an empty folder, serve it, and end all processes with the block."""
    settings = replace(stack.settings_in(folder), **TIMEOUTS_S)
    children = stack.processes(settings, folder)
    app = create_app(settings)
    migrate.upgrade()
    children[0].start()
    devserver.wait_for_redis(settings.redis_url)
    client = app.test_client()
    running = stack.Stack(app, settings.base_url, folder, children)
    stop = threading.Event()
    keeper = threading.Thread(target=stack.keep_alive, args=(running, settings, stop), daemon=True)
    try:
        world = World(client)
        keeper.start()
        stack.wait_until_ready(running, settings)
        yield Served(settings.base_url, client, world)
    finally:
        stop.set()
        if keeper.is_alive():
            keeper.join()
        for child in reversed(children):
            child.stop()
