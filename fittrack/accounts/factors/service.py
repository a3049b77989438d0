"""Use cases of second factors: enrol an authenticator app, confirm it, use a code."""

from __future__ import annotations

from datetime import datetime

import pyotp

from fittrack import crypto, db
from fittrack.accounts import repository as accounts
from fittrack.accounts.factors import repository, rules
from fittrack.accounts.factors.errors import InvalidCode, TotpAlreadyEnrolled, TotpNotEnrolled
from fittrack.accounts.factors.models import Confirmation, Enrolment, TotpFactor
from fittrack.accounts.sessions import repository as sessions
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.idempotency import Reply

PURPOSE = "totp_secret"


def enrol_totp(*, account_id: str, now: datetime) -> Enrolment:
    """Give a member a fresh secret; it counts once a code of it has confirmed it.

    Raises: TotpAlreadyEnrolled.
    """
    secret = pyotp.random_base32()
    sealed = _seal(account_id, secret)
    with db.transaction("enrol_totp") as tx:
        member = accounts.get_member(tx, account_id)
        if not repository.replace_totp_factor(tx, account_id, sealed, created_at=now):
            _insert(tx, TotpFactor(account_id, sealed, now, None, None))
    return Enrolment(secret, rules.otpauth_uri(secret, member.email or member.display_name))


def confirm_totp(
    *, account_id: str, session_id: str, code: str, now: datetime, reply: Reply
) -> Confirmation:
    """Let an authenticator app count from now on, and as shown in this session.

    Raises: TotpNotEnrolled, TotpAlreadyEnrolled, InvalidCode.
    """
    with db.transaction("confirm_totp") as tx:
        factor = repository.lock_totp_factor(tx, account_id)
        if factor is None:
            raise TotpNotEnrolled
        if factor.confirmed_at is not None:
            raise TotpAlreadyEnrolled
        if not _use(tx, factor, code, now=now):
            raise InvalidCode
        repository.confirm_totp_factor(tx, account_id, confirmed_at=now)
        sessions.step_up_session(tx, session_id, stepped_up_at=now)
        sessions.insert_security_event(
            tx, account_id, session_id, "totp_confirmed", happened_at=now
        )
        confirmation = Confirmation(now)
        reply.record(tx, confirmation)
    return confirmation


def insert_confirmed_totp(
    tx: Transaction, account_id: str, *, now: datetime, secret: str | None = None
) -> str:
    """Give a new operator's account a factor that counts at once, and return its secret.

    It is a fresh one, unless the operator shall know it beforehand.
    """
    secret = secret or pyotp.random_base32()
    _insert(tx, TotpFactor(account_id, _seal(account_id, secret), now, now, None))
    return secret


def use_code(tx: Transaction, account_id: str, code: str, *, now: datetime) -> bool:
    """Tell, in the caller's transaction, whether a code is right and was never used before."""
    factor = repository.lock_totp_factor(tx, account_id)
    if factor is None or factor.confirmed_at is None:
        return False
    return _use(tx, factor, code, now=now)


def _use(tx: Transaction, factor: TotpFactor, code: str, *, now: datetime) -> bool:
    secret = crypto.unseal(PURPOSE, factor.account_id, factor.secret_bytes).decode()
    step = rules.matching_step(secret, code, now)
    return step is not None and repository.use_totp_step(tx, factor.account_id, step)


def _seal(account_id: str, secret: str) -> bytes:
    return crypto.seal(PURPOSE, account_id, secret.encode())


def _insert(tx: Transaction, factor: TotpFactor) -> None:
    try:
        repository.insert_totp_factor(tx, factor)
    except Unique as error:
        raise TotpAlreadyEnrolled from error
