"""Forgetting what providers sent and what syncs came to: a few hundred rows a transaction.

Millions of rows in one would hold everybody else up, and be lost with the first trouble. What is
left when the time is over is forgotten by the next run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from fittrack import db
from fittrack.db import Transaction
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.connections import repository as connections
from fittrack.trackers.connections.rules import ATTEMPT_LIFE
from fittrack.trackers.tidying import repository

ROWS = 500
# The scheduler has other things to do.
WORKING_S = 5.0
PAYLOADS_KEPT = timedelta(days=30)
SYNCS_KEPT = timedelta(days=90)
DELIVERIES_KEPT = timedelta(days=7)
BUDGETS_KEPT = timedelta(days=3)


def forget_old_traffic(*, now: datetime, working_s: float = WORKING_S, rows: int = ROWS) -> int:
    """Forget what is of no more use: what was sent, syncs, webhooks, budgets, visits that are over.

    So many `rows` at a time; returns how many it was in all.
    """
    until_s = time.monotonic() + working_s
    with db.transaction("forget_visits") as tx:
        # One that was used just before its end still counts as long, and may still be under way.
        forgotten = connections.delete_over_attempts(tx, before_at=now - ATTEMPT_LIFE)
        forgotten += budgets.forget(tx, before_at=now - BUDGETS_KEPT)
    for step in (_forget_deliveries, _forget_payloads, _forget_syncs):
        forgotten += _forget_all(step, rows, until_s, now=now)
    return forgotten


def _forget_all(step: Callable[..., int], row_limit: int, until_s: float, *, now: datetime) -> int:
    forgotten = 0
    while True:
        with db.transaction("forget_old_traffic") as tx:
            rows = step(tx, row_limit, now=now)
        forgotten += rows
        if rows < row_limit or time.monotonic() >= until_s:
            return forgotten


def _forget_deliveries(tx: Transaction, row_limit: int, *, now: datetime) -> int:
    before_at = now - DELIVERIES_KEPT
    old = repository.list_old_deliveries(tx, before_at=before_at, row_limit=row_limit)
    repository.delete_old_delivery(tx, old, before_at=before_at)
    return len(old)


def _forget_payloads(tx: Transaction, row_limit: int, *, now: datetime) -> int:
    before_at = now - PAYLOADS_KEPT
    old = repository.list_old_payloads(tx, before_at=before_at, row_limit=row_limit)
    repository.delete_old_payload(tx, old, before_at=before_at)
    return len(old)


def _forget_syncs(tx: Transaction, row_limit: int, *, now: datetime) -> int:
    first = repository.list_first_syncs(tx, row_limit=row_limit)
    old = [sync for sync in first if sync.started_at < now - SYNCS_KEPT]
    repository.delete_sync(tx, old)
    return len(old)
