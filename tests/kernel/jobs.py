"""Jobs for tests of the queues: each leaves a row, so that runs can be counted."""

from __future__ import annotations

import os
import signal

from fittrack import db, queues
from fittrack.clock import utc_now
from fittrack.queues import Hopeless, Lease
from tests.kernel.statements import ADD


def add_one(lease: Lease, *, probe_id: str) -> None:
    """Add one to a probe, in one unit with the end of the job."""
    with db.transaction("add_one") as tx:
        tx.run(ADD, probe_id=probe_id, added=1)
        queues.finish(tx, lease, now=utc_now())


def fail_always(lease: Lease, *, probe_id: str) -> None:
    """Fail as a job does whose server is away."""
    raise ConnectionError("the server is away")


def refuse(lease: Lease, *, probe_id: str) -> None:
    """Fail for good."""
    raise Hopeless("no such mailbox")


def die_once(lease: Lease, *, probe_id: str) -> None:
    """Kill its own process in the first attempt, and add one to a probe in the second."""
    if lease.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    add_one(lease, probe_id=probe_id)


def mark(*, now: object) -> None:
    """Do a periodic run."""
    with db.transaction("mark") as tx:
        tx.run(ADD, probe_id="p1", added=1)


def fail_run(*, now: object) -> None:
    """Fail in a periodic run."""
    raise ValueError("broken")
