"""What runs in an RQ worker: one function for outbox rows, one for things due by their own times.

RQ only wakes; the database knows. Whatever fails here is put back with its reason, so that RQ's own
retries and registries do not matter. A worker forks a work-horse for each job; where that one is
killed, the worker puts its job back at once.
"""

from __future__ import annotations

import gc
import logging
import mmap
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import orjson
from rq import Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from fittrack import db, log, metrics, queues, trace
from fittrack.clock import utc_now
from fittrack.db.errors import DatabaseError
from fittrack.queues import JOBS, QUEUES, Hopeless, Lease, LeaseLost

logger = logging.getLogger(__name__)
MAINTENANCE_S = 60
MONITORING_S = 5
# How long RQ keeps a killed job's id from being enqueued again; its next attempt is due as soon.
KILLED_TTL_S = 1


class Slot:
    """Where a work-horse notes its lease so that the worker can read it after the horse's death."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, mmap.PAGESIZE)  # shared with every process forked from here

    def note(self, lease: Lease) -> None:
        """Note what is being done; the payload stays away."""
        text = orjson.dumps(replace(lease, payload={})) + b"\n"
        self._page[: len(text)] = text

    def read(self) -> Lease | None:
        """Return what was noted last, None where that is nothing or was cut short."""
        text, end, _ = self._page[:].partition(b"\n")
        try:
            return Lease(**orjson.loads(text)) if end else None
        except orjson.JSONDecodeError:
            return None


_slot = Slot()


def work(*, burst: bool = False) -> None:
    """Work on all queues until told to stop; `burst` stops when they are empty."""
    global _slot
    _slot = Slot()  # not that of another worker, where one process has forked both
    worker = Worker(
        [queues.queue(name) for name in QUEUES],
        connection=queues.redis(),
        serializer=JSONSerializer,
        job_monitoring_interval=MONITORING_S,
        maintenance_interval=MAINTENANCE_S,
        work_horse_killed_handler=release,
    )
    metrics.start("worker")
    # No work-horse shall finalize what was open before it was forked: a lock may be held for ever.
    gc.collect()
    gc.freeze()
    worker.work(burst=burst, logging_level="WARNING")


def run_outbox(outbox_id: str) -> None:
    """Do the job of one outbox row, unless it is done, not due, or in another worker's hands."""
    metrics.enter_horse()
    lease = db.retry(lambda: queues.claim(outbox_id, now=utc_now()))
    if lease is None:
        return
    _slot.note(lease)
    log.set_request_id(lease.request_id)
    trace.begin(lease.traceparent)
    started_s = time.perf_counter()
    outcome = _attempt(lease)
    _tell(lease, outcome, time.perf_counter() - started_s)
    db.retry(lambda: queues.wake_next(lease.job_name, now=utc_now()))


def _tell(lease: Lease, outcome: str, taken_s: float) -> None:
    """Count an attempt, and write its line under the ids of the request that decided it."""
    metrics.add_job(lease.job_name, outcome, taken_s)
    line = {
        "job_name": lease.job_name,
        "outbox_id": lease.outbox_id,
        "attempt": lease.attempt,
        "outcome": outcome,
        "duration_ms": round(taken_s * 1000, 1),
    }
    logger.info("job", extra=line)


def _attempt(lease: Lease) -> str:
    """Do a job and return how it ended."""
    try:
        db.retry(lambda: _function(lease.job_name)(lease, **lease.payload), may_replay=True)
    except LeaseLost:
        logger.warning("another worker took this job over", extra={"outbox_id": lease.outbox_id})
        return "lost"
    except Exception as error:
        return _put_back(lease, error)
    return "done"


def release(job: Job, _pid: int | None, status: int | None, _usage: object) -> None:
    """Put back what a killed work-horse held, instead of waiting for its lease to end.

    `status` is what waitpid says of it. Where the lease is another's by now, nothing changes.
    """
    lease = _slot.read()
    if lease is None or [lease.outbox_id] != list(job.args or ()):
        return
    job.failure_ttl = KILLED_TTL_S
    log.set_request_id(lease.request_id)
    trace.begin(lease.traceparent)
    logger.error("a work-horse was killed", extra={"job_name": lease.job_name, "status": status})
    metrics.add_job(lease.job_name, "killed")
    reason = f"its worker was killed (wait status {status})"
    try:
        db.retry(lambda: queues.fail(lease, reason, now=utc_now()))
    except DatabaseError as error:
        logger.warning("the lease's end will free the job", extra={"error": str(error)})
    finally:
        db.engine().close()  # the next work-horse must not inherit a connection


def run_due(job_name: str, key: str) -> None:
    """Do what is due for one thing; the job looks at the thing's own times and state."""
    log.set_request_id(f"{job_name}-{key}")
    trace.begin(None)
    metrics.enter_horse()
    started_s = time.perf_counter()
    outcome = "failed"
    try:
        db.retry(lambda: _function(job_name)(key), may_replay=True)
        outcome = "done"
    except Exception:
        logger.exception("a due job failed; the sweep repeats it", extra={"job_name": job_name})
        raise
    finally:
        metrics.add_job(job_name, outcome, time.perf_counter() - started_s)


def _function(job_name: str) -> Callable[..., Any]:
    module, _, name = JOBS[job_name].path.rpartition(".")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function


def _put_back(lease: Lease, error: Exception) -> str:
    """Put a failed job back, or bury it, and return which."""
    reason = f"{type(error).__name__}: {error}"
    extra = {"job_name": lease.job_name, "outbox_id": lease.outbox_id, "attempt": lease.attempt}
    logger.error("a job failed", extra=extra, exc_info=error)
    is_final = isinstance(error, Hopeless)
    return db.retry(lambda: queues.fail(lease, reason, now=utc_now(), is_final=is_final))
