"""A sync: take the connection, read what is new and a piece of the past, lay it back.

One worker at a time has a connection, by a lease with a fence. Every page is a transaction of its
own, its cursor with it; the provider is asked outside of all of them. Killed anywhere, a sync has
stored whole pages, and the next one goes on with the page after them. What was read of a page that
could not be finished is stored too, so that the next sync need not ask for it again. What goes
wrong never loses data: it decides when the connection is due again, and what its member is told.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fittrack import config, db, metrics, queues
from fittrack.clock import utc_now
from fittrack.db import Transaction
from fittrack.ids import new_id
from fittrack.trackers import calling
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.connections import repository as connections
from fittrack.trackers.connections import telling
from fittrack.trackers.connections.models import Connection
from fittrack.trackers.grants.service import NoGrant, working_grant
from fittrack.trackers.providers import ADAPTERS, app_of, reading
from fittrack.trackers.providers.base import (
    Adapter,
    App,
    Grant,
    Malformed,
    NotThere,
    ProviderDown,
    RawItem,
    ScopeLost,
    Throttled,
    TokenRefused,
    Window,
)
from fittrack.trackers.syncing import repository, rules, storing
from fittrack.trackers.syncing.models import Held, Outcome, Step, StreamState
from fittrack.trackers.webhooks import repository as webhooks
from fittrack.wire import Answer, Request

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
DUE_ROWS = 500
# Those that were throttled together do not come back together.
SPREAD = timedelta(seconds=30)
UNKNOWN_WAIT = timedelta(minutes=15)
# Where a provider does not say when it wants to be asked again, nobody does for this long.
PAUSE = timedelta(minutes=1)
# A window that ends so long before a sync was begun by an earlier one; its ends are whole seconds.
EARLIER = timedelta(minutes=1)
NOT_CONFIGURED_WAIT = timedelta(hours=1)
# A page with the rest of all its objects takes longer than a lease.
LEASE_KEPT_AFTER = timedelta(seconds=30)
PAYLOADS_KEPT = timedelta(days=30)
SYNCS_KEPT = timedelta(days=90)
DELIVERIES_KEPT = timedelta(days=7)
BUDGETS_KEPT = timedelta(days=3)
TROUBLE = (Malformed, NoGrant, NotThere, ProviderDown, ScopeLost, Throttled, TokenRefused)


class OutOfTime(Exception):
    """The worker is needed by others: what is left is read by the next sync."""


@dataclass(slots=True)
class Visit:
    """One sync under way: who is asked as whom, and what it costs."""

    held: Held
    adapter: Adapter
    app: App
    clock: Clock
    started_at: datetime
    is_urgent: bool = False
    grant: Grant | None = None
    calls: int = 0
    kept_at: datetime | None = None
    ends_s: float = field(default_factory=lambda: time.monotonic() + _patience_s())

    def ask(self, make: Callable[[Grant], Request | None]) -> Answer | None:
        """Ask the provider with a grant that works; one that is refused is renewed once.

        Raises: Throttled, ProviderDown, NoGrant, OutOfTime, Fenced.
        """
        if time.monotonic() > self.ends_s:
            raise OutOfTime
        if self.grant is None:
            self.grant = self._grant()
        answer = self._send(make(self.grant))
        if answer is not None and answer.status == 401:
            self.grant = self._grant(refused=self.grant)
            answer = self._send(make(self.grant))
        return answer

    def _send(self, request: Request | None) -> Answer | None:
        if request is None:
            return None
        connection_id = self.held.connection.connection_id
        budgets.spend(self.adapter, connection_id, is_urgent=self.is_urgent, now=self.clock())
        self.calls += 1
        answer = calling.send(request)
        now = self.clock()
        budgets.learn(self.adapter, connection_id, self.adapter.usage(answer), now=now)
        if answer.status == 429:
            until_at = reading.resumes_at(answer, now=now) or now + PAUSE
            budgets.pause(self.adapter, connection_id, until_at=until_at, now=now)
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


def wake_due_connections(*, now: datetime) -> int:
    """Wake a worker for every connection that is due, and return how many there are."""
    with db.reading("list_due_connections") as tx:
        due = repository.list_due_connections(tx, now_at=now, row_limit=DUE_ROWS)
    for connection_id in due:
        queues.wake_due("sync_connection", connection_id)
    return len(due)


def forget_old_traffic(*, now: datetime) -> int:
    """Forget what is of no more use: what was sent, syncs, budgets, and visits that are over."""
    with db.transaction("forget_old_traffic") as tx:
        return (
            repository.delete_old_payloads(tx, before_at=now - PAYLOADS_KEPT)
            + repository.delete_old_syncs(tx, before_at=now - SYNCS_KEPT)
            + budgets.forget(tx, before_at=now - BUDGETS_KEPT)
            + connections.delete_over_attempts(tx, before_at=now)
            + webhooks.delete_old_deliveries(tx, before_at=now - DELIVERIES_KEPT)
        )


def sync_connection(
    *, connection_id: str, cause: str = "due", clock: Clock = utc_now
) -> Outcome | None:
    """Sync a connection that is due and in nobody's hands; None where it is neither."""
    visit = take(connection_id, cause, clock)
    if visit is None:
        return None
    try:
        return lay_back(visit, _read_all(visit))
    except storing.Fenced:
        logger.warning("another worker took this connection over")
        return None


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


