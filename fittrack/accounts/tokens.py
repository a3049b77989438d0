"""Steps of tokens that travel by mail: issued, used once, withdrawn; stored as hashes only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from fittrack import crypto
from fittrack.accounts import repository
from fittrack.accounts.errors import AccountNotFound, InvalidMailedToken
from fittrack.accounts.models import MailedToken
from fittrack.db import Transaction
from fittrack.ids import new_id
from fittrack.mail import service as mail
from fittrack.mail.tokens import mailed_token

VERIFY_EMAIL = "verify_email"
RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose, no password
CHANGE_EMAIL = "change_email"
UNDO_EMAIL = "undo_email"
UNLOCK_LOGIN = "unlock_login"
INVITATION = "invitation"
KEEP_FACTORS = "keep_factors"

DAY = timedelta(hours=24)


def issue_token(
    tx: Transaction, account_id: str, purpose: str, *, life: timedelta, now: datetime
) -> str:
    """Store the hash of a fresh token and return its id, from which its mail derives the token.

    Older tokens of the purpose stay good; `withdraw_tokens` ends them.
    """
    token_id = new_id()
    repository.insert_mailed_token(
        tx,
        MailedToken(
            token_id=token_id,
            token_hash=crypto.digest(mailed_token(token_id)),
            account_id=account_id,
            purpose=purpose,
            created_at=now,
            expires_at=now + life,
            used_at=None,
        ),
    )
    return token_id


def mail_token(
    tx: Transaction, account_id: str, purpose: str, *, life: timedelta, now: datetime
) -> None:
    """Issue a token and decide to mail it; the mail's template is called like its purpose."""
    token_id = issue_token(tx, account_id, purpose, life=life, now=now)
    mail.send_later(tx, purpose, account_id=account_id, key=token_id, now=now, token_id=token_id)


def find_token(
    tx: Transaction, token: str, purposes: Collection[str], *, now: datetime
) -> MailedToken:
    """Return a token that came back and could be used, without using it.

    Raises: InvalidMailedToken, naming the field `token`.
    """
    stored = repository.find_mailed_token(tx, crypto.digest(token))
    if stored is None or stored.purpose not in purposes:
        raise _invalid()
    if stored.used_at is not None or stored.expires_at <= now:
        raise _invalid()
    return stored


def use_token(
    tx: Transaction, token: str, purposes: Collection[str], *, now: datetime
) -> MailedToken:
    """Take a token that came back, once, and hold its account's row; return it as it was.

    Raises: InvalidMailedToken, naming the field `token`.
    """
    stored = find_token(tx, token, purposes, now=now)
    try:
        # The account before what belongs to it, as everywhere, or two transactions could wait for
        # each other.
        repository.lock_account(tx, stored.account_id)
    except AccountNotFound:  # an unfinished registration that was cleared away just now
        raise _invalid() from None
    if not repository.use_mailed_token(tx, stored.token_id, used_at=now):
        raise _invalid()
    return stored


def withdraw_tokens(tx: Transaction, account_id: str, purpose: str, *, now: datetime) -> None:
    """Make all of a member's tokens of one purpose worthless."""
    repository.use_mailed_tokens(tx, account_id, purpose, used_at=now)


def count_tokens_of_day(tx: Transaction, account_id: str, purpose: str, *, now: datetime) -> int:
    """Return how many tokens of one purpose a member was issued in the past 24 h."""
    return repository.count_mailed_tokens(tx, account_id, purpose, since_at=now - DAY)


def _invalid() -> InvalidMailedToken:
    title = InvalidMailedToken.title()
    return InvalidMailedToken(errors=[{"pointer": "/token", "message": title}])
