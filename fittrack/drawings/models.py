"""A drawing and what belongs to it, as stored; every instant is an aware UTC datetime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Drawing:
    """A prize drawing; `revision` counts the edits, `due_at` says when the scheduler looks.

    `tiers_json` are the tiers that may enter, None for all; `min_ages_json` the least ages, in
    years, of states where it is not `min_age_years`; `unclaimed_to` who gets an unclaimed prize.
    """

    drawing_id: str
    type: str
    name: str
    description: str | None
    image_url: str | None
    status: str
    ticket_price_points: int
    ticket_limit: int | None
    alternates: int
    distinct_by: str
    audience: str
    min_account_age_days: int
    min_age_years: int
    excluded_states_json: list[str]
    registered_states_json: list[str]
    sponsor_id: str | None
    sponsor_commitment: str | None
    opens_at: datetime
    closes_at: datetime
    draws_at: datetime
    reveal_deadline_at: datetime | None
    sequence_no: int | None
    units_sold: int
    entry_count: int
    drawn_at: datetime | None
    due_at: datetime | None
    carried_from_id: str | None
    revision: int
    created_by_id: str
    created_at: datetime
    updated_at: datetime
    template_id: str | None = None
    tiers_json: list[str] | None = None
    min_ages_json: dict[str, int] | None = None
    unclaimed_to: str = "alternate"
    rules_version: str | None = None
    rules_sha256: str | None = None

    def least_age_years(self, state_code: str | None) -> int:
        """Return the age from which somebody of a state may enter."""
        ages = self.min_ages_json or {}
        return max(self.min_age_years, ages.get(state_code or "", self.min_age_years))

    @property
    def is_public(self) -> bool:
        """Tell whether all may know of it: it was scheduled, or holds entries carried over."""
        return self.sequence_no is not None or self.carried_from_id is not None


@dataclass(frozen=True, slots=True)
class Prize:
    """A prize of a drawing; `quantity` units of it are given to as many picks.

    With `inventory_prize_id` they come out of a sponsor's, or the operator's, inventory.
    """

    prize_id: str
    drawing_id: str
    rank_no: int
    name: str
    description: str | None
    value_cents: int
    quantity: int
    kind: str
    sponsor_id: str | None
    image_url: str | None
    inventory_prize_id: str | None = None


@dataclass(frozen=True, slots=True)
class DrawingDetails:
    """A drawing with its prizes."""

    drawing: Drawing
    prizes: list[Prize]


@dataclass(frozen=True, slots=True)
class Source:
    """A source of a drawing's randomness; `custody` says who keeps its value until the reveal."""

    drawing_id: str
    source_id: str
    position: int
    kind: str
    custody: str
    sponsor_id: str | None
    commitment: str


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source with the sealed value, where the operator keeps it; only written, never listed."""

    source: Source
    sealed_bytes: bytes | None


@dataclass(frozen=True, slots=True)
class Document:
    """Rules, terms, close or result: the very text that was hashed and signed."""

    drawing_id: str
    kind: str
    body_text: str
    body_hash: str
    signature: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OfficialRules:
    """The official rules of a drawing: plain text, its SHA-256 in hex, and whether it is signed."""

    text: str
    sha256: str
    is_signed: bool


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """Something that happened to a drawing."""

    event_no: int
    action: str
    actor_role: str
    details_json: dict[str, Any] | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something; the platform itself has no account."""

    account_id: str | None
    role: str


PLATFORM = Actor(None, "platform")
