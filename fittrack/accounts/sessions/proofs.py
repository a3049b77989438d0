"""The password shown again, or for the first time: weighed outside of the transaction, for hashing
takes long, and settled inside it, where attempts are counted.

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
from fittrack.accounts.lockouts import rules
from fittrack.accounts.lockouts import service as lockouts
from fittrack.accounts.sessions import repository
from fittrack.accounts.sessions.models import Login
from fittrack.db import Transaction


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


def settle_password(
    tx: Transaction, proof: PasswordProof, *, remote_address: str | None, now: datetime
) -> Login | None:
    """Count a weighed password and return its account, held, or None where it proves nothing.

    It does not after too many wrong ones, however right it is, nor where another password was
    set while it was being weighed. The caller raises only after its transaction.
    Raises: AccountNotFound.
    """
    account_id = proof.login.account_id
    present = repository.lock_login(tx, account_id)
    guard = lockouts.guard_of(tx, account_id, rules.PASSWORD, now=now)
    is_right = proof.is_right and present.password_hash == proof.login.password_hash
    lockouts.record_attempt(tx, guard, is_right=is_right, remote_address=remote_address, now=now)
    return present if is_right and not rules.is_locked(guard, now=now) else None
