"""Real processes on a test's own database: gunicorn, a worker, commands."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from fittrack import config
from fittrack.config import Config
from tests.ports import held_port

ROOT = Path(__file__).parents[1]
HIGH = {
    f"LIMIT_{kind}": "100000 per minute"
    for kind in ("ANONYMOUS", "PUBLIC", "MEMBER", "ADMIN", "CREDENTIALS")
}


def environment(settings: Config, database: Path, **over: str) -> dict[str, str]:
    """Return what processes find in their environment: the settings of the tests, and no .env."""
    names = (
        *config.SECRETS,
        "encryption_former_keys",
        "redis_url",
        "metrics_folder",
        "mail_url",
    )
    return {
        **os.environ,
        **{name.upper(): getattr(settings, name) for name in names},
        **HIGH,
        "ARGON2_MEMORY_KIB": "64",
        "ARGON2_ITERATIONS": "1",
        "ARGON2_PARALLELISM": "1",
        "DATABASE_URL": f"sqlite:///{database}",
        "FITTRACK_ENV_FILE": "none",
        "FLASK_SKIP_DOTENV": "1",
        "FLASK_APP": "wsgi",
        **over,
    }


def flask(environ: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and return what it said."""
    return subprocess.run(
        [sys.executable, "-m", "flask", *command],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@contextmanager
def gunicorn(environ: Mapping[str, str], *, log: IO[bytes] | None = None) -> Iterator[str]:
    """Serve with two workers and yield the address; what they say goes into `log`."""
    port = str(held_port())
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
    process = subprocess.Popen(command, env={**environ, "PORT": port}, cwd=ROOT, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: is_up(url))
        yield url
    finally:
        process.terminate()
        process.wait(30)


def is_up(url: str) -> bool:
    """Tell whether a server answers."""
    try:
        return bool(fetched(f"{url}/health/live"))
    except OSError:
        return False


def fetched(url: str) -> str:
    """Return the text at an address."""
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def wait_for(holds: Callable[[], bool], *, within_s: float = 120) -> None:
    """Wait until something holds, or fail."""
    deadline_s = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
