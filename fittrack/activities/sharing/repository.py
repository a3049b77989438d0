"""Whose activities somebody may see, in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fittrack.accounts.profiles.models import ActivityTotals
from fittrack.activities.sharing.models import Audience, SharedActivity, Sharer, UncutActivity
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
    hiding_key: str,
    before_at: datetime,
    before_id: str,
    row_limit: int,
) -> list[SharedActivity]:
    """Return activities that everybody may see, newest first."""
    return tx.all(
        SharedActivity,
        SQL["list_shared_activities"],
        account_id=sharer.account_id,
        usual_visibility=sharer.activities_privacy,
        hiding_key=hiding_key,
        before_at=before_at,
        before_id=before_id,
        row_limit=row_limit,
    )


def sum_shared(tx: Transaction, sharer: Sharer, *, hiding_key: str) -> ActivityTotals:
    totals = tx.one(
        ActivityTotals,
        SQL["sum_shared"],
        account_id=sharer.account_id,
        usual_visibility=sharer.activities_privacy,
        hiding_key=hiding_key,
    )
    return totals or ActivityTotals(0, 0, 0)


def list_uncut(tx: Transaction, sharer: Sharer, *, hiding_key: str, row_limit: int) -> list[str]:
    rows = tx.all(
        UncutActivity,
        SQL["list_uncut"],
        account_id=sharer.account_id,
        usual_visibility=sharer.activities_privacy,
        hiding_key=hiding_key,
        row_limit=row_limit,
    )
    return [row.activity_id for row in rows]


def lock_samples(tx: Transaction, activity_id: str) -> bytes | None:
    """Return an activity's samples, held until the end, None where it has none."""
    block_bytes: bytes | None = tx.value(SQL["lock_samples"], activity_id=activity_id)
    return block_bytes


def find_shared_figures(
    tx: Transaction, activity_id: str, hiding_key: str
) -> dict[str, Any] | None:
    """Return what is kept of an activity's cut, None where that was another one."""
    figures: dict[str, Any] | None = tx.value(
        SQL["find_shared_figures"], activity_id=activity_id, hiding_key=hiding_key
    )
    return figures


def delete_shared_figures(tx: Transaction, activity_id: str) -> None:
    tx.run(SQL["delete_shared_figures"], activity_id=activity_id)


def insert_shared_figures(
    tx: Transaction, activity_id: str, hiding_key: str, figures_json: dict[str, Any]
) -> None:
    tx.run(
        SQL["insert_shared_figures"],
        activity_id=activity_id,
        hiding_key=hiding_key,
        figures_json=figures_json,
    )
