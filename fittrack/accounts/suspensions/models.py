"""Suspensions and appeals as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Suspension:
    """Why and since when an account is kept out; lifted ones stay as history."""

    suspension_id: str
    account_id: str
    reason: str
    suspended_by_id: str
    suspended_at: datetime
    lifted_by_id: str | None
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Appeal:
    """What a suspended member says against it; `settled` where the suspension ended otherwise."""

    appeal_id: str
    suspension_id: str
    account_id: str
    state: str
    appeal_text: str
    appealed_at: datetime
    decision_reason: str | None
    decided_by_id: str | None
    decided_at: datetime | None
