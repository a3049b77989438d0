"""Passkeys, user handles and challenges in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.passkeys.models import Challenge, Passkey
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def insert_passkey(tx: Transaction, passkey: Passkey) -> None:
    """Raises: Unique where the credential is registered already."""
    tx.run(SQL["insert_passkey"], **asdict(passkey))


def list_passkeys(tx: Transaction, account_id: str) -> list[Passkey]:
    """Return a member's passkeys, oldest first."""
    return tx.all(Passkey, SQL["list_passkeys"], account_id=account_id)


def find_passkey(tx: Transaction, credential_hash: str) -> Passkey | None:
    """Return the passkey of a credential, or None."""
    return tx.one(Passkey, SQL["find_passkey"], credential_hash=credential_hash)


def use_passkey(
    tx: Transaction, passkey_id: str, *, sign_count: int, is_backed_up: bool, last_used_at: datetime
) -> None:
    """Note that a passkey signed, and what its authenticator said of itself."""
    tx.run(
        SQL["use_passkey"],
        passkey_id=passkey_id,
        sign_count=sign_count,
        is_backed_up=is_backed_up,
        last_used_at=last_used_at,
    )


def delete_passkey(tx: Transaction, passkey_id: str, account_id: str) -> bool:
    """Take a member's passkey away and return whether it was there."""
    changed = tx.run(SQL["delete_passkey"], passkey_id=passkey_id, account_id=account_id)
    return changed == 1


def delete_passkeys(tx: Transaction, account_id: str) -> None:
    """Take all of a member's passkeys away."""
    tx.run(SQL["delete_passkeys"], account_id=account_id)


def delete_passkeys_since(tx: Transaction, account_id: str, *, since_at: datetime) -> None:
    """Take those of a member's passkeys away that were added since an instant."""
    tx.run(SQL["delete_passkeys_since"], account_id=account_id, since_at=since_at)


def find_user_handle(tx: Transaction, account_id: str) -> str | None:
    """Return the name by which authenticators know an account, or None."""
    handle: str | None = tx.value(SQL["find_user_handle"], account_id=account_id)
    return handle


def insert_user_handle(
    tx: Transaction, account_id: str, user_handle: str, *, created_at: datetime
) -> None:
    """Raises: Unique where the account has one."""
    tx.run(
        SQL["insert_user_handle"],
        account_id=account_id,
        user_handle=user_handle,
        created_at=created_at,
    )


def insert_passkey_challenge(tx: Transaction, challenge: Challenge) -> None:
    """Store the hash of a challenge that is handed out."""
    tx.run(SQL["insert_passkey_challenge"], **asdict(challenge))


def take_passkey_challenge(
    tx: Transaction, challenge_hash: str, purpose: str, bound_to: str, *, now_at: datetime
) -> bool:
    """Use a challenge up and return whether it was this call that did."""
    changed = tx.run(
        SQL["take_passkey_challenge"],
        challenge_hash=challenge_hash,
        purpose=purpose,
        bound_to=bound_to,
        now_at=now_at,
    )
    return changed == 1


def delete_expired_passkey_challenges(tx: Transaction, *, now_at: datetime) -> int:
    """Forget challenges that nobody answered and return how many."""
    return tx.run(SQL["delete_expired_passkey_challenges"], now_at=now_at)
