"""Use cases of sessions: log in, stay in, step up, log out."""

from __future__ import annotations

from datetime import datetime, timedelta

from fittrack import auth, config, crypto, db
from fittrack.accounts import passwords
from fittrack.accounts import repository as accounts
from fittrack.accounts import rules as account_rules
from fittrack.accounts.errors import AccountNotFound
from fittrack.accounts.factors import repository as factor_rows
from fittrack.accounts.lockouts import service as lockouts
from fittrack.accounts.passkeys.models import Purpose
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.security_events.service import record_security_event
from fittrack.accounts.sessions import repository, rules
from fittrack.accounts.sessions.errors import (
    InvalidCredentials,
    InvalidMfaToken,
    InvalidRefreshToken,
    RefreshTokenReused,
    SessionNotFound,
)
from fittrack.accounts.sessions.models import (
    Device,
    Login,
    MfaChallenge,
    MfaRequired,
    OpenSession,
    RefreshToken,
    Session,
    Shown,
    SteppedUp,
)
from fittrack.accounts.sessions.proofs import (
    PasswordProof,
    refusal_of,
    settle_factor,
    settle_password,
    weigh_step_up,
)
from fittrack.accounts.sessions.rules import Verdict
from fittrack.auth import MAY_LOG_IN, AccountNotActive, SessionEnded
from fittrack.db import Transaction
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.pagination import Cursor, Page

AFTER_ANY_ID = "~"


def log_in(
    *, email: str, password: str, device: Device, now: datetime
) -> OpenSession | MfaRequired:
    """Open a session for the right password, or ask for the second factor of who has one.

    An unknown address, a wrong password, an unverified account and one that is locked after too
    many wrong passwords take as long and answer alike.
    Raises: InvalidCredentials, AccountNotActive, TooManyLogins.
    """
    key = account_rules.find_email_key(email)
    with db.reading("find_login") as tx:
        login = repository.find_login(tx, key) if key else None
    is_right = passwords.is_right(login.password_hash if login else None, password)
    stronger_hash = _stronger(login, password) if login and is_right else None
    with db.transaction("log_in") as tx:
        opened = None
        if login is None:
            lockouts.record_unknown_attempt(tx, email, now=now)
        else:
            opened = _let_in(tx, PasswordProof(login, is_right), stronger_hash, device, now=now)
    if opened is None:  # raised only now, for the attempt must be counted
        raise InvalidCredentials
    return opened


def complete_log_in(
    *, mfa_token: str, shown: Shown, remote_address: str | None, now: datetime
) -> OpenSession:
    """Open the session of a log-in whose second factor was awaited; 5 attempts, once.

    Raises: InvalidMfaToken, InvalidCode, InvalidPasskey, AccountNotActive.
    """
    with db.transaction("complete_log_in") as tx:
        challenge = repository.find_mfa_challenge(tx, crypto.digest(mfa_token))
        if challenge is None:
            raise InvalidMfaToken
        # The account before what belongs to it, as everywhere.
        login = repository.lock_login(tx, challenge.account_id)
        if not repository.add_mfa_attempt(
            tx, challenge.token_hash, most_attempts=rules.MFA_ATTEMPTS, now_at=now
        ):
            raise InvalidMfaToken
        opened = _meet(tx, challenge, login, shown, remote_address, now=now)
    if opened is None:  # raised only now, for the attempt must be counted
        raise refusal_of(shown)
    return opened


def refresh_session(
    *, refresh_token: str, remote_address: str | None, now: datetime
) -> OpenSession:
    """Rotate a refresh token; one that was used before ends its session.

    Raises: InvalidRefreshToken, RefreshTokenReused, SessionEnded, AccountNotActive.
    """
    with db.transaction("refresh_session") as tx:
        token = repository.lock_refresh_token(tx, crypto.digest(refresh_token))
        if token is None:
            raise InvalidRefreshToken
        following, successor = _following(tx, refresh_token)
        verdict = rules.judge(token, successor, config.current(), now=now)
        if verdict is Verdict.REVOKE:
            _revoke_family(tx, token, remote_address, now=now)
        else:
            _check_usable(token, verdict)
        fresh_until_at = rules.expiry(token.session_started_at, config.current(), now=now)
        expires_at = successor.expires_at if successor else fresh_until_at
        if verdict is Verdict.ROTATE:
            _rotate(tx, token, following, remote_address, expires_at=expires_at, now=now)
    if verdict is Verdict.REVOKE:  # raised only now, for the end of the session must stand
        raise RefreshTokenReused
    life_s = int((expires_at - now).total_seconds())
    return OpenSession(token.session_id, token.account_id, token.role, following, life_s)


