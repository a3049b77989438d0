"""Spending calls, each in a short transaction of its own before the call goes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fittrack import db
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.trackers.budgets import repository, rules
from fittrack.trackers.budgets.rules import Spent
from fittrack.trackers.providers.base import Adapter, Limit, Throttled, Usage


class BudgetSpent(Throttled):
    """It is we who want no more calls, before the provider has to say so."""


@dataclass(frozen=True, slots=True)
class Leave:
    """A call that may be made: whether what all share becomes scarce, or the last had no answer."""

    is_scarce: bool = False
    is_doubted: bool = False


def spend(adapter: Adapter, connection_id: str, *, is_urgent: bool = False, now: datetime) -> Leave:
    """Count one call that is about to be made. Raises: BudgetSpent where it would be too many."""
    return db.retry(lambda: _spend_once(adapter, connection_id, is_urgent=is_urgent, now=now))


def count(adapter: Adapter, *, now: datetime) -> None:
    """Count a call that is made in any case, for somebody waits to let us in: others make room."""
    for key, limits in _budgets(adapter, ""):
        if key == adapter.facts.name:
            _change(key, partial(rules.counted, limits=limits, now=now), now=now)


def learn(adapter: Adapter, connection_id: str, usage: Sequence[Usage], *, now: datetime) -> None:
    """Believe the provider about what we have used, where it says more than we counted."""
    if not usage:
        return
    for key, limits in _budgets(adapter, connection_id):
        _change(key, partial(rules.learned, limits=limits, usage=usage, now=now), now=now)


def pause(adapter: Adapter, connection_id: str, *, until_at: datetime, now: datetime) -> None:
    """Let nobody ask a provider for a while, because it said so; its members' own limit if any."""
    for key, limits in _budgets(adapter, connection_id)[-1:]:
        _change(key, partial(rules.paused, limits=limits, until_at=until_at, now=now), now=now)


def miss(adapter: Adapter, connection_id: str, *, now: datetime) -> None:
    """Note that a call has brought no answer; after a few in a row nobody asks for a while."""
    for key, limits in _budgets(adapter, connection_id)[-1:]:
        _change(key, partial(rules.unanswered, limits=limits, now=now), now=now)


def trust(adapter: Adapter, connection_id: str, *, now: datetime) -> None:
    """Note that a provider answers again."""
    for key, limits in _budgets(adapter, connection_id)[-1:]:
        _change(key, partial(rules.answered, limits=limits, now=now), now=now)


def forget(tx: Transaction, *, before_at: datetime) -> int:
    """Forget limits that nobody has touched since, and return how many."""
    return repository.delete_old_budgets(tx, before_at=before_at)


def _budgets(adapter: Adapter, connection_id: str) -> list[tuple[str, list[Limit]]]:
    """Return the limits that a call counts against: its connection's own, then everybody's."""
    facts = adapter.facts
    own = [limit for limit in facts.limits if limit.is_per_member]
    shared = [limit for limit in facts.limits if not limit.is_per_member]
    named = [(f"{facts.name}:{connection_id}", own), (facts.name, shared)]
    return [(key, limits) for key, limits in named if limits]


def _spend_once(adapter: Adapter, connection_id: str, *, is_urgent: bool, now: datetime) -> Leave:
    """Count a call in all windows, or in none: what others have spent costs a member nothing."""
    leave = Leave()
    with db.transaction("spend_calls") as tx:
        for key, limits in _budgets(adapter, connection_id):
            after = rules.take(_lock(tx, key, now=now), limits, is_urgent=is_urgent, now=now)
            if isinstance(after, datetime):
                raise BudgetSpent(after)
            repository.update_budget(tx, key, after, now=now)
            is_scarce = key == adapter.facts.name and rules.is_scarce(after, limits, now=now)
            leave = Leave(is_scarce, rules.is_doubted(after))
    return leave


def _change(key: str, change: Callable[[Spent], Spent], *, now: datetime) -> None:
    db.retry(lambda: _change_once(key, change, now=now))


def _change_once(key: str, change: Callable[[Spent], Spent], *, now: datetime) -> None:
    with db.transaction("change_budget") as tx:
        before = _lock(tx, key, now=now)
        after = change(before)
        if after != before:
            repository.update_budget(tx, key, after, now=now)


def _lock(tx: Transaction, key: str, *, now: datetime) -> Spent:
    found = repository.lock_budget(tx, key)
    if found is None:
        try:
            repository.insert_budget(tx, key, now=now)
        except Unique:
            found = repository.lock_budget(tx, key)
    return found.spent_json if found else {}
