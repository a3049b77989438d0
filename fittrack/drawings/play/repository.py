"""The SQL of limits and self-exclusion, by name."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.drawings.play.models import PlayLimits

SQL = load_sql("drawings")


@dataclass(frozen=True, slots=True)
class ExcludedHolder:
    """A member of a drawing, by the account's id."""

    account_id: str


@dataclass(frozen=True, slots=True)
class EmailKey:
    """An address in the form in which it is compared."""

    email_key: str


@dataclass(frozen=True, slots=True)
class LastingExclusion:
    """Until when a self-exclusion lasts beyond its account."""

    excluded_until_on: date


def find_play_limits(tx: Transaction, account_id: str) -> PlayLimits | None:
    """Return what a member has set, or None."""
    return tx.one(PlayLimits, SQL["find_play_limits"], account_id=account_id)


def update_play_limits(tx: Transaction, limits: PlayLimits) -> bool:
    """Keep what a member sets and return whether something was kept before."""
    return tx.run(SQL["update_play_limits"], **asdict(limits)) == 1


def insert_play_limits(tx: Transaction, limits: PlayLimits) -> None:
    """Keep what a member sets for the first time."""
    tx.run(SQL["insert_play_limits"], **asdict(limits))


def erase_play_limits(tx: Transaction, account_id: str) -> None:
    """Forget what an erased member had set."""
    tx.run(SQL["erase_play_limits"], account_id=account_id)


def get_spent_points(
    tx: Transaction, account_id: str, *, from_at: datetime, until_at: datetime
) -> int:
    """Return what tickets entered in a span of time cost a member, less what was given back."""
    spent = tx.value(
        SQL["get_spent_points"], account_id=account_id, from_at=from_at, until_at=until_at
    )
    return int(spent)


def list_excluded_holders(tx: Transaction, drawing_id: str, *, today_on: date) -> list[str]:
    """Return the members of a drawing who have excluded themselves, by their ids."""
    rows = tx.all(
        ExcludedHolder, SQL["list_excluded_holders"], drawing_id=drawing_id, today_on=today_on
    )
    return [row.account_id for row in rows]


def find_email_key(tx: Transaction, account_id: str) -> str | None:
    """Return under which key a member's address is compared, or None without such an account."""
    found = tx.value(SQL["find_email_key"], account_id=account_id)
    return None if found is None else str(found)


def list_email_keys(tx: Transaction, account_id: str) -> list[str]:
    """Return under which keys a member's addresses are compared, lately changed ones too."""
    rows = tx.all(EmailKey, SQL["list_email_keys"], account_id=account_id)
    return sorted(row.email_key for row in rows)


def find_lasting_exclusion(tx: Transaction, email_mac: str) -> date | None:
    """Return until when whoever has an address has excluded oneself, or None."""
    found = tx.one(LastingExclusion, SQL["find_lasting_exclusion"], email_mac=email_mac)
    return None if found is None else found.excluded_until_on


def update_lasting_exclusion(tx: Transaction, email_mac: str, excluded_until_on: date) -> bool:
    """Let a kept exclusion last longer and return whether one was kept."""
    binds = {"email_mac": email_mac, "excluded_until_on": excluded_until_on}
    return tx.run(SQL["update_lasting_exclusion"], **binds) == 1


def insert_lasting_exclusion(tx: Transaction, email_mac: str, excluded_until_on: date) -> None:
    """Keep an exclusion of somebody who deletes the account."""
    binds = {"email_mac": email_mac, "excluded_until_on": excluded_until_on}
    tx.run(SQL["insert_lasting_exclusion"], **binds)


def delete_over_exclusions(tx: Transaction, *, today_on: date) -> int:
    """Forget exclusions that are over and return how many."""
    return tx.run(SQL["delete_over_exclusions"], today_on=today_on)
