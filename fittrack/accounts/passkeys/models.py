"""Passkeys as stored, and the challenges that they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    """What a challenge was made for; it serves nothing else."""

    REGISTER = "register"
    LOG_IN = "log_in"
    COMPLETE = "complete"
    STEP_UP = "step_up"


@dataclass(frozen=True, slots=True)
class Passkey:
    """The public half of a member's passkey; `sign_count` is what its authenticator said last."""

    passkey_id: str
    account_id: str
    credential_hash: str
    credential_bytes: bytes
    public_key_bytes: bytes
    sign_count: int
    transports: str | None
    name: str
    is_backed_up: bool
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Challenge:
    """A random value to be signed once; `bound_to` is a session, a log-in, or nobody's yet."""

    challenge_hash: str
    purpose: Purpose
    bound_to: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Added:
    """A fresh passkey, and the recovery codes that come with a first factor, shown this once."""

    passkey: Passkey
    recovery_codes: tuple[str, ...]
