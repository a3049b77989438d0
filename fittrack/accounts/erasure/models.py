"""An account that is no longer anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """That an account was erased; `finished_at` is when the last of its data was gone."""

    account_id: str
    actor_id: str
    erased_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Address:
    """An address that mails went to."""

    email: str


@dataclass(frozen=True, slots=True)
class EventId:
    """A security event, by its id."""

    event_id: str


@dataclass(frozen=True, slots=True)
class PendingPrize:
    """A prize that was won and is still on its way; its delivery stands where it is."""

    fulfilment_id: str
    prize_name: str
    state: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What is told to whoever deletes an account: the name under which its records stay."""

    account_id: str
    status: str
    display_name: str
    withdrawn_tickets: int
    pending_prizes: list[PendingPrize]
