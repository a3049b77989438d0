"""Whom a mail is for."""

from __future__ import annotations

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.mail.models import ChangingRecipient, Recipient

SQL = load_sql("mail")


def find_recipient(tx: Transaction, account_id: str) -> Recipient | None:
    """Return an account's address and name as they are now, or None."""
    return tx.one(Recipient, SQL["find_recipient"], account_id=account_id)


def find_changing_recipient(
    tx: Transaction, account_id: str, change_id: str
) -> ChangingRecipient | None:
    """Return both addresses of a change, or None where it is over."""
    return tx.one(
        ChangingRecipient,
        SQL["find_changing_recipient"],
        account_id=account_id,
        change_id=change_id,
    )


def find_token_hash(tx: Transaction, token_id: str) -> str | None:
    """Return what is stored of a mailed token, or None where it was deleted."""
    found = tx.value(SQL["find_token_hash"], token_id=token_id)
    return None if found is None else str(found)
