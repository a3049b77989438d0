"""Use cases that complete what a provider has proved: a new member, or an account's own proof."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fittrack import auth, clock, config, crypto, db
from fittrack.accounts import repository as accounts
from fittrack.accounts import rules as account_rules
from fittrack.accounts import service as account_service
from fittrack.accounts.email_changes import service as email_changes
from fittrack.accounts.errors import EmailTaken
from fittrack.accounts.factors.errors import InvalidCode
from fittrack.accounts.models import Acceptance, Account
from fittrack.accounts.oidc import identities, repository
from fittrack.accounts.oidc.errors import InvalidProofToken
from fittrack.accounts.oidc.models import Identity, Purpose, StoredProof
from fittrack.accounts.passkeys.models import Purpose as PasskeyPurpose
from fittrack.accounts.registration.unfinished import delete_unfinished
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.security_events.service import record_security_event
from fittrack.accounts.sessions import service as session_service
from fittrack.accounts.sessions.errors import InvalidCredentials
from fittrack.accounts.sessions.models import Device, Login, OpenSession, Shown
from fittrack.accounts.sessions.proofs import settle_factor, settle_password, weigh_password
from fittrack.auth import AccountNotActive
from fittrack.db import Transaction
from fittrack.db.errors import ForeignKey
from fittrack.errors import field_error
from fittrack.ids import new_id


def register(
    *, registration_token: str, form: Mapping[str, Any], device: Device, now: datetime
) -> OpenSession:
    """Make whom a provider has just named a member, without a password, and open a session.

    The address counts as verified: the provider vouches for it.
    Raises: InvalidProofToken, Underage, Invalid, DisplayNameTaken, EmailTaken, IdentityTaken.
    """
    with db.transaction("register_with_provider") as tx:
        proof = _find(tx, registration_token, Purpose.REGISTER, now=now)
        account = _read(form, proof, now=now)
        _use(tx, proof)
        holders = accounts.list_name_holders(tx, account.display_name_key)
        account_rules.check_name_holders(holders, proof.email_key)
        _clear_the_way(tx, proof.email_key, now=now)
        account_service.add_account(tx, account)
        _accept(tx, account.account_id, form, now=now)
        _link_new(tx, account.account_id, proof, device, now=now)
        return session_service.open_session(tx, account.account_id, account.role, device, now=now)


def link(
    *, link_token: str, password: str, code: str | None, device: Device, now: datetime
) -> OpenSession:
    """Link a provider by the account's own password, and second factor where it has one.

    Wrong ones count with those of log-ins. Raises: InvalidProofToken, InvalidCredentials,
    InvalidCode, Invalid, AccountNotActive, IdentityTaken, ProviderLinkedAlready, TooManyLogins.
    """
    with db.reading("find_oidc_proof") as tx:
        proof = _find(tx, link_token, Purpose.LINK, now=now)
    weighed = weigh_password(proof.account_id or "", password)
    opened = None
    with db.transaction("link_with_password") as tx:
        login = settle_password(tx, weighed, remote_address=device.remote_address, now=now)
        if login is not None and _shows_factor(tx, login, code, device, now=now):
            opened = _link_and_open(tx, login, proof, device, now=now)
    if login is None:  # raised only now, for the attempt must be counted
        raise InvalidCredentials
    if opened is None:
        raise (
            InvalidCode if code else field_error("/code", "A code of the second factor is needed.")
        )
    return opened


def _find(tx: Transaction, token: str, purpose: Purpose, *, now: datetime) -> StoredProof:
    """Raises: InvalidProofToken."""
    proof = repository.find_oidc_proof(tx, crypto.digest(token), purpose.value, now_at=now)
    if proof is None:
        raise InvalidProofToken
    return proof


def _use(tx: Transaction, proof: StoredProof) -> None:
    """Raises: InvalidProofToken where somebody was faster."""
    if not repository.take_oidc_proof(tx, proof.token_hash):
        raise InvalidProofToken


def _read(form: Mapping[str, Any], proof: StoredProof, *, now: datetime) -> Account:
    """Return the account that a form and a proved address ask for.

    Raises: Underage, Invalid, as any registration.
    """
    today = clock.day_of(now, config.current().zone)
    born_on = form["date_of_birth"]
    account_rules.check_age(born_on, today)
    read = account_rules.collect(
        {
            "display_name": lambda: account_rules.read_display_name(form["display_name"]),
            "date_of_birth": lambda: account_rules.check_date_of_birth(born_on, today),
            "state": lambda: account_rules.read_state(form["state"]),
        }
    )
    display_name, display_name_key = read["display_name"]
    return Account(
        account_id=new_id(),
        email=proof.email,
        email_key=proof.email_key,
        display_name=display_name,
        display_name_key=display_name_key,
        password_hash=None,
        role="user",
        status="active",
        date_of_birth_on=born_on,
        state_code=read["state"],
        created_at=now,
        email_verified_at=now,
    )


def _clear_the_way(tx: Transaction, email_key: str, *, now: datetime) -> None:
    """Take away an unfinished registration of an address that a provider has proved.

    Whoever began it has not shown to read the address. Raises: EmailTaken.
    """
    holder = accounts.lock_account_by_email(tx, email_key)
    if holder is not None and not account_rules.is_replaceable(holder):
        raise EmailTaken
    if email_changes.is_email_held(tx, email_key, now=now):
        raise EmailTaken
    if holder is not None:
        _delete_unfinished(tx, holder.account_id)


def _delete_unfinished(tx: Transaction, account_id: str) -> None:
    """Raises: EmailTaken where something refers to the account; the caller's unit is undone."""
    try:
        delete_unfinished(tx, account_id)
    except ForeignKey as error:
        raise EmailTaken from error


