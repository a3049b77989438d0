"""Sessions, their tokens, and what a log-in leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Device:
    """Where a log-in comes from, as far as the client tells."""

    name: str | None
    platform: str | None
    remote_address: str | None


@dataclass(frozen=True, slots=True)
class Login:
    """What a log-in must know of an account."""

    account_id: str
    role: str
    status: str
    password_hash: str | None
    is_second_factor_confirmed: bool


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in on one device."""

    session_id: str
    account_id: str
    device_name: str | None
    device_platform: str | None
    remote_address: str | None
    started_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    stepped_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token that was presented, with its session and account."""

    token_hash: str
    session_id: str
    expires_at: datetime
    used_at: datetime | None
    account_id: str
    session_started_at: datetime
    session_ended_at: datetime | None
    role: str
    status: str


@dataclass(frozen=True, slots=True)
class TokenHash:
    """A refresh token that is kept no longer, by its hash."""

    token_hash: str


@dataclass(frozen=True, slots=True)
class MfaChallenge:
    """A log-in whose password was right and whose second factor is awaited."""

    token_hash: str
    account_id: str
    device_name: str | None
    device_platform: str | None
    attempts: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows as second factor: a code, or a passkey's answer to a challenge."""

    code: str | None
    passkey: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session and the refresh token that keeps it going; the access token is made from it."""

    session_id: str
    account_id: str
    role: str
    refresh_token: str
    refresh_expires_in_s: int


@dataclass(frozen=True, slots=True)
class MfaRequired:
    """The right password, but an account with a second factor: this token asks for it."""

    mfa_token: str
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SteppedUp:
    """Since when, and until when, a session may do what asks for a recent second factor."""

    stepped_up_at: datetime
    expires_at: datetime
