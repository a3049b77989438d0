"""Second factors as stored and as handed out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TotpFactor:
    """A member's authenticator app; its secret is sealed."""

    account_id: str
    secret_bytes: bytes
    created_at: datetime
    confirmed_at: datetime | None
    last_used_step: int | None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A fresh secret in base32, and the URI that an authenticator app reads as a QR code."""

    secret: str
    otpauth_uri: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """When an authenticator app began to count, and the recovery codes, shown this once."""

    confirmed_at: datetime
    recovery_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Factors:
    """What a member has to show besides the password."""

    totp_confirmed_at: datetime | None
    recovery_codes_left: int
    passkeys: int

    @property
    def is_any(self) -> bool:
        """Tell whether there is a second factor; recovery codes only stand in for one."""
        return self.totp_confirmed_at is not None or self.passkeys > 0

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the words for what can be shown."""
        there = {
            "totp": self.totp_confirmed_at is not None,
            "passkey": self.passkeys > 0,
            "recovery_code": self.recovery_codes_left > 0,
        }
        return tuple(word for word, is_there in there.items() if is_there)
