"""What a member takes along of the own account, one function each."""

from __future__ import annotations

from fittrack.accounts.belongings.models import (
    OwnAcceptance,
    OwnAccount,
    OwnAppeal,
    OwnEmailChange,
    OwnEvent,
    OwnFactorReset,
    OwnIdentity,
    OwnPasskey,
    OwnProfile,
    OwnSession,
    OwnSuspension,
    OwnTotp,
)
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def export_account(tx: Transaction, account_id: str) -> list[OwnAccount]:
    return tx.all(OwnAccount, SQL["export_account"], account_id=account_id)


def export_profile(tx: Transaction, account_id: str) -> list[OwnProfile]:
    return tx.all(OwnProfile, SQL["export_profile"], account_id=account_id)


def export_profile_image(tx: Transaction, account_id: str) -> bytes | None:
    """Return a member's picture, or None."""
    image: bytes | None = tx.value(SQL["export_profile_image"], account_id=account_id)
    return image


def export_acceptances(tx: Transaction, account_id: str) -> list[OwnAcceptance]:
    return tx.all(OwnAcceptance, SQL["export_acceptances"], account_id=account_id)


def export_sessions(
    tx: Transaction, account_id: str, *, after_id: str, row_limit: int
) -> list[OwnSession]:
    """Return devices, the first first."""
    return tx.all(
        OwnSession,
        SQL["export_sessions"],
        account_id=account_id,
        after_id=after_id,
        row_limit=row_limit,
    )


def export_security_events(
    tx: Transaction, account_id: str, *, after_id: str, row_limit: int
) -> list[OwnEvent]:
    """Return what happened to the account, the first first."""
    return tx.all(
        OwnEvent,
        SQL["export_security_events"],
        account_id=account_id,
        after_id=after_id,
        row_limit=row_limit,
    )


def export_passkeys(tx: Transaction, account_id: str) -> list[OwnPasskey]:
    return tx.all(OwnPasskey, SQL["export_passkeys"], account_id=account_id)


def export_identities(tx: Transaction, account_id: str) -> list[OwnIdentity]:
    return tx.all(OwnIdentity, SQL["export_identities"], account_id=account_id)


def export_totp_factor(tx: Transaction, account_id: str) -> list[OwnTotp]:
    return tx.all(OwnTotp, SQL["export_totp_factor"], account_id=account_id)


def export_email_changes(tx: Transaction, account_id: str) -> list[OwnEmailChange]:
    return tx.all(OwnEmailChange, SQL["export_email_changes"], account_id=account_id)


def export_suspensions(tx: Transaction, account_id: str) -> list[OwnSuspension]:
    return tx.all(OwnSuspension, SQL["export_suspensions"], account_id=account_id)


def export_appeals(tx: Transaction, account_id: str) -> list[OwnAppeal]:
    return tx.all(OwnAppeal, SQL["export_appeals"], account_id=account_id)


def export_factor_resets(tx: Transaction, account_id: str) -> list[OwnFactorReset]:
    return tx.all(OwnFactorReset, SQL["export_factor_resets"], account_id=account_id)
