"""Use cases of passkeys: make one, look at them, remove one, log in with one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fittrack import config, crypto, db, entropy
from fittrack.accounts import repository as accounts
from fittrack.accounts.factors import repository as factor_rows
from fittrack.accounts.factors import service as factors
from fittrack.accounts.oidc import identities
from fittrack.accounts.passkeys import ceremonies, proofs, repository, rules
from fittrack.accounts.passkeys.ceremonies import Attested, DoesNotHold
from fittrack.accounts.passkeys.errors import (
    InvalidPasskey,
    InvalidPasskeyRegistration,
    PasskeyNotFound,
    PasskeyTaken,
)
from fittrack.accounts.passkeys.models import Added, Passkey, Purpose
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.sessions import repository as sessions
from fittrack.accounts.sessions import service as session_service
from fittrack.accounts.sessions.errors import InvalidMfaToken
from fittrack.accounts.sessions.models import Device, OpenSession
from fittrack.auth import MAY_LOG_IN, AccountNotActive
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.ids import new_id


def begin_registration(*, account_id: str, session_id: str, now: datetime) -> dict[str, Any]:
    """Return what a browser needs to make a passkey for this session's account.

    Raises: TooManyPasskeys.
    """
    with db.transaction("begin_registration") as tx:
        # Held, so that two requests of a moment don't make up two names for one account.
        account = accounts.lock_account(tx, account_id)
        existing = repository.list_passkeys(tx, account_id)
        rules.check_room(existing)
        handle = _handle(tx, account_id, now=now)
        challenge = proofs.add_challenge(tx, Purpose.REGISTER, session_id, now=now)
    return ceremonies.creation_options(
        rules.relying_party(config.current()),
        challenge=challenge,
        user_handle=handle,
        user_name=account.email or account.display_name,
        display_name=account.display_name,
        existing=existing,
    )


def add_passkey(
    *, account_id: str, session_id: str, credential: Mapping[str, Any], name: str, now: datetime
) -> Added:
    """Let a new passkey count from now on, as shown in this session.

    The account's first second factor brings recovery codes. Raises: InvalidPasskeyRegistration,
    TooManyPasskeys, PasskeyTaken.
    """
    with db.transaction("add_passkey") as tx:
        accounts.lock_account(tx, account_id)
        attested = _attested(tx, credential, session_id, now=now)
        if attested is not None:
            transports = ceremonies.transports_of(credential)
            passkey = _new_passkey(account_id, attested, transports, name, now=now)
            added = _add(tx, passkey, session_id, now=now)
    if attested is None:  # raised only now, for the challenge must be used up
        raise InvalidPasskeyRegistration
    return added


def list_passkeys(*, account_id: str) -> list[Passkey]:
    """Return a member's passkeys, oldest first, 20 at most."""
    with db.reading("list_passkeys") as tx:
        return repository.list_passkeys(tx, account_id)


def remove_passkey(*, passkey_id: str, account_id: str, session_id: str, now: datetime) -> None:
    """Take a passkey away; the last factor's recovery codes go with it.

    Raises: PasskeyNotFound, LastSecondFactor, LastWayIn.
    """
    with db.transaction("remove_passkey") as tx:
        role = accounts.lock_account(tx, account_id).role
        if not repository.delete_passkey(tx, passkey_id, account_id):
            raise PasskeyNotFound(passkey_id=passkey_id)
        factors.count_lost_factor(
            tx, account_id, session_id, EventKind.PASSKEY_REMOVED, role=role, now=now
        )
        identities.check_way_in(tx, account_id)


def begin_log_in(*, now: datetime) -> dict[str, Any]:
    """Return what a browser needs to log somebody in; it tells nothing about any account."""
    with db.transaction("begin_log_in") as tx:
        challenge = proofs.add_challenge(tx, Purpose.LOG_IN, rules.ANYONE, now=now)
    return ceremonies.request_options(rules.relying_party(config.current()), challenge=challenge)


def log_in(*, credential: Mapping[str, Any], device: Device, now: datetime) -> OpenSession:
    """Open a session for a passkey, which is both factors: the thing, and who unlocked it.

    Raises: InvalidPasskey, AccountNotActive.
    """
    with db.transaction("log_in_with_passkey") as tx:
        passkey = proofs.find_passkey(tx, credential)
        opened = None
        if passkey is None:
            proofs.take_challenge(tx, credential, Purpose.LOG_IN, rules.ANYONE, now=now)
        else:
            opened = _let_in(tx, passkey.account_id, credential, device, now=now)
    if opened is None:  # raised only now, for the challenge must be used up
        raise InvalidPasskey
    return opened


