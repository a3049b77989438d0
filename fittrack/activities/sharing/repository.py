"""Whose activities somebody may see, in the database."""

from __future__ import annotations

from datetime import datetime

from fittrack.activities.models import Activity
from fittrack.activities.sharing.models import Audience, Sharer
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("activities")


def find_audience(tx: Transaction, activity_id: str) -> Audience | None:
    return tx.one(Audience, SQL["find_audience"], activity_id=activity_id)


def find_sharer(tx: Transaction, account_id: str) -> Sharer | None:
    return tx.one(Sharer, SQL["find_sharer"], account_id=account_id)


def find_start(tx: Transaction, activity_id: str, account_id: str) -> datetime | None:
    """Return when an activity of a member started, None where it is none of theirs."""
    started_at: datetime | None = tx.value(
        SQL["find_start"], activity_id=activity_id, account_id=account_id
    )
    return started_at


def list_shared_activities(
    tx: Transaction,
    sharer: Sharer,
    *,
    before_at: datetime,
    before_id: str,
    row_limit: int,
) -> list[Activity]:
    """Return activities that everybody may see, newest first."""
    return tx.all(
        Activity,
        SQL["list_shared_activities"],
        account_id=sharer.account_id,
        usual_visibility=sharer.activities_privacy,
        before_at=before_at,
        before_id=before_id,
        row_limit=row_limit,
    )
