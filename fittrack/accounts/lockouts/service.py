"""Steps that count guesses at passwords and second factors, and the use case that unlocks.

The counts stand in the database, so that they hold across processes and without Redis. Log-ins,
step-ups and whatever else asks for a secret count together: who stole a session can't guess on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from fittrack import crypto, db
from fittrack.accounts import repository as accounts
from fittrack.accounts import rules as account_rules
from fittrack.accounts import tokens
from fittrack.accounts.lockouts import repository, rules
from fittrack.accounts.lockouts.models import LoginGuard
from fittrack.accounts.models import Outcome
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.security_events.service import record_security_event
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.mail import service as mail

UNLOCK_LIFE = timedelta(hours=24)
DECOYS = 256
EVENTS = {
    rules.PASSWORD: EventKind.LOGIN_LOCKED,
    rules.SECOND_FACTOR: EventKind.SECOND_FACTOR_LOCKED,
}


def guard_of(tx: Transaction, account_id: str, kind: str, *, now: datetime) -> LoginGuard:
    """Return how guessing at a secret stands, and hold it. The account's row is held already."""
    guard = repository.lock_login_guard(tx, account_id, kind)
    return guard or rules.fresh(account_id, kind, now=now)


def record_attempt(
    tx: Transaction,
    guard: LoginGuard,
    *,
    is_right: bool,
    remote_address: str | None,
    now: datetime,
) -> None:
    """Count an attempt in the caller's transaction; the last of a run of failures locks.

    A right secret must not be let in where `rules.is_locked` says so of the guard.
    """
    if is_right and not guard.failures and not guard.lock_count:
        return
    after = rules.after_attempt(guard, is_right=is_right, now=now)
    if not repository.update_login_guard(tx, after):
        repository.insert_login_guard(tx, after)
    if after.lock_count > guard.lock_count:
        _tell(tx, after, remote_address, now=now)


def record_unknown_attempt(tx: Transaction, email: str, *, now: datetime) -> None:
    """Write for an unknown address what a wrong password of a known one writes.

    Only a few rows are written over and over: guessing at addresses can't fill the database.
    """
    spelling = account_rules.folded(email).encode("utf-8", "surrogatepass")
    slot_no = crypto.mac("login_decoy", spelling)[0] % DECOYS
    if repository.add_decoy_guess(tx, slot_no, attempted_at=now):
        return
    try:
        repository.insert_decoy(tx, slot_no, attempted_at=now)
    except Unique:  # another guess made the slot just now
        return


def forget_attempts(tx: Transaction, account_id: str) -> None:
    """Lift every lock of an account whose owner has just proved to be it by mail."""
    repository.delete_login_guards(tx, account_id)


def unlock_login(
    *, token: str, remote_address: str | None = None, now: datetime, reply: Reply = NoReply()
) -> Outcome:
    """Lift the lock of an account's password at once. Raises: InvalidMailedToken."""
    unlocked = Outcome("unlocked")
    with db.transaction("unlock_login") as tx:
        account_id = tokens.use_token(tx, token, {tokens.UNLOCK_LOGIN}, now=now).account_id
        guard = guard_of(tx, account_id, rules.PASSWORD, now=now)
        repository.update_login_guard(tx, rules.unlocked(guard))
        kind = EventKind.LOGIN_UNLOCKED
        record_security_event(tx, account_id, kind, remote_address=remote_address, now=now)
        reply.record(tx, unlocked)
    return unlocked


def _tell(tx: Transaction, guard: LoginGuard, remote_address: str | None, *, now: datetime) -> None:
    account_id = guard.account_id
    kind = EVENTS[guard.kind]
    record_security_event(tx, account_id, kind, remote_address=remote_address, now=now)
    if accounts.lock_account(tx, account_id).status == "pending":
        return  # nobody has proved that the address is theirs
    if guard.kind == rules.SECOND_FACTOR:
        mail.send_later(tx, "second_factor_locked", account_id=account_id, key=new_id(), now=now)
        return
    tokens.withdraw_tokens(tx, account_id, tokens.UNLOCK_LOGIN, now=now)
    tokens.mail_token(tx, account_id, tokens.UNLOCK_LOGIN, life=UNLOCK_LIFE, now=now)
