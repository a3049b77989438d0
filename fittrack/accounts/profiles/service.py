"""Use cases of profiles: what members tell of themselves, and what others see of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fittrack import cache, clock, config, db
from fittrack.accounts import repository as account_rows
from fittrack.accounts import rules as account_rules
from fittrack.accounts.errors import AccountNotFound
from fittrack.accounts.profiles import pictures, repository, rules
from fittrack.accounts.profiles.errors import (
    ImageNotFound,
    PreferencesChanged,
    ProfileChanged,
    ProfileNotFound,
)
from fittrack.accounts.profiles.models import (
    Completeness,
    Owner,
    Preferences,
    ProfileImage,
    ProfileUpdate,
    ProfileView,
    PublicProfile,
    StoredProfile,
)
from fittrack.accounts.service import taken
from fittrack.accounts.tiers.rules import place_of
from fittrack.activities.sharing import service as sharing
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.leaderboards import steps as boards
from fittrack.points import service as points


def get_profile(*, account_id: str, now: datetime) -> ProfileView:
    """Return a member's whole profile. Raises: AccountNotFound."""
    with db.reading("get_profile") as tx:
        return _view(_stored(tx, account_id), now=now)


def edit_profile(
    *,
    account_id: str,
    changes: Mapping[str, Any],
    revisions: frozenset[int] | None = None,
    now: datetime,
    is_by_admin: bool = False,
) -> ProfileView:
    """Merge changes into a profile, as `change_profile` does.

    Raises: ProfileChanged, Invalid, DisplayNameTaken, FitnessLevelLocked, AccountNotFound.
    """
    with db.transaction("edit_profile") as tx:
        return change_profile(
            tx, account_id, changes, revisions=revisions, now=now, is_by_admin=is_by_admin
        )


def change_profile(
    tx: Transaction,
    account_id: str,
    changes: Mapping[str, Any],
    *,
    revisions: frozenset[int] | None,
    now: datetime,
    is_by_admin: bool = False,
) -> ProfileView:
    """Merge changes into a profile, in the caller's transaction.

    The tier and the points of today follow at once. `revisions` are those that may be changed, None
    for any. An admin may give a reserved name, and correct the level at any time.
    Raises: ProfileChanged, Invalid, DisplayNameTaken, FitnessLevelLocked, AccountNotFound.
    """
    before = _lock(tx, account_id, revisions)
    update = rules.merged(before, changes, today=_today(now), now=now, is_by_admin=is_by_admin)
    name = changes.get("display_name", before.display_name)
    is_renamed = name != before.display_name and _rename(
        tx, before, name, may_be_reserved=is_by_admin
    )
    if is_renamed or rules.is_changed(before, update):
        _store(tx, before, update, now=now)
        cache.touch(tx, account_id)
    return _view(_stored(tx, account_id), now=now)


