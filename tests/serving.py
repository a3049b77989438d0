"""The application served by gunicorn for one test or measurement, as production serves it."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fittrack import config, devserver
from tests.guards.source import ROOT
from tests.ports import held_port


@dataclass(frozen=True, slots=True)
class Served:
    """A running gunicorn: where it listens, and its processes."""

    port: int
    pid: int

    def worker_pids(self) -> list[int]:
        """Return the ids of the processes that answer requests."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def connection(self) -> http.client.HTTPConnection:
        """Return a connection of one's own, kept alive."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]
    took_s: float


def settings_of(database: Path, redis_url: str, **over: Any) -> dict[str, str]:
    """Return the environment of a server with random secrets and limits that nobody reaches."""
    values = {name: config.new_secret() for name in config.SECRETS}
    values |= dict.fromkeys((f"limit_{kind}" for kind in devserver.LIMITS), devserver.HIGH_LIMIT)
    values |= {"database_url": f"sqlite:///{database}", "redis_url": redis_url}
    values |= {"mail_url": f"folder:{database.parent}/mailbox", "log_level": "WARNING"}
    return {name.upper(): str(value) for name, value in (values | over).items()}


@contextmanager
def served(settings: dict[str, str], *, workers: int = 1) -> Iterator[Served]:
    """Serve the application on a free port until the block ends."""
    port = held_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
    environ = {**os.environ, **settings, "PORT": str(port), "WEB_WORKERS": str(workers)}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def ask(
    link: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str
) -> Said:
    """Send a request over a kept connection and return the answer, timed."""
    raw = None if body is None else json.dumps(body)
    sent = {"Content-Type": "application/json", **headers}
    started_s = time.perf_counter()
    link.request(method, path, raw, sent)
    answer = link.getresponse()
    text = answer.read()
    took_s = time.perf_counter() - started_s
    told = dict(answer.getheaders())
    return Said(answer.status, json.loads(text) if text else {}, told, took_s)


def ask_once(served: Served, method: str, path: str, body: Any = None, **headers: str) -> Said:
    """Send one request over a connection of its own."""
    with closing(served.connection()) as link:
        return ask(link, method, path, body, **headers)


def _wait_for(port: int) -> None:
    deadline_s = time.monotonic() + 60
    while not devserver.is_taken(port):
        if time.monotonic() > deadline_s:
            raise TimeoutError("gunicorn did not start")
        time.sleep(0.1)
