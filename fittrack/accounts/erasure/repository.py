"""Every statement that forgets something of an account, one function each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.erasure.models import Address, Erasure, EventId
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def erase_account(
    tx: Transaction,
    account_id: str,
    *,
    email_key: str,
    display_name: str,
    display_name_key: str,
) -> None:
    """Leave of an account its id, a pseudonym, its role and when it began. Raises: Unique."""
    tx.run(
        SQL["erase_account"],
        account_id=account_id,
        email_key=email_key,
        display_name=display_name,
        display_name_key=display_name_key,
    )


def list_addresses_of(tx: Transaction, account_id: str) -> list[str]:
    """Return every address that mails of an account went to."""
    rows = tx.all(Address, SQL["list_addresses_of"], account_id=account_id)
    return [row.email for row in rows]


def erase_name_holds(tx: Transaction, account_id: str, email_key: str) -> None:
    """Free the names that a member's addresses asked for; before the changes of them are gone."""
    tx.run(SQL["erase_name_holds"], account_id=account_id, email_key=email_key)


def erase_profile(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_profile"], account_id=account_id)


def erase_profile_image(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_profile_image"], account_id=account_id)


def erase_mailed_tokens(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_mailed_tokens"], account_id=account_id)


def erase_email_changes(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_email_changes"], account_id=account_id)


def erase_login_guards(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_login_guards"], account_id=account_id)


def erase_mfa_challenges(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_mfa_challenges"], account_id=account_id)


def erase_totp_factor(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_totp_factor"], account_id=account_id)


def erase_recovery_codes(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_recovery_codes"], account_id=account_id)


def erase_factor_resets(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_factor_resets"], account_id=account_id)


def erase_passkeys(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_passkeys"], account_id=account_id)


def erase_passkey_user(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_passkey_user"], account_id=account_id)


def erase_identities(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_identities"], account_id=account_id)


def erase_oidc_attempts(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_oidc_attempts"], account_id=account_id)


def erase_oidc_proofs(tx: Transaction, account_id: str, email_key: str) -> None:
    """Forget what a provider has just proved of a member or of an address."""
    tx.run(SQL["erase_oidc_proofs"], account_id=account_id, email_key=email_key)


def erase_appeals(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_appeals"], account_id=account_id)


def erase_suspensions(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_suspensions"], account_id=account_id)


def end_erased_sessions(tx: Transaction, account_id: str, *, ended_at: datetime) -> None:
    """End a member's sessions; whoever is refreshing one of them is waited for."""
    tx.run(SQL["end_erased_sessions"], account_id=account_id, ended_at=ended_at)


def erase_refresh_tokens(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_refresh_tokens"], account_id=account_id)


def erase_sessions(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_sessions"], account_id=account_id)


def list_erasable_events(tx: Transaction, account_id: str, *, row_limit: int) -> list[str]:
    """Return the ids of security events of a member, the oldest first."""
    rows = tx.all(EventId, SQL["list_erasable_events"], account_id=account_id, row_limit=row_limit)
    return [row.event_id for row in rows]


def erase_security_events(tx: Transaction, event_ids: Sequence[str]) -> None:
    tx.run_many(SQL["erase_security_events"], [{"event_id": one} for one in event_ids])


def insert_erasure(tx: Transaction, erasure: Erasure) -> None:
    """Note that an account was erased."""
    values = asdict(erasure)
    del values["finished_at"]
    tx.run(SQL["insert_erasure"], **values)


def lock_erasure(tx: Transaction, account_id: str) -> Erasure | None:
    """Return that an account was erased, and hold it; None for one that was not."""
    return tx.one(Erasure, SQL["lock_erasure"], account_id=account_id)


def finish_erasure(tx: Transaction, account_id: str, *, finished_at: datetime) -> None:
    """Note that nothing is left; the first time counts."""
    tx.run(SQL["finish_erasure"], account_id=account_id, finished_at=finished_at)
