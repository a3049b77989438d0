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

Budgets = list[tuple[str, list[Limit]]]


class BudgetSpent(Throttled):
    """It is we who want no more calls, before the provider has to say so."""


@dataclass(frozen=True, slots=True)
class Leave:
    """A call that may be made: whether what all share becomes scarce, or the last had no answer.

    `is_grant` is of calls to the endpoint that gives tokens: it may hang while the others answer,
    or answer while they hang.
    """

    is_scarce: bool = False
    is_doubted: bool = False
    is_grant: bool = False


def spend(
    adapter: Adapter,
    connection_id: str | None,
    *,
    is_urgent: bool = False,
    calls: int = 1,
    now: datetime,
) -> Leave:
    """Count calls that are about to be made. Raises: BudgetSpent where they would be too many.

    Whose calls they are may not be known yet: then all share them.
    """

    def spend_once() -> Leave:
        with db.transaction("spend_calls") as tx:
            return _take(
                tx, adapter, _budgets(adapter, connection_id), calls, is_urgent=is_urgent, now=now
            )

    return db.retry(spend_once)


def spend_on_grant(adapter: Adapter, connection_id: str, *, now: datetime) -> Leave:
    """Count one call that renews a grant, where it may count.

    Raises: BudgetSpent where it would be too many, or grants have long had no answer.
    """

    def spend_once() -> Leave:
        with db.transaction("spend_calls") as tx:
            budgets, calls = _budgets(adapter, connection_id), int(adapter.facts.counts_grants)
            _take(tx, adapter, budgets, calls, is_urgent=True, now=now)
            return _take(tx, adapter, _grants(adapter), 0, is_urgent=True, now=now)

    return db.retry(spend_once)


def take_to_connect(
    tx: Transaction, adapter: Adapter, calls: int, *, within_s: int, now: datetime
) -> tuple[Leave, Leave]:
    """Count, in the caller's transaction, all calls with which somebody lets us in, or none.

    Return the leave to get a grant, and the one for the other calls. Raises: BudgetSpent.
    """
    calls += adapter.facts.counts_grants
    shared = _budgets(adapter, None)
    others = _take(tx, adapter, shared, calls, is_urgent=True, within_s=within_s, now=now)
    return _take(tx, adapter, _grants(adapter), 0, is_urgent=True, now=now), others


def learn(
    adapter: Adapter, connection_id: str | None, usage: Sequence[Usage], *, now: datetime
) -> None:
    """Believe the provider about what we have used, where it says more than we counted."""
    if not usage:
        return
    for key, limits in _budgets(adapter, connection_id):
        _change(key, partial(rules.learned, limits=limits, usage=usage, now=now), now=now)


def pause(
    adapter: Adapter, connection_id: str | None, *, until_at: datetime, now: datetime
) -> None:
    """Let nobody ask a provider for a while, because it said so; its members' own limit if any."""
    for key, limits in _budgets(adapter, connection_id)[-1:]:
        _change(key, partial(rules.paused, limits=limits, until_at=until_at, now=now), now=now)


def miss(
    adapter: Adapter, connection_id: str | None, *, is_grant: bool = False, now: datetime
) -> None:
    """Note that a call has brought no answer; after a few in a row nobody asks for a while."""
    for key, limits in _watched(adapter, connection_id, is_grant=is_grant):
        _change(key, partial(rules.unanswered, limits=limits, now=now), now=now)


def trust(
    adapter: Adapter, connection_id: str | None, *, is_grant: bool = False, now: datetime
) -> None:
    """Note that a provider answers again."""
    for key, limits in _watched(adapter, connection_id, is_grant=is_grant):
        _change(key, partial(rules.answered, limits=limits, now=now), now=now)


def forget(tx: Transaction, *, before_at: datetime) -> int:
    """Forget limits that nobody has touched since, and return how many."""
    return repository.delete_old_budgets(tx, before_at=before_at)


def _budgets(adapter: Adapter, connection_id: str | None) -> Budgets:
    """Return the limits that a call counts against: its connection's own, then everybody's."""
    facts = adapter.facts
    own = [limit for limit in facts.limits if limit.is_per_member and connection_id is not None]
    shared = [limit for limit in facts.limits if not limit.is_per_member]
    named = [(f"{facts.name}:{connection_id}", own), (facts.name, shared)]
    return [(key, limits) for key, limits in named if limits]


def _grants(adapter: Adapter) -> Budgets:
    """Return what tells whether the endpoint that gives tokens answers; it limits nothing."""
    return [(f"{adapter.facts.name}:grants", [])]


def _watched(adapter: Adapter, connection_id: str | None, *, is_grant: bool) -> Budgets:
    return _grants(adapter) if is_grant else _budgets(adapter, connection_id)[-1:]


def _take(
    tx: Transaction,
    adapter: Adapter,
    budgets: Budgets,
    calls: int,
    *,
    is_urgent: bool,
    within_s: int = 0,
    now: datetime,
) -> Leave:
    """Count calls in all windows, or in none: what others have spent costs a member nothing."""
    leave = Leave()
    for key, limits in budgets:
        before = _lock(tx, key, now=now)
        after = rules.take(
            before, limits, is_urgent=is_urgent, calls=calls, within_s=within_s, now=now
        )
        if isinstance(after, datetime):
            raise BudgetSpent(after)
        if after != before:
            repository.update_budget(tx, key, after, now=now)
        is_scarce = key == adapter.facts.name and rules.is_scarce(after, limits, now=now)
        # Only what tells of grants limits nothing.
        leave = Leave(is_scarce, rules.is_doubted(after), is_grant=not limits)
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