def refresh_tier(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Let the tier follow a date of birth that has changed, in the caller's transaction.

    Raises: AccountNotFound.
    """
    stored = _held(tx, account_id)
    place = place_of(stored.sex, stored.date_of_birth_on, stored.fitness_level, _today(now))
    repository.update_place(tx, account_id, place, now=now)
    boards.follow(tx, account_id, now=now)
    cache.touch(tx, account_id)


def get_completeness(*, account_id: str) -> Completeness:
    """Return what a profile lacks, and what that would unlock. Raises: AccountNotFound."""
    with db.reading("get_completeness") as tx:
        return rules.completeness_of(_stored(tx, account_id))


def get_preferences(*, account_id: str) -> Preferences:
    """Return what a member has chosen. Raises: AccountNotFound."""
    with db.reading("get_preferences") as tx:
        return _preferences(tx, account_id)


def edit_preferences(
    *,
    account_id: str,
    changes: Mapping[str, Any],
    revisions: frozenset[int] | None = None,
    now: datetime,
) -> Preferences:
    """Merge changes, named as in `Preferences`, into what a member has chosen.

    Raises: PreferencesChanged, AccountNotFound.
    """
    with db.transaction("edit_preferences") as tx:
        _held(tx, account_id)
        before = _preferences(tx, account_id)
        if not rules.is_expected(before.preferences_revision, revisions):
            raise PreferencesChanged
        after = replace(before, **changes)
        if after == before:
            return before
        if not repository.update_preferences(tx, after):
            raise PreferencesChanged
        if after.is_in_open != before.is_in_open:
            boards.follow(tx, account_id, now=now)
        cache.touch(tx, account_id)
        return replace(after, preferences_revision=before.preferences_revision + 1)


def get_public_profile(*, account_id: str, viewer_id: str) -> PublicProfile:
    """Return what somebody may see of a member. Raises: ProfileNotFound."""
    is_own = account_id == viewer_id
    with db.reading("get_public_profile") as tx:
        owner = repository.find_owner(tx, account_id)
        if owner is None or not _is_shown(owner, is_own=is_own):
            raise ProfileNotFound
        activities = points_earned = None
        if is_own:
            activities = repository.get_activity_totals(tx, account_id)
        if rules.may_see(owner.leaderboards_privacy, is_own=is_own):
            points_earned = repository.get_points_earned(tx, account_id)
    if rules.may_see(owner.activities_privacy, is_own=False) and not is_own:
        activities = sharing.get_shared_totals(account_id=account_id)
    return PublicProfile(owner, activities, points_earned)


def set_image(*, account_id: str, content: bytes, now: datetime) -> ProfileImage:
    """Make a member's picture anew from what was sent, and keep it instead of the one before.

    Raises: TooLarge, ImageNotSupported, ImageUnreadable, TooManyPixels, Unavailable,
    AccountNotFound.
    """
    made = pictures.made_anew(content)
    image = ProfileImage(account_id, hashlib.sha256(made).hexdigest(), made, now)
    with db.transaction("set_image") as tx:
        _held(tx, account_id)
        if not repository.update_profile_image(tx, image):
            repository.insert_profile_image(tx, image)
        cache.touch(tx, account_id)
    return image


def delete_image(*, account_id: str) -> None:
    """Delete a member's picture; harmless where there is none. Raises: AccountNotFound."""
    with db.transaction("delete_image") as tx:
        _held(tx, account_id)
        repository.delete_profile_image(tx, account_id)
        cache.touch(tx, account_id)


def get_image(*, account_id: str, viewer_id: str) -> ProfileImage:
    """Return a member's picture, for whom the profile is to be seen by. Raises: ImageNotFound."""
    with db.reading("get_image") as tx:
        owner = repository.find_owner(tx, account_id)
        is_own = account_id == viewer_id
        if owner is None or not _is_shown(owner, is_own=is_own):
            raise ImageNotFound
        image = repository.find_profile_image(tx, account_id)
    if image is None:
        raise ImageNotFound
    return image


def _is_shown(owner: Owner, *, is_own: bool) -> bool:
    """Tell whether a member's profile is there for a viewer."""
    return owner.status == "active" and rules.may_see(owner.profile_privacy, is_own=is_own)


def _lock(tx: Transaction, account_id: str, revisions: frozenset[int] | None) -> StoredProfile:
    """Return a profile and hold it. Raises: ProfileChanged, AccountNotFound."""
    stored = _held(tx, account_id)
    if not rules.is_expected(stored.revision, revisions):
        raise ProfileChanged
    return stored


def _rename(tx: Transaction, before: StoredProfile, text: str, *, may_be_reserved: bool) -> bool:
    """Give a member another name and return whether it is one.

    Raises: Invalid, DisplayNameTaken.
    """
    read = account_rules.collect(
        {
            "display_name": lambda: account_rules.read_display_name(
                text, may_be_reserved=may_be_reserved
            )
        }
    )
    name, key = read["display_name"]
    if key != before.display_name_key:
        holders = account_rows.list_name_holders(tx, key)
        account_rules.check_name_holders(holders, before.email_key)
    try:
        repository.update_display_name(tx, before.account_id, name, key)
    except Unique as error:  # somebody took it in this very moment
        raise taken(error) from error
    return bool(name != before.display_name)


def _store(tx: Transaction, before: StoredProfile, update: ProfileUpdate, *, now: datetime) -> None:
    """Store an edited profile; today's minutes follow the heart rate, and the boards the tier."""
    repository.update_profile(tx, update)
    if update.max_hr_bpm != before.max_hr_bpm:
        points.change_max_hr(
            tx,
            before.account_id,
            before_bpm=before.max_hr_bpm,
            after_bpm=update.max_hr_bpm,
            now=now,
        )
    if update.tier_code != before.tier_code:
        # After the points: this holds the head of the ledger's chain.
        boards.follow(tx, before.account_id, now=now)


def _view(stored: StoredProfile, *, now: datetime) -> ProfileView:
    return ProfileView(
        stored=stored,
        max_hr=rules.max_hr_of(stored.max_hr_bpm, stored.date_of_birth_on, _today(now)),
        fitness_level_changeable_at=rules.level_changeable_at(
            stored.fitness_level_changed_at, now=now
        ),
    )


def zone_of(tx: Transaction, account_id: str) -> ZoneInfo:
    """Return the zone that a member's own clock shows. Raises: AccountNotFound."""
    return ZoneInfo(_stored(tx, account_id).time_zone)


def _held(tx: Transaction, account_id: str) -> StoredProfile:
    """Return a profile and hold its account, so that nobody else edits what belongs to it.

    Raises: AccountNotFound.
    """
    account_rows.lock_account(tx, account_id)
    return _stored(tx, account_id)


def _stored(tx: Transaction, account_id: str) -> StoredProfile:
    stored = repository.find_profile(tx, account_id)
    if stored is None:
        raise AccountNotFound(account_id=account_id)
    return stored


def _preferences(tx: Transaction, account_id: str) -> Preferences:
    preferences = repository.find_preferences(tx, account_id)
    if preferences is None:
        raise AccountNotFound(account_id=account_id)
    return preferences


def _today(now: datetime) -> date:
    return clock.day_of(now, config.current().zone)
