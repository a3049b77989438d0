"""What pictures need from the database beyond the activity."""

from __future__ import annotations

from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("activities")


def get_distance_unit(tx: Transaction, account_id: str) -> str:
    """Return the unit in which a member reads distances; km for who has no profile."""
    return str(tx.value(SQL["get_distance_unit"], account_id=account_id) or "km")
