"""Awarding everybody's days anew, as after new rules: member by member, some days at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from fittrack import db
from fittrack.points import days as points_days
from fittrack.points import ledger, repository, rules_in_use

MEMBERS_AT_ONCE = 500
# So that no member is held for long: some 10 ms of one core.
DAYS_AT_ONCE = 60
BEFORE_ANY_ID = "0"

Progress = Callable[[Iterable[str], int], Iterable[str]]


@dataclass(slots=True)
class Recomputed:
    """What was done so far: members, the days that changed, and the last member that is done."""

    members: int = 0
    changed_days: int = 0
    last_id: str = BEFORE_ANY_ID


def recompute_all(
    done: Recomputed,
    *,
    from_on: date,
    to_on: date,
    account_id: str | None,
    now: datetime,
    progress: Progress,
) -> None:
    """Award the days of a range anew, of one member or of all after `done.last_id`, in order.

    `done` is kept up to date, so that whoever is stopped can go on there; doing it twice changes
    nothing more. Raises: RulesEdited.
    """
    rules_in_use.check()
    members = _members(done.last_id) if account_id is None else iter([account_id])
    total = 1 if account_id else _count_members()
    for member_id in progress(members, total):
        done.changed_days += recompute_range(member_id, from_on=from_on, to_on=to_on, now=now)
        done.members += 1
        done.last_id = member_id


def recompute_range(account_id: str, *, from_on: date, to_on: date, now: datetime) -> int:
    """Award a member's days of a range anew, and return how many days changed by it."""
    with db.reading("list_days_to_recompute") as tx:
        days = points_days.every_day(tx, account_id)
    wanted = [day_on for day_on in days if from_on <= day_on <= to_on]
    return sum(
        _recompute(account_id, wanted[start : start + DAYS_AT_ONCE], now=now)
        for start in range(0, len(wanted), DAYS_AT_ONCE)
    )


def is_member(account_id: str) -> bool:
    """Tell whether somebody's days can be recomputed: not if unknown or erased."""
    with db.reading("find_member") as tx:
        return repository.find_member(tx, account_id) is not None


def _recompute(account_id: str, days: list[date], *, now: datetime) -> int:
    with db.transaction("recompute_points") as tx:
        ledger.lock_member(tx, account_id, now=now)
        return len(points_days.recompute(tx, account_id, days, now=now))


def _members(after_id: str) -> Iterator[str]:
    while True:
        with db.reading("list_members_to_recompute") as tx:
            rows = repository.audit_members(tx, after_id, MEMBERS_AT_ONCE)
        yield from (row.account_id for row in rows)
        if len(rows) < MEMBERS_AT_ONCE:
            return
        after_id = rows[-1].account_id


def _count_members() -> int:
    with db.reading("count_members_to_recompute") as tx:
        return repository.count_members_with_days(tx)
