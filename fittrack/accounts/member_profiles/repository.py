"""Lists of profiles in the database."""

from __future__ import annotations

from fittrack.accounts.member_profiles.models import ListedProfile
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def list_profiles(tx: Transaction, *, before_id: str, row_limit: int) -> list[ListedProfile]:
    """Return members' profiles, newest member first."""
    return tx.all(ListedProfile, SQL["list_profiles"], before_id=before_id, row_limit=row_limit)


def list_profiles_of_tier(
    tx: Transaction, tier_code: str, *, before_id: str, row_limit: int
) -> list[ListedProfile]:
    """Return the same of one tier."""
    return tx.all(
        ListedProfile,
        SQL["list_profiles_of_tier"],
        tier_code=tier_code,
        before_id=before_id,
        row_limit=row_limit,
    )
