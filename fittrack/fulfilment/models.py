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
    """The delivery of one prize unit as stored.

    `claim_from_at` is when the winner's time to claim began, None while it stands still;
    `replaces_id` is the forfeited delivery whose unit this one is.
    """

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
    revision: int = 1
    claim_from_at: datetime | None = None
    warned_at: datetime | None = None
    due_at: datetime | None = None
    carrier: str | None = None
    tracking: str | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    code_shown_at: datetime | None = None
    forfeit_reason: str | None = None
    replaces_id: str | None = None


@dataclass(frozen=True, slots=True)
class FulfilmentEvent:
    """One step of a delivery; `actor_id` is None where the platform took it by itself."""

    step_no: int
    state: str
    actor_id: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class AddressReading:
    """That somebody of the staff read where a prize is sent."""

    actor_id: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class FulfilmentHistory(Fulfilment):
    """A delivery with every step it took, and for the staff who read its address.

    `affirmed_at` is when its winner affirmed to be none of those whom the rules exclude.
    """

    events: tuple[FulfilmentEvent, ...] = ()
    address_readings: tuple[AddressReading, ...] = ()
    affirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldDrawing:
    """A drawing that is held while one of its prizes changes hands."""

    drawing_id: str
    status: str
    unclaimed_to: str


@dataclass(frozen=True, slots=True)
class Alternate:
    """Who may get a prize that its winner does not: a pick of the signed result."""

    position: int
    entry_id: str
    account_id: str


@dataclass(frozen=True, slots=True)
class PrizeWinner:
    """A delivery as the list of winners tells it, before the name is cut to what may be shown."""

    fulfilment_id: str
    drawing_id: str
    drawing_name: str
    drawn_at: datetime | None
    position: int
    ticket_no: int | None
    prize_name: str
    value_cents: int
    state: str
    display_name: str
    account_status: str
    profile_privacy: str


@dataclass(frozen=True, slots=True)
class FulfilmentId:
    """One delivery, by its id."""

    fulfilment_id: str


@dataclass(frozen=True, slots=True)
class TaxCase:
    """Whose form counts for a prize: the winner's, for one payer and the year of the win."""

    account_id: str
    payer_key: str
    tax_year: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where a prize is sent, within the United States."""

    name: str
    line1: str
    line2: str | None
    city: str
    state: str
    postal_code: str
    phone: str


@dataclass(frozen=True, slots=True)
class ShownCode:
    """The code of a digital prize, shown this once."""

    fulfilment_id: str
    code: str
