"""What a presented token means."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from enum import Enum

from fittrack import crypto
from fittrack.accounts.sessions.models import RefreshToken

MFA_LIFE = timedelta(minutes=5)
MFA_ATTEMPTS = 5
TOKEN_BYTES = 32


class Verdict(Enum):
    """What to do about a presented refresh token."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    REVOKE = "revoke"
    REFUSE = "refuse"


def judge(
    token: RefreshToken, successor: RefreshToken | None, *, grace: timedelta, now: datetime
) -> Verdict:
    """Return what a presented refresh token deserves.

    A fresh one is rotated. A used one is answered with its successor again for as long as the
    grace lasts and the successor is unused (a lost answer is no theft); after that, two parties
    hold the family, and it is revoked.
    """
    if token.session_ended_at is not None:
        return Verdict.REFUSE
    if token.used_at is None:
        return Verdict.ROTATE if now < token.expires_at else Verdict.REFUSE
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
