"""Authenticator apps in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.factors.models import TotpFactor
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def lock_totp_factor(tx: Transaction, account_id: str) -> TotpFactor | None:
    """Return a member's authenticator app and hold its row, or None."""
    return tx.one(TotpFactor, SQL["lock_totp_factor"], account_id=account_id)


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
