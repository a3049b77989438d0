"""Time-based one-time passwords (RFC 6238): six digits, SHA-1, steps of 30 s."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

import pyotp

from fittrack.accounts.factors.errors import TotpAlreadyEnrolled, TotpNotEnrolled
from fittrack.accounts.factors.models import TotpFactor
from fittrack.clock import epoch_s

STEP_S = 30
DRIFT_STEPS = (0, -1, 1)
ISSUER = "FitTrack"
ENROLMENT_LIFE = timedelta(hours=1)


def check_enrolment(factor: TotpFactor | None, *, now: datetime) -> TotpFactor:
    """Return an enrolment that awaits its first code, for an hour.

    Raises: TotpNotEnrolled, TotpAlreadyEnrolled.
    """
    if factor is None:
        raise TotpNotEnrolled
    if factor.confirmed_at is not None:
        raise TotpAlreadyEnrolled
    if now - factor.created_at > ENROLMENT_LIFE:
        raise TotpNotEnrolled
    return factor


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