def step_up(
    *,
    account_id: str,
    session_id: str,
    shown: Shown,
    password: str | None,
    remote_address: str | None = None,
    now: datetime,
    reply: Reply,
) -> SteppedUp:
    """Let a session do what asks for a recent second factor, for 10 minutes.

    Members without a second factor show the password again. Wrong codes and passwords count with
    those of log-ins. Raises: Invalid, InvalidCode, InvalidPasskey, InvalidCredentials,
    TooManyLogins.
    """
    with db.reading("find_step_up_login") as tx:
        login = repository.get_login(tx, account_id)
    has_factor = login.is_second_factor_confirmed
    proof = weigh_step_up(login, shown, password)
    with db.transaction("step_up") as tx:
        if proof is None:
            repository.lock_login(tx, account_id)
            is_shown = settle_factor(
                tx,
                account_id,
                shown,
                Purpose.STEP_UP,
                session_id,
                remote_address=remote_address,
                now=now,
            )
        else:
            owner = settle_password(tx, proof, remote_address=remote_address, now=now)
            is_shown = owner is not None and not owner.is_second_factor_confirmed
        stepped_up = SteppedUp(now, now + timedelta(seconds=auth.STEP_UP_S))
        if is_shown:
            repository.step_up_session(tx, session_id, stepped_up_at=now)
            reply.record(tx, stepped_up)
    if not is_shown:  # raised only now, for the attempt must be counted
        raise refusal_of(shown) if has_factor else InvalidCredentials
    return stepped_up


def end_session(
    *, account_id: str, session_id: str, reason: str, now: datetime, reply: Reply = NoReply()
) -> None:
    """End one of a member's live sessions. Raises: SessionNotFound."""
    with db.transaction("end_session") as tx:
        if not repository.end_session(tx, session_id, account_id, reason, ended_at=now):
            raise SessionNotFound(session_id=session_id)
        kind = EventKind(f"session_{reason}")
        record_security_event(tx, account_id, kind, session_id=session_id, now=now)
        reply.record(tx, None)


def end_sessions(
    *, account_id: str, kept_session_id: str | None, now: datetime, reply: Reply = NoReply()
) -> None:
    """End all of a member's sessions, or all but one."""
    with db.transaction("end_sessions") as tx:
        repository.end_sessions(
            tx, account_id, "revoked", kept_session_id=kept_session_id, ended_at=now
        )
        kind = EventKind.SESSIONS_REVOKED
        record_security_event(tx, account_id, kind, session_id=kept_session_id, now=now)
        reply.record(tx, None)


def list_sessions(*, account_id: str, cursor: Cursor, limit: int, now: datetime) -> Page[Session]:
    """Return a member's live sessions, newest first."""
    with db.reading("list_sessions") as tx:
        rows = repository.list_sessions(
            tx,
            account_id,
            before_id=cursor.text(default=AFTER_ANY_ID),
            now_at=now,
            row_limit=limit + 1,
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda session: session.session_id)


def open_session(
    tx: Transaction,
    account_id: str,
    role: str,
    device: Device,
    *,
    stepped_up_at: datetime | None = None,
    now: datetime,
) -> OpenSession:
    """Open a session with its first refresh token, in the caller's transaction."""
    expires_at = rules.expiry(now, config.current(), now=now)
    session = Session(
        session_id=new_id(),
        account_id=account_id,
        device_name=device.name,
        device_platform=device.platform,
        remote_address=device.remote_address,
        started_at=now,
        last_seen_at=now,
        expires_at=expires_at,
        stepped_up_at=stepped_up_at,
    )
    refresh_token = rules.new_token()
    repository.insert_session(tx, session)
    repository.insert_refresh_token(
        tx,
        crypto.digest(refresh_token),
        session.session_id,
        issued_at=now,
        expires_at=expires_at,
    )
    record_security_event(
        tx,
        account_id,
        EventKind.LOGGED_IN,
        session_id=session.session_id,
        remote_address=device.remote_address,
        now=now,
    )
    life_s = int((expires_at - now).total_seconds())
    return OpenSession(session.session_id, account_id, role, refresh_token, life_s)


def admit(
    tx: Transaction, login: Login, device: Device, *, now: datetime
) -> OpenSession | MfaRequired:
    """Open a session of a held account, or ask for its second factor, after a first proof."""
    if login.is_second_factor_confirmed:
        return _challenge(tx, login.account_id, device, now=now)
    return open_session(tx, login.account_id, login.role, device, now=now)


