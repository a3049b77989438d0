"""Steps in which a passkey proves who somebody is: a challenge given, and answered once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from webauthn.helpers import base64url_to_bytes

from fittrack import config, crypto, entropy
from fittrack.accounts.factors import notices
from fittrack.accounts.passkeys import ceremonies, repository, rules
from fittrack.accounts.passkeys.ceremonies import DoesNotHold
from fittrack.accounts.passkeys.models import Challenge, Passkey, Purpose
from fittrack.accounts.security_events.models import EventKind
from fittrack.db import Transaction


def add_challenge(tx: Transaction, purpose: Purpose, bound_to: str, *, now: datetime) -> bytes:
    """Store the hash of a fresh challenge for one purpose and return it."""
    challenge = entropy.random_bytes(rules.CHALLENGE_BYTES)
    repository.insert_passkey_challenge(
        tx,
        Challenge(
            challenge_hash=crypto.digest(crypto.base64url(challenge)),
            purpose=purpose,
            bound_to=bound_to,
            expires_at=now + rules.CHALLENGE_LIFE,
        ),
    )
    return challenge


def take_challenge(
    tx: Transaction,
    credential: Mapping[str, Any],
    purpose: Purpose,
    bound_to: str,
    *,
    now: datetime,
) -> str | None:
    """Use up the challenge that an answer is for, and return it, or None where it isn't ours.

    It is used up whether or not the answer holds, so that the caller must let this commit.
    """
    challenge = ceremonies.challenge_of(credential)
    is_ours = repository.take_passkey_challenge(
        tx, crypto.digest(challenge), purpose.value, bound_to, now_at=now
    )
    return challenge if is_ours else None


def find_passkey(tx: Transaction, credential: Mapping[str, Any]) -> Passkey | None:
    """Return the passkey that an answer names, or None."""
    try:
        credential_hash = hash_of(base64url_to_bytes(credential["rawId"]))
    except ValueError:
        return None
    return repository.find_passkey(tx, credential_hash)


def use_passkey(
    tx: Transaction,
    account_id: str,
    credential: Mapping[str, Any],
    purpose: Purpose,
    bound_to: str,
    *,
    remote_address: str | None,
    now: datetime,
) -> bool:
    """Tell, in the caller's transaction, whether one of an account's passkeys answers a challenge.

    The account's row is held already, so that a counter is seen by one at a time. What is false
    must be committed too: the challenge is used up, and a copied passkey told of.
    """
    challenge = take_challenge(tx, credential, purpose, bound_to, now=now)
    passkey = find_passkey(tx, credential)
    if challenge is None or passkey is None or passkey.account_id != account_id:
        return False
    if not _is_own_handle(tx, account_id, credential, is_needed=purpose is Purpose.LOG_IN):
        return False
    try:
        party = rules.relying_party(config.current())
        asserted = ceremonies.check_assertion(credential, party, passkey, challenge=challenge)
    except DoesNotHold:
        return False
    if rules.is_regressed(stored=passkey.sign_count, told=asserted.sign_count):
        kind = EventKind.PASSKEY_COUNTER_REGRESSED
        notices.tell(tx, account_id, kind, remote_address=remote_address, now=now)
        return False
    repository.use_passkey(
        tx,
        passkey.passkey_id,
        sign_count=asserted.sign_count,
        is_backed_up=asserted.is_backed_up,
        last_used_at=now,
    )
    return True


def hash_of(credential_bytes: bytes) -> str:
    """Return the hash under which a credential's id is found, SHA-256 in hex."""
    return hashlib.sha256(credential_bytes).hexdigest()


def _is_own_handle(
    tx: Transaction, account_id: str, credential: Mapping[str, Any], *, is_needed: bool
) -> bool:
    """Tell whether the authenticator knows its user by the account's handle."""
    told = credential["response"].get("userHandle")
    if not told:
        return not is_needed
    stored = repository.find_user_handle(tx, account_id) or ""
    return hmac.compare_digest(str(told).rstrip("="), stored)
