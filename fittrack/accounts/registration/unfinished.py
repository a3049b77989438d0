"""Clearing away what registrations leave: accounts never verified, names held, old mailed tokens.

All in small transactions, and only so many at a time: the next run goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fittrack import config, db, queues
from fittrack.accounts import repository as accounts
from fittrack.accounts.errors import AccountNotFound
from fittrack.accounts.lockouts import service as lockouts
from fittrack.accounts.registration import repository
from fittrack.accounts.registration.models import Unfinished
from fittrack.db import Transaction
from fittrack.db.errors import ForeignKey

logger = logging.getLogger(__name__)
BATCH_ROWS = 200
BATCHES = 20
TOKENS_KEPT = timedelta(days=30)
BEFORE_ALL = Unfinished("", datetime(1970, 1, 1, tzinfo=UTC))


def delete_unfinished_registrations(*, now: datetime) -> int:
    """Forget accounts and held names that were never verified in time, and return how many.

    An account stays that a mail can still finish, or that anything else refers to.
    """
    before_at = now - timedelta(days=config.current().unverified_days)
    deleted, after = 0, BEFORE_ALL
    for _ in range(BATCHES):
        with db.reading("list_unfinished") as tx:
            rows = repository.list_unfinished(
                tx, before_at=before_at, after=after, now_at=now, row_limit=BATCH_ROWS
            )
        deleted += sum(_delete(row.account_id, before_at, now) for row in rows)
        if len(rows) < BATCH_ROWS:
            break
        after = rows[-1]
    return deleted + _delete_name_holds(before_at)


def delete_old_tokens(*, now: datetime) -> int:
    """Forget mailed tokens that expired 30 days ago, and return how many."""

    def one_batch() -> int:
        with db.transaction("delete_old_tokens") as tx:
            before_at = now - TOKENS_KEPT
            old = repository.list_old_tokens(tx, before_at=before_at, row_limit=BATCH_ROWS)
            return repository.delete_tokens(tx, old)

    return _in_batches(one_batch)


def delete_unfinished(tx: Transaction, account_id: str) -> bool:
    """Forget an unfinished account and its rows; return whether it was unfinished.

    Raises: AccountNotFound, ForeignKey where anything else refers to it: then all must be undone.
    """
    if accounts.lock_account(tx, account_id).status != "pending":
        return False
    queues.erase_jobs(tx, account_id)
    lockouts.forget_attempts(tx, account_id)
    repository.delete_unfinished_events(tx, account_id)
    repository.delete_unfinished_tokens(tx, account_id)
    repository.delete_unfinished_acceptances(tx, account_id)
    repository.delete_unfinished_profile(tx, account_id)
    return repository.delete_unfinished_account(tx, account_id)


def delete_if_over(tx: Transaction, account_id: str, *, before_at: datetime, now: datetime) -> bool:
    """Forget an unfinished account, unless it was registered anew since it was listed.

    Raises: AccountNotFound, ForeignKey.
    """
    account = accounts.lock_account(tx, account_id)
    is_live = repository.count_live_tokens(tx, account_id, now_at=now) > 0
    if account.created_at >= before_at or is_live:
        return False
    return delete_unfinished(tx, account_id)


def _delete(account_id: str, before_at: datetime, now: datetime) -> bool:
    try:
        with db.transaction("delete_unfinished") as tx:
            return delete_if_over(tx, account_id, before_at=before_at, now=now)
    except AccountNotFound:
        return False
    except ForeignKey as error:
        context = {"account_id": account_id, "constraint": error.constraint}
        logger.info("an unfinished account stays, for something refers to it", extra=context)
        return False


def _delete_name_holds(before_at: datetime) -> int:
    def one_batch() -> int:
        with db.transaction("delete_name_holds") as tx:
            names = repository.list_old_name_holds(tx, before_at=before_at, row_limit=BATCH_ROWS)
            return repository.delete_name_holds(tx, names, before_at=before_at)

    return _in_batches(one_batch)


def _in_batches(one_batch: Callable[[], int]) -> int:
    """Run a batch until one is not full, or so many were, and return how many rows it took."""
    taken = 0
    for _ in range(BATCHES):
        count = one_batch()
        taken += count
        if count < BATCH_ROWS:
            break
    return taken
