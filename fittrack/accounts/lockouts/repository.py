"""Counts of wrong guesses in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.lockouts.models import LoginGuard
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def lock_login_guard(tx: Transaction, account_id: str, kind: str) -> LoginGuard | None:
    """Return how guessing at a secret stands and hold its row, or None where nobody did."""
    return tx.one(LoginGuard, SQL["lock_login_guard"], account_id=account_id, kind=kind)


def insert_login_guard(tx: Transaction, guard: LoginGuard) -> None:
    """Raises: Unique where the secret has a guard."""
    tx.run(SQL["insert_login_guard"], **asdict(guard))


def update_login_guard(tx: Transaction, guard: LoginGuard) -> bool:
    """Store how guessing stands now and return whether there was a row for it."""
    return tx.run(SQL["update_login_guard"], **asdict(guard)) == 1


def delete_login_guards(tx: Transaction, account_id: str) -> None:
    """Forget all guesses at an account's secrets."""
    tx.run(SQL["delete_login_guards"], account_id=account_id)


def add_decoy_guess(tx: Transaction, slot_no: int, *, attempted_at: datetime) -> bool:
    """Count a guess at an unknown address and return whether its slot was there."""
    return tx.run(SQL["add_decoy_guess"], slot_no=slot_no, attempted_at=attempted_at) == 1


def insert_decoy(tx: Transaction, slot_no: int, *, attempted_at: datetime) -> None:
    """Raises: Unique where the slot is there."""
    tx.run(SQL["insert_decoy"], slot_no=slot_no, attempted_at=attempted_at)
