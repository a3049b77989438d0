"""The witnesses' SQL, by name."""

from __future__ import annotations

from datetime import datetime

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.drawings.witnesses.models import Awaited, Duty

SQL = load_sql("drawings")


def list_duties(
    tx: Transaction, sponsor_id: str, *, after: tuple[datetime, str], row_limit: int
) -> list[Duty]:
    """Return drawings that a sponsor witnesses and that are not over, the next draw first."""
    after_at, after_id = after
    return tx.all(
        Duty,
        SQL["list_duties"],
        sponsor_id=sponsor_id,
        after_at=after_at,
        after_id=after_id,
        row_limit=row_limit,
    )


def list_awaited(
    tx: Transaction, *, due_by: datetime, draws_by: datetime, row_limit: int
) -> list[Awaited]:
    """Return drawings whose sponsors have to reveal by themselves and have not yet."""
    return tx.all(
        Awaited, SQL["list_awaited"], due_by=due_by, draws_by=draws_by, row_limit=row_limit
    )


def find_event(tx: Transaction, drawing_id: str, action: str) -> bool:
    """Tell whether a drawing's history has an action."""
    found = tx.value(SQL["find_event"], drawing_id=drawing_id, action=action)
    return found is not None
