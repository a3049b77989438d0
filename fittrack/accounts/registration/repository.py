"""Unfinished registrations, and what else is cleared away with time."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.registration.models import HeldName, OldToken, Unfinished
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def list_unfinished(
    tx: Transaction,
    *,
    before_at: datetime,
    after: Unfinished,
    now_at: datetime,
    row_limit: int,
) -> list[Unfinished]:
    """Return registrations that nothing can finish any more, the oldest first, after one."""
    return tx.all(
        Unfinished,
        SQL["list_unfinished"],
        before_at=before_at,
        after_at=after.created_at,
        after_id=after.account_id,
        now_at=now_at,
        row_limit=row_limit,
    )


def count_live_tokens(tx: Transaction, account_id: str, *, now_at: datetime) -> int:
    """Return how many mails can still finish a registration."""
    return int(tx.value(SQL["count_live_tokens"], account_id=account_id, now_at=now_at))


def delete_unfinished_profile(tx: Transaction, account_id: str) -> None:
    """Forget an unfinished registration's profile."""
    tx.run(SQL["delete_unfinished_profile"], account_id=account_id)


def delete_unfinished_acceptances(tx: Transaction, account_id: str) -> None:
    """Forget what an unfinished registration accepted."""
    tx.run(SQL["delete_unfinished_acceptances"], account_id=account_id)


def delete_unfinished_tokens(tx: Transaction, account_id: str) -> None:
    """Forget what was mailed to an unfinished registration."""
    tx.run(SQL["delete_unfinished_tokens"], account_id=account_id)


def delete_unfinished_events(tx: Transaction, account_id: str) -> None:
    """Forget what happened to an unfinished registration."""
    tx.run(SQL["delete_unfinished_events"], account_id=account_id)


def delete_unfinished_account(tx: Transaction, account_id: str) -> bool:
    """Forget an account without rows of its own and return whether it was still unfinished.

    Raises: ForeignKey where something else refers to it.
    """
    return tx.run(SQL["delete_unfinished_account"], account_id=account_id) == 1


def list_old_name_holds(tx: Transaction, *, before_at: datetime, row_limit: int) -> list[HeldName]:
    """Return names held since before an instant, the oldest first."""
    return tx.all(HeldName, SQL["list_old_name_holds"], before_at=before_at, row_limit=row_limit)


def delete_name_holds(tx: Transaction, names: list[HeldName], *, before_at: datetime) -> int:
    """Let names go that were not asked for again meanwhile, and return how many."""
    rows = [{**asdict(name), "before_at": before_at} for name in names]
    return tx.run_many(SQL["delete_name_holds"], rows)


def renew_name_hold(
    tx: Transaction, display_name_key: str, email_key: str, *, held_at: datetime
) -> None:
    """Keep a name for an address from now on, if it was kept for it before."""
    tx.run(
        SQL["renew_name_hold"],
        display_name_key=display_name_key,
        email_key=email_key,
        held_at=held_at,
    )


def list_old_tokens(tx: Transaction, *, before_at: datetime, row_limit: int) -> list[OldToken]:
    """Return tokens that expired before an instant, the oldest first."""
    return tx.all(OldToken, SQL["list_old_tokens"], before_at=before_at, row_limit=row_limit)


def delete_tokens(tx: Transaction, old: list[OldToken]) -> int:
    """Forget tokens and return how many."""
    return tx.run_many(SQL["delete_tokens"], [asdict(token) for token in old])
