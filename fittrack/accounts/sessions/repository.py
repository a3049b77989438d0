"""Sessions, refresh tokens and challenges in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.errors import AccountNotFound
from fittrack.accounts.sessions.models import (
    Login,
    MfaChallenge,
    RefreshToken,
    Session,
    TokenHash,
)
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def find_login(tx: Transaction, email_key: str) -> Login | None:
    """Return what a log-in must know of an address's account, or None."""
    return tx.one(Login, SQL["find_login"], email_key=email_key)


def lock_login(tx: Transaction, account_id: str) -> Login:
    """Return the same of an account and hold its row. Raises: AccountNotFound."""
    login = tx.one(Login, SQL["lock_login"], account_id=account_id)
    if login is None:
        raise AccountNotFound(account_id=account_id)
    return login


def get_login(tx: Transaction, account_id: str) -> Login:
    """Return the same of an account, without holding it. Raises: AccountNotFound."""
    login = tx.one(Login, SQL["get_login"], account_id=account_id)
    if login is None:
        raise AccountNotFound(account_id=account_id)
    return login


def insert_session(tx: Transaction, session: Session) -> None:
    """Store a new session."""
    tx.run(SQL["insert_session"], **asdict(session))


def list_sessions(
    tx: Transaction, account_id: str, *, before_id: str, now_at: datetime, row_limit: int
) -> list[Session]:
    """Return a member's live sessions, newest first."""
    return tx.all(
        Session,
        SQL["list_sessions"],
        account_id=account_id,
        before_id=before_id,
        now_at=now_at,
        row_limit=row_limit,
    )


def touch_session(
    tx: Transaction,
    session_id: str,
    *,
    last_seen_at: datetime,
    expires_at: datetime,
    remote_address: str | None,
) -> None:
    """Note that a device came back, and let its session live on."""
    tx.run(
        SQL["touch_session"],
        session_id=session_id,
        last_seen_at=last_seen_at,
        expires_at=expires_at,
        remote_address=remote_address,
    )


def end_session(
    tx: Transaction, session_id: str, account_id: str, end_reason: str, *, ended_at: datetime
) -> bool:
    """End a member's session and return whether it was live."""
    changed = tx.run(
        SQL["end_session"],
        session_id=session_id,
        account_id=account_id,
        end_reason=end_reason,
        ended_at=ended_at,
    )
    return changed == 1


def end_sessions(
    tx: Transaction,
    account_id: str,
    end_reason: str,
    *,
    kept_session_id: str | None,
    ended_at: datetime,
) -> int:
    """End a member's sessions, all or all but one, and return how many."""
    return tx.run(
        SQL["end_sessions"],
        account_id=account_id,
        end_reason=end_reason,
        kept_session_id=kept_session_id,
        ended_at=ended_at,
    )


def step_up_session(tx: Transaction, session_id: str, *, stepped_up_at: datetime) -> None:
    """Note that a second factor was shown in a session."""
    tx.run(SQL["step_up_session"], session_id=session_id, stepped_up_at=stepped_up_at)


def insert_refresh_token(
    tx: Transaction, token_hash: str, session_id: str, *, issued_at: datetime, expires_at: datetime
) -> None:
    """Store the hash of a refresh token that is handed out."""
    tx.run(
        SQL["insert_refresh_token"],
        token_hash=token_hash,
        session_id=session_id,
        issued_at=issued_at,
        expires_at=expires_at,
    )


def lock_refresh_token(tx: Transaction, token_hash: str) -> RefreshToken | None:
    """Return the refresh token of a hash and hold its row, or None."""
    return tx.one(RefreshToken, SQL["lock_refresh_token"], token_hash=token_hash)


def use_refresh_token(tx: Transaction, token_hash: str, *, used_at: datetime) -> bool:
    """Rotate a token and return whether it was unused."""
    return tx.run(SQL["use_refresh_token"], token_hash=token_hash, used_at=used_at) == 1


def list_expired_refresh_tokens(
    tx: Transaction, *, now_at: datetime, row_limit: int
) -> list[TokenHash]:
    """Return tokens that would be refused anyway, the oldest first."""
    return tx.all(TokenHash, SQL["list_expired_refresh_tokens"], now_at=now_at, row_limit=row_limit)


def delete_refresh_tokens(tx: Transaction, tokens: list[TokenHash]) -> int:
    """Forget tokens and return how many."""
    return tx.run_many(SQL["delete_refresh_tokens"], [asdict(token) for token in tokens])


def insert_mfa_challenge(tx: Transaction, challenge: MfaChallenge) -> None:
    """Store a log-in that awaits its second factor."""
    tx.run(SQL["insert_mfa_challenge"], **asdict(challenge))


def find_mfa_challenge(tx: Transaction, token_hash: str) -> MfaChallenge | None:
    """Return the challenge of a hash, or None."""
    return tx.one(MfaChallenge, SQL["find_mfa_challenge"], token_hash=token_hash)


def add_mfa_attempt(
    tx: Transaction, token_hash: str, *, most_attempts: int, now_at: datetime
) -> bool:
    """Count an attempt at a challenge and return whether one was left."""
    changed = tx.run(
        SQL["add_mfa_attempt"], token_hash=token_hash, most_attempts=most_attempts, now_at=now_at
    )
    return changed == 1


def delete_mfa_challenge(tx: Transaction, token_hash: str) -> None:
    """Forget a challenge that was met."""
    tx.run(SQL["delete_mfa_challenge"], token_hash=token_hash)


def delete_mfa_challenges(tx: Transaction, account_id: str) -> None:
    """Let no log-in of a member that was begun before be completed."""
    tx.run(SQL["delete_mfa_challenges"], account_id=account_id)


def delete_expired_challenges(tx: Transaction, *, now_at: datetime) -> int:
    """Forget log-ins that were never completed and return how many."""
    return tx.run(SQL["delete_expired_challenges"], now_at=now_at)
