"""A real Redis for one run, on a socket of its own and without a port."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from fittrack import devserver


@contextmanager
def private_redis(folder: Path) -> Iterator[str]:
    """Yield the URL of a Redis that lives in a folder, answers, and ends with the block."""
    socket = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", ""]
    server = subprocess.Popen([devserver.redis_binary(), *options], stdout=subprocess.DEVNULL)
    try:
        wait_for_redis(f"unix://{socket}")
        yield f"unix://{socket}"
    finally:
        server.kill()
        server.wait()


def wait_for_redis(url: str) -> None:
    """Return once a Redis answers. Raises: TimeoutError."""
    redis = Redis.from_url(url)
    deadline_s = time.monotonic() + 60
    while time.monotonic() < deadline_s:
        try:
            redis.ping()
            return
        except RedisError:
            time.sleep(0.02)
    raise TimeoutError("Redis did not start")


class RestartableRedis:
    """A Redis that a test may end and start again; it keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "own.sock"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        command = [devserver.redis_binary(), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for_redis(self.url)

    def kill(self) -> None:
        """End it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
