"""Limits and self-exclusion: set, look up, and the steps that hold every entry to them.

A member's points are held while limits change and while anything is entered, so that nothing is
sold beside a limit or an exclusion that stands already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from fittrack import archive, config, crypto, db, queues
from fittrack.archive import ArchiveFile
from fittrack.clock import day_of
from fittrack.db import Transaction
from fittrack.drawings.play import repository, rules
from fittrack.drawings.play.models import PlayLimits, PlayStanding
from fittrack.points import service as points

EXCLUSIONS = "self-exclusions that outlast an account"


def get_play_limits(*, account_id: str, now: datetime) -> PlayStanding:
    """Return what a member has set, and what this month's tickets have cost so far."""
    with db.reading("get_play_limits") as tx:
        return _standing(tx, _limits(tx, account_id, now=now), now=now)


def change_play_limits(
    *, account_id: str, changes: Mapping[str, Any], now: datetime
) -> PlayStanding:
    """Set what `changes` names: a lower limit or an exclusion at once, a higher limit after 7 days.

    An exclusion takes the member's tickets of all drawings that still sell out of them; a job does,
    and gives the points back. Raises: SelfExclusionStands, Invalid.
    """
    with db.transaction("change_play_limits") as tx:
        points.hold_member(tx, account_id, now=now)
        before = _limits(tx, account_id, now=now)
        after = rules.changed(before, changes, today_on=_today(now), now=now)
        if not repository.update_play_limits(tx, after):
            repository.insert_play_limits(tx, after)
        if after.excluded_until_on and after.excluded_until_on != before.excluded_until_on:
            take_out(tx, account_id, key=f"{account_id}/{after.excluded_until_on}", now=now)
        return _standing(tx, after, now=now)


def check_month(tx: Transaction, account_id: str, *, price_points: int, now: datetime) -> None:
    """Check the price of tickets against a held member's own limit. Raises: MonthlyLimitReached."""
    limits = rules.in_force(_limits(tx, account_id, now=now), now=now)
    if limits.monthly_limit_points is not None:
        rules.check_month(
            limits.monthly_limit_points,
            spent_points=_spent_points(tx, account_id, now=now),
            price_points=price_points,
        )


def check_not_excluded(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Raises: SelfExcluded."""
    rules.check_not_excluded(_limits(tx, account_id, now=now), today_on=_today(now))


def is_excluded(tx: Transaction, account_id: str, *, now: datetime) -> bool:
    """Tell whether a member has excluded oneself."""
    return rules.is_excluded(_limits(tx, account_id, now=now), _today(now))


def take_excluded_out(tx: Transaction, drawing_id: str, *, now: datetime) -> None:
    """Have the tickets of members who have excluded themselves taken out of a new drawing."""
    for account_id in repository.list_excluded_holders(tx, drawing_id, today_on=_today(now)):
        take_out(tx, account_id, key=f"{account_id}/{drawing_id}", now=now)


def take_out(tx: Transaction, account_id: str, *, key: str, now: datetime) -> None:
    """Have a job take a member's tickets out of all drawings that still sell."""
    queues.enqueue(tx, "take_member_out", key, now=now, account_id=account_id)


def keep_exclusion(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Let a self-exclusion outlast a member's account, for whoever registers the same address.

    A step that is taken while the account still has its addresses, of which only MACs are kept.
    """
    until_on = _limits(tx, account_id, now=now).excluded_until_on
    if until_on is None or until_on < _today(now):
        return
    for email_key in repository.list_email_keys(tx, account_id):
        email_mac = crypto.mac(EXCLUSIONS, email_key.encode()).hex()
        if not repository.update_lasting_exclusion(tx, email_mac, until_on):
            repository.insert_lasting_exclusion(tx, email_mac, until_on)


def forget_over_exclusions(*, now: datetime) -> int:
    """Forget exclusions of deleted accounts that are over, and return how many."""
    with db.transaction("forget_over_exclusions") as tx:
        return repository.delete_over_exclusions(tx, today_on=_today(now))


def erase_member(tx: Transaction, account_id: str) -> None:
    """Forget what an erased member had set."""
    repository.erase_play_limits(tx, account_id)


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield what a member has set."""
    with db.reading("export_play_limits") as tx:
        limits = repository.find_play_limits(tx, account_id)
    yield archive.json_object("drawings/play_limits.json", asdict(limits) if limits else {})


def _limits(tx: Transaction, account_id: str, *, now: datetime) -> PlayLimits:
    """Return what a member has set, with an exclusion from before the account was made anew."""
    own = repository.find_play_limits(tx, account_id) or rules.nothing_set(account_id, now=now)
    return rules.excluded_at_least(own, _lasting_until(tx, account_id))


def _lasting_until(tx: Transaction, account_id: str) -> date | None:
    """Return until when an exclusion lasts that was kept under the member's address, or None."""
    email_key = repository.find_email_key(tx, account_id) or ""
    macs = crypto.macs(EXCLUSIONS, email_key.encode())
    kept = (repository.find_lasting_exclusion(tx, email_mac.hex()) for email_mac in macs)
    return max((until_on for until_on in kept if until_on), default=None)


def _standing(tx: Transaction, limits: PlayLimits, *, now: datetime) -> PlayStanding:
    spent_points = _spent_points(tx, limits.account_id, now=now)
    return rules.standing(limits, spent_points=spent_points, today_on=_today(now), now=now)


def _spent_points(tx: Transaction, account_id: str, *, now: datetime) -> int:
    from_at, until_at = rules.month_bounds(now, config.current().zone)
    return repository.get_spent_points(tx, account_id, from_at=from_at, until_at=until_at)


def _today(now: datetime) -> date:
    return day_of(now, config.current().zone)
