"""Time-based one-time passwords (RFC 6238): six digits, SHA-1, steps of 30 s."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

from fittrack.clock import epoch_s

STEP_S = 30
DRIFT_STEPS = (0, -1, 1)
ISSUER = "FitTrack"


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step that a code belongs to, one step of drift allowed, or None."""
    totp = pyotp.TOTP(secret, interval=STEP_S)
    present = epoch_s(now) // STEP_S
    for step in (present + drift for drift in DRIFT_STEPS):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def otpauth_uri(secret: str, account_name: str) -> str:
    """Return the URI that authenticator apps read as a QR code."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(
        name=account_name, issuer_name=ISSUER
    )
