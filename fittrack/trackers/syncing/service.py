"""A sync: take the connection, read what is new and a piece of the past, lay it back.

One worker at a time has a connection, by a lease with a fence. Every page is a transaction of its
own, its cursor with it; the provider is asked outside of all of them. Killed anywhere, a sync has
stored whole pages, and the next one goes on with the page after them. What was read of a page that
could not be finished is stored too, so that the next sync need not ask for it again. What goes
wrong never loses data: it decides when the connection is due again, and what its member is told.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from fittrack import db, queues
from fittrack.clock import utc_now
from fittrack.trackers.providers.base import (
    Malformed,
    ProviderDown,
    Window,
)
from fittrack.trackers.syncing import objects, repository, rules, storing
from fittrack.trackers.syncing.models import Outcome, Step, StreamState
from fittrack.trackers.syncing.vanished import Sweep, bury_vanished
from fittrack.trackers.syncing.visits import (
    TROUBLE,
    Clock,
    OutOfTime,
    Visit,
    broken,
    lay_back,
    outcome_of,
    take,
)

logger = logging.getLogger(__name__)
DUE_ROWS = 500
# A window that ends so long before a sync was begun by an earlier one; its ends are whole seconds.
EARLIER = timedelta(minutes=1)


def wake_due_connections(*, now: datetime, row_limit: int = DUE_ROWS) -> int:
    """Wake a worker for each connection that is due, and return how many were woken.

    Where so much waits already that workers are behind, nobody is: the same would wait once more,
    and each time in vain but the first.
    """
    if queues.count_waiting("sync_connection") >= row_limit:
        return 0
    with db.reading("list_due_connections") as tx:
        due = repository.list_due_connections(tx, now_at=now, row_limit=row_limit)
    for connection_id in due:
        queues.wake_due("sync_connection", connection_id)
    return len(due)


def sync_connection(
    *, connection_id: str, cause: str = "due", clock: Clock = utc_now
) -> Outcome | None:
    """Sync a connection that is due and in nobody's hands; None where it is neither."""
    visit = take(connection_id, cause, clock)
    if visit is None:
        return None
    visit.turn_calls = rules.turn_calls(visit.adapter.facts)
    try:
        return lay_back(visit, _read_all(visit))
    except storing.Fenced:
        logger.warning("another worker took this connection over")
        return None
    except Exception as error:
        lay_back(visit, broken(visit, error))
        raise


def _read_all(visit: Visit) -> Outcome:
    """Read every stream as far as time allows, and say how it ended. Raises: Fenced."""
    try:
        is_whole = all(_read_stream(visit, stream) for stream in visit.adapter.facts.streams)
    except TROUBLE as error:
        return outcome_of(visit, error)
    wait = _poll_wait(visit) if is_whole else timedelta(0)
    return Outcome("done", None, visit.clock() + wait, 0, is_read=is_whole)


def _poll_wait(visit: Visit) -> timedelta:
    facts = visit.adapter.facts
    with db.reading("count_living") as tx:
        connections = repository.count_living(tx, facts.name)
    return rules.poll_wait(facts, connections)


def _read_stream(visit: Visit, stream: str) -> bool:
    """Read what is new, then the past, page by page; tell whether all of it is read."""
    facts, connection = visit.adapter.facts, visit.held.connection
    with db.reading("list_streams") as tx:
        states = repository.list_streams(tx, connection.connection_id)
    state = states.get(stream) or StreamState(connection.connection_id, stream, None, None, None)
    state = rules.begun_anew(state, connection.failures)
    sweep, is_behind = Sweep(stream), False
    step = _first(visit, state)
    try:
        while step is not None:
            if visit.started_at - step.window.to_at > EARLIER and not step.is_backfill:
                is_behind = True
            state = _read_page(visit, stream, state, step, sweep)
            if state.window_json is None and not step.is_backfill:
                is_sweep = rules.is_sweep(step, facts)
                bury_vanished(visit, sweep, step.window, is_sweep=is_sweep)
            step = _next(visit, state)
            if step is None and is_behind:  # after a window of an earlier sync: what came since
                step, is_behind = rules.forward_step(state, facts, now=visit.clock()), False
    except OutOfTime:
        return False
    return True


def _first(visit: Visit, state: StreamState) -> Step | None:
    """Return the page to begin with; what this round of syncs has read is not read again."""
    facts, synced_at, now = (
        visit.adapter.facts,
        visit.held.connection.last_synced_at,
        visit.clock(),
    )
    if state.window_json is not None or state.read_to_at is None:
        return _next(visit, state)
    if not visit.is_urgent and rules.is_read_already(state, facts, synced_at=synced_at, now=now):
        return _next(visit, state)
    return rules.forward_step(state, facts, now=now)


def _next(visit: Visit, state: StreamState) -> Step | None:
    connected_at = visit.held.connection.connected_at
    return rules.next_step(state, visit.adapter.facts, connected_at=connected_at, now=visit.clock())


def _read_page(
    visit: Visit, stream: str, state: StreamState, step: Step, sweep: Sweep
) -> StreamState:
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
    sweep.see(page, is_first=step.pages == 0)
    is_weekly = rules.is_weekly(state, now=visit.clock())
    items, trouble = objects.whole_items(visit, stream, page.items, is_weekly=is_weekly)
    read = storing.read_items(adapter, stream, items)
    if trouble is not None:
        storing.store_objects(visit.held, stream, read, now=visit.clock())
        raise trouble
    after = rules.after_page(state, step, page.next_token)
    calls = visit.calls - before
    storing.store_page(visit.held, stream, read, after, calls=calls, now=visit.clock())
    visit.calls = before
    return after


def read_named_page(visit: Visit, stream: str, window: Window, token: str | None) -> str | None:
    """Read a page that a webhook named and store it; return the token of the next one."""
    answer = visit.ask(lambda grant: visit.adapter.page(visit.app, grant, stream, window, token))
    if answer is None:
        raise ProviderDown("no_request")
    page = visit.adapter.read_page(stream, answer, token)
    items, trouble = objects.whole_items(visit, stream, page.items)
    read = storing.read_items(visit.adapter, stream, items)
    storing.store_objects(visit.held, stream, read, now=visit.clock())
    if trouble is not None:
        raise trouble
    return page.next_token
