"""Print what a log-in costs beside a bare hash, and what 40 at once do to memory and to others.

`python -m tests.bench.login_cost`: a real server with the default hash; log-ins and bare argon2id
hashes take turns, so that their ratio says something although the machine's speed does not.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from argon2 import PasswordHasher

from fittrack import config, db
from fittrack.db import migrate
from tests.factories_accounts import PASSWORD, make_account
from tests.private_redis import private_redis
from tests.serving import Served, ask, ask_once, served, settings_of

TURNS = 60
AT_ONCE = 40
WORKERS = 2
LOGIN = "/api/v1/auth/login"
GOAL = 1.25  # a log-in's time by that of a bare hash
SPARE_MIB = 24  # of one process, besides its hashes
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Print both tables and return 1 where a goal is missed."""
    with tempfile.TemporaryDirectory() as name, private_redis(Path(name)) as redis_url:
        settings = settings_of(Path(name) / "bench.db", redis_url)
        _fill(settings)
        with served(settings) as server:
            is_cheap = _beside_a_hash(server)
        with served(settings, workers=WORKERS) as server:
            is_bounded = _at_once(server)
    return 0 if is_cheap and is_bounded else 1


def _beside_a_hash(server: Served) -> bool:
    hasher = _hasher()
    stored = hasher.hash(PASSWORD)
    logins, hashes, login_cpu_s, hash_cpu_s = [], [], 0.0, 0.0
    with closing(server.connection()) as link:
        for turn in range(TURNS + 2):
            before_s = _cpu_s(server)
            said = ask(link, "POST", LOGIN, _form(turn))
            assert said.status == 200, said.body
            started_s, started_cpu_s = time.perf_counter(), time.process_time()
            hasher.verify(stored, PASSWORD)
            if turn >= 2:  # the first ones open connections and load code
                hashes.append(time.perf_counter() - started_s)
                hash_cpu_s += time.process_time() - started_cpu_s
                logins.append(said.took_s)
                login_cpu_s += _cpu_s(server) - before_s
    login_ms, hash_ms = median(logins) * 1000, median(hashes) * 1000
    times = login_ms / hash_ms
    print(f"a log-in {login_ms:.1f} ms, a bare hash {hash_ms:.1f} ms: {times:.2f} times")
    cpu = login_cpu_s / hash_cpu_s
    print(
        f"CPU of a log-in {login_cpu_s / TURNS * 1000:.1f} ms,"
        f" of a bare hash {hash_cpu_s / TURNS * 1000:.1f} ms: {cpu:.2f} times"
    )
    return times <= GOAL


@dataclass(slots=True)
class Others:
    """How long requests without a hash took while log-ins waited."""

    took_s: list[float] = field(default_factory=list)


def _at_once(server: Served) -> bool:
    pids = server.worker_pids()
    ask_once(server, "POST", LOGIN, _form(0))
    before_mib = {pid: _mib(pid, "VmRSS") for pid in pids}
    others, is_over = Others(), threading.Event()
    asking = threading.Thread(target=_ask_meanwhile, args=(server, others, is_over))
    started_s = time.perf_counter()
    asking.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tries = list(pool.map(lambda n: _until_let_in(server, n), range(AT_ONCE)))
    took_s = time.perf_counter() - started_s
    is_over.set()
    asking.join()
    statuses = Counter(status for statuses in tries for status in statuses)
    print(f"{AT_ONCE} log-ins at once: all in after {took_s:.1f} s, answers {dict(statuses)}")
    others_ms = sorted(took * 1000 for took in others.took_s)
    print(
        f"others meanwhile: {len(others_ms)}, median {median(others_ms):.1f} ms,"
        f" slowest {others_ms[-1]:.0f} ms"
    )
    bounded = [_is_bounded(pid, before_mib[pid]) for pid in pids]  # each prints
    return all(bounded)


def _is_bounded(pid: int, before_mib: float) -> bool:
    settings = config.current()
    hashes_mib = settings.login_concurrency * settings.argon2_memory_kib / 1024
    grown_mib = _mib(pid, "VmHWM") - before_mib
    print(
        f"process {pid}: {before_mib:.0f} MiB before, {grown_mib:.0f} MiB more at its peak"
        f" ({hashes_mib:.0f} MiB are hashes)"
    )
    return grown_mib <= hashes_mib + SPARE_MIB


def _until_let_in(server: Served, number: int) -> list[int]:
    """Log in, coming back when told to, and return the statuses of all answers."""
    statuses = []
    while not statuses or statuses[-1] == 503:
        statuses.append(ask_once(server, "POST", LOGIN, _form(number)).status)
        if statuses[-1] == 503:
            time.sleep(0.2)
    return statuses


def _ask_meanwhile(server: Served, others: Others, is_over: threading.Event) -> None:
    while not is_over.is_set():
        others.took_s.append(ask_once(server, "GET", "/.well-known/jwks.json").took_s)
        time.sleep(0.02)


def _hasher() -> PasswordHasher:
    settings = config.current()
    return PasswordHasher(
        time_cost=settings.argon2_iterations,
        memory_cost=settings.argon2_memory_kib,
        parallelism=settings.argon2_parallelism,
    )


def _cpu_s(server: Served) -> float:
    """Return the CPU time, user and system, that a server's workers have used."""
    used = 0
    for pid in server.worker_pids():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used += int(fields[11]) + int(fields[12])
    return used / TICKS


def _mib(pid: int, what: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def _form(number: int) -> dict[str, str]:
    return {"email": f"cost{number % AT_ONCE}@example.com", "password": PASSWORD}


def _fill(settings: dict[str, str]) -> None:
    """Store members with the default hash."""
    config.use(config.load(settings))
    db.bind(settings["DATABASE_URL"])
    migrate.upgrade()
    for number in range(AT_ONCE):
        make_account(email=f"cost{number}@example.com")
    db.engine().close()


if __name__ == "__main__":
    sys.exit(main())
