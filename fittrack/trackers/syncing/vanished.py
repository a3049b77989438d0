"""What a provider no longer has, and nobody has told us of: found out by what its pages lack."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fittrack import db
from fittrack.trackers.providers.base import (
    Malformed,
    NotThere,
    ProviderDown,
    RawPage,
    ScopeLost,
    Window,
)
from fittrack.trackers.syncing import repository, storing
from fittrack.trackers.syncing.visits import Visit

KNOWN_ROWS = 2000
# A page that came empty makes all that we know suspicious: no more than this is asked for.
ASKED_ROWS = 20
# What is about to leave a provider's lists by its age is not gone.
MARGIN = timedelta(days=2)
# The version of the grant that a connection began with.
FIRST_GRANT = 1


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


def bury_vanished(visit: Visit, sweep: Sweep, window: Window) -> None:
    """Ask for each object that we know of a window and that was on none of its pages.

    What is not there is buried. Trouble ends it until the next sweep, for the pages are read.
    Raises: NoGrant, Throttled, TokenRefused, TurnOver, OutOfTime, Fenced.
    """
    from_at = max(window.from_at, _reaches_back_to(visit))
    if not sweep.is_whole or from_at >= window.to_at or _may_hide(visit):
        return
    with db.reading("list_known_between") as tx:
        known = repository.list_known_between(
            tx,
            visit.held.connection.connection_id,
            sweep.stream,
            Window(from_at, window.to_at),
            row_limit=KNOWN_ROWS,
        )
    missing = [external_id for external_id in known if external_id not in sweep.seen]
    with suppress(Malformed, ProviderDown, ScopeLost):
        for external_id in missing[:ASKED_ROWS]:
            if _is_gone(visit, sweep.stream, external_id):
                storing.delete_object(visit.held, sweep.stream, external_id, now=visit.clock())


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


def _is_gone(visit: Visit, stream: str, external_id: str) -> bool:
    answer = visit.ask(lambda grant: visit.adapter.one(visit.app, grant, stream, external_id))
    if answer is None:
        return False
    try:
        visit.adapter.read_one(stream, answer)
    except NotThere:
        return True
    return False
