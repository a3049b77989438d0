"""Linked identities, visits to providers and their proofs in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.oidc.models import Attempt, Identity, StoredProof
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def find_identity(tx: Transaction, provider: str, subject: str) -> Identity | None:
    """Return who signs in as a subject of a provider, or None."""
    return tx.one(Identity, SQL["find_identity"], provider=provider, subject=subject)


def list_identities(tx: Transaction, account_id: str) -> list[Identity]:
    """Return the providers that a member signs in with."""
    return tx.all(Identity, SQL["list_identities"], account_id=account_id)


def insert_identity(tx: Transaction, identity: Identity) -> None:
    """Raises: Unique where the subject has an account, or the account such a provider."""
    tx.run(SQL["insert_identity"], **asdict(identity))


def use_identity(
    tx: Transaction, identity: Identity, *, email: str | None, last_used_at: datetime
) -> bool:
    """Note that an identity signed in and return whether it still belongs to its account."""
    changed = tx.run(
        SQL["use_identity"],
        provider=identity.provider,
        subject=identity.subject,
        account_id=identity.account_id,
        email=email,
        last_used_at=last_used_at,
    )
    return changed == 1


def delete_identity(tx: Transaction, account_id: str, provider: str) -> bool:
    """Let a provider no longer sign a member in and return whether it did."""
    return tx.run(SQL["delete_identity"], account_id=account_id, provider=provider) == 1


def count_ways_in(tx: Transaction, account_id: str) -> int:
    """Return how many ways into an account there are."""
    return int(tx.value(SQL["count_ways_in"], account_id=account_id))


def insert_oidc_attempt(tx: Transaction, attempt: Attempt) -> None:
    """Store a visit to a provider that begins."""
    tx.run(SQL["insert_oidc_attempt"], **asdict(attempt))


def find_oidc_attempt(
    tx: Transaction, state_hash: str, provider: str, *, now_at: datetime
) -> Attempt | None:
    """Return a visit that may still come back, or None."""
    return tx.one(
        Attempt,
        SQL["find_oidc_attempt"],
        state_hash=state_hash,
        provider=provider,
        now_at=now_at,
    )


def take_oidc_attempt(tx: Transaction, attempt: Attempt) -> bool:
    """Use a visit up and return whether it was this call that did."""
    changed = tx.run(
        SQL["take_oidc_attempt"],
        state_hash=attempt.state_hash,
        token_hash=attempt.token_hash,
        provider=attempt.provider,
    )
    return changed == 1


def delete_expired_oidc_attempts(tx: Transaction, *, now_at: datetime) -> int:
    """Forget visits from which nobody came back and return how many."""
    return tx.run(SQL["delete_expired_oidc_attempts"], now_at=now_at)


def insert_oidc_proof(tx: Transaction, proof: StoredProof) -> None:
    """Keep what a provider has proved."""
    tx.run(SQL["insert_oidc_proof"], **asdict(proof))


def find_oidc_proof(
    tx: Transaction, token_hash: str, purpose: str, *, now_at: datetime
) -> StoredProof | None:
    """Return what a provider has proved a moment ago, or None."""
    return tx.one(
        StoredProof,
        SQL["find_oidc_proof"],
        token_hash=token_hash,
        purpose=purpose,
        now_at=now_at,
    )


def take_oidc_proof(tx: Transaction, token_hash: str) -> bool:
    """Use a proof up and return whether it was this call that did."""
    return tx.run(SQL["take_oidc_proof"], token_hash=token_hash) == 1


def delete_expired_oidc_proofs(tx: Transaction, *, now_at: datetime) -> int:
    """Forget proofs that nobody made use of and return how many."""
    return tx.run(SQL["delete_expired_oidc_proofs"], now_at=now_at)
