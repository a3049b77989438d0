"""What admins may change of an account, and what a role needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fittrack import crypto
from fittrack.accounts.administration.errors import (
    AccountErased,
    OwnAccount,
    StatusNotChangeable,
)
from fittrack.accounts.administration.models import ManagedUser, Standing, User, UserFilter
from fittrack.accounts.errors import Underage
from fittrack.accounts.rules import (
    LEAST_AGE_YEARS,
    age_years,
    check_date_of_birth,
    collect,
    folded,
    read_state,
)
from fittrack.errors import Forbidden, PreconditionFailed, field_error

ROLES = ("user", "premium", "sponsor", "admin", "auditor")
STATUSES = ("pending", "active", "suspended", "erased")
STANDING_FIELDS = frozenset({"role", "premium_until_at", "sponsor_id"})
DELICATE_FIELDS = STANDING_FIELDS | {"status"}
PERSON_FIELDS = frozenset({"date_of_birth", "state", "email_verified"})
# What boards show, or by what they tell members apart.
BOARD_FIELDS = frozenset({"status", "date_of_birth"})
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 1, 1, tzinfo=UTC)
AFTER_ANY_KEY = "\U0010ffff"


def effective_role(role: str, premium_until_at: datetime | None, *, now: datetime) -> str:
    """Return what an account may do now: premium is an ordinary account from its end on."""
    if role == "premium" and premium_until_at is not None and premium_until_at <= now:
        return "user"
    return role


def revision_of(user: User | ManagedUser) -> int:
    """Return a number that changes whenever something changes that admins can change."""
    values = (
        user.role,
        user.status,
        user.date_of_birth_on,
        user.state_code,
        user.email_verified_at,
        user.premium_until_at,
        user.sponsor_id,
    )
    return int(crypto.digest("|".join(map(str, values)))[:14], 16)


def name_range(words: str) -> tuple[str, str]:
    """Return the keys between which all display names lie that begin with some words."""
    key = folded(words.strip())
    return key, key + AFTER_ANY_KEY


def last_instant(wanted: UserFilter) -> datetime:
    """Return the last instant before a search's end; instants are whole microseconds."""
    before_at = wanted.created_before_at
    return LAST if before_at is None else before_at - timedelta(microseconds=1)


def is_address(wanted: UserFilter) -> bool:
    """Tell whether a search names an e-mail address, in which no display name can lie."""
    return wanted.words is not None and "@" in wanted.words


def check_actor(admins: Collection[str], actor_id: str) -> None:
    """Raises: Forbidden for who was an admin when the request came, and is none any more."""
    if actor_id not in admins:
        raise Forbidden


def check_edit(
    user: ManagedUser,
    changes: Mapping[str, Any],
    *,
    actor_id: str,
    revisions: frozenset[int] | None,
) -> None:
    """Check that an admin may change an account, at one of some `revisions` or at any.

    Raises: Invalid without changes, PreconditionFailed, AccountErased, OwnAccount.
    """
    if not changes:
        raise field_error("", "Give at least one field to change.")
    if revisions is not None and revision_of(user) not in revisions:
        raise PreconditionFailed
    if user.status == "erased":
        raise AccountErased(account_id=user.account_id)
    if user.account_id == actor_id and changes.keys() & DELICATE_FIELDS:
        raise OwnAccount


def new_standing(user: ManagedUser, changes: Mapping[str, Any], *, now: datetime) -> Standing:
    """Return the role that changes lead to, with what it needs. Raises: Invalid naming a field."""
    role = changes.get("role", user.role)
    kept = user if role == user.role else None
    until_at = changes.get("premium_until_at", kept.premium_until_at if kept else None)
    sponsor_id = changes.get("sponsor_id", kept.sponsor_id if kept else None)
    return checked_standing(Standing(role, until_at, sponsor_id), now=now)


def standing_of(user: ManagedUser) -> Standing:
    """Return an account's present role with what the role needs."""
    return Standing(user.role, user.premium_until_at, user.sponsor_id)


def words_of(standing: Standing) -> str:
    """Return what a member is told about a new role."""
    if standing.premium_until_at is None:
        return f"An admin has changed your account's role to: {standing.role}."
    until_at = standing.premium_until_at.astimezone(UTC)
    return f"Your account is premium until {until_at:%Y-%m-%d %H:%M} UTC."


def checked_standing(standing: Standing, *, now: datetime) -> Standing:
    """Return a role that has what it needs and nothing else. Raises: Invalid naming a field."""
    until_at = standing.premium_until_at
    if standing.role == "premium" and (until_at is None or until_at <= now):
        raise field_error("/premium_until_at", "Premium needs an end that lies ahead.")
    if standing.role != "premium" and until_at is not None:
        raise field_error("/premium_until_at", "Only premium accounts have an end.")
    if standing.role == "sponsor" and standing.sponsor_id is None:
        raise field_error("/sponsor_id", "The account of a sponsor needs its sponsor.")
    if standing.role != "sponsor" and standing.sponsor_id is not None:
        raise field_error("/sponsor_id", "Only accounts of sponsors have a sponsor.")
    return standing


def check_status_change(user: ManagedUser, changes: Mapping[str, Any]) -> bool:
    """Tell whether an account is to be suspended or let in again.

    Raises: StatusNotChangeable, Invalid without a reason, or with one for nothing.
    """
    wanted = changes.get("status", user.status)
    if wanted == "suspended" and "status" in changes:
        if "suspension_reason" not in changes:
            raise field_error("/suspension_reason", "A suspension needs a reason.")
    elif "suspension_reason" in changes:
        raise field_error("/suspension_reason", "Only a suspension has a reason.")
    if wanted == user.status and "suspension_reason" not in changes:
        return False
    if {wanted, user.status} != {"active", "suspended"}:
        raise StatusNotChangeable(status_of_account=user.status)
    return True


def corrected(
    user: ManagedUser, changes: Mapping[str, Any], *, today_on: date, now: datetime
) -> ManagedUser:
    """Return an account with what its owner can't change put right. Raises: Invalid, Underage."""
    readers = {
        "date_of_birth": lambda: read_date_of_birth(changes["date_of_birth"], today_on),
        "state": lambda: read_state(changes["state"]),
    }
    read = collect({field: readers[field] for field in readers.keys() & changes.keys()})
    is_verified_now = "email_verified" in changes and user.email_verified_at is None
    return replace(
        user,
        date_of_birth_on=read.get("date_of_birth", user.date_of_birth_on),
        state_code=read.get("state", user.state_code),
        email_verified_at=now if is_verified_now else user.email_verified_at,
        status="active" if is_verified_now and user.status == "pending" else user.status,
    )


def changed_fields(before: ManagedUser, after: ManagedUser) -> list[str]:
    """Return the names of what was corrected; the values are nobody's to keep."""
    pairs = {
        "date_of_birth": (before.date_of_birth_on, after.date_of_birth_on),
        "state": (before.state_code, after.state_code),
        "email_verified": (before.email_verified_at, after.email_verified_at),
    }
    return [field for field, (old, new) in pairs.items() if old != new]


def read_date_of_birth(born_on: date, today_on: date) -> date:
    """Return a date of birth of somebody old enough. Raises: ValueError, Underage."""
    if born_on <= today_on and age_years(born_on, today_on) < LEAST_AGE_YEARS:
        raise Underage(errors=[{"pointer": "/date_of_birth", "message": Underage.title()}])
    return check_date_of_birth(born_on, today_on)
