"""The nightly audit: decided by the schedule, done by a worker, for it takes its time."""

from __future__ import annotations

import logging
from datetime import datetime

from fittrack import db, queues
from fittrack.clock import rfc3339, utc_now
from fittrack.points import audit, service
from fittrack.points.audit_models import Report
from fittrack.queues import Lease

logger = logging.getLogger(__name__)


def start_audit(*, now: datetime) -> None:
    """Have a worker audit the ledger."""
    with db.transaction("start_audit") as tx:
        queues.enqueue(tx, "audit_ledger", rfc3339(now), now=now)


def audit_ledger(lease: Lease) -> None:
    """Audit the ledger, log the result and record it; a second run records a second result."""
    report = audit.audit_ledger(now=utc_now())
    _tell(report)
    with db.transaction("finish_audit") as tx:
        service.record_audit(tx, report, now=utc_now())
        queues.finish(tx, lease, now=utc_now())


def _tell(report: Report) -> None:
    extra = {
        "transactions": report.transactions,
        "postings": report.postings,
        "counts": dict(report.findings.counts),
    }
    if report.is_clean:
        logger.info("the ledger is as it must be", extra=extra)
    else:
        logger.error("the ledger is not as it must be", extra=extra)
