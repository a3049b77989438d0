"""All of FitTrack's processes and the simulator, on a folder of their own, kept alive."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Any

import requests

from fittrack import create_app, devserver
from fittrack.config import Config
from fittrack.db import migrate
from fittrack.devserver import Child, free_port
from tests.factories_trackers import tracker_settings
from tests.faults.stack import CHECKOUT, Stack, answers, settings_in, wait_until_ready
from tests.real_processes import wait_for

WORKERS = 3
# As in production, but for what only guards against strangers.
AS_IN_PRODUCTION = {
    name: getattr(Config(), name)
    for name in ("job_timeout_s", "import_timeout_s", "sweep_interval_s")
}


@dataclass(frozen=True, slots=True)
class Storm(Stack):
    """The processes, and the simulator's address."""

    simulator_url: str = ""

    def order(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        """Give the simulator an order and return its answer's JSON, None where it has none."""
        answer = requests.request(
            method, f"{self.simulator_url}/control/{path}", json=body, timeout=30
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def ask(self, path: str) -> Any:
        """Return what the simulator tells of itself."""
        return self.order(path, method="GET")

    def kill_one(self, random: Random) -> str:
        """Kill one process with -9, a child of ours or a child's child, and return its name."""
        child = random.choice([one for one in self.children if one.name not in {"simulator"}])
        if child.process is None:
            return "nobody"
        pids = [child.process.pid, *children_of(child.process.pid)]
        pid = random.choice(pids)
        try:
            os.kill(pid, SIGKILL)
        except ProcessLookupError:
            return "nobody"
        return child.name if pid == child.process.pid else f"{child.name}'s child"


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's children."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


@contextmanager
def running(folder: Path, *, workers: int = WORKERS) -> Iterator[Storm]:
    """Start everything in an empty folder, keep it alive, and end it with the block."""
    simulator_url = f"http://127.0.0.1:{free_port()}"
    settings = replace(
        tracker_settings(settings_in(folder), simulator_url),
        **AS_IN_PRODUCTION,
        limit_webhooks="1000000 per minute",
        metrics_folder=str(folder / "metrics"),
    )
    app = create_app(settings)
    migrate.upgrade()
    children = processes(settings, folder, workers)
    storm = Storm(app, settings.base_url, folder, children, simulator_url)
    stop = threading.Event()
    keeper = threading.Thread(target=keep_alive, args=(storm, settings, stop), daemon=True)
    keeper.start()
    try:
        wait_until_ready(storm, settings)
        wait_for(lambda: devserver.is_taken(int(simulator_url.rpartition(":")[2])))
        yield storm
    finally:
        stop.set()
        keeper.join()
        for child in reversed(children):
            child.stop()


def processes(settings: Config, folder: Path, workers: int) -> list[Child]:
    """Return Redis, gunicorn, workers, a scheduler and the simulator, not yet started."""
    environ = {
        **os.environ,
        **{item.name.upper(): str(getattr(settings, item.name)) for item in fields(Config)},
        "FITTRACK_ENV_FILE": "none",
        "FLASK_SKIP_DOTENV": "1",
        "FLASK_APP": "wsgi",
        "PYTHONPATH": str(CHECKOUT),
        "PORT": settings.base_url.rpartition(":")[2],
    }
    devserver.VAR = folder
    flask = [sys.executable, "-m", "flask"]
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", str(CHECKOUT / "deploy/gunicorn.conf.py")]
    port = settings.trackers_url.rpartition(":")[2]
    return [
        *devserver.redis_if_needed(environ),
        Child("api", [*gunicorn, "wsgi:app"], environ),
        *(Child(f"worker-{number}", [*flask, "worker"], environ) for number in range(workers)),
        Child("scheduler", [*flask, "scheduler"], environ),
        Child("simulator", [*flask, "simulator", "--port", port], environ),
    ]


def keep_alive(storm: Storm, settings: Config, stop: threading.Event) -> None:
    """Start what has ended; the others wait for Redis, as after a power cut."""
    redis, *others = storm.children
    while not stop.wait(0.1):
        redis.keep_alive()
        if answers(settings.redis_url):
            for child in others:
                child.keep_alive()
