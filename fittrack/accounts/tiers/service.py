"""Use cases of tiers: how many members each has, and who moves on a birthday."""

from __future__ import annotations

from datetime import date, datetime

from fittrack import cache, clock, config, db
from fittrack.accounts.tiers import repository, rules
from fittrack.accounts.tiers.errors import TierNotFound
from fittrack.accounts.tiers.models import CountedTier
from fittrack.leaderboards import steps as boards

BATCH = 100


def list_tiers() -> list[CountedTier]:
    """Return all 31 tiers with the numbers of their active members, by two queries."""
    with db.reading("list_tiers") as tx:
        counts, inactive = repository.count_tiers(tx), repository.count_inactive_tiers(tx)
    return rules.counted(counts, inactive)


def get_tier(*, tier_code: str) -> CountedTier:
    """Return one tier with the number of its active members. Raises: TierNotFound."""
    if tier_code not in rules.TIERS_BY_CODE:
        raise TierNotFound(tier=tier_code)
    return next(each for each in list_tiers() if each.tier.code == tier_code)


def move_birthdays(*, now: datetime, batch_size: int = BATCH) -> int:
    """Move everybody whose age bracket is over today, and return how many had a review.

    Days on which nobody ran this are made up for. Batch by batch, each committed, so that it can be
    ended anywhere and run again.
    """
    today_on = clock.day_of(now, config.current().zone)
    reviewed = 0
    while moved := _move_batch(today_on, batch_size, now=now):
        reviewed += moved
    return reviewed


def _move_batch(today_on: date, batch_size: int, *, now: datetime) -> int:
    with db.transaction("move_birthdays") as tx:
        due = repository.list_due_profiles(tx, today_on=today_on, row_limit=batch_size)
        moves = [
            (each, rules.place_of(each.sex, each.date_of_birth_on, each.fitness_level, today_on))
            for each in due
        ]
        moved = repository.move_profiles(tx, moves)
        account_ids = sorted(each.account_id for each in due)
        for account_id in account_ids:
            boards.follow(tx, account_id, now=now)
        for account_id in account_ids:
            cache.touch(tx, account_id)
        return moved
