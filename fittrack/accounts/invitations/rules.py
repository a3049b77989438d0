"""Whom admins may invite, and for how long an invitation is good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from fittrack.accounts.administration.models import Standing
from fittrack.accounts.administration.rules import checked_standing, read_date_of_birth
from fittrack.accounts.invitations.errors import NotInvited
from fittrack.accounts.models import Account
from fittrack.accounts.rules import collect, is_reserved
from fittrack.errors import field_error

INVITATION_LIFE = timedelta(days=7)
# Those who play: their age and state decide what they may enter, and no name of ours is theirs.
PLAYERS = frozenset({"user", "premium"})


def read_standing(form: Mapping[str, Any], *, now: datetime) -> Standing:
    """Return the role of an invitation, with what it needs. Raises: Invalid naming a field."""
    standing = Standing(form["role"], form["premium_until_at"], form["sponsor_id"])
    return checked_standing(standing, now=now)


def read_born_on(form: Mapping[str, Any], *, today_on: date) -> date | None:
    """Return the date of birth of who is invited, if it is told. Raises: Invalid, Underage."""
    if form["role"] in PLAYERS:
        _check_told(form)
    if form["date_of_birth"] is None:
        return None
    born_on = form["date_of_birth"]
    read = collect({"date_of_birth": lambda: read_date_of_birth(born_on, today_on)})
    checked: date = read["date_of_birth"]
    return checked


def check_name(account: Account) -> None:
    """Raises: Invalid where somebody who plays would pass for one of ours."""
    if account.role in PLAYERS and is_reserved(account.display_name_key):
        raise field_error("/display_name", "This display name is reserved.")


def check_invited(account: Account) -> None:
    """Raises: NotInvited unless an account waits for its invitation to be accepted."""
    if not is_invited(account):
        raise NotInvited(account_id=account.account_id)


def is_invited(account: Account) -> bool:
    """Tell whether an account was made by an invitation that nobody has accepted yet."""
    return account.status == "pending" and account.password_hash is None


def _check_told(form: Mapping[str, Any]) -> None:
    for field in ("date_of_birth", "state"):
        if form[field] is None:
            raise field_error(f"/{field}", "Members who play need this.")
