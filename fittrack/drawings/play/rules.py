"""How limits change and what they refuse; decisions as pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fittrack.clock import day_bounds, day_of
from fittrack.drawings.play.errors import (
    MonthlyLimitReached,
    SelfExcluded,
    SelfExclusionStands,
)
from fittrack.drawings.play.models import PendingLimit, PlayLimits, PlayStanding
from fittrack.errors import field_error

RAISE_WAITS = timedelta(days=7)


def nothing_set(account_id: str, *, now: datetime) -> PlayLimits:
    """Return the limits of a member who never set any."""
    return PlayLimits(account_id, None, None, None, None, now)


def in_force(limits: PlayLimits, *, now: datetime) -> PlayLimits:
    """Return limits as they are at an instant: a raise whose time has come holds."""
    if limits.raise_from_at is None or now < limits.raise_from_at:
        return limits
    return replace(
        limits,
        monthly_limit_points=limits.pending_limit_points,
        pending_limit_points=None,
        raise_from_at=None,
    )


def changed(
    limits: PlayLimits, changes: Mapping[str, Any], *, today_on: date, now: datetime
) -> PlayLimits:
    """Return limits with what a member asks for; what is not named stays.

    `changes` may hold `monthly_limit_points` and `excluded_until_on`; `today_on` is the platform's
    day. Raises: SelfExclusionStands, Invalid.
    """
    after = replace(in_force(limits, now=now), updated_at=now)
    if "monthly_limit_points" in changes:
        after = _limited(after, changes["monthly_limit_points"], now=now)
    if "excluded_until_on" in changes:
        after = _excluded(after, changes["excluded_until_on"], today_on=today_on)
    return after


def is_excluded(limits: PlayLimits, today_on: date) -> bool:
    """Tell whether a member has excluded oneself; the last day counts."""
    return limits.excluded_until_on is not None and today_on <= limits.excluded_until_on


def excluded_at_least(limits: PlayLimits, until_on: date | None) -> PlayLimits:
    """Return limits whose self-exclusion lasts to a day at least; None is none."""
    if until_on is None or until_on <= _last_day(limits):
        return limits
    return replace(limits, excluded_until_on=until_on)


def check_not_excluded(limits: PlayLimits, *, today_on: date) -> None:
    """Raises: SelfExcluded, with the last day."""
    if is_excluded(limits, today_on):
        raise SelfExcluded(self_excluded_until=limits.excluded_until_on)


def check_month(limit_points: int, *, spent_points: int, price_points: int) -> None:
    """Raises: MonthlyLimitReached."""
    if spent_points + price_points > limit_points:
        raise MonthlyLimitReached(
            monthly_limit_points=limit_points,
            spent_this_month_points=spent_points,
            price_points=price_points,
        )


def month_bounds(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instants of the platform's month that holds `now`, and of the next one."""
    first_on = day_of(now, zone).replace(day=1)
    next_on = (first_on + timedelta(days=31)).replace(day=1)
    return day_bounds(first_on, zone)[0], day_bounds(next_on, zone)[0]


def standing(
    limits: PlayLimits, *, spent_points: int, today_on: date, now: datetime
) -> PlayStanding:
    """Return limits as their member sees them."""
    held = in_force(limits, now=now)
    waits = held.raise_from_at
    return PlayStanding(
        monthly_limit_points=held.monthly_limit_points,
        spent_this_month_points=spent_points,
        pending=None if waits is None else PendingLimit(held.pending_limit_points, waits),
        self_excluded_until=held.excluded_until_on if is_excluded(held, today_on) else None,
    )


def _limited(limits: PlayLimits, limit_points: int | None, *, now: datetime) -> PlayLimits:
    """Lower at once, which gives up a raise that waits; raise only after a while."""
    if _is_raise(limits.monthly_limit_points, limit_points):
        is_known = limits.raise_from_at is not None and limits.pending_limit_points == limit_points
        from_at = limits.raise_from_at if is_known else now + RAISE_WAITS
        return replace(limits, pending_limit_points=limit_points, raise_from_at=from_at)
    return replace(
        limits, monthly_limit_points=limit_points, pending_limit_points=None, raise_from_at=None
    )


def _is_raise(before_points: int | None, after_points: int | None) -> bool:
    if before_points is None:
        return False
    return after_points is None or after_points > before_points


def _excluded(limits: PlayLimits, until_on: date | None, *, today_on: date) -> PlayLimits:
    if is_excluded(limits, today_on):
        if until_on is None or until_on < _last_day(limits):
            raise SelfExclusionStands(self_excluded_until=limits.excluded_until_on)
    elif until_on is not None and until_on < today_on:
        raise field_error("/self_excluded_until", "A self-exclusion can't end in the past.")
    return replace(limits, excluded_until_on=until_on)


def _last_day(limits: PlayLimits) -> date:
    return limits.excluded_until_on or date.min
