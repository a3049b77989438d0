"""What is computed of activities, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from fittrack.activities.analysis.efforts import Effort
from fittrack.activities.analysis.models import (
    BestPower,
    Constitution,
    DueActivity,
    HeartRow,
    PowerRow,
    RecordRow,
)
from fittrack.activities.analysis.stored import StoredEffort, StoredMetrics
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("activities")


def update_polyline(tx: Transaction, activity_id: str, polyline: str | None) -> None:
    tx.run(SQL["update_polyline"], activity_id=activity_id, polyline=polyline)


def insert_metrics(tx: Transaction, metrics: StoredMetrics) -> None:
    """Raises: Unique where the activity has figures already."""
    tx.run(SQL["insert_metrics"], **asdict(metrics))


def find_metrics(tx: Transaction, activity_id: str) -> StoredMetrics | None:
    return tx.one(StoredMetrics, SQL["find_metrics"], activity_id=activity_id)


def list_metrics_of(
    tx: Transaction, account_id: str, *, after_id: str, row_limit: int
) -> list[StoredMetrics]:
    return tx.all(
        StoredMetrics,
        SQL["list_metrics_of"],
        account_id=account_id,
        after_id=after_id,
        row_limit=row_limit,
    )


def delete_metrics(tx: Transaction, activity_id: str) -> None:
    tx.run(SQL["delete_metrics"], activity_id=activity_id)


def insert_effort(tx: Transaction, activity_id: str, efforts: Sequence[Effort]) -> None:
    """Store every best effort of an activity."""
    rows = [{"activity_id": activity_id, **asdict(effort)} for effort in efforts]
    if rows:
        tx.run_many(SQL["insert_effort"], rows)


def list_efforts(tx: Transaction, activity_id: str) -> list[StoredEffort]:
    return tx.all(StoredEffort, SQL["list_efforts"], activity_id=activity_id)


def delete_efforts(tx: Transaction, activity_id: str) -> None:
    tx.run(SQL["delete_efforts"], activity_id=activity_id)


def find_constitution(tx: Transaction, account_id: str) -> Constitution | None:
    return tx.one(Constitution, SQL["find_constitution"], account_id=account_id)


def list_best_powers(
    tx: Transaction, account_id: str, from_on: date, until_on: date
) -> list[BestPower]:
    return tx.all(
        BestPower,
        SQL["list_best_powers"],
        account_id=account_id,
        from_on=from_on,
        until_on=until_on,
    )


def list_heart_rows(tx: Transaction, account_id: str, until_on: date) -> list[HeartRow]:
    return tx.all(HeartRow, SQL["list_heart_rows"], account_id=account_id, until_on=until_on)


def list_power_rows(tx: Transaction, account_id: str, until_on: date) -> list[PowerRow]:
    return tx.all(PowerRow, SQL["list_power_rows"], account_id=account_id, until_on=until_on)


def list_records(tx: Transaction, account_id: str, sport: str | None) -> list[RecordRow]:
    return tx.all(RecordRow, SQL["list_records"], account_id=account_id, sport=sport)


def list_due_activities(
    tx: Transaction,
    account_id: str | None,
    *,
    before_version: int,
    after_id: str,
    row_limit: int,
) -> list[DueActivity]:
    """Return activities by their ids; `account_id` is None for everybody's."""
    return tx.all(
        DueActivity,
        SQL["list_due_activities"],
        account_id=account_id,
        before_version=before_version,
        after_id=after_id,
        row_limit=row_limit,
    )


def count_due_activities(tx: Transaction, account_id: str | None, *, before_version: int) -> int:
    count: int = tx.value(
        SQL["count_due_activities"], account_id=account_id, before_version=before_version
    )
    return count
