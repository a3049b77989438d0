"""Handing out what is known of a member's connections: never a token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fittrack import archive, db
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.trackers.connections import repository
from fittrack.trackers.connections.models import Connection
from fittrack.trackers.syncing import repository as syncing
from fittrack.trackers.syncing.models import Sync

AFTER_ANY_ID = "~"


@dataclass(frozen=True, slots=True)
class OwnConnection:
    """A connection as its member takes it along."""

    connection_id: str
    provider: str
    external_account_id: str
    status: str
    is_primary: bool
    scopes: str
    connected_at: datetime
    ended_at: datetime | None
    last_synced_at: datetime | None


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield a member's connections, the ended ones too, and what their syncs came to."""
    with db.reading("export_connections") as tx:
        found = repository.list_all_connections(tx, account_id)
    yield archive.json_object("trackers/connections.json", [_own(one) for one in found])
    for one in found:
        yield archive.json_list(
            f"trackers/syncs_{one.provider}_{one.connection_id}.json", _syncs(one.connection_id)
        )


def _own(one: Connection) -> OwnConnection:
    return OwnConnection(
        connection_id=one.connection_id,
        provider=one.provider,
        external_account_id=one.external_account_id,
        status=one.status,
        is_primary=one.is_primary,
        scopes=one.scopes,
        connected_at=one.connected_at,
        ended_at=one.ended_at,
        last_synced_at=one.last_synced_at,
    )


def _syncs(connection_id: str) -> Iterator[list[Sync]]:
    return archive.pages(
        "export_syncs",
        lambda tx, before_id: syncing.list_syncs(
            tx, connection_id, before_id=before_id or AFTER_ANY_ID, row_limit=PAGE_ROWS
        ),
        lambda sync: sync.sync_id,
    )
