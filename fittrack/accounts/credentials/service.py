"""Use cases of passwords: set a new one by a mailed token, or by the present one."""

from __future__ import annotations

from datetime import datetime

from fittrack import auth, db
from fittrack.accounts import passwords, repository, rules, tokens
from fittrack.accounts.credentials.rules import ENDED_BY_CHANGE, ENDED_BY_RESET, RESETTING
from fittrack.accounts.lockouts import service as lockouts
from fittrack.accounts.models import Member, Outcome
from fittrack.accounts.oidc import identities
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.security_events.service import record_security_event
from fittrack.accounts.sessions import repository as sessions
from fittrack.accounts.sessions.errors import InvalidCredentials
from fittrack.accounts.sessions.models import Login
from fittrack.accounts.sessions.proofs import PasswordProof, settle_password, weigh_password
from fittrack.auth import LiveSession, StepUpRequired
from fittrack.db import Transaction
from fittrack.errors import field_error
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.mail import service as mail


def reset_password(
    *,
    token: str,
    password: str,
    remote_address: str | None,
    now: datetime,
    reply: Reply = NoReply(),
) -> Outcome:
    """Set a password by a mailed token; who had the account open or half open has it no more.

    A second factor is still asked for at the next log-in; providers stay that vouch for the address
    by which the token came. Raises: InvalidMailedToken, Invalid,
    TooManyLogins.
    """
    with db.reading("find_reset") as tx:
        stored = tokens.find_token(tx, token, RESETTING, now=now)
        member = repository.get_member(tx, stored.account_id)
    # Before the transaction, for hashing takes long; the token is taken inside it, once.
    password_hash = _hash_new(member, password)
    with db.transaction("reset_password") as tx:
        account_id = tokens.use_token(tx, token, RESETTING, now=now).account_id
        repository.set_password(tx, account_id, password_hash)
        repository.activate_account(tx, account_id, email_verified_at=now)
        end_everything(tx, account_id, ENDED_BY_RESET, kept_session_id=None, now=now)
        lockouts.forget_attempts(tx, account_id)
        account = repository.lock_account(tx, account_id)
        identities.remove_identities_of_others(tx, account, remote_address=remote_address, now=now)
        kind = EventKind.PASSWORD_RESET
        record_security_event(tx, account_id, kind, remote_address=remote_address, now=now)
        _tell(tx, account_id, now=now)
        done = Outcome("changed")
        reply.record(tx, done)
    return done


def change_password(
    *,
    session: LiveSession,
    current_password: str | None,
    new_password: str,
    remote_address: str | None,
    now: datetime,
) -> None:
    """Set a new password and end all sessions but this one.

    Who has no password yet, and signs in elsewhere, shows a recent step-up instead.
    Raises: Invalid, InvalidCredentials, StepUpRequired, TooManyLogins.
    """
    account_id = session.account_id
    with db.reading("find_password_owner") as tx:
        login = sessions.get_login(tx, account_id)
        member = repository.get_member(tx, account_id)
    proof = _weigh(login, session, current_password, now=now)
    password_hash = _hash_new(member, new_password, field="new_password")
    with db.transaction("change_password") as tx:
        is_proved = settle(tx, proof, account_id, remote_address=remote_address, now=now)
        if is_proved:
            _change(tx, session, password_hash, remote_address, now=now)
    if not is_proved:  # raised only now, for the attempt must be counted
        raise InvalidCredentials


def settle(
    tx: Transaction,
    proof: PasswordProof | None,
    account_id: str,
    *,
    remote_address: str | None,
    now: datetime,
) -> bool:
    """Hold an account and tell whether its weighed password, or having none, lets the owner on."""
    if proof is not None:
        return settle_password(tx, proof, remote_address=remote_address, now=now) is not None
    return sessions.lock_login(tx, account_id).password_hash is None


def end_everything(
    tx: Transaction,
    account_id: str,
    purposes: tuple[str, ...],
    *,
    kept_session_id: str | None,
    now: datetime,
) -> None:
    """End a held account's sessions, all or all but one, begun log-ins, and mailed tokens."""
    sessions.end_sessions(tx, account_id, "revoked", kept_session_id=kept_session_id, ended_at=now)
    sessions.delete_mfa_challenges(tx, account_id)
    for purpose in purposes:
        tokens.withdraw_tokens(tx, account_id, purpose, now=now)


def _change(
    tx: Transaction,
    session: LiveSession,
    password_hash: str,
    remote_address: str | None,
    *,
    now: datetime,
) -> None:
    account_id, session_id = session.account_id, session.session_id
    repository.set_password(tx, account_id, password_hash)
    end_everything(tx, account_id, ENDED_BY_CHANGE, kept_session_id=session_id, now=now)
    record_security_event(
        tx,
        account_id,
        EventKind.PASSWORD_CHANGED,
        session_id=session_id,
        remote_address=remote_address,
        now=now,
    )
    _tell(tx, account_id, now=now)


def _weigh(
    login: Login, session: LiveSession, password: str | None, *, now: datetime
) -> PasswordProof | None:
    """Return the weighed password, or None where there is none to show.

    Raises: Invalid, StepUpRequired, TooManyLogins.
    """
    if login.password_hash is None:
        if not auth.is_recent(session.stepped_up_at, now=now):
            raise StepUpRequired
        return None
    if password is None:
        raise field_error("/current_password", "The present password is required.")
    return weigh_password(login.account_id, password)


def _hash_new(member: Member, password: str, *, field: str = "password") -> str:
    """Return the hash of a new password. Raises: Invalid, TooManyLogins."""
    hints = tuple(filter(None, (member.email, member.display_name)))
    read = rules.collect({field: lambda: passwords.read_password(password, hints=hints)})
    return passwords.hash_password(read[field])


def _tell(tx: Transaction, account_id: str, *, now: datetime) -> None:
    mail.send_later(tx, "password_changed", account_id=account_id, key=new_id(), now=now)
