"""Print what a request costs beside a bare Flask: `python -m tests.bench.request_price`.

Both are served by the same gunicorn under the same settings and asked in turns, so that their ratio
says something although the machine's speed does not. CPU is the workers', user and system. Then
each hook of a request is timed by itself, in this process.
"""

from __future__ import annotations

import dataclasses
import io
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from fittrack import config, create_app, db, devserver
from fittrack.config import Config
from fittrack.db import migrate
from tests.factories_accounts import login, make_account
from tests.guards.source import ROOT
from tests.private_redis import private_redis

HELLO_PORT, FITTRACK_PORT = 8170, 8171
CLIENTS = 8
REQUESTS = 400  # of each client in each round
ROUNDS = 5
CALLS = 1500
# Times a bare Flask: what asks nobody, what is also logged and refused, what is counted in Redis.
GOALS = {"/health/live": 1.5, "/nothing": 1.6, "/.well-known/jwks.json": 2.2}
WITH_DATABASE = ("/api/v1/users/me", "/api/v1/activities", "/api/v1/points/balance")

hello = Flask("hello")


@hello.get("/")
def say_hello() -> dict[str, str]:
    """Answer with as little as Flask can."""
    return {"status": "ok"}


def main() -> int:
    """Print both tables; exit 1 where a request without database work misses its goal."""
    with tempfile.TemporaryDirectory() as name, private_redis(Path(name)) as redis_url:
        settings = _settings(Path(name), redis_url)
        app = create_app(settings)
        migrate.upgrade()
        headers = login(app.test_client(), make_account())
        db.engine().close()
        ratios = _served(settings, headers)
        _parts(app, headers)
    return 0 if all(ratios[path] <= goal for path, goal in GOALS.items()) else 1


def _settings(folder: Path, redis_url: str) -> Config:
    kinds = (f"limit_{kind}" for kind in devserver.LIMITS)
    return Config(
        fittrack_env="test",
        database_url=f"sqlite:///{folder}/fittrack.db",
        redis_url=redis_url,
        mail_url=f"folder:{folder}/mailbox",
        **{name: config.new_secret() for name in config.SECRETS},
        **dict.fromkeys(kinds, devserver.HIGH_LIMIT),
        argon2_memory_kib=64,
        argon2_iterations=1,
        argon2_parallelism=1,
    )


def _served(settings: Config, headers: Mapping[str, str]) -> dict[str, float]:
    """Print CPU and rate of each request under gunicorn and return its times a bare Flask."""
    targets = [(HELLO_PORT, "/"), *((FITTRACK_PORT, path) for path in GOALS)]
    targets += [(FITTRACK_PORT, path) for path in WITH_DATABASE]
    costs: dict[str, list[tuple[float, float]]] = {}
    with ExitStack() as servers:
        pids = {
            HELLO_PORT: servers.enter_context(_gunicorn(HELLO, HELLO_PORT, settings)),
            FITTRACK_PORT: servers.enter_context(_gunicorn("wsgi:app", FITTRACK_PORT, settings)),
        }
        for _ in range(ROUNDS + 1):  # the first one warms up
            for port, path in targets:
                sent = headers if path in WITH_DATABASE else {}
                costs.setdefault(path, []).append(_asked(port, path, sent, pids[port]))
    best = {path: min(found[1:]) for path, found in costs.items()}
    floor_s, _ = best["/"]
    print(f"{'gunicorn 2x4':<28} {'us CPU':>7} {'ratio':>6} {'req/s':>7}")
    for path, (cpu_s, rate) in best.items():
        label = "bare Flask" if path == "/" else path
        print(f"{label:<28} {cpu_s * 1e6:7.0f} {cpu_s / floor_s:6.2f} {rate:7.0f}")
    return {path: cpu_s / floor_s for path, (cpu_s, _) in best.items()}


HELLO = "tests.bench.request_price:hello"


