"""Days and routes in the database."""

from __future__ import annotations

from datetime import date

from fittrack.activities.overview.models import DaySums, RouteLine
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("activities")


def list_day_sums(tx: Transaction, account_id: str, first_on: date, last_on: date) -> list[DaySums]:
    """Return the days of a range on which something was done."""
    return tx.all(
        DaySums,
        SQL["list_day_sums"],
        account_id=account_id,
        first_on=first_on,
        last_on=last_on,
    )


def list_route_lines(
    tx: Transaction, account_id: str, first_on: date, last_on: date, *, row_limit: int
) -> list[str]:
    """Return the routes of a range of days as polylines, the newest first."""
    rows = tx.all(
        RouteLine,
        SQL["list_route_lines"],
        account_id=account_id,
        first_on=first_on,
        last_on=last_on,
        row_limit=row_limit,
    )
    return [row.polyline for row in rows]
