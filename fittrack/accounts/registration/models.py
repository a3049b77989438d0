"""What registrations leave behind that were never finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An account whose address was never proved."""

    account_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HeldName:
    """A name that an address asked for, but no account has."""

    display_name_key: str


@dataclass(frozen=True, slots=True)
class OldToken:
    """A mailed token that nobody needs to know of any more."""

    token_id: str
