"""When guessing at a secret must rest, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from fittrack.accounts.lockouts.models import LoginGuard

PASSWORD = "password"  # noqa: S105 - a kind of secret, none itself
SECOND_FACTOR = "second_factor"

# A second factor is only guessed at by who knows the password, and each log-in allows 5 tries.
MOST_FAILURES: Mapping[str, int] = {PASSWORD: 5, SECOND_FACTOR: 10}
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=24)
DOUBLINGS = 7  # 15 min doubled so often is more than a day


def fresh(account_id: str, kind: str, *, now: datetime) -> LoginGuard:
    """Return the guard of a secret at which nobody guessed wrong yet."""
    return LoginGuard(account_id, kind, 0, 0, None, now)


def is_locked(guard: LoginGuard, *, now: datetime) -> bool:
    """Tell whether guessing rests."""
    return guard.locked_until_at is not None and now < guard.locked_until_at


def lock_length(lock_count: int) -> timedelta:
    """Return how long the n-th lock in a row lasts: 15 min, doubled each time, up to 24 h."""
    doublings: int = min(lock_count - 1, DOUBLINGS)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def after_attempt(guard: LoginGuard, *, is_right: bool, now: datetime) -> LoginGuard:
    """Return the guard after an attempt. While it is locked nothing counts, not even success."""
    if is_locked(guard, now=now):
        return replace(guard, attempted_at=now)
    if is_right:
        return fresh(guard.account_id, guard.kind, now=now)
    failures = guard.failures + 1
    if failures < MOST_FAILURES[guard.kind]:
        return replace(guard, failures=failures, attempted_at=now)
    lock_count = guard.lock_count + 1
    return replace(
        guard,
        failures=0,
        lock_count=lock_count,
        locked_until_at=now + lock_length(lock_count),
        attempted_at=now,
    )


def unlocked(guard: LoginGuard) -> LoginGuard:
    """Return the guard after its owner lifted the lock; the next one is longer all the same."""
    return replace(guard, failures=0, locked_until_at=None)
