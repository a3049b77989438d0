"""Resets of second factors in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.resets.errors import FactorResetNotFound, FactorResetOpen
from fittrack.accounts.resets.models import FactorReset
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def insert_factor_reset(tx: Transaction, reset: FactorReset) -> None:
    """Raises: FactorResetOpen where the account has an open one."""
    try:
        tx.run(SQL["insert_factor_reset"], **asdict(reset))
    except Unique as error:
        raise FactorResetOpen from error


def find_factor_reset(tx: Transaction, account_id: str) -> FactorReset | None:
    """Return an account's newest reset, or None."""
    return tx.one(FactorReset, SQL["find_factor_reset"], account_id=account_id)


def get_factor_reset(tx: Transaction, reset_id: str) -> FactorReset:
    """Raises: FactorResetNotFound."""
    reset = tx.one(FactorReset, SQL["get_factor_reset"], reset_id=reset_id)
    if reset is None:
        raise FactorResetNotFound(reset_id=reset_id)
    return reset


def close_factor_reset(
    tx: Transaction, reset_id: str, state: str, *, closed_by_id: str | None, closed_at: datetime
) -> bool:
    """End an open reset and return whether it was open."""
    changed = tx.run(
        SQL["close_factor_reset"],
        reset_id=reset_id,
        state=state,
        closed_by_id=closed_by_id,
        closed_at=closed_at,
    )
    return changed == 1
