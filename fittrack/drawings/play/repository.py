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
