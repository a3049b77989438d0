"""Changes of address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EmailChange:
    """A change of address that was asked for; a new address that is another's is not kept.

    Its id is that of the token which confirms it.
    """

    change_id: str
    account_id: str
    undo_token_id: str
    new_email: str | None
    new_email_key: str | None
    former_email: str
    former_email_key: str
    asked_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None
