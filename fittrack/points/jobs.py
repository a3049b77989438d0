"""The nightly audit."""

from __future__ import annotations

import logging
from datetime import datetime

from fittrack.points import audit

logger = logging.getLogger(__name__)


def audit_ledger(*, now: datetime) -> None:
    """Audit the ledger and log the result; read-only, so that a second run does no harm."""
    report = audit.audit_ledger(now=now)
    extra = {
        "transactions": report.transactions,
        "postings": report.postings,
        "counts": dict(report.findings.counts),
    }
    if report.is_clean:
        logger.info("the ledger is as it must be", extra=extra)
    else:
        logger.error("the ledger is not as it must be", extra=extra)
