"""Members' profiles as admins and auditors list them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ListedProfile:
    """One member's profile, in a list."""

    account_id: str
    display_name: str
    status: str
    sex: str | None
    fitness_level: str | None
    tier_code: str
    time_zone: str
    updated_at: datetime