def begin_step_up(*, account_id: str, session_id: str, now: datetime) -> dict[str, Any]:
    """Return what a browser needs to show one of a member's passkeys in this session."""
    return _ask(account_id, Purpose.STEP_UP, session_id, now=now)


def begin_completion(*, mfa_token: str, now: datetime) -> dict[str, Any]:
    """Return what a browser needs to complete a log-in with a passkey as second factor.

    Raises: InvalidMfaToken.
    """
    token_hash = crypto.digest(mfa_token)
    with db.reading("find_mfa_challenge") as tx:
        challenge = sessions.find_mfa_challenge(tx, token_hash)
    if challenge is None or now >= challenge.expires_at:
        raise InvalidMfaToken
    return _ask(challenge.account_id, Purpose.COMPLETE, token_hash, now=now)


def delete_expired(*, now: datetime) -> int:
    """Forget challenges that nobody answered, and return how many."""
    with db.transaction("delete_expired_passkey_challenges") as tx:
        return repository.delete_expired_passkey_challenges(tx, now_at=now)


def _ask(account_id: str, purpose: Purpose, bound_to: str, *, now: datetime) -> dict[str, Any]:
    with db.transaction("ask_for_passkey") as tx:
        allowed = repository.list_passkeys(tx, account_id)
        challenge = proofs.add_challenge(tx, purpose, bound_to, now=now)
    party = rules.relying_party(config.current())
    return ceremonies.request_options(party, challenge=challenge, allowed=allowed)


def _handle(tx: Transaction, account_id: str, *, now: datetime) -> str:
    """Return the random name by which authenticators know an account; the first call makes it."""
    handle = repository.find_user_handle(tx, account_id)
    if handle is None:
        handle = crypto.base64url(entropy.random_bytes(rules.HANDLE_BYTES))
        repository.insert_user_handle(tx, account_id, handle, created_at=now)
    return handle


def _attested(
    tx: Transaction, credential: Mapping[str, Any], session_id: str, *, now: datetime
) -> Attested | None:
    """Use a registration's challenge up and return what the new passkey says, None if nothing."""
    challenge = proofs.take_challenge(tx, credential, Purpose.REGISTER, session_id, now=now)
    if challenge is None:
        return None
    try:
        party = rules.relying_party(config.current())
        return ceremonies.check_registration(credential, party, challenge=challenge)
    except DoesNotHold:
        return None


def _new_passkey(
    account_id: str, attested: Attested, transports: str | None, name: str, *, now: datetime
) -> Passkey:
    return Passkey(
        passkey_id=new_id(),
        account_id=account_id,
        credential_hash=proofs.hash_of(attested.credential_bytes),
        credential_bytes=attested.credential_bytes,
        public_key_bytes=attested.public_key_bytes,
        sign_count=attested.sign_count,
        transports=transports,
        name=name,
        is_backed_up=attested.is_backed_up,
        created_at=now,
        last_used_at=None,
    )


def _add(tx: Transaction, passkey: Passkey, session_id: str, *, now: datetime) -> Added:
    """Raises: TooManyPasskeys, PasskeyTaken."""
    account_id = passkey.account_id
    rules.check_room(repository.list_passkeys(tx, account_id))
    try:
        repository.insert_passkey(tx, passkey)
    except Unique as error:
        raise PasskeyTaken from error
    factors.count_new_factor(tx, account_id, session_id, EventKind.PASSKEY_ADDED, now=now)
    has_codes = factor_rows.get_factors(tx, account_id).recovery_codes_left > 0
    return Added(passkey, () if has_codes else factors.renew_codes(tx, account_id, now=now))


def _let_in(
    tx: Transaction,
    account_id: str,
    credential: Mapping[str, Any],
    device: Device,
    *,
    now: datetime,
) -> OpenSession | None:
    """Open a session, or return None for a passkey that is not accepted.

    Raises: AccountNotActive.
    """
    login = sessions.lock_login(tx, account_id)
    is_shown = proofs.use_passkey(
        tx,
        account_id,
        credential,
        Purpose.LOG_IN,
        rules.ANYONE,
        remote_address=device.remote_address,
        now=now,
    )
    if not is_shown:
        return None
    if login.status not in MAY_LOG_IN:
        raise AccountNotActive(status_of_account=login.status)
    return session_service.open_session(
        tx, account_id, login.role, device, stepped_up_at=now, now=now
    )