def _let_in(
    tx: Transaction,
    proof: PasswordProof,
    stronger_hash: str | None,
    device: Device,
    *,
    now: datetime,
) -> OpenSession | MfaRequired | None:
    """Count a log-in's password; open what it opens, or return None. Raises: AccountNotActive."""
    try:
        login = settle_password(tx, proof, remote_address=device.remote_address, now=now)
    except AccountNotFound:  # it was an unfinished registration, cleared away just now
        return None
    if login is None or login.status == "pending":
        return None
    if login.status not in MAY_LOG_IN:
        raise AccountNotActive(status_of_account=login.status)
    _strengthen(tx, login, stronger_hash)
    return admit(tx, login, device, now=now)


def _strengthen(tx: Transaction, login: Login, stronger_hash: str | None) -> None:
    if stronger_hash and login.password_hash:
        accounts.update_password_hash(
            tx,
            login.account_id,
            former_hash=login.password_hash,
            password_hash=stronger_hash,
        )


def _stronger(login: Login, password: str) -> str | None:
    """Return a new hash where the parameters have risen since the stored one was made."""
    if login.password_hash and passwords.is_outdated(login.password_hash):
        return passwords.hash_password(password)
    return None


def _challenge(tx: Transaction, account_id: str, device: Device, *, now: datetime) -> MfaRequired:
    mfa_token = rules.new_token()
    challenge = MfaChallenge(
        token_hash=crypto.digest(mfa_token),
        account_id=account_id,
        device_name=device.name,
        device_platform=device.platform,
        attempts=0,
        expires_at=now + rules.MFA_LIFE,
    )
    repository.insert_mfa_challenge(tx, challenge)
    return MfaRequired(mfa_token, factor_rows.get_factors(tx, account_id).methods)


def _meet(
    tx: Transaction,
    challenge: MfaChallenge,
    login: Login,
    shown: Shown,
    remote_address: str | None,
    *,
    now: datetime,
) -> OpenSession | None:
    """Open a challenged log-in's session, or return None for a wrong second factor."""
    if login.status not in MAY_LOG_IN:
        raise AccountNotActive(status_of_account=login.status)
    if not settle_factor(
        tx,
        login.account_id,
        shown,
        Purpose.COMPLETE,
        challenge.token_hash,
        remote_address=remote_address,
        now=now,
    ):
        return None
    repository.delete_mfa_challenge(tx, challenge.token_hash)
    device = Device(challenge.device_name, challenge.device_platform, remote_address)
    return open_session(tx, login.account_id, login.role, device, stepped_up_at=now, now=now)


def _check_usable(token: RefreshToken, verdict: Verdict) -> None:
    """Raises: SessionEnded, InvalidRefreshToken, AccountNotActive."""
    if token.session_ended_at is not None:
        raise SessionEnded
    if verdict is Verdict.REFUSE:
        raise InvalidRefreshToken
    if token.status not in MAY_LOG_IN:
        raise AccountNotActive(status_of_account=token.status)


def _following(tx: Transaction, refresh_token: str) -> tuple[str, RefreshToken | None]:
    """Return the token that follows, and what is stored of it where it was given out before."""
    possible = rules.successors_of(refresh_token)
    for following in possible:
        stored = repository.lock_refresh_token(tx, crypto.digest(following))
        if stored is not None:
            return following, stored
    return possible[0], None


def _rotate(
    tx: Transaction,
    token: RefreshToken,
    following: str,
    remote_address: str | None,
    *,
    expires_at: datetime,
    now: datetime,
) -> None:
    repository.use_refresh_token(tx, token.token_hash, used_at=now)
    repository.insert_refresh_token(
        tx, crypto.digest(following), token.session_id, issued_at=now, expires_at=expires_at
    )
    repository.touch_session(
        tx,
        token.session_id,
        last_seen_at=now,
        expires_at=expires_at,
        remote_address=remote_address,
    )


def _revoke_family(
    tx: Transaction, token: RefreshToken, remote_address: str | None, *, now: datetime
) -> None:
    repository.end_session(tx, token.session_id, token.account_id, "token_reused", ended_at=now)
    record_security_event(
        tx,
        token.account_id,
        EventKind.REFRESH_TOKEN_REUSED,
        session_id=token.session_id,
        remote_address=remote_address,
        now=now,
    )
