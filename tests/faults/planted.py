"""The application with a planted fault: at a named commit, once, a process is killed for real.

`FAULT_FOLDER` holds a file `fault` with `transaction when victim`; the process whose commit matches
renames it, so that only one strikes, and strikes before or after the commit.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from redis.exceptions import RedisError

from fittrack import idempotency, queues
from fittrack.db.sqlite import SqliteTransaction
from wsgi import app as app

FOLDER = Path(os.environ["FAULT_FOLDER"])
# A client that lost its answer would else wait a minute for the dead request's lease.
IDEMPOTENCY_LEASE_S = 3


def plant() -> None:
    """Let every commit of this process look for a fault first and last."""
    commit = SqliteTransaction.commit

    def faulty_commit(tx: SqliteTransaction) -> None:
        strike_if(tx.name, "before")
        commit(tx)
        strike_if(tx.name, "after")

    SqliteTransaction.commit = faulty_commit  # type: ignore[method-assign]
    idempotency.LEASE_S = IDEMPOTENCY_LEASE_S


def strike_if(name: str, when: str) -> None:
    """Strike where the planted fault names this commit, and nobody did yet."""
    try:
        transaction, planted_when, victim = (FOLDER / "fault").read_text().split()
    except (FileNotFoundError, ValueError):
        return
    if (transaction, planted_when) != (name, when):
        return
    with suppress(FileNotFoundError):
        (FOLDER / "fault").rename(FOLDER / "struck")
        strike(victim)


def strike(victim: str) -> None:
    """Kill whom the fault names: self, parent, both or redis; flush empties Redis instead."""
    if victim in {"parent", "both"}:
        os.kill(os.getppid(), signal.SIGKILL)
    if victim in {"self", "both"}:
        os.kill(os.getpid(), signal.SIGKILL)
    if victim == "redis":
        os.kill(int((FOLDER / "redis.pid").read_text()), signal.SIGKILL)
    if victim == "flush":
        with suppress(RedisError):  # it may still be starting again, and is empty then
            queues.redis().flushall()


plant()
