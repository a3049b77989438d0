"""What was spent, in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.trackers.budgets.rules import Spent

SQL = load_sql("trackers")


@dataclass(frozen=True, slots=True)
class Budget:
    """What was spent of some limits."""

    budget_key: str
    spent_json: Spent


def lock_budget(tx: Transaction, budget_key: str) -> Budget | None:
    return tx.one(Budget, SQL["lock_budget"], budget_key=budget_key)


def insert_budget(tx: Transaction, budget_key: str, *, now: datetime) -> None:
    tx.run(SQL["insert_budget"], budget_key=budget_key, spent_json={}, changed_at=now)


def update_budget(tx: Transaction, budget_key: str, spent: Spent, *, now: datetime) -> None:
    tx.run(SQL["update_budget"], budget_key=budget_key, spent_json=spent, changed_at=now)


def delete_old_budgets(tx: Transaction, *, before_at: datetime) -> int:
    return tx.run(SQL["delete_old_budgets"], before_at=before_at)
