"""A provider's objects, one after the other: what is new of them, with all that belongs to it.

A line of a list may tell less than the object asked for alone, and both leave out what is asked for
by itself, such as samples: the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fittrack import db
from fittrack.trackers.providers.base import Malformed, NotThere, RawItem, ScopeLost
from fittrack.trackers.syncing import repository, rules, storing
from fittrack.trackers.syncing.models import Known
from fittrack.trackers.syncing.visits import TROUBLE, OutOfTime, Visit


def whole_items(
    visit: Visit, stream: str, items: Sequence[RawItem], *, is_weekly: bool = False
) -> tuple[list[RawItem], Exception | None]:
    """Return what is new of a page, each with its rest, as far as the provider let us, and why
    no further. Of what is known already nothing more is asked, once a week but for late rests.
    """
    found: list[RawItem] = []
    known, synced_at = _known(visit, stream, items), visit.held.connection.last_synced_at
    for item in items:
        before = known.get(item.external_id)
        if not is_weekly and rules.is_rest_late(before, item, synced_at=synced_at):
            continue
        try:
            whole = _whole(visit, stream, item, before)
        except (*TROUBLE, OutOfTime) as error:
            return found, error
        if whole is not None:
            found.append(whole)
    return found, None


def store_one(visit: Visit, stream: str, item: RawItem) -> None:
    """Store an object with its rest, if there is news of it.

    Raises: those of `TROUBLE`, OutOfTime, Fenced.
    """
    known = _known(visit, stream, [item]).get(item.external_id)
    whole = _whole(visit, stream, item, known)
    if whole is not None:
        read = storing.read_items(visit.adapter, stream, [whole])
        storing.store_objects(visit.held, stream, read, now=visit.clock())


def _known(visit: Visit, stream: str, items: Sequence[RawItem]) -> Mapping[str, Known]:
    connection_id = visit.held.connection.connection_id
    with db.reading("list_known") as tx:
        return repository.list_known(
            tx, connection_id, stream, [item.external_id for item in items]
        )


def _whole(visit: Visit, stream: str, item: RawItem, known: Known | None) -> RawItem | None:
    """Return an object with its rest, None where there is no news of it.

    Of one that is known with more than its line tells, the line says no more than that it changed.
    """
    if not rules.is_news(known, item):
        return None
    if known is not None and rules.tells_less(item, known):
        alone = _alone(visit, stream, item)
        if alone is None or not rules.is_news(known, alone):
            return None
        item = alone
    return _with_rest(visit, stream, item)


def _alone(visit: Visit, stream: str, item: RawItem) -> RawItem | None:
    """Return an object asked for alone; None where it can't be had: the next page shows it again,
    and what is known of it stays as it is.
    """
    answer = visit.ask(lambda grant: visit.adapter.one(visit.app, grant, stream, item.external_id))
    if answer is None:
        return item
    try:
        return visit.adapter.read_one(stream, answer)
    except (Malformed, NotThere, ScopeLost):
        return None


def _with_rest(visit: Visit, stream: str, item: RawItem) -> RawItem:
    """Return an object with its rest; without it where that is to come."""
    answer = visit.ask(lambda grant: visit.adapter.more(visit.app, grant, stream, item))
    if answer is None:
        return item
    try:
        return visit.adapter.with_more(stream, item, answer)
    except (Malformed, NotThere, ScopeLost):
        return rules.without_rest(item)
