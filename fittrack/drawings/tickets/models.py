"""Entries and those who hold them, as stored; every instant is an aware UTC datetime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fittrack.drawings.verifier import Json


@dataclass(frozen=True, slots=True)
class Entrant:
    """What decides whether an account may enter a drawing."""

    account_id: str
    role: str
    status: str
    email_verified_at: datetime | None
    date_of_birth_on: date | None
    state_code: str | None
    created_at: datetime
    tier_code: str | None
    is_sponsors_own: bool
    disqualified_for: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A member's tag in one drawing (hex), and its salt; without the salt it says nothing."""

    drawing_id: str
    account_id: str
    holder: str
    salt_bytes: bytes | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One purchase or free entry: a block of tickets; `purchase_id` names its ledger posting."""

    entry_id: str
    drawing_id: str
    account_id: str
    holder: str
    kind: str
    units: int
    price_points: int
    receipt_text: str | None
    receipt_signature: str | None
    void_reason: str | None
    purchase_id: str
    carried_from_id: str | None
    refunded_at: datetime | None
    entered_at: datetime
    rules_sha256: str | None


@dataclass(frozen=True, slots=True)
class FreeEntry:
    """A member's free entry of a day, used; `entered_by_id` is the operator's, from mail."""

    drawing_id: str
    account_id: str
    entered_on: date
    entry_id: str
    entered_by_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Disqualification:
    """Who was shut out of one drawing; `voided_units` are the tickets that were held then."""

    drawing_id: str
    account_id: str
    reason_code: str
    voided_units: int
    decided_by_id: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """What the close lists of an entry."""

    entry_id: str
    holder: str
    units: int
    void_reason: str | None


@dataclass(frozen=True, slots=True)
class RefundableEntry:
    """A paid entry whose points are to be given back."""

    entry_id: str
    account_id: str
    purchase_id: str
    price_points: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A member's entry, with its place and first number once sales have ended."""

    entry_id: str
    drawing_id: str
    kind: str
    units: int
    price_points: int
    receipt_text: str | None
    receipt_signature: str | None
    void_reason: str | None
    refunded_at: datetime | None
    entered_at: datetime
    rules_sha256: str | None
    first_ticket_no: int | None
    position: int | None


@dataclass(frozen=True, slots=True)
class EntrySummary:
    """A member's entry in the list of all of them."""

    entry_id: str
    drawing_id: str
    drawing_name: str
    drawing_status: str
    draws_at: datetime
    kind: str
    units: int
    price_points: int
    void_reason: str | None
    refunded_at: datetime | None
    entered_at: datetime
    rules_sha256: str | None
    first_ticket_no: int | None


@dataclass(frozen=True, slots=True)
class TicketDetails:
    """An entry with its drawing, member and receipt, and its place once sales have ended."""

    entry_id: str
    drawing_id: str
    account_id: str
    drawing_name: str
    drawing_status: str
    draws_at: datetime
    kind: str
    units: int
    price_points: int
    receipt_text: str | None
    receipt_signature: str | None
    void_reason: str | None
    refunded_at: datetime | None
    entered_at: datetime
    rules_sha256: str | None
    first_ticket_no: int | None
    position: int | None


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which entries are asked for; None is no restriction."""

    drawing_id: str | None = None
    account_id: str | None = None
    kind: str | None = None
    is_void: bool | None = None


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """An entry with all that its holder may know of it, as taken along."""

    entry_id: str
    drawing_id: str
    drawing_name: str
    drawing_status: str
    kind: str
    units: int
    price_points: int
    receipt_text: str | None
    receipt_signature: str | None
    void_reason: str | None
    refunded_at: datetime | None
    entered_at: datetime
    first_ticket_no: int | None
    position: int | None
    holder: str
    salt_bytes: bytes | None


@dataclass(frozen=True, slots=True)
class Win:
    """A prize unit that one of a member's tickets won, and the state of its delivery."""

    drawing_id: str
    drawing_name: str
    drawn_at: datetime
    position: int
    entry_id: str
    ticket_no: int
    prize_id: str
    prize_name: str
    value_cents: int
    fulfilment_id: str
    state: str


@dataclass(frozen=True, slots=True)
class Winner:
    """A prize unit with the account that won it."""

    position: int
    entry_id: str
    account_id: str
    prize_id: str
    prize_name: str
    prize_kind: str


@dataclass(frozen=True, slots=True)
class Odds:
    """Tickets that a member holds, of all; their quotient is the chance of one prize."""

    tickets_held: int
    tickets_total: int

    @property
    def chance(self) -> float:
        """Return the chance that the first pick falls on one of the member's tickets."""
        return self.tickets_held / self.tickets_total if self.tickets_total else 0.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """The operator's signed word that an entry was taken (FTD1, section 7)."""

    receipt: Json
    sig: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a buyer gets."""

    entry: Entry
    receipt: Receipt
    balance_points: int
    odds_before: Odds
    odds_after: Odds


@dataclass(frozen=True, slots=True)
class Preview:
    """What an entry would cost and change; `refusal` is the code with which it would be refused."""

    drawing_id: str
    ticket_count: int
    price_points: int
    ticket_limit: int | None
    rules_sha256: str | None
    odds_before: Odds
    odds_after: Odds
    refusal: str | None
    is_free_entry_used: bool


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """How many tickets a member took out of a drawing."""

    drawing_id: str
    withdrawn_tickets: int


@dataclass(frozen=True, slots=True)
class MyTickets:
    """A member's tickets of one drawing."""

    items: list[Ticket]
    next_cursor: str | None
    odds: Odds


@dataclass(frozen=True, slots=True)
class EntryProof:
    """The proof that an entry is in the frozen list, with what opens its holder's tag."""

    entry_id: str
    member_id: str
    salt: str
    proof: Json
    receipt: Receipt | None
