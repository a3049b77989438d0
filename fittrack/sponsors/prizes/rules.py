"""What may be said of inventories, and to whom. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fittrack.sponsors.prizes.errors import PrizeNotFound, StalePrize, UnitsTaken
from fittrack.sponsors.prizes.models import AuditedInventory, InventoryPrize, ScheduledUnits


def edited(prize: InventoryPrize, changes: Mapping[str, Any], *, now: datetime) -> InventoryPrize:
    """Return a prize as edited. Raises: UnitsTaken where fewer are offered than are taken."""
    after = replace(prize, **changes, updated_at=now)
    if after.left_units < 0:
        raise UnitsTaken(
            reserved=prize.reserved_units, awarded=prize.awarded_units, offered=after.offered_units
        )
    return after


def check_revision(prize: InventoryPrize, revisions: Collection[int] | None) -> None:
    """Raises: StalePrize unless a prize is one of the revisions, None for any."""
    if revisions is not None and prize.revision not in revisions:
        raise StalePrize(revision=prize.revision)


def check_visible(prize: InventoryPrize, *, sees_all: bool, own_sponsor_id: str | None) -> None:
    """Raises: PrizeNotFound for a withdrawn prize of somebody else."""
    is_own = own_sponsor_id is not None and prize.sponsor_id == own_sponsor_id
    if not (prize.is_active or sees_all or is_own):
        raise PrizeNotFound(prize_id=prize.inventory_prize_id)


def check_left(prize: InventoryPrize, units: int) -> None:
    """Raises: UnitsTaken unless a prize is offered still and so many units are left."""
    left = prize.left_units if prize.is_active else 0
    if left < units:
        raise UnitsTaken(prize_id=prize.inventory_prize_id, left=left, wanted=units)


def by_inventory(named: Iterable[ScheduledUnits]) -> Counter[str]:
    """Return how many units a drawing's prizes take of each inventory, in the order given."""
    units: Counter[str] = Counter()
    for each in named:
        units[each.inventory_prize_id] += each.quantity
    return units


def wrong_in(audited: AuditedInventory) -> str | None:
    """Return what is wrong with an inventory's counters, or None."""
    counted = (audited.reserved_units, audited.awarded_units)
    found = (audited.scheduled_units, audited.delivered_units)
    if counted == found:
        return None
    return (
        f"inventory {audited.inventory_prize_id}: it counts {counted[0]} reserved and {counted[1]} "
        f"awarded units, drawings and deliveries come to {found[0]} and {found[1]}"
    )
