"""What runs in an RQ worker: one function for outbox rows, one for things due by their own times.

RQ only wakes; the database knows. Whatever fails here is put back with its reason, so that RQ's own
retries and registries do not matter.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from typing import Any

from rq import Worker
from rq.serializers import JSONSerializer

from fittrack import db, log, queues
from fittrack.clock import utc_now
from fittrack.queues import JOBS, QUEUES, Hopeless, Lease, LeaseLost

logger = logging.getLogger(__name__)
MAINTENANCE_S = 60
MONITORING_S = 5


def work(*, burst: bool = False) -> None:
    """Work on all queues until told to stop; `burst` stops when they are empty."""
    worker = Worker(
        [queues.queue(name) for name in QUEUES],
        connection=queues.redis(),
        serializer=JSONSerializer,
        job_monitoring_interval=MONITORING_S,
        maintenance_interval=MAINTENANCE_S,
    )
    worker.work(burst=burst, logging_level="WARNING")


def run_outbox(outbox_id: str) -> None:
    """Do the job of one outbox row, unless it is done, not due, or in another worker's hands."""
    lease = db.retry(lambda: queues.claim(outbox_id, now=utc_now()))
    if lease is None:
        return
    log.set_request_id(lease.request_id)
    try:
        db.retry(lambda: _function(lease.job_name)(lease, **lease.payload), may_replay=True)
    except LeaseLost:
        logger.warning("another worker took this job over", extra={"outbox_id": outbox_id})
    except Exception as error:
        _put_back(lease, error)


def run_due(job_name: str, key: str) -> None:
    """Do what is due for one thing; the job looks at the thing's own times and state."""
    log.set_request_id(f"{job_name}-{key}")
    try:
        db.retry(lambda: _function(job_name)(key), may_replay=True)
    except Exception:
        logger.exception("a due job failed; the sweep repeats it", extra={"job_name": job_name})
        raise


def _function(job_name: str) -> Callable[..., Any]:
    module, _, name = JOBS[job_name].path.rpartition(".")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function


def _put_back(lease: Lease, error: Exception) -> None:
    reason = f"{type(error).__name__}: {error}"
    extra = {"job_name": lease.job_name, "outbox_id": lease.outbox_id, "attempt": lease.attempt}
    logger.error("a job failed", extra=extra, exc_info=error)
    is_final = isinstance(error, Hopeless)
    db.retry(lambda: queues.fail(lease, reason, now=utc_now(), is_final=is_final))
