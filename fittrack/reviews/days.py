"""Holding days whose points are far beyond those of others in the tier: a periodic run."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from fittrack import cache, config, db
from fittrack.clock import day_of
from fittrack.points import service as points
from fittrack.reviews import repository, spread, steps
from fittrack.reviews.models import FarDay, Tier

# A run that was missed is made up for, unless none came for as long as this.
LOOKED_BACK = timedelta(days=3)
# More than any day can be awarded.
NO_LIMIT = 10**9


def hold_far_days(*, now: datetime) -> None:
    """Hold the days that are over and beyond three deviations of the tier's, however old.

    Only those are looked at that were awarded anew lately. Run again it finds nothing new: what is
    held earns nothing, and what was looked at stays.
    """
    last_on = day_of(now, config.current().zone) - timedelta(days=1)
    with db.reading("list_far_days") as tx:
        tiers = repository.list_tiers(tx, first_on=last_on - spread.LEARNT, last_on=last_on)
        limits = spread.limits_of(tiers)
        found = repository.list_far_days(
            tx, since_at=now - LOOKED_BACK, most_points=min(limits.values(), default=NO_LIMIT)
        )
    by_code = {tier.tier_code: tier for tier in tiers}
    for day in sorted(found, key=lambda day: (day.account_id, day.day_on)):
        if day.day_on <= last_on and day.awarded_points > limits.get(day.tier_code, NO_LIMIT):
            _hold_far_day(by_code[day.tier_code], day, now=now)


def _hold_far_day(tier: Tier, far: FarDay, *, now: datetime) -> None:
    """Hold a day that still is as far, now that nobody else changes it."""
    with db.transaction("hold_far_day") as tx:
        points.hold_member(tx, far.account_id, now=now)
        if points.find_body(tx, far.account_id) is None:  # erased since
            return
        day = next(iter(points.list_days(tx, far.account_id, far.day_on, far.day_on)), None)
        believed = repository.list_believed_days(
            tx, far.account_id, first_on=far.day_on - spread.LEARNT
        )
        reason = spread.reason_to_hold(tier, day, believed)
        if reason is not None:
            steps.open_day_review(tx, far.account_id, far.day_on, reason, now=now)
            settle_day(tx, far.account_id, far.day_on, now=now)


def settle_day(tx: db.Transaction, account_id: str, day_on: date, *, now: datetime) -> None:
    """Award a day of a held member anew after a decision about it."""
    points.recompute_days(tx, account_id, [day_on], now=now)
    cache.touch(tx, account_id)
