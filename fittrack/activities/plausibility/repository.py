"""Every statement of plausibility, one function each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from fittrack.activities.plausibility.models import (
    Alike,
    LongDay,
    Mark,
)
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("activities")
# More recordings than this that are alike say nothing new.
MOST_ALIKE = 20


def insert_mark(tx: Transaction, activity_id: str, marks: Sequence[Mark]) -> None:
    """Keep the marks of a recording, in order, so that two imports never wait for each other."""
    rows = [
        {"activity_id": activity_id, "kind": mark.kind, "mark_no": mark.mark_no}
        for mark in sorted(marks, key=lambda mark: (mark.kind, mark.mark_no))
    ]
    tx.run_many(SQL["insert_mark"], rows)


def list_alike(tx: Transaction, activity_id: str, *, least_count: int) -> list[Alike]:
    return tx.all(
        Alike,
        SQL["list_alike"],
        activity_id=activity_id,
        least_count=least_count,
        row_limit=MOST_ALIKE,
    )


def delete_marks(tx: Transaction, activity_id: str) -> None:
    tx.run(SQL["delete_marks"], activity_id=activity_id)


def update_activity_state(
    tx: Transaction, activity_id: str, state: str, reason_code: str | None, *, now: datetime
) -> None:
    tx.run(
        SQL["update_activity_state"],
        activity_id=activity_id,
        state=state,
        reason_code=reason_code,
        updated_at=now,
    )


def list_long_days(
    tx: Transaction, account_id: str, *, first_on: date, last_on: date, most_s: int
) -> list[LongDay]:
    return tx.all(
        LongDay,
        SQL["list_long_days"],
        account_id=account_id,
        first_on=first_on,
        last_on=last_on,
        most_s=most_s,
    )
