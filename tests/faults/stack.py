"""All of FitTrack's processes on a folder of their own, kept alive while faults strike them."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError

from fittrack import config, create_app, devserver
from fittrack.config import Config
from fittrack.db import migrate
from fittrack.devserver import Child
from tests.ports import held_port

CHECKOUT = Path(__file__).parents[2]
READY_WITHIN_S = 120
# Leases end 5 s after these, so that a dead worker's job is free again soon.
TIMEOUTS_S = {"job_timeout_s": 2, "import_timeout_s": 4, "sweep_interval_s": 1}


@dataclass(frozen=True, slots=True)
class Stack:
    """The running processes, their address and the application that set them up."""

    app: Flask
    base_url: str
    folder: Path
    children: list[Child]

    def plant(self, fault: str) -> None:
        """Let the next commit that `fault` names be struck: `transaction when victim`."""
        (self.folder / "struck").unlink(missing_ok=True)
        waiting = self.folder / "fault.new"
        waiting.write_text(fault)
        waiting.rename(self.folder / "fault")

    def has_struck(self) -> bool:
        """Tell whether the planted fault happened."""
        return (self.folder / "struck").exists()


@contextmanager
def running(folder: Path) -> Iterator[Stack]:
    """Start everything in an empty folder, keep it alive, and end it with the block."""
    settings = settings_in(folder)
    stop = threading.Event()
    children = processes(settings, folder)
    app = create_app(settings)
    migrate.upgrade()
    stack = Stack(app, settings.base_url, folder, children)
    keeper = threading.Thread(target=keep_alive, args=(stack, settings, stop), daemon=True)
    keeper.start()
    try:
        wait_until_ready(stack, settings)
        yield stack
    finally:
        stop.set()
        keeper.join()
        for child in reversed(children):
            child.stop()


def settings_in(folder: Path) -> Config:
    """Return settings on a database of full durability in the folder."""
    limits = {field.name: "100000 per minute" for field in fields(Config) if "limit_" in field.name}
    return replace(
        Config(),
        fittrack_env="test",
        database_url=f"sqlite:///{folder}/fittrack.db",
        redis_url=f"redis://127.0.0.1:{devserver.free_port()}/0",
        base_url=f"http://127.0.0.1:{held_port()}",
        mail_url=f"folder:{folder}/mailbox",
        **{name: config.new_secret() for name in config.SECRETS},
        argon2_memory_kib=64,
        argon2_iterations=1,
        argon2_parallelism=1,
        log_level="WARNING",
        **TIMEOUTS_S,
        **limits,
    )


def processes(settings: Config, folder: Path) -> list[Child]:
    """Return Redis, gunicorn, two workers and two schedulers, not yet started."""
    environ = {
        **os.environ,
        **{item.name.upper(): str(getattr(settings, item.name)) for item in fields(Config)},
        "FAULT_FOLDER": str(folder),
        "FLASK_APP": "tests.faults.planted:app",
        "PYTHONPATH": str(CHECKOUT),
        "PORT": settings.base_url.rpartition(":")[2],
    }
    devserver.VAR = folder
    flask = [sys.executable, "-m", "flask"]
    gunicorn = ["-m", "gunicorn", "-c", str(CHECKOUT / "deploy/gunicorn.conf.py")]
    return [
        *devserver.redis_if_needed(environ),
        Child("api", [sys.executable, *gunicorn, "tests.faults.planted:app"], environ),
        Child("worker-1", [*flask, "worker"], environ),
        Child("worker-2", [*flask, "worker"], environ),
        Child("scheduler-1", [*flask, "scheduler"], environ),
        Child("scheduler-2", [*flask, "scheduler"], environ),
    ]


def keep_alive(stack: Stack, settings: Config, stop: threading.Event) -> None:
    """Start what has ended; the others wait for Redis, as after a power cut."""
    redis = stack.children[0]
    while not stop.wait(0.1):
        redis.keep_alive()
        if redis.process is not None:
            (stack.folder / "redis.pid").write_text(str(redis.process.pid))
        if answers(settings.redis_url):
            for child in stack.children[1:]:
                child.keep_alive()


def answers(redis_url: str) -> bool:
    """Tell whether Redis has loaded its data and answers."""
    try:
        return bool(Redis.from_url(redis_url).ping())
    except RedisError:
        return False


def wait_until_ready(stack: Stack, settings: Config) -> None:
    """Wait until the API says that all its parts work. Raises: TimeoutError."""
    deadline_s = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline_s:
        if devserver.is_ready(settings.base_url):
            return
        time.sleep(0.1)
    raise TimeoutError(f"the stack in {stack.folder} did not become ready")
