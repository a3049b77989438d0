"""Authenticator apps and recovery codes in the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from fittrack.accounts.errors import AccountNotFound
from fittrack.accounts.factors.models import Factors, TotpFactor
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


@dataclass(frozen=True, slots=True)
class _Owner:
    account_id: str


def lock_totp_factor(tx: Transaction, account_id: str) -> TotpFactor | None:
    """Return a member's authenticator app and hold its row, or None."""
    return tx.one(TotpFactor, SQL["lock_totp_factor"], account_id=account_id)


def count_totp_factors(tx: Transaction) -> int:
    """Return how many authenticator apps there are."""
    return int(tx.value(SQL["count_totp_factors"]))


def list_totp_accounts(tx: Transaction, *, after_id: str, row_limit: int) -> list[str]:
    """Return the ids of accounts with an authenticator app, in order, after one."""
    rows = tx.all(_Owner, SQL["list_totp_accounts"], after_id=after_id, row_limit=row_limit)
    return [row.account_id for row in rows]


def reseal_totp_secret(tx: Transaction, account_id: str, secret_bytes: bytes) -> None:
    """Keep the same secret under another key."""
    tx.run(SQL["reseal_totp_secret"], account_id=account_id, secret_bytes=secret_bytes)


def insert_totp_factor(tx: Transaction, factor: TotpFactor) -> None:
    """Raises: Unique where the account has one."""
    tx.run(SQL["insert_totp_factor"], **asdict(factor))


def replace_totp_factor(
    tx: Transaction, account_id: str, secret_bytes: bytes, *, created_at: datetime
) -> bool:
    """Start an unconfirmed enrolment over and return whether there was one."""
    changed = tx.run(
        SQL["replace_totp_factor"],
        account_id=account_id,
        secret_bytes=secret_bytes,
        created_at=created_at,
    )
    return changed == 1


def confirm_totp_factor(tx: Transaction, account_id: str, *, confirmed_at: datetime) -> bool:
    """Let an authenticator app count and return whether it was this call that did."""
    changed = tx.run(SQL["confirm_totp_factor"], account_id=account_id, confirmed_at=confirmed_at)
    return changed == 1


def use_totp_step(tx: Transaction, account_id: str, used_step: int) -> bool:
    """Take a time step and return whether it was still to be had."""
    return tx.run(SQL["use_totp_step"], account_id=account_id, used_step=used_step) == 1


def delete_totp_factor(tx: Transaction, account_id: str) -> bool:
    """Take a confirmed authenticator app away and return whether there was one."""
    return tx.run(SQL["delete_totp_factor"], account_id=account_id) == 1


def delete_any_totp_factor(tx: Transaction, account_id: str) -> None:
    """Take an authenticator app away, confirmed or not."""
    tx.run(SQL["delete_any_totp_factor"], account_id=account_id)


def delete_totp_factor_since(tx: Transaction, account_id: str, *, since_at: datetime) -> None:
    """Take an authenticator app away that counts since an instant, or not yet."""
    tx.run(SQL["delete_totp_factor_since"], account_id=account_id, since_at=since_at)


def delete_recovery_codes(tx: Transaction, account_id: str) -> None:
    """Make all of a member's recovery codes worthless."""
    tx.run(SQL["delete_recovery_codes"], account_id=account_id)


def delete_recovery_codes_since(tx: Transaction, account_id: str, *, since_at: datetime) -> None:
    """Make those of a member's recovery codes worthless that were made since an instant."""
    tx.run(SQL["delete_recovery_codes_since"], account_id=account_id, since_at=since_at)


def insert_recovery_code(
    tx: Transaction, account_id: str, code_hashes: Iterable[str], *, created_at: datetime
) -> None:
    """Store the hashes of fresh recovery codes."""
    row = {"account_id": account_id, "created_at": created_at}
    tx.run_many(SQL["insert_recovery_code"], [{**row, "code_hash": each} for each in code_hashes])


def use_recovery_code(tx: Transaction, account_id: str, code_hash: str) -> bool:
    """Take a recovery code and return whether it was still to be had."""
    return tx.run(SQL["use_recovery_code"], account_id=account_id, code_hash=code_hash) == 1


def get_factors(tx: Transaction, account_id: str) -> Factors:
    """Return what a member has to show besides the password. Raises: AccountNotFound."""
    factors = tx.one(Factors, SQL["get_factors"], account_id=account_id)
    if factors is None:
        raise AccountNotFound(account_id=account_id)
    return factors


def forget_step_ups(tx: Transaction, account_id: str, *, kept_session_id: str) -> None:
    """Let what a member's other sessions showed no longer do."""
    tx.run(SQL["forget_step_ups"], account_id=account_id, kept_session_id=kept_session_id)
