"""Tiers in the database: how many have each, and whose is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from fittrack.accounts.tiers.models import DueProfile, Place, TierCount
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def count_tiers(tx: Transaction) -> list[TierCount]:
    return tx.all(TierCount, SQL["count_tiers"])


def count_inactive_tiers(tx: Transaction) -> list[TierCount]:
    return tx.all(TierCount, SQL["count_inactive_tiers"])


def list_due_profiles(tx: Transaction, *, today_on: date, row_limit: int) -> list[DueProfile]:
    return tx.all(DueProfile, SQL["list_due_profiles"], today_on=today_on, row_limit=row_limit)


def move_profiles(tx: Transaction, moves: Sequence[tuple[DueProfile, Place]]) -> int:
    """Give members their new places and return how many got one; the others were edited since."""
    rows = [
        {
            "account_id": due.account_id,
            "former_review_on": due.tier_review_on,
            "revision": due.revision,
            **asdict(place),
        }
        for due, place in moves
    ]
    return tx.run_many(SQL["move_profiles"], rows)
