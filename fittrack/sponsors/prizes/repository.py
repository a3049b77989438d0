"""The inventories' SQL, by name."""

from __future__ import annotations

from dataclasses import asdict

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.sponsors.prizes.errors import PrizeNotFound
from fittrack.sponsors.prizes.models import AuditedInventory, InventoryPrize, ScheduledUnits

SQL = load_sql("sponsors")


def insert_inventory_prize(tx: Transaction, prize: InventoryPrize) -> None:
    """Store a prize that is offered."""
    tx.run(SQL["insert_inventory_prize"], **asdict(prize))


def find_inventory_prize(tx: Transaction, inventory_prize_id: str) -> InventoryPrize | None:
    """Return one prize, or None."""
    return tx.one(
        InventoryPrize, SQL["find_inventory_prize"], inventory_prize_id=inventory_prize_id
    )


def get_inventory_prize(tx: Transaction, inventory_prize_id: str) -> InventoryPrize:
    """Return one prize. Raises: PrizeNotFound."""
    return _found(find_inventory_prize(tx, inventory_prize_id), inventory_prize_id)


def lock_inventory_prize(tx: Transaction, inventory_prize_id: str) -> InventoryPrize:
    """Return one prize held until the transaction ends. Raises: PrizeNotFound."""
    prize = tx.one(
        InventoryPrize, SQL["lock_inventory_prize"], inventory_prize_id=inventory_prize_id
    )
    return _found(prize, inventory_prize_id)


def list_inventory_prizes(
    tx: Transaction,
    *,
    sponsor_id: str | None,
    kind: str | None,
    with_withdrawn: bool,
    own_sponsor_id: str | None,
    before_id: str | None,
    row_limit: int,
) -> list[InventoryPrize]:
    """Return prizes, newest first; withdrawn ones of everybody, or of one sponsor, on demand."""
    return tx.all(
        InventoryPrize,
        SQL["list_inventory_prizes"],
        sponsor_id=sponsor_id,
        kind=kind,
        with_withdrawn=int(with_withdrawn),
        own_sponsor_id=own_sponsor_id,
        before_id=before_id,
        row_limit=row_limit,
    )


def update_inventory_prize(tx: Transaction, prize: InventoryPrize) -> None:
    """Edit a prize that is held. Raises: Check where fewer are offered than are taken."""
    values = asdict(prize)
    for name in ("sponsor_id", "reserved_units", "awarded_units", "created_at"):
        del values[name]
    if tx.run(SQL["update_inventory_prize"], **values) != 1:
        raise LookupError(f"{prize.inventory_prize_id} changed while it was held")


def list_scheduled_units(tx: Transaction, drawing_id: str) -> list[ScheduledUnits]:
    """Return what the prizes of a drawing take out of inventories, in the order of their locks."""
    return tx.all(ScheduledUnits, SQL["list_scheduled_units"], drawing_id=drawing_id)


def find_inventory_of(tx: Transaction, prize_id: str) -> str | None:
    """Return the inventory that a drawing's prize is from, or None."""
    found = tx.value(SQL["find_inventory_of"], prize_id=prize_id)
    return None if found is None else str(found)


def add_reserved_units(tx: Transaction, inventory_prize_id: str, units: int) -> bool:
    """Reserve units and tell whether so many were left."""
    changed = tx.run(SQL["add_reserved_units"], inventory_prize_id=inventory_prize_id, units=units)
    return changed == 1


def subtract_reserved_units(tx: Transaction, inventory_prize_id: str, units: int) -> None:
    """Give back units that a drawing had reserved."""
    tx.run(SQL["subtract_reserved_units"], inventory_prize_id=inventory_prize_id, units=units)


def add_awarded_units(
    tx: Transaction, inventory_prize_id: str, *, reserved: int, awarded: int
) -> None:
    """Note how many of the units that a drawing had reserved were won."""
    tx.run(
        SQL["add_awarded_units"],
        inventory_prize_id=inventory_prize_id,
        reserved_units=reserved,
        awarded_units=awarded,
    )


def subtract_awarded_units(tx: Transaction, inventory_prize_id: str) -> None:
    """Let a unit that was won return."""
    tx.run(SQL["subtract_awarded_units"], inventory_prize_id=inventory_prize_id)


def add_returned_unit(tx: Transaction, inventory_prize_id: str) -> bool:
    """Give a unit that had returned away, and tell whether one was left."""
    changed = tx.run(SQL["add_returned_unit"], inventory_prize_id=inventory_prize_id)
    return changed == 1


def audit_inventories(tx: Transaction, *, after_id: str, row_limit: int) -> list[AuditedInventory]:
    """Return counters beside what drawings and deliveries come to, in the order of the ids."""
    return tx.all(
        AuditedInventory, SQL["audit_inventories"], after_id=after_id, row_limit=row_limit
    )


def _found(prize: InventoryPrize | None, inventory_prize_id: str) -> InventoryPrize:
    if prize is None:
        raise PrizeNotFound(prize_id=inventory_prize_id)
    return prize
