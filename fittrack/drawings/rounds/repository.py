"""The beacons' SQL, by name."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.drawings.rounds.models import Beacon

SQL = load_sql("drawings")


def insert_beacon(tx: Transaction, beacon: Beacon) -> None:
    """Store the round that a drawing's terms name."""
    tx.run(SQL["insert_beacon"], **asdict(beacon))


def find_beacon(tx: Transaction, drawing_id: str) -> Beacon | None:
    """Return the round that a drawing's terms name, or None."""
    return tx.one(Beacon, SQL["find_beacon"], drawing_id=drawing_id)


def insert_round(tx: Transaction, beacon: Beacon, *, body_text: str, now: datetime) -> None:
    """Store a round as it came. Raises: Unique where it is there already."""
    tx.run(
        SQL["insert_round"],
        drawing_id=beacon.drawing_id,
        source_id=beacon.source_id,
        position=beacon.position,
        body_text=body_text,
        revealed_at=now,
    )
