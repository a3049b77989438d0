"""The removal of lost second factors, as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FactorReset:
    """That an admin shall take a member's second factors away, unless the member refuses."""

    reset_id: str
    account_id: str
    state: str
    reason: str
    opened_by_id: str
    opened_at: datetime
    completable_at: datetime
    expires_at: datetime
    token_id: str
    closed_by_id: str | None
    closed_at: datetime | None
