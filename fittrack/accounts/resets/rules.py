"""When lost second factors may be taken away, and when their owner hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from fittrack.accounts.resets.errors import (
    FactorResetClosed,
    FactorResetNotFound,
    FactorResetOpen,
    FactorResetTooEarly,
    OwnFactorReset,
)
from fittrack.accounts.resets.models import FactorReset

WAIT = timedelta(hours=72)
LIFE = timedelta(days=14)
NOTICES = (timedelta(0), timedelta(hours=24), timedelta(hours=48))


def new_reset(
    reset_id: str, account_id: str, token_id: str, *, admin_id: str, reason: str, now: datetime
) -> FactorReset:
    """Return a reset that is opened now: completable after 72 h, void after 14 days."""
    return FactorReset(
        reset_id=reset_id,
        account_id=account_id,
        state="open",
        reason=reason,
        opened_by_id=admin_id,
        opened_at=now,
        completable_at=now + WAIT,
        expires_at=now + LIFE,
        token_id=token_id,
        closed_by_id=None,
        closed_at=None,
    )


def as_of(reset: FactorReset, now: datetime) -> FactorReset:
    """Return a reset as it counts at an instant: an open one that was left for too long expired."""
    is_over = reset.state == "open" and now >= reset.expires_at
    return replace(reset, state="expired") if is_over else reset


def check_other(account_id: str, admin_id: str) -> None:
    """Raises: OwnFactorReset."""
    if account_id == admin_id:
        raise OwnFactorReset


def check_none_open(newest: FactorReset | None, *, now: datetime) -> None:
    """Raises: FactorResetOpen."""
    if newest is not None and as_of(newest, now).state == "open":
        raise FactorResetOpen(completable_at=newest.completable_at)


def check_completable(newest: FactorReset | None, *, now: datetime) -> FactorReset:
    """Return the reset that may be completed now.

    Raises: FactorResetNotFound, FactorResetClosed, FactorResetTooEarly.
    """
    if newest is None:
        raise FactorResetNotFound
    state = as_of(newest, now).state
    if state != "open":
        raise FactorResetClosed(state=state)
    if now < newest.completable_at:
        raise FactorResetTooEarly(completable_at=newest.completable_at)
    return newest
