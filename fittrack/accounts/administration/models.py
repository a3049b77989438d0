"""Accounts as admins and auditors see them, and what was done to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fittrack.accounts.suspensions.models import Suspension

# What the history of an account may tell; the one place that lists it.
ACTION_KINDS = (
    "invited",
    "invited_again",
    "role_changed",
    "premium_ended",
    "suspended",
    "suspension_lifted",
    "appeal_accepted",
    "appeal_rejected",
    "corrected",
    "profile_created",
    "profile_replaced",
    "points_adjusted",
    "points_adjustment_requested",
    "points_adjustment_declined",
    "entered_from_mail",
    "disqualified",
    "factor_reset_opened",
    "factor_reset_completed",
    "erased",
)


@dataclass(frozen=True, slots=True)
class ListedUser:
    """One account of a search."""

    account_id: str
    display_name: str
    display_name_key: str
    role: str
    status: str
    created_at: datetime
    email_verified_at: datetime | None
    premium_until_at: datetime | None


@dataclass(frozen=True, slots=True)
class AdminId:
    """An account that is an admin's and active."""

    account_id: str


@dataclass(frozen=True, slots=True)
class ManagedUser:
    """What an admin may change of an account, held while it is changed."""

    account_id: str
    role: str
    status: str
    date_of_birth_on: date | None
    state_code: str | None
    email_verified_at: datetime | None
    premium_until_at: datetime | None
    sponsor_id: str | None


@dataclass(frozen=True, slots=True)
class User:
    """One account with all that admins and auditors may know of it."""

    account_id: str
    email: str | None
    display_name: str
    role: str
    status: str
    date_of_birth_on: date | None
    state_code: str | None
    created_at: datetime
    email_verified_at: datetime | None
    premium_until_at: datetime | None
    sponsor_id: str | None
    tier_code: str | None
    is_password_set: bool
    totp_confirmed_at: datetime | None
    passkeys: int
    recovery_codes_left: int
    live_sessions: int
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class UserDetails:
    """An account with why it is kept out, if it is; `revision` changes with what admins change."""

    user: User
    suspension: Suspension | None
    revision: int


@dataclass(frozen=True, slots=True)
class EndedPremium:
    """An account whose premium has ended."""

    account_id: str
    premium_until_at: datetime


@dataclass(frozen=True, slots=True)
class AdminAction:
    """What was done to an account: by an admin, or by itself where nobody is named."""

    action_id: str
    account_id: str
    actor_id: str | None
    kind: str
    before_json: dict[str, Any] | None
    after_json: dict[str, Any] | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which accounts to look for; what is None does not matter.

    `words` is the beginning of a display name, or a whole e-mail address.
    """

    words: str | None
    role: str | None
    status: str | None
    created_from_at: datetime | None
    created_before_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """An account's role with what the role needs: an end for premium, a sponsor for its people."""

    role: str
    premium_until_at: datetime | None
    sponsor_id: str | None
