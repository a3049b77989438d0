"""What the post office knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a mail is for, as the account says when it is sent; an erased one has no address."""

    email: str | None
    display_name: str


@dataclass(frozen=True, slots=True)
class ChangingRecipient:
    """Whose address is being changed, from one to another; one that is somebody else's is None."""

    new_email: str | None
    former_email: str | None
    display_name: str


@dataclass(frozen=True, slots=True)
class DeliveredMail:
    """A mail in the mailbox folder, as a developer wants to read it."""

    to: str
    subject: str
    sent_at: datetime
    text: str
