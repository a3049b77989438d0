"""Holding days whose points are far beyond those of others in the tier: a periodic run."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from fittrack import config, db
from fittrack.activities.plausibility import repository, spread
from fittrack.activities.plausibility.models import FarDay, Tier
from fittrack.activities.plausibility.service import hold
from fittrack.activities.service import hold_member, settle
from fittrack.clock import day_of

# What is usual is learnt from four weeks; a day is looked at while late records still come in.
LEARNT = timedelta(days=28)
LOOKED_AT = timedelta(days=3)
# More than this in one run would be a fault of ours.
MOST_AT_ONCE = 500


def hold_far_days(*, now: datetime) -> None:
    """Hold what counts on days of the last three that are beyond three deviations of the tier.

    Run again it finds nothing new: what is held earns nothing, and what was looked at stays.
    """
    last_on = day_of(now, config.current().zone) - timedelta(days=1)
    with db.reading("list_far_days") as tx:
        tiers = repository.list_tiers(tx, first_on=last_on - LEARNT, last_on=last_on)
        far = [(tier, day) for tier in tiers for day in _far_days(tx, tier, last_on)]
    for tier, day in far:
        _hold_day(tier, day, now=now)


def _far_days(tx: db.Transaction, tier: Tier, last_on: date) -> list[FarDay]:
    most_points = spread.most_points(tier)
    if most_points is None:
        return []
    return repository.list_far_days(
        tx,
        tier.tier_code,
        first_on=last_on - LOOKED_AT,
        last_on=last_on,
        most_points=most_points,
        row_limit=MOST_AT_ONCE,
    )


def _hold_day(tier: Tier, day: FarDay, *, now: datetime) -> None:
    with db.transaction("hold_far_day") as tx:
        hold_member(tx, day.account_id, now=now)
        finding = spread.far_finding(tier, day)
        for activity_id in repository.list_counting(tx, day.account_id, day.day_on):
            hold(tx, day.account_id, activity_id, [finding], now=now)
        settle(tx, day.account_id, [day.day_on], now=now)
