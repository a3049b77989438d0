"""A sponsor as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SponsorAccount:
    """The account of one of a sponsor's people."""

    account_id: str


@dataclass(frozen=True, slots=True)
class Sponsor:
    """Who supplies prizes; one that withheld a reveal is barred as a witness.

    `is_revealing_by_itself` is its standing order that values kept for it are revealed when due.
    """

    sponsor_id: str
    name: str
    contact_email: str | None
    website: str | None
    logo_url: str | None
    notes: str | None
    is_active: bool
    is_revealing_by_itself: bool
    barred_at: datetime | None
    created_at: datetime
    updated_at: datetime
    contact_name: str | None = None
    contact_phone: str | None = None
    revision: int = 1

    @property
    def may_witness(self) -> bool:
        """Tell whether the sponsor is accepted as a source of randomness."""
        return self.is_active and self.barred_at is None