def _read_all(visit: Visit) -> Outcome:
    """Read every stream as far as time allows, and say how it ended. Raises: Fenced."""
    try:
        is_whole = all(_read_stream(visit, stream) for stream in visit.adapter.facts.streams)
    except TROUBLE as error:
        return outcome_of(visit, error)
    wait = visit.adapter.facts.poll_every if is_whole else timedelta(0)
    return Outcome("done", None, visit.clock() + wait, 0, is_read=True)


def outcome_of(visit: Visit, error: Exception) -> Outcome:
    """Return what follows from trouble of the kinds in `TROUBLE`."""
    failures, now = visit.held.connection.failures, visit.clock()
    if isinstance(error, Throttled):
        due_at = (error.resumes_at or now + UNKNOWN_WAIT) + SPREAD * random.random()  # noqa: S311 - spread
        return Outcome("delayed", "throttled", due_at, failures, visit.held.connection.status)
    if isinstance(error, NoGrant):
        return Outcome("failed", str(error), None, 0, "reauth_required")
    if isinstance(error, ScopeLost):
        return Outcome("failed", "scope_lost", None, 0, "reauth_required")
    code = str(error)[:50] or rules.code_of(error)
    jitter = random.random()  # noqa: S311 - jitter
    return rules.after_failure(failures, code, jitter, now=now)


def _read_stream(visit: Visit, stream: str) -> bool:
    """Read what is new, then the past, page by page; tell whether all of it is read."""
    facts, connection = visit.adapter.facts, visit.held.connection
    with db.reading("list_streams") as tx:
        states = repository.list_streams(tx, connection.connection_id)
    state = states.get(stream) or StreamState(connection.connection_id, stream, None, None, None)
    if connection.failures >= rules.TOKEN_TRIES:
        state = rules.begun_anew(state)
    step: Step | None
    if state.window_json is None and state.read_to_at is not None:
        step = rules.forward_step(state, facts, now=visit.clock())
    else:
        step = _next(visit, state)
    try:
        while step is not None:
            is_old = visit.started_at - step.window.to_at > EARLIER and not step.is_backfill
            state = _read_page(visit, stream, state, step)
            step = _next(visit, state)
            if step is None and is_old:  # a window of an earlier sync: what came since is next
                step = rules.forward_step(state, facts, now=visit.clock())
    except OutOfTime:
        return False
    return True


def _next(visit: Visit, state: StreamState) -> Step | None:
    connected_at = visit.held.connection.connected_at
    return rules.next_step(state, visit.adapter.facts, connected_at=connected_at, now=visit.clock())


def _read_page(visit: Visit, stream: str, state: StreamState, step: Step) -> StreamState:
    """Read one page and store it; return how far the stream is read then."""
    if step.pages >= rules.MOST_PAGES:
        raise Malformed("endless_pages")
    adapter, before = visit.adapter, visit.calls
    answer = visit.ask(
        lambda grant: adapter.page(visit.app, grant, stream, step.window, step.token)
    )
    if answer is None:
        raise ProviderDown("no_request")
    page = adapter.read_page(stream, answer, step.token)
    items, trouble = _whole_items(visit, stream, page.items)
    read = storing.read_items(adapter, stream, items)
    calls, visit.calls = visit.calls - before, before
    if trouble is not None:
        storing.store_objects(visit.held, stream, read, calls=calls, now=visit.clock())
        raise trouble
    after = rules.after_page(state, step, page.next_token)
    storing.store_page(visit.held, stream, read, after, calls=calls, now=visit.clock())
    return after


def read_named_page(visit: Visit, stream: str, window: Window, token: str | None) -> str | None:
    """Read a page that a webhook named and store it; return the token of the next one."""
    answer = visit.ask(lambda grant: visit.adapter.page(visit.app, grant, stream, window, token))
    if answer is None:
        raise ProviderDown("no_request")
    page = visit.adapter.read_page(stream, answer, token)
    items, trouble = _whole_items(visit, stream, page.items)
    read = storing.read_items(visit.adapter, stream, items)
    storing.store_objects(visit.held, stream, read, calls=0, now=visit.clock())
    if trouble is not None:
        raise trouble
    return page.next_token


def _whole_items(
    visit: Visit, stream: str, items: tuple[RawItem, ...]
) -> tuple[list[RawItem], Exception | None]:
    """Return what is new of a page, each with its rest, as far as the provider let us, and why
    no further.
    """
    found: list[RawItem] = []
    for item in _news(visit, stream, items):
        try:
            found.append(whole(visit, stream, item))
        except (*TROUBLE, OutOfTime) as error:
            return found, error
    return found, None


def _news(visit: Visit, stream: str, items: tuple[RawItem, ...]) -> list[RawItem]:
    """Return the objects that are new or changed; of those that are not nothing more is asked."""
    connection_id = visit.held.connection.connection_id
    with db.reading("list_known") as tx:
        known = repository.list_known(
            tx, connection_id, stream, [item.external_id for item in items]
        )
    return [item for item in items if rules.is_news(known.get(item.external_id), item)]


def whole(visit: Visit, stream: str, item: RawItem) -> RawItem:
    """Return an object with its rest, such as samples; without it where there is none.

    Raises: those of `TROUBLE`, OutOfTime, Fenced.
    """
    answer = visit.ask(lambda grant: visit.adapter.more(visit.app, grant, stream, item))
    if answer is None:
        return item
    try:
        return visit.adapter.with_more(stream, item, answer)
    except (NotThere, ScopeLost, Malformed):
        return item


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
