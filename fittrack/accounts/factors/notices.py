"""What the owner is told when a second factor changes: an event to look up, and a mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.security_events.service import record_security_event
from fittrack.db import Transaction
from fittrack.ids import new_id
from fittrack.mail import service as mail

# By the kind of event, the sentence that its mail has as subject and first line.
SENTENCES: Mapping[str, str] = {
    "totp_confirmed": "An authenticator app was added to your account",
    "totp_removed": "The authenticator app of your account was removed",
    "recovery_codes_renewed": "Your account has new recovery codes; the old ones are void",
    "recovery_code_used": "A recovery code of your account was used",
    "passkey_added": "A passkey was added to your account",
    "passkey_removed": "A passkey of your account was removed",
    "passkey_counter_regressed": "A passkey of your account may have been copied and was refused",
    "factor_reset_refused": "Your second factors stay as they are",
    "factor_reset_completed": "The second factors of your account were removed",
}


def tell(
    tx: Transaction, account_id: str, kind: str, *, session_id: str | None = None, now: datetime
) -> None:
    """Record an event of a member's second factors and mail it, in the caller's transaction."""
    record_security_event(tx, account_id, EventKind(kind), session_id=session_id, now=now)
    words: dict[str, Any] = {"sentence": SENTENCES[kind]}
    mail.send_later(
        tx, "second_factor_changed", account_id=account_id, key=new_id(), now=now, **words
    )
