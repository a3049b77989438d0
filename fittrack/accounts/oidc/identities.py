"""Steps that link a provider to a held account, or no longer do, and tell the owner of it."""

from __future__ import annotations

from datetime import datetime

from fittrack.accounts import rules as account_rules
from fittrack.accounts.models import Account
from fittrack.accounts.oidc import repository
from fittrack.accounts.oidc.errors import (
    IdentityTaken,
    LastWayIn,
    ProviderLinkedAlready,
    ProviderNotLinked,
)
from fittrack.accounts.oidc.models import Identity
from fittrack.accounts.oidc.providers import NAMES
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.security_events.service import record_security_event
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.ids import new_id
from fittrack.mail import service as mail


def add_identity(
    tx: Transaction,
    identity: Identity,
    *,
    session_id: str | None,
    remote_address: str | None,
    now: datetime,
) -> Identity:
    """Link a subject of a provider to a held account; again is nothing new.

    Raises: IdentityTaken, ProviderLinkedAlready.
    """
    present = repository.find_identity(tx, identity.provider, identity.subject)
    if present is not None:
        if present.account_id != identity.account_id:
            raise IdentityTaken
        return present
    insert_identity(tx, identity)
    _record(tx, identity, EventKind.PROVIDER_LINKED, session_id, remote_address, now=now)
    sentence = f"Signing in with {NAMES[identity.provider]} was added to your account"
    _mail(tx, identity.account_id, sentence, now=now)
    return identity


def insert_identity(tx: Transaction, identity: Identity) -> None:
    """Raises: IdentityTaken, ProviderLinkedAlready."""
    try:
        repository.insert_identity(tx, identity)
    except Unique as error:
        if error.constraint == "external_identities_account_uq":
            raise ProviderLinkedAlready from error
        raise IdentityTaken from error


def remove_identity(
    tx: Transaction,
    account_id: str,
    provider: str,
    *,
    session_id: str,
    remote_address: str | None,
    now: datetime,
) -> None:
    """Let a provider no longer sign a held account in. Raises: ProviderNotLinked, LastWayIn."""
    linked = {each.provider: each for each in repository.list_identities(tx, account_id)}
    if provider not in linked:
        raise ProviderNotLinked(provider=provider)
    _remove(tx, linked[provider], session_id, remote_address, now=now)
    check_way_in(tx, account_id)


def check_way_in(tx: Transaction, account_id: str) -> None:
    """Raises: LastWayIn where neither password, passkey nor provider opens a held account."""
    if not repository.count_ways_in(tx, account_id):
        raise LastWayIn


def remove_identities(
    tx: Transaction, account_id: str, *, remote_address: str | None, now: datetime
) -> None:
    """Let no provider sign a held account in any more: somebody else may have linked it."""
    for identity in repository.list_identities(tx, account_id):
        _remove(tx, identity, None, remote_address, now=now)


def remove_identities_of_others(
    tx: Transaction, account: Account, *, remote_address: str | None, now: datetime
) -> None:
    """Keep only those providers that vouch for a held account's own address."""
    for identity in repository.list_identities(tx, account.account_id):
        if account_rules.find_email_key(identity.email or "") != account.email_key:
            _remove(tx, identity, None, remote_address, now=now)


def _remove(
    tx: Transaction,
    identity: Identity,
    session_id: str | None,
    remote_address: str | None,
    *,
    now: datetime,
) -> None:
    repository.delete_identity(tx, identity.account_id, identity.provider)
    _record(tx, identity, EventKind.PROVIDER_UNLINKED, session_id, remote_address, now=now)
    sentence = f"Signing in with {NAMES[identity.provider]} was removed from your account"
    _mail(tx, identity.account_id, sentence, now=now)


def _record(
    tx: Transaction,
    identity: Identity,
    kind: EventKind,
    session_id: str | None,
    remote_address: str | None,
    *,
    now: datetime,
) -> None:
    record_security_event(
        tx,
        identity.account_id,
        kind,
        session_id=session_id,
        remote_address=remote_address,
        now=now,
    )


def _mail(tx: Transaction, account_id: str, sentence: str, *, now: datetime) -> None:
    mail.send_later(
        tx, "provider_changed", account_id=account_id, key=new_id(), now=now, sentence=sentence
    )
