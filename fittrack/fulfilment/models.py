"""A prize on its way to its winner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Award:
    """One prize unit that a drawing gave; `position` is that of the pick in the signed result."""

    prize_id: str
    entry_id: str
    account_id: str
    position: int
    prize_name: str
    is_digital: bool = False


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The delivery of one prize unit as stored."""

    fulfilment_id: str
    drawing_id: str
    position: int
    prize_id: str
    entry_id: str
    account_id: str
    prize_name: str
    delivery: str
    state: str
    won_at: datetime
    notified_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class FulfilmentEvent:
    """One step of a delivery; `actor_id` is None where the platform took it by itself."""

    step_no: int
    state: str
    actor_id: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class FulfilmentHistory(Fulfilment):
    """A delivery with every step it took."""

    events: list[FulfilmentEvent]
