"""The second factor, settled where attempts are counted; and the password, weighed outside of the
transaction, for hashing takes long, and settled inside it.

    proof = proofs.weigh_password(account_id=account_id, password=password)
    with db.transaction("change_password") as tx:
        login = proofs.settle_password(tx, proof, remote_address=address, now=now)
        if login is not None:
            ...
    if login is None:
        raise InvalidCredentials  # raised only now, for the attempt must be counted
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fittrack import db
from fittrack.accounts import passwords
from fittrack.accounts.factors import service as factors
from fittrack.accounts.factors.errors import InvalidCode
from fittrack.accounts.lockouts import rules
from fittrack.accounts.lockouts import service as lockouts
from fittrack.accounts.passkeys import proofs as passkeys
from fittrack.accounts.passkeys.errors import InvalidPasskey
from fittrack.accounts.passkeys.models import Purpose
from fittrack.accounts.sessions import repository
from fittrack.accounts.sessions.models import Login, Shown
from fittrack.db import Transaction
from fittrack.db.errors import Busy
from fittrack.errors import Unauthenticated, field_error


@dataclass(frozen=True, slots=True)
class PasswordProof:
    """Whether a password fits an account as it was read."""

    login: Login
    is_right: bool


def weigh_password(account_id: str, password: str) -> PasswordProof:
    """Compare a member's password; who has none takes as long. Raises: AccountNotFound, Busy."""
    with db.reading("find_password") as tx:
        login = repository.get_login(tx, account_id)
    return PasswordProof(login, passwords.is_right(login.password_hash, password))


def weigh_step_up(login: Login, shown: Shown, password: str | None) -> PasswordProof | None:
    """Return the weighed password of who has no second factor, None for who must show one.

    Raises: Invalid where what is needed is missing, TooManyLogins.
    """
    if login.is_second_factor_confirmed:
        if shown.code is None and shown.passkey is None:
            raise field_error("/code", "A code of your authenticator app, or a passkey, is needed.")
        return None
    if password is None:
        raise field_error("/password", "The password is required.")
    return weigh_password(login.account_id, password)


def settle_password(
    tx: Transaction, proof: PasswordProof, *, remote_address: str | None, now: datetime
) -> Login | None:
    """Count a weighed password and return its account, held, or None where it proves nothing.

    It does not after too many wrong ones, however right it is. The caller raises only after its
    transaction. Raises: AccountNotFound, Busy where the stored hash was replaced meanwhile.
    """
    account_id = proof.login.account_id
    present = repository.lock_login(tx, account_id)
    if present.password_hash != proof.login.password_hash:
        # Another password, or the same one hashed anew by a log-in: weighing it again will tell.
        raise Busy("the password was replaced while it was being weighed")
    guard = lockouts.guard_of(tx, account_id, rules.PASSWORD, now=now)
    is_right = proof.is_right
    lockouts.record_attempt(tx, guard, is_right=is_right, remote_address=remote_address, now=now)
    return present if is_right and not rules.is_locked(guard, now=now) else None


def settle_factor(
    tx: Transaction,
    account_id: str,
    shown: Shown,
    purpose: Purpose,
    bound_to: str,
    *,
    remote_address: str | None,
    now: datetime,
) -> bool:
    """Use up what is shown as second factor of a held account and tell whether it is right.

    Codes can be guessed at, so that they are counted, and none is used while guessing rests;
    signatures can't. The caller raises `refusal_of(shown)` only after its transaction.
    """
    if shown.passkey is not None:
        return passkeys.use_passkey(
            tx,
            account_id,
            shown.passkey,
            purpose,
            bound_to,
            remote_address=remote_address,
            now=now,
        )
    guard = lockouts.guard_of(tx, account_id, rules.SECOND_FACTOR, now=now)
    is_open = shown.code is not None and not rules.is_locked(guard, now=now)
    is_right = is_open and factors.use_code(
        tx, account_id, shown.code or "", remote_address=remote_address, now=now
    )
    lockouts.record_attempt(tx, guard, is_right=is_right, remote_address=remote_address, now=now)
    return is_right


def refusal_of(shown: Shown) -> Unauthenticated:
    """Return what is said of a second factor that is not right."""
    return InvalidCode() if shown.passkey is None else InvalidPasskey()
