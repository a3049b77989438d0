"""Privacy zones and the secrets of grids in the database."""

from __future__ import annotations

from dataclasses import asdict

from fittrack.activities.privacy.models import Zone
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("activities")


def list_zones(tx: Transaction, account_id: str) -> list[Zone]:
    return tx.all(Zone, SQL["list_zones"], account_id=account_id)


def insert_zone(tx: Transaction, zone: Zone) -> None:
    tx.run(SQL["insert_zone"], **asdict(zone))


def delete_zone(tx: Transaction, zone_id: str, account_id: str) -> bool:
    """Delete a member's zone and return whether there was one."""
    return tx.run(SQL["delete_zone"], zone_id=zone_id, account_id=account_id) == 1


def erase_zones(tx: Transaction, account_id: str) -> int:
    return tx.run(SQL["erase_zones"], account_id=account_id)


def find_grid(tx: Transaction, account_id: str) -> str | None:
    """Return the secret of a member's grid, None before the first activity."""
    seed: str | None = tx.value(SQL["find_grid"], account_id=account_id)
    return seed


def insert_grid(tx: Transaction, account_id: str, seed: str) -> None:
    """Raises: Unique where the member has a grid."""
    tx.run(SQL["insert_grid"], account_id=account_id, seed=seed)


def erase_grid(tx: Transaction, account_id: str) -> int:
    return tx.run(SQL["erase_grid"], account_id=account_id)
