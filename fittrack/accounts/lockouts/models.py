"""How guessing at the secrets of an account stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LoginGuard:
    """Wrong guesses in a row at one secret of an account, and until when guessing rests.

    `failures` counts since the last success or lock, `lock_count` locks since the last success.
    """

    account_id: str
    kind: str
    failures: int
    lock_count: int
    locked_until_at: datetime | None
    attempted_at: datetime
