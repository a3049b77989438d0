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
    """When an authenticator app began to count."""

    confirmed_at: datetime
