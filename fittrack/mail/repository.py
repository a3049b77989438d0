"""Whom a mail is for."""

from __future__ import annotations

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.mail.models import Recipient

SQL = load_sql("mail")


def find_recipient(tx: Transaction, account_id: str) -> Recipient | None:
    """Return an account's address and name as they are now, or None."""
    return tx.one(Recipient, SQL["find_recipient"], account_id=account_id)
