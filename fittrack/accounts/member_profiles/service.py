"""Use cases of members' profiles, by admins: list, replace, and make one where it is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fittrack import config, db
from fittrack.accounts import repository as accounts
from fittrack.accounts.administration.actions import record_action
from fittrack.accounts.administration.errors import AccountErased
from fittrack.accounts.errors import AccountNotFound
from fittrack.accounts.member_profiles import repository
from fittrack.accounts.member_profiles.errors import ProfileExists
from fittrack.accounts.member_profiles.models import ListedProfile
from fittrack.accounts.models import Profile
from fittrack.accounts.profiles import service as profiles
from fittrack.accounts.profiles.models import ProfileView
from fittrack.accounts.tiers.rules import OPEN_TIER
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.errors import field_error
from fittrack.idempotency import NoReply, Reply
from fittrack.pagination import Cursor, Page

AFTER_ANY_ID = "~"


def list_profiles(*, tier_code: str | None, cursor: Cursor, limit: int) -> Page[ListedProfile]:
    """Return members' profiles, of one tier or of all, newest member first."""
    before_id = cursor.text(default=AFTER_ANY_ID)
    with db.reading("list_profiles") as tx:
        if tier_code is None:
            rows = repository.list_profiles(tx, before_id=before_id, row_limit=limit + 1)
        else:
            rows = repository.list_profiles_of_tier(
                tx, tier_code, before_id=before_id, row_limit=limit + 1
            )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.account_id)


def replace_profile(
    *,
    account_id: str,
    profile: Mapping[str, Any],
    revisions: frozenset[int] | None,
    actor_id: str,
    now: datetime,
) -> ProfileView:
    """Replace all that a member tells; what is None is cleared. The tier follows at once.

    Raises: AccountNotFound, ProfileChanged, Invalid, DisplayNameTaken.
    """
    with db.transaction("replace_profile") as tx:
        view = profiles.change_profile(
            tx, account_id, profile, revisions=revisions, now=now, is_by_admin=True
        )
        record_action(tx, account_id, "profile_replaced", actor_id=actor_id, now=now)
    return view


def create_profile(
    *,
    account_id: str,
    profile: Mapping[str, Any],
    actor_id: str,
    now: datetime,
    reply: Reply = NoReply(),
) -> ProfileView:
    """Make the profile of an account that lost it; all others have had one since they began.

    Raises: ProfileExists, AccountErased, Invalid, DisplayNameTaken.
    """
    with db.transaction("create_profile") as tx:
        _insert_empty(tx, account_id, now=now)
        view = profiles.change_profile(
            tx, account_id, profile, revisions=None, now=now, is_by_admin=True
        )
        record_action(tx, account_id, "profile_created", actor_id=actor_id, now=now)
        reply.record(tx, view)
    return view


def _insert_empty(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Raises: ProfileExists, AccountErased, Invalid where there is no such account."""
    try:
        account = accounts.lock_account(tx, account_id)
    except AccountNotFound as error:
        raise field_error("/account_id", AccountNotFound.title()) from error
    if account.status == "erased":
        raise AccountErased(account_id=account_id)
    zone = config.current().platform_time_zone
    empty = Profile(account_id, None, None, None, None, OPEN_TIER, None, zone, now)
    try:
        accounts.insert_profile(tx, empty)
    except Unique as error:
        raise ProfileExists(account_id=account_id) from error
