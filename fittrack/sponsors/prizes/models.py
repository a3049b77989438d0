"""A prize of an inventory as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InventoryPrize:
    """Units of one prize; `sponsor_id` None is the operator's own. `revision` counts the edits."""

    inventory_prize_id: str
    sponsor_id: str | None
    name: str
    description: str | None
    value_cents: int
    kind: str
    image_url: str | None
    offered_units: int
    reserved_units: int
    awarded_units: int
    is_active: bool
    revision: int
    created_at: datetime
    updated_at: datetime

    @property
    def left_units(self) -> int:
        """Return how many units nothing is done with yet."""
        return self.offered_units - self.reserved_units - self.awarded_units


@dataclass(frozen=True, slots=True)
class ScheduledUnits:
    """Units of an inventory that the prizes of one drawing name."""

    inventory_prize_id: str
    prize_id: str
    quantity: int
    rank_no: int


@dataclass(frozen=True, slots=True)
class AuditedInventory:
    """An inventory's counters, and what drawings and deliveries come to."""

    inventory_prize_id: str
    reserved_units: int
    awarded_units: int
    scheduled_units: int
    delivered_units: int


@dataclass(frozen=True, slots=True)
class Editor:
    """Who looks after inventories: an admin all of them, a sponsor's people their own."""

    account_id: str
    is_admin: bool