def _accept(tx: Transaction, account_id: str, form: Mapping[str, Any], *, now: datetime) -> None:
    for document in ("terms", "rules"):
        version = form[f"accepted_{document}_version"]
        accounts.insert_acceptance(tx, Acceptance(new_id(), account_id, document, version, now))


def _link_new(
    tx: Transaction, account_id: str, proof: StoredProof, device: Device, *, now: datetime
) -> None:
    """Let the provider sign a new member in. Raises: IdentityTaken."""
    identity = Identity(proof.provider, proof.subject, account_id, proof.email, now, now)
    identities.insert_identity(tx, identity)
    record_security_event(
        tx, account_id, EventKind.PROVIDER_LINKED, remote_address=device.remote_address, now=now
    )


def _shows_factor(
    tx: Transaction, login: Login, code: str | None, device: Device, *, now: datetime
) -> bool:
    """Tell whether a held account has no second factor, or its code is right."""
    if not login.is_second_factor_confirmed:
        return True
    if code is None:
        return False
    return settle_factor(
        tx,
        login.account_id,
        Shown(code),
        PasskeyPurpose.COMPLETE,
        "",
        remote_address=device.remote_address,
        now=now,
    )


def _link_and_open(
    tx: Transaction, login: Login, proof: StoredProof, device: Device, *, now: datetime
) -> OpenSession:
    """Raises: InvalidProofToken, AccountNotActive, IdentityTaken, ProviderLinkedAlready."""
    account = accounts.lock_account(tx, login.account_id)
    if account.status not in auth.ACTIVE:
        raise AccountNotActive(status_of_account=account.status)
    if account.email_key != proof.email_key:  # it has another address by now
        raise InvalidProofToken
    _use(tx, proof)
    identity = Identity(proof.provider, proof.subject, account.account_id, proof.email, now, now)
    identities.add_identity(
        tx, identity, session_id=None, remote_address=device.remote_address, now=now
    )
    stepped_up_at = now if login.is_second_factor_confirmed else None
    return session_service.open_session(
        tx, account.account_id, login.role, device, stepped_up_at=stepped_up_at, now=now
    )