@contextmanager
def _gunicorn(app: str, port: int, settings: Config) -> Iterator[list[int]]:
    """Serve an application as production does and yield its workers' process ids."""
    values = dataclasses.asdict(settings) | {"port": port}
    environ = os.environ | {key.upper(): str(value) for key, value in values.items()}
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", app]
    server = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        deadline_s = time.monotonic() + 30
        while not devserver.is_taken(port) or len(_children(server.pid)) < 2:
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"{app} did not start")
            time.sleep(0.1)
        yield _children(server.pid)
    finally:
        server.terminate()
        server.wait()


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def _cpu_s(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2]
        ticks += sum(int(field) for field in after_name.split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _asked(
    port: int, path: str, headers: Mapping[str, str], pids: list[int]
) -> tuple[float, float]:
    """Return the workers' CPU seconds for each request, and the requests a second."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in headers.items())]
    raw = "\r\n".join((*lines, "", "")).encode()
    threads = [threading.Thread(target=_client, args=(port, raw)) for _ in range(CLIENTS)]
    cpu_s, began_s = _cpu_s(pids), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked = CLIENTS * REQUESTS
    took_s = time.perf_counter() - began_s
    return (_cpu_s(pids) - cpu_s) / asked, asked / took_s


def _client(port: int, raw: bytes) -> None:
    """Ask over one kept-alive connection."""
    with closing(socket.create_connection(("127.0.0.1", port))) as link:
        answer = link.makefile("rb")
        for _ in range(REQUESTS):
            link.sendall(raw)
            length = 0
            while (line := answer.readline()) not in {b"\r\n", b""}:
                if line.lower().startswith(b"content-length:"):
                    length = int(line[15:])
            answer.read(length)


def _parts(app: Flask, headers: Mapping[str, str]) -> None:
    """Print what each hook of a request costs in this process."""
    logging.getLogger().handlers[0].setStream(io.StringIO())  # type: ignore[attr-defined]
    floor_us = _in_process_us(hello, _HELLO_ENVIRON)
    for path, sent in (("/.well-known/jwks.json", {}), ("/api/v1/users/me", headers)):
        environ = EnvironBuilder(path, headers=dict(sent)).get_environ()
        whole_us = _in_process_us(app, environ)
        print(f"\n{path} in process: {whole_us:.0f} us, bare Flask {floor_us:.0f} us; of it")
        for name, cost_us in _hook_costs(app, environ):
            print(f"    {name:<44} {cost_us:6.1f} us")


_HELLO_ENVIRON = EnvironBuilder("/").get_environ()


def _hook_costs(app: Flask, environ: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield each hook and the least it cost in some rounds of calls."""
    for hooks in (app.before_request_funcs[None], app.after_request_funcs[None]):
        for at, hook in enumerate(list(hooks)):
            best_s = float("inf")
            for _ in range(ROUNDS):
                spent: list[float] = []
                hooks[at] = _timed(hook, spent)
                _in_process_us(app, environ, rounds=1)
                best_s = min(best_s, sum(spent) / len(spent))
            hooks[at] = hook
            yield f"{hook.__module__}.{hook.__name__}", best_s * 1e6


def _timed(hook: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    def timed(*arguments: Any) -> Any:
        began_s = time.thread_time()
        answer = hook(*arguments)
        spent.append(time.thread_time() - began_s)
        return answer

    return timed


def _in_process_us(app: Flask, environ: Mapping[str, Any], *, rounds: int = ROUNDS) -> float:
    """Return the least CPU time of a call over some rounds, in microseconds."""
    best_s = float("inf")
    for _ in range(rounds):
        began_s = time.thread_time()
        for _ in range(CALLS // ROUNDS):
            body = app.wsgi_app({**environ, "wsgi.input": io.BytesIO()}, lambda *_: None)
            body.close() if hasattr(body, "close") else None
        best_s = min(best_s, (time.thread_time() - began_s) / (CALLS // ROUNDS))
    return best_s * 1e6


if __name__ == "__main__":
    sys.exit(main())
