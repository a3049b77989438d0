"""Clearing away what log-ins leave: tokens past their life, and log-ins never completed."""

from __future__ import annotations

from datetime import datetime

from fittrack import db
from fittrack.accounts.sessions import repository

BATCH_ROWS = 500
BATCHES = 400  # what is left then waits for the next hour


def delete_expired(*, now: datetime) -> int:
    """Forget tokens past their life and log-ins never completed, and return how many.

    Each refresh leaves a token. They go in small transactions: one for all would hold up everybody
    after a pause of the schedule, or run into a time limit again and again.
    """
    with db.transaction("delete_expired_logins") as tx:
        deleted = repository.delete_expired_challenges(tx, now_at=now)
    for _ in range(BATCHES):
        with db.transaction("delete_refresh_tokens") as tx:
            expired = repository.list_expired_refresh_tokens(tx, now_at=now, row_limit=BATCH_ROWS)
            deleted += repository.delete_refresh_tokens(tx, expired)
        if len(expired) < BATCH_ROWS:
            break
    return deleted
