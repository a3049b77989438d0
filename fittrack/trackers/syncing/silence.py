"""Connections from which nothing has been heard: their members are told, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from fittrack import db
from fittrack.trackers.connections import repository as connections
from fittrack.trackers.connections import telling
from fittrack.trackers.syncing import repository

SILENT_AFTER = timedelta(days=3)
ROWS = 200


def tell_of_silence(*, now: datetime) -> int:
    """Tell members of connections that could not be read for three days; return how many.

    All of them, for a provider that is away is silent to everybody at once.
    """
    told = 0
    while newly := _tell_some(now - SILENT_AFTER, now=now):
        told += newly
    return told


def _tell_some(before_at: datetime, *, now: datetime) -> int:
    """Tell the next ones, and return how many; whoever has been told is not listed again."""
    with db.reading("list_silent_connections") as tx:
        silent = repository.list_silent_connections(tx, before_at=before_at, row_limit=ROWS)
    return sum(_tell(connection_id, before_at, now=now) for connection_id in silent)


def _tell(connection_id: str, before_at: datetime, *, now: datetime) -> bool:
    with db.transaction("tell_of_silence") as tx:
        connection = connections.find_connection(tx, connection_id)
        if connection is None or not repository.note_silence(
            tx, connection_id, before_at=before_at, told_at=now
        ):
            return False
        telling.tell_of_silence(tx, connection, now=now)
    return True
