"""Suspensions and appeals in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.suspensions.errors import AppealClosed, AppealNotFound, AppealOpen
from fittrack.accounts.suspensions.models import Appeal, Suspension
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def insert_suspension(tx: Transaction, suspension: Suspension) -> None:
    """Raises: Unique where the account is suspended already."""
    tx.run(SQL["insert_suspension"], **asdict(suspension))


def find_open_suspension(tx: Transaction, account_id: str) -> Suspension | None:
    """Return why an account is kept out at present, or None."""
    return tx.one(Suspension, SQL["find_open_suspension"], account_id=account_id)


def get_suspension(tx: Transaction, suspension_id: str) -> Suspension:
    """Return a suspension that an appeal names."""
    suspension = tx.one(Suspension, SQL["get_suspension"], suspension_id=suspension_id)
    if suspension is None:
        raise AssertionError("an appeal without its suspension")
    return suspension


def lift_suspension(
    tx: Transaction, suspension_id: str, *, lifted_by_id: str, lifted_at: datetime
) -> None:
    """End a suspension."""
    tx.run(
        SQL["lift_suspension"],
        suspension_id=suspension_id,
        lifted_by_id=lifted_by_id,
        lifted_at=lifted_at,
    )


def insert_appeal(tx: Transaction, appeal: Appeal) -> None:
    """Raises: AppealOpen where the account has one open."""
    try:
        tx.run(SQL["insert_appeal"], **asdict(appeal))
    except Unique as error:
        raise AppealOpen from error


def count_appeals(tx: Transaction, suspension_id: str) -> int:
    """Return how often a suspension was appealed against."""
    return int(tx.value(SQL["count_appeals"], suspension_id=suspension_id))


def get_appeal(tx: Transaction, appeal_id: str) -> Appeal:
    """Return an appeal, not held. Raises: AppealNotFound."""
    appeal = tx.one(Appeal, SQL["get_appeal"], appeal_id=appeal_id)
    if appeal is None:
        raise AppealNotFound(appeal_id=appeal_id)
    return appeal


def close_appeal(tx: Transaction, appeal: Appeal) -> None:
    """Store the decision on an open appeal. Raises: AppealClosed."""
    changed = tx.run(
        SQL["close_appeal"],
        appeal_id=appeal.appeal_id,
        state=appeal.state,
        decision_reason=appeal.decision_reason,
        decided_by_id=appeal.decided_by_id,
        decided_at=appeal.decided_at,
    )
    if changed != 1:
        raise AppealClosed(appeal_id=appeal.appeal_id)


def settle_appeals(tx: Transaction, suspension_id: str, *, decided_at: datetime) -> None:
    """Close what is open against a suspension that ended otherwise."""
    tx.run(SQL["settle_appeals"], suspension_id=suspension_id, decided_at=decided_at)


def list_own_appeals(
    tx: Transaction, account_id: str, *, before_id: str, row_limit: int
) -> list[Appeal]:
    """Return a member's appeals, newest first."""
    return tx.all(
        Appeal,
        SQL["list_own_appeals"],
        account_id=account_id,
        before_id=before_id,
        row_limit=row_limit,
    )


def list_appeals(tx: Transaction, state: str, *, after_id: str, row_limit: int) -> list[Appeal]:
    """Return appeals of one state, oldest first."""
    return tx.all(Appeal, SQL["list_appeals"], state=state, after_id=after_id, row_limit=row_limit)
