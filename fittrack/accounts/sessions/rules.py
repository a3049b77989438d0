"""What a presented token means."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from enum import Enum

from fittrack import crypto
from fittrack.accounts.sessions.models import RefreshToken
from fittrack.config import Config

MFA_LIFE = timedelta(minutes=5)
MFA_ATTEMPTS = 5
TOKEN_BYTES = 32


class Verdict(Enum):
    """What to do about a presented refresh token."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    REVOKE = "revoke"
    REFUSE = "refuse"


def expiry(started_at: datetime, settings: Config, *, now: datetime) -> datetime:
    """Return when a token ends that a session is given now: with its life, or its session's."""
    life = timedelta(seconds=settings.refresh_token_s)
    return min(now + life, started_at + timedelta(seconds=settings.session_max_s))


def judge(
    token: RefreshToken, successor: RefreshToken | None, settings: Config, *, now: datetime
) -> Verdict:
    """Return what a presented refresh token deserves.

    A fresh one is rotated, until its session is as old as it gets. A used one is answered with its
    successor again for as long as the grace lasts and the successor is unused (a lost answer is no
    theft); after that, two parties hold the family, and it is revoked.
    """
    if token.session_ended_at is not None:
        return Verdict.REFUSE
    if token.used_at is None:
        ends_at = token.session_started_at + timedelta(seconds=settings.session_max_s)
        return Verdict.ROTATE if now < min(token.expires_at, ends_at) else Verdict.REFUSE
    grace = timedelta(seconds=settings.refresh_grace_s)
    is_repeat = successor is not None and successor.used_at is None
    return Verdict.REPEAT if is_repeat and now - token.used_at <= grace else Verdict.REVOKE


def new_token() -> str:
    """Return a fresh opaque token, 43 characters of base64url."""
    return crypto.base64url(os.urandom(TOKEN_BYTES))


def successors_of(refresh_token: str) -> list[str]:
    """Return the token that follows; only who holds this one and our key can know it.

    After it come those that earlier keys would have made.
    """
    return [crypto.base64url(mac) for mac in crypto.macs("refresh_token", refresh_token.encode())]
