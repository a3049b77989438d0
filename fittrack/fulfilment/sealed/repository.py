"""The sealed values' SQL, by name."""

from __future__ import annotations

from datetime import datetime

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.fulfilment.models import AddressReading, FulfilmentId
from fittrack.fulfilment.sealed.models import SealedValue

SQL = load_sql("fulfilment")


def insert_address(tx: Transaction, fulfilment_id: str, sealed: bytes, *, now: datetime) -> None:
    tx.run(SQL["insert_address"], fulfilment_id=fulfilment_id, address_bytes=sealed, given_at=now)


def find_address(tx: Transaction, fulfilment_id: str) -> bytes | None:
    found = tx.value(SQL["find_address"], fulfilment_id=fulfilment_id)
    return None if found is None else bytes(found)


def delete_address(tx: Transaction, fulfilment_id: str) -> None:
    tx.run(SQL["delete_address"], fulfilment_id=fulfilment_id)


def delete_tracking(tx: Transaction, fulfilment_id: str) -> None:
    tx.run(SQL["delete_tracking"], fulfilment_id=fulfilment_id)


def erase_addresses(tx: Transaction, account_id: str) -> None:
    """Forget where all prizes of a member are sent."""
    tx.run(SQL["erase_addresses"], account_id=account_id)


def erase_tracking(tx: Transaction, account_id: str) -> None:
    """Forget by which numbers a member's parcels can be followed."""
    tx.run(SQL["erase_tracking"], account_id=account_id)


def list_over_addresses(tx: Transaction, *, before: datetime, row_limit: int) -> list[str]:
    """Return deliveries whose prize arrived so long ago that its address is forgotten."""
    rows = tx.all(FulfilmentId, SQL["list_over_addresses"], before_at=before, row_limit=row_limit)
    return [row.fulfilment_id for row in rows]


def record_address_reading(
    tx: Transaction, reading_id: str, fulfilment_id: str, *, actor_id: str, now: datetime
) -> None:
    """Log that somebody of the staff read a winner's address."""
    tx.run(
        SQL["record_address_reading"],
        reading_id=reading_id,
        fulfilment_id=fulfilment_id,
        actor_id=actor_id,
        read_at=now,
    )


def list_address_readings(
    tx: Transaction, fulfilment_id: str, *, row_limit: int
) -> list[AddressReading]:
    """Return who of the staff read a winner's address, the first first."""
    return tx.all(
        AddressReading,
        SQL["list_address_readings"],
        fulfilment_id=fulfilment_id,
        row_limit=row_limit,
    )


def count_addresses(tx: Transaction) -> int:
    return int(tx.value(SQL["count_addresses"]))


def list_addresses(tx: Transaction, *, after_id: str, row_limit: int) -> list[str]:
    """Return the deliveries with an address, in the order of their ids, after one of them."""
    rows = tx.all(FulfilmentId, SQL["list_addresses"], after_id=after_id, row_limit=row_limit)
    return [row.fulfilment_id for row in rows]


def lock_address(tx: Transaction, fulfilment_id: str) -> SealedValue | None:
    """Return a sealed address, held, or None where it is gone by now."""
    return tx.one(SealedValue, SQL["lock_address"], fulfilment_id=fulfilment_id)


def update_address(tx: Transaction, fulfilment_id: str, sealed: bytes) -> None:
    tx.run(SQL["update_address"], fulfilment_id=fulfilment_id, address_bytes=sealed)


def insert_code(tx: Transaction, fulfilment_id: str, sealed: bytes, *, now: datetime) -> None:
    tx.run(SQL["insert_code"], fulfilment_id=fulfilment_id, code_bytes=sealed, given_at=now)


def find_code(tx: Transaction, fulfilment_id: str) -> bytes | None:
    found = tx.value(SQL["find_code"], fulfilment_id=fulfilment_id)
    return None if found is None else bytes(found)


def delete_code(tx: Transaction, fulfilment_id: str) -> None:
    tx.run(SQL["delete_code"], fulfilment_id=fulfilment_id)


def erase_codes(tx: Transaction, account_id: str) -> None:
    """Forget the codes of all digital prizes of a member."""
    tx.run(SQL["erase_codes"], account_id=account_id)


def count_codes(tx: Transaction) -> int:
    return int(tx.value(SQL["count_codes"]))


def list_codes(tx: Transaction, *, after_id: str, row_limit: int) -> list[str]:
    """Return the deliveries with a code, in the order of their ids, after one of them."""
    rows = tx.all(FulfilmentId, SQL["list_codes"], after_id=after_id, row_limit=row_limit)
    return [row.fulfilment_id for row in rows]


def lock_code(tx: Transaction, fulfilment_id: str) -> SealedValue | None:
    """Return a sealed code, held, or None where it is gone by now."""
    return tx.one(SealedValue, SQL["lock_code"], fulfilment_id=fulfilment_id)


def update_code(tx: Transaction, fulfilment_id: str, sealed: bytes) -> None:
    tx.run(SQL["update_code"], fulfilment_id=fulfilment_id, code_bytes=sealed)
