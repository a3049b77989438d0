"""Connections in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.activities.editing.rules import source_key
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.db.loader import load_sql
from fittrack.trackers.connections.errors import ConnectedElsewhere, ConnectionNotFound
from fittrack.trackers.connections.models import (
    Attempt,
    Brought,
    Connection,
    GrantOwner,
    SealedGrant,
)

SQL = load_sql("trackers")


def insert_attempt(tx: Transaction, attempt: Attempt) -> None:
    tx.run(SQL["insert_attempt"], **asdict(attempt))


def find_attempt(tx: Transaction, state_hash: str, provider: str) -> Attempt | None:
    return tx.one(Attempt, SQL["find_attempt"], state_hash=state_hash, provider=provider)


def use_attempt(tx: Transaction, state_hash: str, provider: str, *, now_at: datetime) -> bool:
    """Use a visit up, and tell whether it was there, unused and in time."""
    used = tx.run(SQL["use_attempt"], state_hash=state_hash, provider=provider, now_at=now_at)
    return used == 1


def count_visits(tx: Transaction, account_id: str, provider: str, *, since_at: datetime) -> int:
    """Return how many visits a member has used up since then, the caller's own among them."""
    return int(
        tx.value(SQL["count_visits"], account_id=account_id, provider=provider, since_at=since_at)
    )


def delete_over_attempts(tx: Transaction, *, before_at: datetime) -> int:
    return tx.run(SQL["delete_over_attempts"], before_at=before_at)


def insert_connection(tx: Transaction, connection: Connection) -> None:
    """Store a new connection. Raises: ConnectedElsewhere where somebody has it at this moment."""
    try:
        tx.run(SQL["insert_connection"], **asdict(connection))
    except Unique as error:
        raise ConnectedElsewhere(provider=connection.provider) from error


def find_connection(tx: Transaction, connection_id: str) -> Connection | None:
    return tx.one(Connection, SQL["find_connection"], connection_id=connection_id)


def get_live_connection(tx: Transaction, account_id: str, provider: str) -> Connection:
    """Return a member's living connection to a provider. Raises: ConnectionNotFound."""
    found = find_live_connection(tx, account_id, provider)
    if found is None:
        raise ConnectionNotFound(provider=provider)
    return found


def find_live_connection(tx: Transaction, account_id: str, provider: str) -> Connection | None:
    return tx.one(Connection, SQL["find_live_connection"], account_id=account_id, provider=provider)


def lock_connection(tx: Transaction, connection_id: str) -> Connection:
    """Return a connection held until the transaction ends. Raises: ConnectionNotFound."""
    found = tx.one(Connection, SQL["lock_connection"], connection_id=connection_id)
    if found is None:
        raise ConnectionNotFound(connection_id=connection_id)
    return found


def find_connection_of_person(
    tx: Transaction, provider: str, external_account_id: str
) -> Connection | None:
    return tx.one(
        Connection,
        SQL["find_connection_of_person"],
        provider=provider,
        external_account_id=external_account_id,
    )


def list_connections(tx: Transaction, account_id: str) -> list[Connection]:
    return tx.all(Connection, SQL["list_connections"], account_id=account_id)


def update_connection(tx: Transaction, connection: Connection) -> None:
    """Change a connection. Raises: ConnectedElsewhere where it lives again, as another's does."""
    values = asdict(connection)
    fixed = ("account_id", "provider", "external_account_id", "is_primary", "grant_version")
    for name in (*fixed, "connected_at"):
        del values[name]
    try:
        tx.run(SQL["update_connection"], **values)
    except Unique as error:
        raise ConnectedElsewhere(provider=connection.provider) from error


def free_connection(tx: Transaction, connection_id: str) -> None:
    tx.run(SQL["free_connection"], connection_id=connection_id)


def forget_primary(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["forget_primary"], account_id=account_id)


def set_primary(tx: Transaction, connection_id: str) -> None:
    tx.run(SQL["set_primary"], connection_id=connection_id)


def find_grant(tx: Transaction, connection_id: str) -> SealedGrant | None:
    return tx.one(SealedGrant, SQL["find_grant"], connection_id=connection_id)


def update_grant(tx: Transaction, grant: SealedGrant) -> bool:
    """Keep new tokens, unless others were kept since `grant_version` was read."""
    values = asdict(grant)
    del values["provider"], values["external_account_id"]
    return tx.run(SQL["update_grant"], **values) == 1


def take_refresh(
    tx: Transaction, grant: SealedGrant, *, lease: str, until_at: datetime, now_at: datetime
) -> bool:
    """Tell whether this worker may refresh a grant now; no other one does meanwhile."""
    taken = tx.run(
        SQL["take_refresh"],
        connection_id=grant.connection_id,
        grant_version=grant.grant_version,
        refresh_lease=lease,
        until_at=until_at,
        now_at=now_at,
    )
    return taken == 1


def release_refresh(tx: Transaction, connection_id: str, *, lease: str) -> None:
    tx.run(SQL["release_refresh"], connection_id=connection_id, refresh_lease=lease)


def forget_grant(tx: Transaction, connection_id: str) -> None:
    tx.run(SQL["forget_grant"], connection_id=connection_id)


def find_ended_connection(
    tx: Transaction, account_id: str, provider: str, external_account_id: str
) -> Connection | None:
    return tx.one(
        Connection,
        SQL["find_ended_connection"],
        account_id=account_id,
        provider=provider,
        external_account_id=external_account_id,
    )


def list_all_connections(tx: Transaction, account_id: str) -> list[Connection]:
    return tx.all(Connection, SQL["list_all_connections"], account_id=account_id)


def list_brought(tx: Transaction, connection: Connection, *, row_limit: int) -> list[Brought]:
    return tx.all(
        Brought,
        SQL["list_brought"],
        account_id=connection.account_id,
        places=f"{source_key(connection.connection_id, '')}%",
        row_limit=row_limit,
    )


def delete_records(tx: Transaction, connection_id: str) -> int:
    return tx.run(SQL["delete_records"], connection_id=connection_id)


def delete_streams(tx: Transaction, connection_id: str) -> int:
    return tx.run(SQL["delete_streams"], connection_id=connection_id)


def delete_syncs(tx: Transaction, connection_id: str) -> int:
    return tx.run(SQL["delete_syncs"], connection_id=connection_id)


def delete_sent(tx: Transaction, connection_id: str) -> int:
    return tx.run(SQL["delete_sent"], connection_id=connection_id)


def delete_connection(tx: Transaction, connection_id: str) -> int:
    return tx.run(SQL["delete_connection"], connection_id=connection_id)


def is_erased(tx: Transaction, connection_id: str) -> bool:
    return bool(tx.value(SQL["is_erased"], connection_id=connection_id))


def erase_attempts(tx: Transaction, account_id: str) -> int:
    return tx.run(SQL["erase_attempts"], account_id=account_id)


def count_grants(tx: Transaction) -> int:
    return int(tx.value(SQL["count_grants"]))


def list_grants(tx: Transaction, *, after_id: str, row_limit: int) -> list[str]:
    rows = tx.all(GrantOwner, SQL["list_grants"], after_id=after_id, row_limit=row_limit)
    return [row.connection_id for row in rows]


def reseal_grant(tx: Transaction, grant: SealedGrant) -> None:
    tx.run(
        SQL["reseal_grant"],
        connection_id=grant.connection_id,
        grant_version=grant.grant_version,
        access_token_bytes=grant.access_token_bytes,
        refresh_token_bytes=grant.refresh_token_bytes,
    )
