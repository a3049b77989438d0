"""Use cases of accounts: those made by hand, and what a member sees of the own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fittrack import clock, config, db
from fittrack.accounts import passwords, repository, rules
from fittrack.accounts.errors import (
    AccountNotFound,
    DisplayNameTaken,
    EmailTaken,
)
from fittrack.accounts.factors import rules as factor_rules
from fittrack.accounts.factors import service as factors
from fittrack.accounts.models import (
    Acceptance,
    Account,
    Member,
    NewAdmin,
    Profile,
)
from fittrack.accounts.tiers.rules import place_of
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.ids import new_id


def create_admin(*, email: str, display_name: str, password: str, now: datetime) -> NewAdmin:
    """Make an active admin with an authenticator app, whose secret is shown this once.

    Raises: Invalid, EmailTaken, DisplayNameTaken.
    """
    hints = (email, display_name)
    checked = rules.collect({"password": lambda: passwords.read_password(password, hints=hints)})
    account = new_account(
        email,
        display_name,
        role="admin",
        password_hash=passwords.hash_password(checked["password"]),
        now=now,
    )
    with db.transaction("create_admin") as tx:
        add_account(tx, account)
        secret = factors.insert_confirmed_totp(tx, account.account_id, now=now)
    uri = factor_rules.otpauth_uri(secret, account.email or account.display_name)
    return NewAdmin(account.account_id, secret, uri)


def create_member(*, account: Account, **profile: Any) -> str:
    """Store a ready-made account and profile, as a seed does; return its id.

    `profile` is what `insert_account_with_profile` takes. Raises: EmailTaken, DisplayNameTaken.
    """
    with db.transaction("create_member") as tx:
        add_account(tx, account, **profile)
    return account.account_id


def find_account(*, email: str) -> str | None:
    """Return the id of the account of an address, or None."""
    key = rules.find_email_key(email)
    if key is None:
        return None
    with db.reading("find_account") as tx:
        return repository.find_account_id(tx, key)


def has_accounts() -> bool:
    """Tell whether anybody has an account."""
    with db.reading("has_accounts") as tx:
        return repository.find_first_account_id(tx) is not None


def get_member(*, account_id: str) -> Member:
    """Return what a member sees of the own account. Raises: AccountNotFound."""
    with db.reading("get_member") as tx:
        return repository.get_member(tx, account_id)


def edit_member(*, account_id: str, changes: Mapping[str, str], now: datetime) -> Member:
    """Let a member move to another state, or accept other versions of the documents.

    `changes` may hold state, accepted_terms_version and accepted_rules_version; a version that was
    accepted last is not recorded again. Raises: Invalid, AccountNotFound.
    """
    with db.transaction("edit_member") as tx:
        if repository.lock_account(tx, account_id).status == "erased":
            raise AccountNotFound
        before = repository.get_member(tx, account_id)
        if "state" in changes:
            read = rules.collect({"state": lambda: rules.read_state(changes["state"])})
            repository.update_state(tx, account_id, read["state"])
        for document, version in rules.newly_accepted(before, changes):
            acceptance = Acceptance(new_id(), account_id, document, version, now)
            repository.insert_acceptance(tx, acceptance)
        return repository.get_member(tx, account_id)


def notices_of(member: Member) -> tuple[str, ...]:
    """Return what a member should know of the state they live in."""
    if member.state_code is None:
        return ()
    return rules.notices_of_state(member.state_code, excluded_states())


def is_state_excluded(state_code: str | None) -> bool:
    """Tell whether drawings exclude a state unless they say otherwise."""
    return state_code in excluded_states()


def excluded_states() -> frozenset[str]:
    """Return the configured exclusion list."""
    listed = config.current().excluded_states.split(",")
    return frozenset(code.strip().upper() for code in listed if code.strip())


def insert_account_with_profile(
    tx: Transaction,
    account: Account,
    *,
    sex: str | None = None,
    fitness_level: str | None = None,
    max_hr_bpm: int | None = None,
    resting_hr_bpm: int | None = None,
    time_zone: str | None = None,
) -> None:
    """Store an account with its profile and tier, in the caller's transaction.

    Raises: Unique where the address or the name is taken.
    """
    settings = config.current()
    today = clock.day_of(account.created_at, settings.zone)
    place = place_of(sex, account.date_of_birth_on, fitness_level, today)
    repository.insert_account(tx, account)
    repository.insert_profile(
        tx,
        Profile(
            account_id=account.account_id,
            sex=sex,
            fitness_level=fitness_level,
            max_hr_bpm=max_hr_bpm,
            resting_hr_bpm=resting_hr_bpm,
            tier_code=place.tier_code,
            tier_review_on=place.tier_review_on,
            time_zone=time_zone or settings.platform_time_zone,
            updated_at=account.created_at,
        ),
    )


def add_account(tx: Transaction, account: Account, **profile: Any) -> None:
    """Store an account with its profile. Raises: EmailTaken, DisplayNameTaken."""
    try:
        insert_account_with_profile(tx, account, **profile)
    except Unique as error:
        raise taken(error) from error


def new_account(
    email: str,
    display_name: str,
    *,
    password_hash: str | None,
    role: str = "user",
    date_of_birth_on: date | None = None,
    state_code: str | None = None,
    now: datetime,
) -> Account:
    """Return an active, verified account that operators make; not yet stored.

    Reserved names are allowed here. Raises: Invalid.
    """
    read = rules.collect(
        {
            "email": lambda: rules.read_email(email),
            "display_name": lambda: rules.read_display_name(display_name, may_be_reserved=True),
        }
    )
    address, email_key = read["email"]
    name, name_key = read["display_name"]
    return Account(
        account_id=new_id(),
        email=address,
        email_key=email_key,
        display_name=name,
        display_name_key=name_key,
        password_hash=password_hash,
        role=role,
        status="active",
        date_of_birth_on=date_of_birth_on,
        state_code=state_code,
        created_at=now,
        email_verified_at=now,
    )


def taken(error: Unique) -> DisplayNameTaken | EmailTaken:
    """Return which of an account's two unique values was taken."""
    if error.constraint == "accounts_email_uq":
        return EmailTaken()
    return DisplayNameTaken(
        errors=[{"pointer": "/display_name", "message": DisplayNameTaken.title()}]
    )
