"""Use cases of second factors: an authenticator app, recovery codes, and what is shown of them."""

from __future__ import annotations

from datetime import datetime

import pyotp

from fittrack import auth, crypto, db
from fittrack.accounts import repository as accounts
from fittrack.accounts.factors import notices, recovery, repository, rules
from fittrack.accounts.factors.errors import (
    InvalidCode,
    LastSecondFactor,
    NoSecondFactor,
    TotpAlreadyEnrolled,
    TotpNotFound,
)
from fittrack.accounts.factors.models import Confirmation, Enrolment, Factors, TotpFactor
from fittrack.accounts.passkeys import repository as passkeys
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.sessions import repository as sessions
from fittrack.db import Transaction
from fittrack.db.errors import Unique

PURPOSE = "totp_secret"


def get_factors(*, account_id: str) -> Factors:
    """Return what a member has to show besides the password."""
    with db.reading("get_factors") as tx:
        return repository.get_factors(tx, account_id)


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


def confirm_totp(*, account_id: str, session_id: str, code: str, now: datetime) -> Confirmation:
    """Let an authenticator app count from now on, as shown in this session, with fresh codes.

    Raises: TotpNotEnrolled, TotpAlreadyEnrolled, InvalidCode.
    """
    with db.transaction("confirm_totp") as tx:
        # The account first, as wherever factors change: its row stands for all of them.
        sessions.lock_login(tx, account_id)
        factor = rules.check_enrolment(repository.lock_totp_factor(tx, account_id), now=now)
        if not _use(tx, factor, code, now=now):
            raise InvalidCode
        repository.confirm_totp_factor(tx, account_id, confirmed_at=now)
        count_new_factor(tx, account_id, session_id, EventKind.TOTP_CONFIRMED, now=now)
        codes = renew_codes(tx, account_id, now=now)
    return Confirmation(now, codes)


def remove_totp(*, account_id: str, session_id: str, now: datetime) -> None:
    """Take the authenticator app away; the last factor's recovery codes go with it.

    Raises: TotpNotFound, LastSecondFactor.
    """
    with db.transaction("remove_totp") as tx:
        role = sessions.lock_login(tx, account_id).role
        if not repository.delete_totp_factor(tx, account_id):
            raise TotpNotFound
        count_lost_factor(tx, account_id, session_id, EventKind.TOTP_REMOVED, role=role, now=now)


def renew_recovery_codes(*, account_id: str, session_id: str, now: datetime) -> tuple[str, ...]:
    """Give a member 10 fresh recovery codes and void the old ones. Raises: NoSecondFactor."""
    with db.transaction("renew_recovery_codes") as tx:
        sessions.lock_login(tx, account_id)
        check_any(tx, account_id)
        codes = renew_codes(tx, account_id, now=now)
        notices.tell(
            tx, account_id, EventKind.RECOVERY_CODES_RENEWED, session_id=session_id, now=now
        )
    return codes


def insert_confirmed_totp(
    tx: Transaction, account_id: str, *, now: datetime, secret: str | None = None
) -> str:
    """Give a new operator's account a factor that counts at once, and return its secret.

    It is a fresh one, unless the operator shall know it beforehand.
    """
    secret = secret or pyotp.random_base32()
    _insert(tx, TotpFactor(account_id, _seal(account_id, secret), now, now, None))
    return secret


def use_code(
    tx: Transaction,
    account_id: str,
    code: str,
    *,
    remote_address: str | None = None,
    now: datetime,
) -> bool:
    """Tell, in the caller's transaction, whether a code is right and was never used before.

    It is one of the authenticator app, or a recovery code in its place.
    """
    if (normal := recovery.normal_form(code)) is not None:
        return _use_recovery_code(tx, account_id, normal, remote_address, now=now)
    factor = repository.lock_totp_factor(tx, account_id)
    if factor is None or factor.confirmed_at is None:
        return False
    return _use(tx, factor, code, now=now)


def count_new_factor(
    tx: Transaction, account_id: str, session_id: str, kind: EventKind, *, now: datetime
) -> None:
    """Let a factor that was just added be the one this session has shown, and tell the owner."""
    sessions.step_up_session(tx, session_id, stepped_up_at=now)
    repository.forget_step_ups(tx, account_id, kept_session_id=session_id)
    notices.tell(tx, account_id, kind, session_id=session_id, now=now)


def count_lost_factor(
    tx: Transaction, account_id: str, session_id: str, kind: EventKind, *, role: str, now: datetime
) -> None:
    """Settle what follows from a factor that was just taken away. Raises: LastSecondFactor."""
    if not repository.get_factors(tx, account_id).is_any:
        if role in auth.PRIVILEGED:
            raise LastSecondFactor
        repository.delete_recovery_codes(tx, account_id)
    notices.tell(tx, account_id, kind, session_id=session_id, now=now)


def check_any(tx: Transaction, account_id: str) -> None:
    """Raises: NoSecondFactor, AccountNotFound."""
    if not repository.get_factors(tx, account_id).is_any:
        raise NoSecondFactor(account_id=account_id)


def remove_all(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Take all second factors away, with every session and log-in that was begun with them."""
    repository.delete_any_totp_factor(tx, account_id)
    repository.delete_recovery_codes(tx, account_id)
    passkeys.delete_passkeys(tx, account_id)
    sessions.delete_mfa_challenges(tx, account_id)
    sessions.end_sessions(tx, account_id, "revoked", kept_session_id=None, ended_at=now)


def remove_since(tx: Transaction, account_id: str, *, since_at: datetime) -> None:
    """Take away what was added since an instant, in the caller's transaction; the account is held.

    Recovery codes that are older stay only beside a factor.
    """
    repository.delete_totp_factor_since(tx, account_id, since_at=since_at)
    passkeys.delete_passkeys_since(tx, account_id, since_at=since_at)
    repository.delete_recovery_codes_since(tx, account_id, since_at=since_at)
    if not repository.get_factors(tx, account_id).is_any:
        repository.delete_recovery_codes(tx, account_id)


def renew_codes(tx: Transaction, account_id: str, *, now: datetime) -> tuple[str, ...]:
    """Give a member fresh recovery codes in the caller's transaction; the account is held."""
    codes = recovery.new_codes()
    repository.delete_recovery_codes(tx, account_id)
    hashes = [recovery.hash_of(account_id, code.replace("-", "")) for code in codes]
    repository.insert_recovery_code(tx, account_id, hashes, created_at=now)
    return codes


def _use_recovery_code(
    tx: Transaction, account_id: str, normal: str, remote_address: str | None, *, now: datetime
) -> bool:
    code_hash = recovery.hash_of(account_id, normal)
    if not repository.use_recovery_code(tx, account_id, code_hash):
        return False
    kind = EventKind.RECOVERY_CODE_USED
    notices.tell(tx, account_id, kind, remote_address=remote_address, now=now)
    return True


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
