"""Accounts, profiles, acceptances and mailed tokens in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.errors import AccountNotFound
from fittrack.accounts.models import (
    Acceptance,
    Account,
    MailedToken,
    Member,
    NameHolder,
    Profile,
    Registration,
)
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def insert_account(tx: Transaction, account: Account) -> None:
    """Raises: Unique where the address or the name is taken."""
    tx.run(SQL["insert_account"], **asdict(account))


def lock_account(tx: Transaction, account_id: str) -> Account:
    """Return an account and hold its row. Raises: AccountNotFound."""
    account = tx.one(Account, SQL["lock_account"], account_id=account_id)
    if account is None:
        raise AccountNotFound(account_id=account_id)
    return account


def lock_account_by_email(tx: Transaction, email_key: str) -> Account | None:
    """Return the account of an address and hold its row, or None."""
    return tx.one(Account, SQL["lock_account_by_email"], email_key=email_key)


def find_account_id(tx: Transaction, email_key: str) -> str | None:
    """Return the id of the account of an address, or None."""
    found: str | None = tx.value(SQL["find_account_id"], email_key=email_key)
    return found


def find_first_account_id(tx: Transaction) -> str | None:
    """Return the id of the oldest account, or None where there is none."""
    found: str | None = tx.value(SQL["find_first_account_id"])
    return found


def list_name_holders(tx: Transaction, display_name_key: str) -> list[NameHolder]:
    """Return who has a display name; mostly nobody or one."""
    return tx.all(NameHolder, SQL["list_name_holders"], display_name_key=display_name_key)


def insert_name_hold(
    tx: Transaction, display_name_key: str, email_key: str, *, held_at: datetime
) -> None:
    """Raises: Unique where the name is held already."""
    tx.run(
        SQL["insert_name_hold"],
        display_name_key=display_name_key,
        email_key=email_key,
        held_at=held_at,
    )


def replace_registration(
    tx: Transaction,
    account_id: str,
    registration: Registration,
    password_hash: str,
    *,
    created_at: datetime,
) -> None:
    """Raises: Unique where the name is taken."""
    tx.run(
        SQL["replace_registration"],
        account_id=account_id,
        email=registration.email,
        display_name=registration.display_name,
        display_name_key=registration.display_name_key,
        password_hash=password_hash,
        date_of_birth_on=registration.date_of_birth_on,
        state_code=registration.state_code,
        created_at=created_at,
    )


def activate_account(tx: Transaction, account_id: str, *, email_verified_at: datetime) -> bool:
    """Let a member in and return whether it was this call that did."""
    changed = tx.run(
        SQL["activate_account"], account_id=account_id, email_verified_at=email_verified_at
    )
    return changed == 1


def set_password(tx: Transaction, account_id: str, password_hash: str | None) -> None:
    """Give a held account another password, or none."""
    tx.run(SQL["set_password"], account_id=account_id, password_hash=password_hash)


def update_password_hash(
    tx: Transaction, account_id: str, *, former_hash: str, password_hash: str
) -> None:
    """Replace a hash, unless it has changed since it was read."""
    tx.run(
        SQL["update_password_hash"],
        account_id=account_id,
        former_hash=former_hash,
        password_hash=password_hash,
    )


def get_member(tx: Transaction, account_id: str) -> Member:
    """Raises: AccountNotFound."""
    member = tx.one(Member, SQL["get_member"], account_id=account_id)
    if member is None:
        raise AccountNotFound(account_id=account_id)
    return member


def insert_profile(tx: Transaction, profile: Profile) -> None:
    """Store a new account's profile."""
    tx.run(SQL["insert_profile"], **asdict(profile))


def update_state(tx: Transaction, account_id: str, state_code: str) -> None:
    """Let a member live in another state from now on."""
    tx.run(SQL["update_state"], account_id=account_id, state_code=state_code)


def insert_acceptance(tx: Transaction, acceptance: Acceptance) -> None:
    """Record which version of a document was accepted, and when."""
    tx.run(SQL["insert_acceptance"], **asdict(acceptance))


def insert_mailed_token(tx: Transaction, token: MailedToken) -> None:
    """Store the hash of a token that will be mailed."""
    tx.run(SQL["insert_mailed_token"], **asdict(token))


def find_mailed_token(tx: Transaction, token_hash: str) -> MailedToken | None:
    """Return the token of a hash, or None."""
    return tx.one(MailedToken, SQL["find_mailed_token"], token_hash=token_hash)


def use_mailed_token(tx: Transaction, token_id: str, *, used_at: datetime) -> bool:
    """Take a token and return whether it was still to be had."""
    return tx.run(SQL["use_mailed_token"], token_id=token_id, used_at=used_at) == 1


def use_mailed_tokens(tx: Transaction, account_id: str, purpose: str, *, used_at: datetime) -> None:
    """Make all of a member's tokens of one purpose worthless."""
    tx.run(SQL["use_mailed_tokens"], account_id=account_id, purpose=purpose, used_at=used_at)


def count_mailed_tokens(
    tx: Transaction, account_id: str, purpose: str, *, since_at: datetime
) -> int:
    """Return how many tokens of one purpose a member was mailed after an instant."""
    count = tx.value(
        SQL["count_mailed_tokens"], account_id=account_id, purpose=purpose, since_at=since_at
    )
    return int(count)
