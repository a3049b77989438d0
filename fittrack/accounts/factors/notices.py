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

# By the kind of event, the sentence that is its mail's subject and first line.
SENTENCES: Mapping[EventKind, str] = {
    EventKind.TOTP_CONFIRMED: "An authenticator app was added to your account",
    EventKind.TOTP_REMOVED: "The authenticator app of your account was removed",
    EventKind.RECOVERY_CODES_RENEWED: "Your account has new recovery codes; the old are void",
    EventKind.RECOVERY_CODE_USED: "A recovery code of your account was used",
    EventKind.PASSKEY_ADDED: "A passkey was added to your account",
    EventKind.PASSKEY_REMOVED: "A passkey of your account was removed",
    EventKind.PASSKEY_COUNTER_REGRESSED: "A passkey that may be a copy was refused",
    EventKind.FACTOR_RESET_REFUSED: "The second factors of your account were kept",
    EventKind.FACTOR_RESET_COMPLETED: "The second factors of your account were removed",
}


def tell(
    tx: Transaction,
    account_id: str,
    kind: EventKind,
    *,
    session_id: str | None = None,
    remote_address: str | None = None,
    now: datetime,
) -> None:
    """Record an event of a member's second factors and mail it, in the caller's transaction."""
    record_security_event(
        tx, account_id, kind, session_id=session_id, remote_address=remote_address, now=now
    )
    words: dict[str, Any] = {"sentence": SENTENCES[kind]}
    mail.send_later(
        tx, "second_factor_changed", account_id=account_id, key=new_id(), now=now, **words
    )
