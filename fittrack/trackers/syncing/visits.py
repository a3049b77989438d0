"""A visit to a connection: taken by a lease with a fence, asked as its member, and laid back.

Whoever has it may ask the provider, within a budget, a time and a turn; how the visit ended decides
when the connection is due again, and what its member is told.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fittrack import config, db, metrics
from fittrack.db import Transaction
from fittrack.ids import new_id
from fittrack.trackers import calling
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.budgets.service import BudgetSpent
from fittrack.trackers.connections import repository as connections
from fittrack.trackers.connections import telling
from fittrack.trackers.connections.models import Connection
from fittrack.trackers.grants.service import NoGrant, working_grant
from fittrack.trackers.providers import ADAPTERS, app_of
from fittrack.trackers.providers.base import (
    Adapter,
    App,
    Grant,
    Malformed,
    NotThere,
    ProviderDown,
    ScopeLost,
    Throttled,
    TokenRefused,
)
from fittrack.trackers.syncing import repository, rules, storing
from fittrack.trackers.syncing.models import Held, Outcome
from fittrack.wire import Answer, Request

Clock = Callable[[], datetime]
UNKNOWN_WAIT = timedelta(minutes=15)
# Where a provider does not say when it wants to be asked again, nobody does for this long.
PAUSE = timedelta(minutes=1)
NOT_CONFIGURED_WAIT = timedelta(hours=1)
# A page with the rest of all its objects takes longer than a lease.
LEASE_KEPT_AFTER = timedelta(seconds=30)


class OutOfTime(Exception):
    """The worker is needed by others: what is left is read by the next sync."""


class TurnOver(Exception):
    """Calls have become scarce, and this connection has had its turn: others wait, too."""


TROUBLE = (
    *(Malformed, NoGrant, NotThere, ProviderDown, ScopeLost),
    *(Throttled, TokenRefused, TurnOver),
)


@dataclass(slots=True)
class Visit:
    """One sync under way: who is asked as whom, and what it costs.

    Where calls are scarce it ends after `turn_calls` of them; None for a visit that takes no turns.
    """

    held: Held
    adapter: Adapter
    app: App
    clock: Clock
    started_at: datetime
    is_urgent: bool = False
    grant: Grant | None = None
    calls: int = 0
    turn_calls: int | None = None
    sent: int = 0
    is_scarce: bool = False
    kept_at: datetime | None = None
    ends_s: float = field(default_factory=lambda: time.monotonic() + _patience_s())

    def ask(self, make: Callable[[Grant], Request | None]) -> Answer | None:
        """Ask the provider with a grant that works; one that is refused is renewed once.

        Raises: Throttled, ProviderDown, NoGrant, OutOfTime, TurnOver, Fenced.
        """
        if time.monotonic() > self.ends_s:
            raise OutOfTime
        if self.is_scarce and self.turn_calls is not None and self.sent >= self.turn_calls:
            raise TurnOver
        if self.grant is None:
            self.grant = self._grant()
        answer = self._send(make(self.grant))
        if answer is not None and self.adapter.is_refused(answer):
            self.grant = self._grant(refused=self.grant)
            answer = self._send(make(self.grant))
        return answer

    def _send(self, request: Request | None) -> Answer | None:
        if request is None:
            return None
        connection_id = self.held.connection.connection_id
        leave = budgets.spend(
            self.adapter, connection_id, is_urgent=self.is_urgent, now=self.clock()
        )
        self.is_scarce = leave.is_scarce
        self.calls += 1
        self.sent += 1
        answer = calling.ask(self.adapter, connection_id, request, leave, clock=self.clock)
        now = self.clock()
        budgets.learn(self.adapter, connection_id, self.adapter.usage(answer), now=now)
        self._keep(now)
        return answer

    def _keep(self, now: datetime) -> None:
        """Keep the connection while a long page is read. Raises: Fenced."""
        if now - (self.kept_at or self.started_at) < LEASE_KEPT_AFTER:
            return
        with db.transaction("keep_connection") as tx:
            storing.keep(tx, self.held, now=now)
        self.kept_at = now

    def _grant(self, refused: Grant | None = None) -> Grant:
        connection_id = self.held.connection.connection_id
        return working_grant(
            self.adapter, self.app, connection_id, refused=refused, clock=self.clock
        )


def _patience_s() -> float:
    return config.current().job_timeout_s / 2


def take(connection_id: str, cause: str, clock: Clock, *, is_urgent: bool = False) -> Visit | None:
    """Take a connection that is due; with `is_urgent` any that is alive and in nobody's hands.

    None where it is not to be had.
    """
    now = clock()
    with db.transaction("take_connection") as tx:
        connection = connections.find_connection(tx, connection_id)
        adapter = ADAPTERS.get(connection.provider) if connection else None
        app = app_of(adapter) if adapter else None
        if connection is None or adapter is None or app is None:
            repository.postpone_connection(tx, connection_id, due_at=now + NOT_CONFIGURED_WAIT)
            return None
        if connection.due_at is not None and connection.last_asked_at == connection.due_at:
            cause, is_asked = "asked", True  # somebody waits for it
        else:
            is_asked = False
        held = _held(tx, connection, cause, is_due=not is_urgent, now=now)
    if held is None:
        return None
    return Visit(held, adapter, app, clock, now, is_urgent=is_urgent or is_asked)


def _held(
    tx: Transaction, connection: Connection, cause: str, *, is_due: bool, now: datetime
) -> Held | None:
    token, sync_id, connection_id = new_id(), new_id(), connection.connection_id
    taking = repository.take_connection if is_due else repository.take_connection_anyway
    until_at = now + storing.LEASE
    fence_no = taking(tx, connection_id, lease_token=token, until_at=until_at, now_at=now)
    if fence_no is None:
        return None
    connection = connections.lock_connection(tx, connection_id)
    repository.interrupt_syncs(tx, connection_id, now_at=now)
    repository.insert_sync(
        tx, sync_id=sync_id, connection_id=connection_id, cause=cause, started_at=now
    )
    return Held(connection, token, fence_no, sync_id)


def outcome_of(visit: Visit, error: Exception) -> Outcome:
    """Return what follows from trouble of the kinds in `TROUBLE`."""
    failures, now = visit.held.connection.failures, visit.clock()
    status = visit.held.connection.status
    if isinstance(error, TurnOver):
        return Outcome("delayed", "others_turn", now, failures, status)
    if isinstance(error, Throttled):
        back_at = error.resumes_by(now)
        if not isinstance(error, BudgetSpent):
            _pause_all(visit, back_at or now + PAUSE, now=now)
        wait = rules.queueing(_waited(visit), random.random())  # noqa: S311 - spread
        due_at = (back_at or now + UNKNOWN_WAIT) + wait
        return Outcome("delayed", "throttled", due_at, failures, status)
    if isinstance(error, NoGrant):
        return Outcome("failed", str(error), None, 0, "reauth_required")
    if isinstance(error, ScopeLost):
        return Outcome("failed", "scope_lost", None, 0, "reauth_required")
    code = str(error)[:50] or rules.code_of(error)
    jitter = random.random()  # noqa: S311 - jitter
    return rules.after_failure(failures, code, jitter, now=now)


def broken(visit: Visit, error: Exception) -> Outcome:
    """Return what follows from an error of ours that nobody foresaw.

    A connection that always meets it would be read again as soon as its lease ends, for ever.
    """
    jitter, now = random.random(), visit.clock()  # noqa: S311 - jitter
    return rules.after_failure(
        visit.held.connection.failures, rules.code_of(error)[:50], jitter, now=now
    )


def _pause_all(visit: Visit, until_at: datetime, *, now: datetime) -> None:
    """Let nobody ask a provider that wants no calls."""
    connection_id = visit.held.connection.connection_id
    budgets.pause(visit.adapter, connection_id, until_at=until_at, now=now)


def _waited(visit: Visit) -> timedelta:
    """Return for how long a connection has been due."""
    connection = visit.held.connection
    synced_at = connection.last_synced_at
    since_at = synced_at + visit.adapter.facts.poll_every if synced_at else connection.connected_at
    return max(visit.clock() - since_at, timedelta(0))


def lay_back(visit: Visit, outcome: Outcome) -> Outcome | None:
    """Lay a connection back with how a visit ended; None where it is another's by now."""
    with db.transaction("release_connection") as tx:
        now = visit.clock()
        if not repository.release_connection(
            tx, visit.held, outcome, started_at=visit.started_at, now=now
        ):
            return None
        repository.end_sync(tx, visit.held.sync_id, outcome, visit.calls, now=now)
        metrics.add_sync(visit.adapter.facts.name, outcome.outcome)
        if outcome.status != "active":
            telling.tell(tx, visit.held.connection, outcome, now=now)
    return outcome
