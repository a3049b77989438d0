"""The reports' SQL, by name."""

from __future__ import annotations

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.sponsors.reports.models import InventorySums, SponsoredSums, StateWinners

SQL = load_sql("sponsors")


def get_sponsored_sums(tx: Transaction, sponsor_id: str) -> SponsoredSums:
    """Return what a sponsor's drawings come to."""
    sums = tx.one(SponsoredSums, SQL["get_sponsored_sums"], sponsor_id=sponsor_id)
    return sums or SponsoredSums(0, 0, 0, 0, 0)


def list_winners_by_state(tx: Transaction, sponsor_id: str) -> list[StateWinners]:
    """Return how many members of each state hold a prize of a sponsor's."""
    return tx.all(StateWinners, SQL["list_winners_by_state"], sponsor_id=sponsor_id)


def get_inventory_sums(tx: Transaction, sponsor_id: str) -> InventorySums:
    """Return what has become of the units that a sponsor offers."""
    sums = tx.one(InventorySums, SQL["get_inventory_sums"], sponsor_id=sponsor_id)
    return sums or InventorySums(0, 0, 0)
