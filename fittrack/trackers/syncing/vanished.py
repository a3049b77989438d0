"""What a provider no longer has, and nobody has told us of: found out by what its pages lack."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fittrack import db
from fittrack.trackers.providers.base import (
    Malformed,
    NotThere,
    ProviderDown,
    RawItem,
    RawPage,
    ScopeLost,
    Window,
)
from fittrack.trackers.syncing import objects, repository, storing
from fittrack.trackers.syncing.models import Kept
from fittrack.trackers.syncing.visits import Visit

KEPT_ROWS = 2000
# A page that came empty makes all that we know suspicious: no more than this is looked for, in a
# sync and once a week.
ROWS_OF_SYNC, ROWS_OF_SWEEP = 5, 20
# What is on no page and there all the same, or can't be asked for, is looked for so rarely.
LOOKED_FOR_AGAIN = timedelta(hours=6)
# Nobody says whether a list goes by when things began or ended, or by which clock.
EDGE = timedelta(days=1)
# What is about to leave a provider's lists by its age is not gone; some reach 28 days, not 30.
MARGIN = timedelta(days=4)
# The version of the grant that a connection began with.
FIRST_GRANT = 1
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Sweep:
    """The objects on the pages of one window; all of them only where its first page is among."""

    stream: str
    seen: set[str] = field(default_factory=set)
    is_whole: bool = False

    def see(self, page: RawPage, *, is_first: bool) -> None:
        """Note what is on a page. Raises: Malformed where it says nothing new and goes on."""
        found = {item.external_id for item in page.items}
        if is_first:
            self.seen, self.is_whole = found, True
            return
        if found and found <= self.seen and page.next_token is not None:
            raise Malformed("endless_pages")
        self.seen |= found


def bury_vanished(visit: Visit, sweep: Sweep, window: Window, *, is_sweep: bool) -> None:
    """Look for objects that we have of a window and that were on none of its pages.

    What is not there is taken away, until a page shows it again; what can't be asked for alone is
    once two readings in some hours lack it. Trouble ends it until the next reading, for the
    pages are read. Raises: NoGrant, Throttled, TokenRefused, TurnOver, OutOfTime, Fenced.
    """
    from_at = max(window.from_at + EDGE, _reaches_back_to(visit))
    if not sweep.is_whole or from_at >= window.to_at or _may_hide(visit):
        return
    kept = _kept(visit, sweep.stream, Window(from_at, window.to_at))
    back = [one.external_id for one in kept if one.external_id in sweep.seen and one.missed_at]
    storing.note_missed(visit.held, sweep.stream, back, missed_at=None, now=visit.clock())
    # What is longer than the edge and only reaches into the window may be on none of its pages.
    missing = [one for one in kept if one.external_id not in sweep.seen and one.began_at >= from_at]
    with suppress(ProviderDown):
        for one in to_look_for(missing, is_sweep=is_sweep, now=visit.clock()):
            _look_for(visit, sweep.stream, one)


def to_look_for(missing: Sequence[Kept], *, is_sweep: bool, now: datetime) -> list[Kept]:
    """Return what is to be looked for, first that which never was, then what was the longest ago.

    So what is there and on no page, as often as it answers, keeps nobody from the others.
    """
    due = (one for one in missing if now - (one.missed_at or NEVER) >= LOOKED_FOR_AGAIN)
    in_turn = sorted(due, key=lambda one: (one.missed_at or NEVER, one.external_id))
    return in_turn[: ROWS_OF_SWEEP if is_sweep else ROWS_OF_SYNC]


def _kept(visit: Visit, stream: str, window: Window) -> list[Kept]:
    connection_id = visit.held.connection.connection_id
    with db.reading("list_known_between") as tx:
        return repository.list_known_between(tx, connection_id, stream, window, row_limit=KEPT_ROWS)


def _reaches_back_to(visit: Visit) -> datetime:
    """Return from when on a provider surely lists all that it has."""
    facts = visit.adapter.facts
    return visit.clock() - max(facts.overlap, facts.backfill) + MARGIN


def _may_hide(visit: Visit) -> bool:
    """Tell whether a provider may hide what we know from before.

    One without a backfill shows nothing from before a member let us in; nor does it show to who is
    let in again what it showed the first time.
    """
    is_again = visit.held.connection.grant_version > FIRST_GRANT
    return is_again and not visit.adapter.facts.backfill


def _look_for(visit: Visit, stream: str, one: Kept) -> None:
    """Ask for an object; what is there is noted, with its news, and what is gone goes."""
    adapter, external_id = visit.adapter, one.external_id
    answer = visit.ask(lambda grant: adapter.one(visit.app, grant, stream, external_id))
    item: RawItem | None = None
    try:
        if answer is not None:
            item = adapter.read_one(stream, answer)
    except NotThere:
        # Nobody said so: what is known by its day may be there again.
        storing.take_away(visit.held, stream, external_id, now=visit.clock())
        return
    except (Malformed, ScopeLost):
        pass  # of this one nothing can be said, and others wait
    if answer is None and one.missed_at is not None:
        storing.take_away(visit.held, stream, external_id, now=visit.clock())
        return
    now = visit.clock()
    storing.note_missed(visit.held, stream, [external_id], missed_at=now, now=now)
    if item is not None:
        objects.store_one(visit, stream, item)
