"""Changes of address in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.email_changes.models import EmailChange
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def insert_email_change(tx: Transaction, change: EmailChange) -> None:
    """Store a change that was asked for."""
    tx.run(SQL["insert_email_change"], **asdict(change))


def find_email_change(tx: Transaction, change_id: str) -> EmailChange | None:
    """Return a change by the id of the token that confirms it, or None."""
    return tx.one(EmailChange, SQL["find_email_change"], change_id=change_id)


def find_email_change_to_undo(tx: Transaction, undo_token_id: str) -> EmailChange | None:
    """Return a change by the id of the token that undoes it, or None."""
    return tx.one(EmailChange, SQL["find_email_change_to_undo"], undo_token_id=undo_token_id)


def confirm_email_change(tx: Transaction, change_id: str, *, confirmed_at: datetime) -> bool:
    """Note that a change took effect and return whether it was this call that did."""
    changed = tx.run(SQL["confirm_email_change"], change_id=change_id, confirmed_at=confirmed_at)
    return changed == 1


def count_email_holds(tx: Transaction, email_key: str, account_id: str, *, now_at: datetime) -> int:
    """Return how many other accounts may still take an address back."""
    count = tx.value(
        SQL["count_email_holds"], email_key=email_key, account_id=account_id, now_at=now_at
    )
    return int(count)


def replace_email(
    tx: Transaction,
    account_id: str,
    *,
    email: str,
    email_key: str,
    former_email_key: str,
    email_verified_at: datetime,
) -> bool:
    """Give an account another address and return whether it still had the former.

    Raises: Unique where the address is taken.
    """
    changed = tx.run(
        SQL["replace_email"],
        account_id=account_id,
        email=email,
        email_key=email_key,
        former_email_key=former_email_key,
        email_verified_at=email_verified_at,
    )
    return changed == 1


def use_later_undo_tokens(
    tx: Transaction, account_id: str, *, since_at: datetime, used_at: datetime
) -> None:
    """Make the undoing tokens that were issued from an instant on worthless."""
    tx.run(SQL["use_later_undo_tokens"], account_id=account_id, since_at=since_at, used_at=used_at)


def delete_expired_email_changes(tx: Transaction, *, now_at: datetime) -> int:
    """Forget changes that are over and return how many."""
    return tx.run(SQL["delete_expired_email_changes"], now_at=now_at)
