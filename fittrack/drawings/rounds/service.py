"""The beacon of a drawing: named at scheduling, published once its round is out."""

from __future__ import annotations

from datetime import datetime

from fittrack import check_beacon, config
from fittrack.db import Transaction
from fittrack.drawings.models import Drawing
from fittrack.drawings.record import service as record
from fittrack.drawings.rounds import repository, rules
from fittrack.drawings.rounds.models import Beacon
from fittrack.drawings.verifier import Json, canonical_json


def has_beacon() -> bool:
    """Tell whether drawings are bound to a beacon from now on."""
    return bool(config.current().beacon_url)


def check(drawing: Drawing) -> None:
    """Check that a draft leaves a beacon its time, where there is one. Raises: Invalid."""
    if has_beacon():
        rules.check_times(drawing, check_beacon.chain_of(config.current()))


def name_beacon(tx: Transaction, drawing: Drawing, *, position: int) -> Beacon | None:
    """Store which round a drawing takes and return it, or None without a beacon."""
    if not has_beacon():
        return None
    beacon = rules.beacon_of(drawing, check_beacon.chain_of(config.current()), position=position)
    repository.insert_beacon(tx, beacon)
    return beacon


def find_beacon(tx: Transaction, drawing_id: str) -> Beacon | None:
    """Return the round that a drawing's terms name, or None."""
    return repository.find_beacon(tx, drawing_id)


def publish(tx: Transaction, beacon: Beacon, reveal: Json, *, now: datetime) -> None:
    """Store and log a round that was fetched, once. Raises: Unique."""
    repository.insert_round(tx, beacon, body_text=canonical_json(reveal).decode(), now=now)
    record.append_log(tx, beacon.drawing_id, "reveal", reveal, now=now)
