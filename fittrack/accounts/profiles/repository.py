"""Profiles, preferences and pictures in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.profiles.models import (
    ActivityTotals,
    Owner,
    Preferences,
    ProfileImage,
    ProfileUpdate,
    StoredProfile,
)
from fittrack.accounts.tiers.models import Place
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("accounts")


def find_profile(tx: Transaction, account_id: str) -> StoredProfile | None:
    return tx.one(StoredProfile, SQL["find_profile"], account_id=account_id)


def update_profile(tx: Transaction, update: ProfileUpdate) -> None:
    """Store an edited profile; its revision rises by one."""
    tx.run(SQL["update_profile"], **asdict(update))


def update_display_name(
    tx: Transaction, account_id: str, display_name: str, display_name_key: str
) -> None:
    """Raises: Unique where the name is taken."""
    tx.run(
        SQL["update_display_name"],
        account_id=account_id,
        display_name=display_name,
        display_name_key=display_name_key,
    )


def update_place(tx: Transaction, account_id: str, place: Place, *, now: datetime) -> None:
    """Store the tier that follows from the profile now."""
    tx.run(SQL["update_place"], account_id=account_id, updated_at=now, **asdict(place))


def find_preferences(tx: Transaction, account_id: str) -> Preferences | None:
    return tx.one(Preferences, SQL["find_preferences"], account_id=account_id)


def update_preferences(tx: Transaction, preferences: Preferences) -> bool:
    """Store preferences unless they were edited meanwhile, and return whether it was done."""
    return tx.run(SQL["update_preferences"], **asdict(preferences)) == 1


def find_owner(tx: Transaction, account_id: str) -> Owner | None:
    return tx.one(Owner, SQL["find_owner"], account_id=account_id)


def get_activity_totals(tx: Transaction, account_id: str) -> ActivityTotals:
    totals = tx.one(ActivityTotals, SQL["get_activity_totals"], account_id=account_id)
    return totals or ActivityTotals(0, 0, 0)


def get_points_earned(tx: Transaction, account_id: str) -> int:
    return int(tx.value(SQL["get_points_earned"], account_id=account_id))


def find_profile_image(tx: Transaction, account_id: str) -> ProfileImage | None:
    return tx.one(ProfileImage, SQL["find_profile_image"], account_id=account_id)


def insert_profile_image(tx: Transaction, image: ProfileImage) -> None:
    """Raises: Unique where the member has a picture."""
    tx.run(SQL["insert_profile_image"], **asdict(image))


def update_profile_image(tx: Transaction, image: ProfileImage) -> bool:
    """Replace a member's picture and return whether there was one."""
    return tx.run(SQL["update_profile_image"], **asdict(image)) == 1


def delete_profile_image(tx: Transaction, account_id: str) -> bool:
    """Delete a member's picture and return whether there was one."""
    return tx.run(SQL["delete_profile_image"], account_id=account_id) == 1
