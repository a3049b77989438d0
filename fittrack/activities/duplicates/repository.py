"""Every statement of the choice between records of one workout, one function each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fittrack.activities.duplicates.models import (
    LONGEST,
    Candidate,
    CountedDay,
    Duplicate,
    Span,
)
from fittrack.activities.duplicates.rules import widened
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("activities")


def list_candidates(tx: Transaction, account_id: str, span: Span) -> list[Candidate]:
    """Return a member's workouts that have an instant within a stretch of time, deleted ones too.

    The index on the start leads to them: no workout reaches further than LONGEST.
    """
    return tx.all(
        Candidate,
        SQL["list_candidates"],
        account_id=account_id,
        reach_at=widened(span, LONGEST).since_at,
        since_at=span.since_at,
        until_at=span.until_at,
    )


def find_primary_connection(tx: Transaction, account_id: str) -> str | None:
    connection_id: str | None = tx.value(SQL["find_primary_connection"], account_id=account_id)
    return connection_id


def update_duplicate_of(tx: Transaction, activities: Sequence[Candidate]) -> None:
    """Write down which records others replace."""
    rows = [
        {"activity_id": activity.activity_id, "duplicate_of_id": activity.duplicate_of_id}
        for activity in activities
    ]
    tx.run_many(SQL["update_duplicate_of"], rows)


def list_counted_days(tx: Transaction, activity_id: str) -> list[date]:
    """Return the points days on which an activity counts: where it started, and its minutes'."""
    rows = tx.all(CountedDay, SQL["list_counted_days"], activity_id=activity_id)
    return [row.day_on for row in rows]


def list_duplicates(tx: Transaction, activity_id: str) -> list[str]:
    """Return the ids of the records that one replaces."""
    rows = tx.all(Duplicate, SQL["list_duplicates"], activity_id=activity_id)
    return [row.activity_id for row in rows]
