"""What a webhook named, asked for: one object, a part of a stream, or a look at the grant.

It is done by whoever holds the connection, as a sync is, out of the share of calls that polling
leaves; when the connection is due for itself stays as it was.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fittrack import db, queues
from fittrack.trackers.connections import repository as connections
from fittrack.trackers.providers.base import Event, Malformed, NotThere, RawItem, Throttled, Window
from fittrack.trackers.syncing import objects, repository, rules, service, storing, visits
from fittrack.trackers.syncing.models import Outcome
from fittrack.trackers.syncing.visits import TROUBLE, Clock, OutOfTime, Visit

FINAL = {"reauth_required"}
# Nobody does more than this in the time that one notification is about.
LOOKED_FOR_ROWS = 50


class NotYet(Exception):
    """What was told can't be done at this moment; a little later it may."""


class InOtherHands(NotYet):
    """Another worker has the connection, for seconds as a rule."""


def do_event(provider: str, event: Event, *, is_last: bool, clock: Clock) -> datetime | None:
    """Do what an event tells, and return None; or, where the provider wants a pause, until when.

    `is_last` believes that an object is gone that is not there, or is there to stay that was said
    to be gone. Somebody who is not connected is nothing to us. Raises: NotYet.
    """
    with db.reading("find_connection_of_person") as tx:
        found = connections.find_connection_of_person(tx, provider, event.external_account_id)
    if found is None or found.status in FINAL:
        return None
    visit = visits.take(found.connection_id, "webhook", clock, is_urgent=True)
    if visit is None:
        raise InOtherHands
    try:
        return _do_held(visit, event, is_last=is_last)
    except storing.Fenced as error:
        raise InOtherHands from error


def _do_held(visit: Visit, event: Event, *, is_last: bool) -> datetime | None:
    try:
        is_done = _do(visit, event, is_last=is_last)
    except (*TROUBLE, OutOfTime, NotYet) as error:
        return _lay_back_in_trouble(visit, error)
    except storing.Fenced:
        raise
    except Exception as error:
        visits.lay_back(visit, _outcome(visit, "failed", visits.broken(visit, error).error_code))
        raise
    if is_done:
        visits.lay_back(visit, _outcome(visit, "done"))
        return None
    # The whole connection is looked at: what is new, and whether we are still let in.
    visits.lay_back(visit, replace(_outcome(visit, "done"), due_at=visit.clock()))
    queues.wake_due("sync_connection", visit.held.connection.connection_id)
    return None


def _lay_back_in_trouble(visit: Visit, error: Exception) -> datetime | None:
    if isinstance(error, OutOfTime | NotYet):
        visits.lay_back(visit, _outcome(visit, "delayed", "not_yet"))
        raise NotYet from error
    outcome = visits.outcome_of(visit, error)
    if outcome.status in FINAL:
        visits.lay_back(visit, outcome)
        return None
    visits.lay_back(visit, _outcome(visit, outcome.outcome, outcome.error_code))
    if isinstance(error, Throttled):
        return outcome.due_at
    raise NotYet from error


def _outcome(visit: Visit, outcome: str, error_code: str | None = None) -> Outcome:
    """Return how a visit ended that leaves the connection as it stands; success ends parking.

    Who was not asked has not answered.
    """
    was = visit.held.connection
    is_read = outcome == "done" and visit.sent > 0
    if was.status == "parked" and is_read:
        return Outcome(outcome, None, visit.clock(), 0, is_read=True)
    return Outcome(
        outcome,
        error_code,
        was.due_at,
        was.failures,
        was.status,
        is_read=is_read,
        status_reason=was.status_reason,
    )


def _do(visit: Visit, event: Event, *, is_last: bool) -> bool:
    """Do an event; tell whether that was all, or the whole connection is to be looked at."""
    stream = event.stream
    if event.kind == "revoked" or stream is None:
        return False
    if stream not in visit.adapter.facts.streams:
        return True
    if event.external_id is not None:
        return _do_one(visit, event, stream, event.external_id, is_last=is_last)
    if event.since_at is None:
        return False
    if event.kind == "delete":
        until_at = event.until_at or visit.clock()
        _look_for_all(visit, stream, Window(event.since_at, until_at), is_last=is_last)
    else:
        _read_since(visit, stream, event.since_at)
    return True


def _look_for_all(visit: Visit, stream: str, window: Window, *, is_last: bool) -> None:
    """Look for each object that we know of a time, for one of them is said to be gone.

    Raises: NotYet where all of them are there still.
    """
    connection_id = visit.held.connection.connection_id
    with db.reading("list_known_between") as tx:
        kept = repository.list_known_between(
            tx, connection_id, stream, window, row_limit=LOOKED_FOR_ROWS
        )
    ids = [one.external_id for one in kept]
    gone = [external_id for external_id in ids if not _is_there(visit, stream, external_id)]
    for external_id in gone:
        storing.delete_object(visit.held, stream, external_id, now=visit.clock())
    if ids and not gone and not is_last:
        raise NotYet("not_gone_yet")


def _is_there(visit: Visit, stream: str, external_id: str) -> bool:
    """Tell whether an object can be had; what can't be asked for is believed to be there."""
    answer = visit.ask(lambda grant: visit.adapter.one(visit.app, grant, stream, external_id))
    try:
        if answer is not None:
            objects.store_one(visit, stream, visit.adapter.read_one(stream, answer))
    except NotThere:
        return False
    return True


def _do_one(visit: Visit, event: Event, stream: str, external_id: str, *, is_last: bool) -> bool:
    answer = visit.ask(lambda grant: visit.adapter.one(visit.app, grant, stream, external_id))
    if answer is None and event.kind != "delete":
        return False
    is_gone = False
    item: RawItem | None = None
    try:
        item = visit.adapter.read_one(stream, answer) if answer is not None else None
    except NotThere:
        is_gone = True
    if event.kind == "delete":
        # Who signed it is believed; where one can look, it has to be gone.
        is_gone = is_gone or answer is None
    if not is_gone and item is not None and (event.kind != "delete" or is_last):
        objects.store_one(visit, stream, item)
        return True
    _bury_or_wait(
        visit, stream, external_id, is_told=is_gone and event.kind == "delete", is_last=is_last
    )
    return True


def _bury_or_wait(
    visit: Visit, stream: str, external_id: str, *, is_told: bool, is_last: bool
) -> None:
    """Bury what is said to be gone; what nobody said so of may be late, and at last is taken away.

    Raises: NotYet, Fenced.
    """
    if is_told:
        storing.delete_object(visit.held, stream, external_id, now=visit.clock())
    elif is_last:
        storing.take_away(visit.held, stream, external_id, now=visit.clock())
    else:
        raise NotYet("not_there_yet")


def _read_since(visit: Visit, stream: str, since_at: datetime) -> None:
    """Read what a stream has since an instant; how far it is read stays."""
    window, token = Window(since_at, visit.clock()), None
    for _ in range(rules.MOST_PAGES):
        token = service.read_named_page(visit, stream, window, token)
        if token is None:
            return
    raise Malformed("endless_pages")
