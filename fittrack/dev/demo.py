"""How to log in to the demo world: addresses, one password, and authenticator secrets."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from fittrack import crypto

PASSWORD = "seven green lighthouses by night"  # noqa: S105 - printed for everyone
MEMBER_EMAIL = "ana@fittrack.test"
ADMIN_EMAIL = "admin@fittrack.test"
SPONSOR_EMAIL = "sponsor@fittrack.test"
AUDITOR_EMAIL = "auditor@fittrack.test"


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody types to get in; members and sponsors have no second factor."""

    role: str
    email: str
    password: str
    totp_secret: str | None


def logins() -> list[Login]:
    """Return the demo logins, one a role."""
    return [
        Login("member", MEMBER_EMAIL, PASSWORD, None),
        Login("admin", ADMIN_EMAIL, PASSWORD, totp_secret(ADMIN_EMAIL)),
        Login("auditor", AUDITOR_EMAIL, PASSWORD, totp_secret(AUDITOR_EMAIL)),
        Login("sponsor", SPONSOR_EMAIL, PASSWORD, None),
    ]


def totp_secret(email: str) -> str:
    """Return a demo operator's authenticator secret: it follows from the configured secret key."""
    return base64.b32encode(crypto.mac("demo authenticator", email.encode())[:20]).decode()
