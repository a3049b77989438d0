"""What happens to the safety of an account, in the kinds that its owner can look up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto


class EventKind(StrEnum):
    """A kind of event; the one place that lists them."""

    LOGGED_IN = auto()
    LOGIN_LOCKED = auto()
    SECOND_FACTOR_LOCKED = auto()
    LOGIN_UNLOCKED = auto()
    SESSION_LOGGED_OUT = auto()
    SESSION_REVOKED = auto()
    SESSIONS_REVOKED = auto()
    REFRESH_TOKEN_REUSED = auto()
    PASSWORD_CHANGED = auto()
    PASSWORD_RESET = auto()
    EMAIL_CHANGE_ASKED = auto()
    EMAIL_CHANGED = auto()
    EMAIL_CHANGE_UNDONE = auto()
    TOTP_CONFIRMED = auto()
    TOTP_REMOVED = auto()
    RECOVERY_CODES_RENEWED = auto()
    RECOVERY_CODE_USED = auto()
    PASSKEY_ADDED = auto()
    PASSKEY_REMOVED = auto()
    PASSKEY_COUNTER_REGRESSED = auto()
    FACTOR_RESET_ASKED = auto()
    FACTOR_RESET_REFUSED = auto()
    FACTOR_RESET_COMPLETED = auto()
    PROVIDER_LINKED = auto()
    PROVIDER_UNLINKED = auto()
    ROLE_CHANGED = auto()
    PREMIUM_ENDED = auto()
    ACCOUNT_SUSPENDED = auto()
    ACCOUNT_RESTORED = auto()
    EXPORT_ASKED = auto()


# What a member reads.
WORDS: Mapping[EventKind, str] = {
    EventKind.LOGGED_IN: "A device logged in.",
    EventKind.LOGIN_LOCKED: "The password was locked for a while after wrong ones in a row.",
    EventKind.SECOND_FACTOR_LOCKED: "The second factor was locked for a while.",
    EventKind.LOGIN_UNLOCKED: "Logging in was unlocked by the link in a mail.",
    EventKind.SESSION_LOGGED_OUT: "A device logged out.",
    EventKind.SESSION_REVOKED: "A device was logged out from another one.",
    EventKind.SESSIONS_REVOKED: "All devices, or all but one, were logged out.",
    EventKind.REFRESH_TOKEN_REUSED: "A used token came back, as if copied; the session ended.",
    EventKind.PASSWORD_CHANGED: "The password was changed; all others logged out.",
    EventKind.PASSWORD_RESET: "A new password was set by a mailed link; all logged out.",
    EventKind.EMAIL_CHANGE_ASKED: "Another e-mail address was asked for.",
    EventKind.EMAIL_CHANGED: "The e-mail address was changed.",
    EventKind.EMAIL_CHANGE_UNDONE: "The former e-mail address was taken back.",
    EventKind.TOTP_CONFIRMED: "An authenticator app was added.",
    EventKind.TOTP_REMOVED: "The authenticator app was removed.",
    EventKind.RECOVERY_CODES_RENEWED: "New recovery codes replaced the old ones.",
    EventKind.RECOVERY_CODE_USED: "A recovery code was used.",
    EventKind.PASSKEY_ADDED: "A passkey was added.",
    EventKind.PASSKEY_REMOVED: "A passkey was removed.",
    EventKind.PASSKEY_COUNTER_REGRESSED: "A passkey answered like a copy; it was refused.",
    EventKind.FACTOR_RESET_ASKED: "The removal of second factors was asked for.",
    EventKind.FACTOR_RESET_REFUSED: "The second factors were kept, as the owner said.",
    EventKind.FACTOR_RESET_COMPLETED: "The second factors were removed by an admin.",
    EventKind.PROVIDER_LINKED: "Signing in with another provider was added.",
    EventKind.PROVIDER_UNLINKED: "Signing in with another provider was removed.",
    EventKind.ROLE_CHANGED: "The account's role was changed by an admin.",
    EventKind.PREMIUM_ENDED: "Premium ended on its date.",
    EventKind.ACCOUNT_SUSPENDED: "The account was suspended by an admin.",
    EventKind.ACCOUNT_RESTORED: "The account's suspension was lifted.",
    EventKind.EXPORT_ASKED: "A copy of everything about the account was asked for.",
}


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """One event with the device of its session, as far as there is one."""

    event_id: str
    kind: str
    session_id: str | None
    device_name: str | None
    device_platform: str | None
    remote_address: str | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class OldEvent:
    """An event that is kept no longer."""

    event_id: str
