"""Real processes over one database file, some of which are killed."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from fittrack import db

FORK = multiprocessing.get_context("fork")


def together(work: Sequence[Callable[[], None]]) -> list[int]:
    """Run functions at the same moment, each in a process of its own; return the exit codes."""
    gate = FORK.Barrier(len(work))
    children = [FORK.Process(target=_start, args=(gate, one)) for one in work]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    return [child.exitcode for child in children]


def killed_at(statement_no: int, work: Callable[[], None]) -> bool:
    """Run a function in a process that its n-th statement kills; tell whether it came so far."""
    child = FORK.Process(target=_die_at, args=(statement_no, work))
    child.start()
    child.join(60)
    return child.exitcode == -signal.SIGKILL


def copy_of(path: Path, name: str) -> Path:
    """Return a copy of the bound database's file, which nobody writes at this moment."""
    db.engine().raw().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(shutil.copyfile(path, path.with_name(name)))


def bind(path: Path) -> None:
    """Bind this process to a database file."""
    db.bind(f"sqlite:///{path}", synchronous="OFF")


def _start(gate, work):
    gate.wait(60)
    work()


def _die_at(statement_no, work):
    left = iter(range(statement_no, 0, -1))

    def count(_statement):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    db.engine().raw().set_trace_callback(count)
    work()
