"""What members see of syncs, and how they ask for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from fittrack import db, queues
from fittrack.idempotency import NoReply, Reply
from fittrack.pagination import Cursor, Page
from fittrack.trackers.connections import repository as connections
from fittrack.trackers.connections.errors import NothingToSync, ReauthRequired, SyncedJustNow
from fittrack.trackers.connections.models import Connection
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.syncing import repository
from fittrack.trackers.syncing.models import Standing, Sync

ASKED_EVERY = timedelta(minutes=5)
AFTER_ANY_ID = "~"


def list_syncs(*, account_id: str, provider: str, cursor: Cursor, limit: int) -> Page[Sync]:
    """Return what each sync of a connection came to, newest first. Raises: ConnectionNotFound."""
    with db.reading("list_syncs") as tx:
        connection = connections.get_live_connection(tx, account_id, provider)
        rows = repository.list_syncs(
            tx,
            connection.connection_id,
            before_id=cursor.text(default=AFTER_ANY_ID),
            row_limit=limit + 1,
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.sync_id)


def count_standings() -> list[Standing]:
    """Return how the connections to each provider stand."""
    with db.reading("count_standings") as tx:
        return repository.count_standings(tx)


def ask_for_sync(
    *, account_id: str, provider: str, now: datetime, reply: Reply = NoReply()
) -> Connection:
    """Let a connection be synced at once.

    Raises: ConnectionNotFound, SyncedJustNow within 5 minutes, ReauthRequired, NothingToSync.
    """
    with db.transaction("ask_for_sync") as tx:
        found = connections.get_live_connection(tx, account_id, provider)
        connection = connections.lock_connection(tx, found.connection_id)
        if connection.status == "reauth_required":
            raise ReauthRequired(provider=provider)
        if not ADAPTERS[provider].facts.streams:
            raise NothingToSync(provider=provider)
        _check_patience(connection, now=now)
        repository.make_due(tx, connection.connection_id, due_at=now)
        asked = replace(connection, due_at=now, last_asked_at=now)
        reply.record(tx, asked)
        tx.after_commit(lambda: queues.wake_due("sync_at_once", connection.connection_id))
    return asked


def _check_patience(connection: Connection, *, now: datetime) -> None:
    """Raises: SyncedJustNow."""
    asked_at = connection.last_asked_at
    if asked_at is None or now - asked_at >= ASKED_EVERY:
        return
    left_s = -(-(asked_at + ASKED_EVERY - now) // timedelta(seconds=1))
    raise SyncedJustNow(headers={"Retry-After": str(left_s)})
