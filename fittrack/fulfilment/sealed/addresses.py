"""Where prizes are sent: sealed, bound to the delivery, forgotten when it is long over."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import orjson

from fittrack import crypto, db
from fittrack.crypto import Unsealable
from fittrack.db import Transaction
from fittrack.fulfilment import repository as fulfilments
from fittrack.fulfilment.errors import AddressNotFound
from fittrack.fulfilment.models import Address
from fittrack.fulfilment.rules import ADDRESS_KEPT
from fittrack.fulfilment.sealed import repository
from fittrack.ids import new_id
from fittrack.keys.models import Batch

PURPOSE = "prize address"
BATCH_ROWS = 100


def keep(tx: Transaction, fulfilment_id: str, address: Address, *, now: datetime) -> None:
    """Seal a delivery's address, in place of an earlier one, in the caller's transaction."""
    sealed = crypto.seal(PURPOSE, fulfilment_id, orjson.dumps(asdict(address)))
    repository.delete_address(tx, fulfilment_id)
    repository.insert_address(tx, fulfilment_id, sealed, now=now)


def find(tx: Transaction, fulfilment_id: str) -> Address | None:
    """Return a delivery's address, or None."""
    sealed = repository.find_address(tx, fulfilment_id)
    if sealed is None:
        return None
    return Address(**orjson.loads(crypto.unseal(PURPOSE, fulfilment_id, sealed)))


def forget(tx: Transaction, fulfilment_id: str) -> None:
    """Forget a delivery's address, in the caller's transaction."""
    repository.delete_address(tx, fulfilment_id)


def read_address(
    *, fulfilment_id: str, account_id: str | None, actor_id: str, now: datetime
) -> Address:
    """Return a delivery's address to its winner, or to the staff, which is logged.

    `account_id` is the winner's, None for the staff. Raises: FulfilmentNotFound, AddressNotFound.
    """
    with db.transaction("read_address") as tx:
        fulfilments.get_fulfilment(tx, fulfilment_id, account_id=account_id)
        address = find(tx, fulfilment_id)
        if address is None:
            raise AddressNotFound(fulfilment_id=fulfilment_id)
        if account_id is None:
            repository.record_address_reading(
                tx, new_id(), fulfilment_id, actor_id=actor_id, now=now
            )
    return address


def forget_over(*, now: datetime) -> int:
    """Forget addresses and tracking numbers of prizes that arrived 90 days ago; return how many."""
    forgotten = 0
    while taken := _forget_batch(before=now - ADDRESS_KEPT):
        forgotten += taken
    return forgotten


def count_addresses() -> int:
    """Return how many addresses are sealed."""
    with db.reading("count_addresses") as tx:
        return repository.count_addresses(tx)


def reseal_addresses(*, after_id: str, row_limit: int) -> Batch:
    """Put the next addresses under the present key, and say how far it came."""
    with db.transaction("reseal_addresses") as tx:
        ids = repository.list_addresses(tx, after_id=after_id, row_limit=row_limit)
        batch = Batch(ids[-1] if ids else None)
        for fulfilment_id in ids:
            try:
                batch = batch.plus(changed=_reseal(tx, fulfilment_id))
            except Unsealable:
                batch = batch.plus_lost(f"the address of delivery {fulfilment_id}")
    return batch


def _reseal(tx: Transaction, fulfilment_id: str) -> bool:
    kept = repository.lock_address(tx, fulfilment_id)
    sealed = kept and crypto.resealed(PURPOSE, fulfilment_id, kept.sealed_bytes)
    if sealed:
        repository.update_address(tx, fulfilment_id, sealed)
    return bool(sealed)


def _forget_batch(*, before: datetime) -> int:
    with db.transaction("forget_over_addresses") as tx:
        over = repository.list_over_addresses(tx, before=before, row_limit=BATCH_ROWS)
        for fulfilment_id in over:
            repository.delete_address(tx, fulfilment_id)
            repository.delete_tracking(tx, fulfilment_id)
    return len(over)
