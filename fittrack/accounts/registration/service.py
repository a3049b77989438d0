"""Use cases of registration: from the form to the token that comes back by mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fittrack import clock, config, db
from fittrack.accounts import passwords, repository, rules, tokens
from fittrack.accounts import service as accounts
from fittrack.accounts.credentials import requests
from fittrack.accounts.credentials.rules import LIVES
from fittrack.accounts.email_changes import service as email_changes
from fittrack.accounts.errors import InvalidMailedToken
from fittrack.accounts.models import (
    Acceptance,
    Account,
    Outcome,
    Registered,
    Registration,
)
from fittrack.accounts.registration import repository as unfinished
from fittrack.accounts.tokens import CHANGE_EMAIL, VERIFY_EMAIL
from fittrack.db import Transaction
from fittrack.db.errors import Busy, Unique
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.mail import service as mail


def register(*, form: Mapping[str, Any], now: datetime, reply: Reply = NoReply()) -> Registered:
    """Register somebody; a taken address gets the same answer, and its owner a mail instead.

    Raises: Underage, DisplayNameTaken, Invalid, TooManyLogins.
    """
    today = clock.day_of(now, config.current().zone)
    registration = rules.read_registration(form, today=today)
    # Before the look-up, so that a taken address takes as long.
    password_hash = passwords.hash_password(registration.password)
    with db.transaction("register") as tx:
        holders = repository.list_name_holders(tx, registration.display_name_key)
        rules.check_name_holders(holders, registration.email_key)
        _settle(tx, registration, password_hash, now=now)
        registered = _answer(registration)
        reply.record(tx, registered)
    return registered


def verify_email(
    *, token: str, remote_address: str | None = None, now: datetime, reply: Reply = NoReply()
) -> Outcome:
    """Take an address as proved by its mailed token: that of a new member, or a changed one.

    Raises: InvalidMailedToken, EmailTaken.
    """
    with db.transaction("verify_email") as tx:
        used = tokens.use_token(tx, token, {VERIFY_EMAIL, CHANGE_EMAIL}, now=now)
        if used.purpose == CHANGE_EMAIL:
            email_changes.confirm_email_change(tx, used, remote_address=remote_address, now=now)
        else:
            _let_in(tx, used.account_id, now=now)
        verified = Outcome("active")
        reply.record(tx, verified)
    return verified


def _let_in(tx: Transaction, account_id: str, *, now: datetime) -> None:
    tokens.withdraw_tokens(tx, account_id, VERIFY_EMAIL, now=now)
    if not repository.activate_account(tx, account_id, email_verified_at=now):
        raise InvalidMailedToken


def _settle(
    tx: Transaction, registration: Registration, password_hash: str, *, now: datetime
) -> None:
    """Open the account, or replace an unfinished one, or tell the address's owner."""
    account = repository.lock_account_by_email(tx, registration.email_key)
    if account is None and email_changes.is_email_held(tx, registration.email_key, now=now):
        _hold_name(tx, registration.display_name_key, registration.email_key, now=now)
        return
    if account is None and _open(tx, registration, password_hash, now=now):
        return
    account = account or repository.lock_account_by_email(tx, registration.email_key)
    if account is None:
        raise Busy("the address was taken, and is free again, in this moment")
    if not rules.is_replaceable(account):
        _tell_owner(tx, account.account_id, now=now)
        _hold_name(tx, registration.display_name_key, registration.email_key, now=now)
    elif requests.may_mail(tx, account, VERIFY_EMAIL, now=now):
        _replace(tx, account, registration, password_hash, now=now)
    else:
        _hold_name(tx, registration.display_name_key, registration.email_key, now=now)


def _open(
    tx: Transaction, registration: Registration, password_hash: str, *, now: datetime
) -> bool:
    """Store a new account, or return False when the address was taken in this very moment.

    A form that was sent twice takes address and name at once, and which of them an engine tells
    is its own choice. Raises: DisplayNameTaken.
    """
    account = _pending_account(registration, password_hash, now=now)
    try:
        accounts.insert_account_with_profile(tx, account)
    except Unique:
        holders = repository.list_name_holders(tx, registration.display_name_key)
        rules.check_name_holders(holders, registration.email_key)
        return False
    _accept(tx, account.account_id, registration, now=now)
    _mail_verification(tx, account.account_id, now=now)
    return True


def _replace(
    tx: Transaction,
    account: Account,
    registration: Registration,
    password_hash: str,
    *,
    now: datetime,
) -> None:
    """Let the newest registration of an unverified address count, and only its mail.

    Raises: DisplayNameTaken.
    """
    account_id = account.account_id
    try:
        repository.replace_registration(tx, account_id, registration, password_hash, created_at=now)
    except Unique as error:
        raise accounts.taken(error) from error
    if account.display_name_key != registration.display_name_key:
        _hold_name(tx, account.display_name_key, registration.email_key, now=now)
    tokens.withdraw_tokens(tx, account_id, VERIFY_EMAIL, now=now)
    _accept(tx, account_id, registration, now=now)
    _mail_verification(tx, account_id, now=now)


def _tell_owner(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Mail an address's owner that somebody tried to register with it, once a day at most."""
    key = f"{account_id}:{now.date()}"
    mail.send_later(tx, "address_taken", account_id=account_id, key=key, now=now)


def _hold_name(tx: Transaction, display_name_key: str, email_key: str, *, now: datetime) -> None:
    """Keep a name that an address asked for, but no account has.

    Every such name stays taken for other addresses, or names that come free again would tell
    which addresses have an account.
    """
    try:
        repository.insert_name_hold(tx, display_name_key, email_key, held_at=now)
    except Unique:  # the same address asked for the same name before
        unfinished.renew_name_hold(tx, display_name_key, email_key, held_at=now)


def _mail_verification(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Decide, in the caller's transaction, to mail a member a fresh token for 24 h."""
    tokens.mail_token(tx, account_id, VERIFY_EMAIL, life=LIVES[VERIFY_EMAIL], now=now)


def _accept(tx: Transaction, account_id: str, registration: Registration, *, now: datetime) -> None:
    versions = {"terms": registration.terms_version, "rules": registration.rules_version}
    for document, version in versions.items():
        repository.insert_acceptance(tx, Acceptance(new_id(), account_id, document, version, now))


def _pending_account(registration: Registration, password_hash: str, *, now: datetime) -> Account:
    return Account(
        account_id=new_id(),
        email=registration.email,
        email_key=registration.email_key,
        display_name=registration.display_name,
        display_name_key=registration.display_name_key,
        password_hash=password_hash,
        role="user",
        status="pending",
        date_of_birth_on=registration.date_of_birth_on,
        state_code=registration.state_code,
        created_at=now,
        email_verified_at=None,
    )


def _answer(registration: Registration) -> Registered:
    excluded = accounts.excluded_states()
    return Registered(
        status="pending",
        state_code=registration.state_code,
        is_state_excluded=registration.state_code in excluded,
        notices=rules.notices_of_state(registration.state_code, excluded),
    )
