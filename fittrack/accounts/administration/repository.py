"""Accounts as admins see and change them, in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from fittrack.accounts.administration.models import (
    AdminAction,
    AdminId,
    EndedPremium,
    ListedUser,
    ManagedUser,
    Standing,
    User,
)
from fittrack.accounts.errors import AccountNotFound
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def list_users(tx: Transaction, **binds: Any) -> list[ListedUser]:
    """Return accounts of a range of days, newest first."""
    return tx.all(ListedUser, SQL["list_users"], **binds)


def list_users_of_role(tx: Transaction, **binds: Any) -> list[ListedUser]:
    """Return the same of one role."""
    return tx.all(ListedUser, SQL["list_users_of_role"], **binds)


def list_users_of_status(tx: Transaction, **binds: Any) -> list[ListedUser]:
    """Return the same of one status."""
    return tx.all(ListedUser, SQL["list_users_of_status"], **binds)


def list_users_of_role_and_status(tx: Transaction, **binds: Any) -> list[ListedUser]:
    """Return the same of one role and one status."""
    return tx.all(ListedUser, SQL["list_users_of_role_and_status"], **binds)


def list_users_of_name(tx: Transaction, **binds: Any) -> list[ListedUser]:
    """Return accounts whose names lie in a range, in its order."""
    return tx.all(ListedUser, SQL["list_users_of_name"], **binds)


def list_users_of_email(tx: Transaction, **binds: Any) -> list[ListedUser]:
    """Return the account of one address, if the other filters let it through."""
    return tx.all(ListedUser, SQL["list_users_of_email"], **binds)


def get_user(tx: Transaction, account_id: str, *, now_at: datetime) -> User:
    """Raises: AccountNotFound."""
    user = tx.one(User, SQL["get_user"], account_id=account_id, now_at=now_at)
    if user is None:
        raise AccountNotFound(account_id=account_id)
    return user


def lock_user(tx: Transaction, account_id: str) -> ManagedUser:
    """Return what an admin may change and hold its row. Raises: AccountNotFound."""
    user = tx.one(ManagedUser, SQL["lock_user"], account_id=account_id)
    if user is None:
        raise AccountNotFound(account_id=account_id)
    return user


def lock_admins(tx: Transaction) -> frozenset[str]:
    """Return the ids of all active admins and hold their rows."""
    return frozenset(row.account_id for row in tx.all(AdminId, SQL["lock_admins"]))


def count_other_admins(tx: Transaction, account_id: str) -> int:
    """Return how many admins besides one can act now."""
    return int(tx.value(SQL["count_other_admins"], account_id=account_id))


def update_account_status(tx: Transaction, account_id: str, status: str) -> None:
    """Keep an account out, or let it in again."""
    tx.run(SQL["update_account_status"], account_id=account_id, status=status)


def update_standing(tx: Transaction, account_id: str, standing: Standing) -> None:
    """Give an account a role, and premium its end."""
    tx.run(
        SQL["update_standing"],
        account_id=account_id,
        role=standing.role,
        premium_until_at=standing.premium_until_at,
    )


def update_person(tx: Transaction, user: ManagedUser) -> None:
    """Correct what a member can't change."""
    tx.run(
        SQL["update_person"],
        account_id=user.account_id,
        date_of_birth_on=user.date_of_birth_on,
        state_code=user.state_code,
        email_verified_at=user.email_verified_at,
    )


def list_ended_premiums(tx: Transaction, *, now_at: datetime, row_limit: int) -> list[EndedPremium]:
    """Return accounts whose premium has ended and that still say otherwise."""
    return tx.all(EndedPremium, SQL["list_ended_premiums"], now_at=now_at, row_limit=row_limit)


def end_premium(tx: Transaction, account_id: str, *, now_at: datetime) -> bool:
    """Make an ordinary account of one whose premium ended; tell whether this call did."""
    return tx.run(SQL["end_premium"], account_id=account_id, now_at=now_at) == 1


def insert_admin_action(tx: Transaction, action: AdminAction) -> None:
    """Note what was done to an account."""
    tx.run(SQL["insert_admin_action"], **asdict(action))


def list_admin_actions(
    tx: Transaction, account_id: str, *, before_id: str, row_limit: int
) -> list[AdminAction]:
    """Return what was done to an account, newest first."""
    return tx.all(
        AdminAction,
        SQL["list_admin_actions"],
        account_id=account_id,
        before_id=before_id,
        row_limit=row_limit,
    )
