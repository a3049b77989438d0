"""The simulator on a loopback port: for `flask simulator`, and beside a test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from fittrack.simulator.app import create_simulator
from fittrack.simulator.world import World

HOST = "127.0.0.1"


class QuietHandler(WSGIRequestHandler):
    """No line for each request: addresses hold codes and states."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer without a date of its own, for that is told by the world's clock."""
        self.send_response_only(code, message)


def server_of(world: World, *, port: int = 0) -> BaseWSGIServer:
    """Return a server of the simulator, bound to a port of this machine, 0 for any; not running.

    The world takes its address. Raises: OSError, SystemExit where the port is taken.
    """
    app = create_simulator(world)
    server = make_server(HOST, port, app, threaded=True, request_handler=QuietHandler)
    world.base_url = f"http://{HOST}:{server.port}"
    return server


@contextmanager
def running(world: World, *, port: int = 0) -> Iterator[World]:
    """Run the simulator in a thread until the block ends."""
    server = server_of(world, port=port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
