"""The codes of digital prizes: sealed, bound to the delivery, gone once they were shown."""

from __future__ import annotations

import logging
from datetime import datetime

from fittrack import crypto, db
from fittrack.crypto import Unsealable
from fittrack.db import Transaction
from fittrack.fulfilment.sealed import repository
from fittrack.keys.models import Batch

logger = logging.getLogger(__name__)
PURPOSE = "prize code"


def keep(tx: Transaction, fulfilment_id: str, code: str, *, now: datetime) -> None:
    """Seal a delivery's code, in place of an earlier one, in the caller's transaction."""
    sealed = crypto.seal(PURPOSE, fulfilment_id, code.encode())
    repository.delete_code(tx, fulfilment_id)
    repository.insert_code(tx, fulfilment_id, sealed, now=now)


def take(tx: Transaction, fulfilment_id: str) -> str | None:
    """Return a held delivery's code and forget it, or None where there is none."""
    sealed = repository.find_code(tx, fulfilment_id)
    if sealed is None:
        return None
    repository.delete_code(tx, fulfilment_id)
    return crypto.unseal(PURPOSE, fulfilment_id, sealed).decode()


def is_kept(tx: Transaction, fulfilment_id: str) -> bool:
    """Tell whether a delivery has a code that was not shown yet."""
    return repository.find_code(tx, fulfilment_id) is not None


def move(tx: Transaction, from_id: str, to_id: str, *, now: datetime) -> None:
    """Let a code that nobody saw go with its prize; one that no key opens is asked for anew."""
    try:
        code = take(tx, from_id)
    except Unsealable:
        logger.warning("a prize's code can't be opened", extra={"fulfilment_id": from_id})
        return
    if code is not None:
        keep(tx, to_id, code, now=now)


def forget(tx: Transaction, fulfilment_id: str) -> None:
    """Forget a delivery's code, in the caller's transaction."""
    repository.delete_code(tx, fulfilment_id)


def count_codes() -> int:
    """Return how many codes are sealed."""
    with db.reading("count_codes") as tx:
        return repository.count_codes(tx)


def reseal_codes(*, after_id: str, row_limit: int) -> Batch:
    """Put the next codes under the present key, and say how far it came."""
    with db.transaction("reseal_codes") as tx:
        ids = repository.list_codes(tx, after_id=after_id, row_limit=row_limit)
        batch = Batch(ids[-1] if ids else None)
        for fulfilment_id in ids:
            try:
                batch = batch.plus(changed=_reseal(tx, fulfilment_id))
            except Unsealable:
                batch = batch.plus_lost(f"the code of delivery {fulfilment_id}")
    return batch


def _reseal(tx: Transaction, fulfilment_id: str) -> bool:
    kept = repository.lock_code(tx, fulfilment_id)
    sealed = kept and crypto.resealed(PURPOSE, fulfilment_id, kept.sealed_bytes)
    if sealed:
        repository.update_code(tx, fulfilment_id, sealed)
    return bool(sealed)
