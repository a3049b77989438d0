"""Providers' tokens under the present key (`flask keys rotate`)."""

from __future__ import annotations

from dataclasses import replace

from fittrack import crypto, db
from fittrack.crypto import Unsealable
from fittrack.db import Transaction
from fittrack.keys.models import Batch
from fittrack.trackers.connections import repository
from fittrack.trackers.connections.models import SealedGrant
from fittrack.trackers.grants.sealing import ACCESS, PURPOSE, REFRESH, context_of


def count_tokens() -> int:
    """Return how many connections have tokens."""
    with db.reading("count_grants") as tx:
        return repository.count_grants(tx)


def reseal_tokens(*, after_id: str, row_limit: int) -> Batch:
    """Put the tokens of the next connections under the present key, and say how far it came."""
    with db.transaction("reseal_tokens") as tx:
        ids = repository.list_grants(tx, after_id=after_id, row_limit=row_limit)
        batch = Batch(ids[-1] if ids else None)
        for connection_id in ids:
            try:
                batch = batch.plus(changed=_reseal(tx, connection_id))
            except Unsealable:
                batch = batch.plus_lost(f"the tokens of connection {connection_id}")
    return batch


def _reseal(tx: Transaction, connection_id: str) -> bool:
    repository.lock_connection(tx, connection_id)
    stored = repository.find_grant(tx, connection_id)
    if stored is None:
        return False
    access = _resealed(stored, ACCESS, stored.access_token_bytes)
    refresh = _resealed(stored, REFRESH, stored.refresh_token_bytes)
    if access is None and refresh is None:
        return False
    again = replace(
        stored,
        access_token_bytes=access or stored.access_token_bytes,
        refresh_token_bytes=refresh or stored.refresh_token_bytes,
    )
    repository.reseal_grant(tx, again)
    return True


def _resealed(stored: SealedGrant, field: str, kept: bytes | None) -> bytes | None:
    return None if kept is None else crypto.resealed(PURPOSE, context_of(stored, field), kept)
