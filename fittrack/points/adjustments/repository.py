"""The table of adjustments, and whose points they are."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.errors import AccountNotFound
from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.points.adjustments.errors import AdjustmentNotFound
from fittrack.points.adjustments.models import Adjustment

SQL = load_sql("points")


def get_account_status(tx: Transaction, account_id: str) -> str:
    """Return an account's status as it is now. Raises: AccountNotFound."""
    status: str | None = tx.value(SQL["get_account_status"], account_id=account_id)
    if status is None:
        raise AccountNotFound(account_id=account_id)
    return status


def insert_adjustment(tx: Transaction, adjustment: Adjustment) -> None:
    tx.run(SQL["insert_adjustment"], **asdict(adjustment))


def get_adjustment(tx: Transaction, adjustment_id: str) -> Adjustment:
    adjustment = tx.one(Adjustment, SQL["get_adjustment"], adjustment_id=adjustment_id)
    if adjustment is None:
        raise AdjustmentNotFound(adjustment_id=adjustment_id)
    return adjustment


def lock_adjustment(tx: Transaction, adjustment_id: str) -> Adjustment:
    adjustment = tx.one(Adjustment, SQL["lock_adjustment"], adjustment_id=adjustment_id)
    if adjustment is None:
        raise AdjustmentNotFound(adjustment_id=adjustment_id)
    return adjustment


def update_adjustment(tx: Transaction, adjustment: Adjustment) -> None:
    tx.run(
        SQL["update_adjustment"],
        adjustment_id=adjustment.adjustment_id,
        state=adjustment.state,
        decided_by_id=adjustment.decided_by_id,
        decided_at=adjustment.decided_at,
    )


def sum_posted_alone(tx: Transaction, account_id: str, *, actor_id: str, since_at: datetime) -> int:
    """Return by how many points one admin moved a member's, up and down, without a second one."""
    points: int = tx.value(
        SQL["sum_posted_alone"], account_id=account_id, actor_id=actor_id, since_at=since_at
    )
    return points


def list_adjustments(
    tx: Transaction,
    *,
    account_id: str | None,
    state: str | None,
    before_id: str,
    now_at: datetime,
    row_limit: int,
) -> list[Adjustment]:
    return tx.all(
        Adjustment,
        SQL["list_adjustments"],
        account_id=account_id,
        state=state,
        before_id=before_id,
        now_at=now_at,
        row_limit=row_limit,
    )


def erase_adjustments(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_adjustments"], account_id=account_id)
