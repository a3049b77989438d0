"""Use cases of music: read from a member's provider while they wait, and stored nowhere.

The database is read before the provider is asked, never during it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from fittrack import db
from fittrack.accounts.profiles import service as profiles
from fittrack.clock import utc_now
from fittrack.music import rules
from fittrack.music.errors import MusicNotAllowed, MusicScopeMissing, MusicThrottled
from fittrack.music.models import Candidate, Choice, Heard, Rested, Source
from fittrack.recovery import service as recovery
from fittrack.trackers.asking import service as asking
from fittrack.trackers.asking.service import Visit
from fittrack.trackers.calling import INTERACTIVE_DEADLINE_S
from fittrack.trackers.connections.errors import TrackerNotConfigured, TrackerUnavailable
from fittrack.trackers.providers.base import (
    Malformed,
    NotThere,
    ProviderDown,
    ScopeLost,
    Throttled,
)
from fittrack.trackers.providers.music import (
    PLAYING,
    PROFILE,
    RECENT,
    SAVED,
    SEARCH,
    TOP,
    Listener,
    MusicAdapter,
    Playing,
    Track,
)
from fittrack.wire import Answer

logger = logging.getLogger(__name__)
T = TypeVar("T")
Clock = Callable[[], datetime]
PROVIDER = "spotify"
ROWS = 50
FOUND_ROWS = 10
# What a question to the provider can come to.
READ, NO_SCOPE, NOT_ALLOWED, AWAY, BUSY = (
    "read",
    "scope_missing",
    "not_allowed",
    "away",
    "throttled",
)
OUTCOMES = (READ, NO_SCOPE, NOT_ALLOWED, AWAY, BUSY)


def get_profile(*, account_id: str, clock: Clock = utc_now) -> Listener:
    """Return who a member is at the provider of their music.

    Raises: ConnectionNotFound, ReauthRequired, MusicNotAllowed, MusicThrottled, TrackerUnavailable,
    TrackerNotConfigured.
    """
    with asking.visit(account_id=account_id, provider=PROVIDER, clock=clock) as visit:
        return _alone(visit, PROFILE, 1, lambda adapter, answer: adapter.read_listener(answer))


def list_recently_played(*, account_id: str, limit: int, clock: Clock = utc_now) -> list[Heard]:
    """Return what a member has listened to, the latest first; the provider knows 50 at most.

    Raises: as `get_profile`, MusicScopeMissing.
    """
    with asking.visit(account_id=account_id, provider=PROVIDER, clock=clock) as visit:
        # One more tells how long the oldest was listened to.
        plays = _alone(visit, RECENT, limit + 1, lambda adapter, answer: adapter.read_plays(answer))
    return rules.heard(plays)[:limit]


def get_playing(*, account_id: str, clock: Clock = utc_now) -> Playing:
    """Return what a member listens to now. Raises: as `list_recently_played`."""
    with asking.visit(account_id=account_id, provider=PROVIDER, clock=clock) as visit:
        return _alone(visit, PLAYING, 1, lambda adapter, answer: adapter.read_playing(answer))


def recommend(
    *,
    account_id: str,
    explicit: str,
    limit: int,
    deadline_s: float = INTERACTIVE_DEADLINE_S,
    clock: Clock = utc_now,
) -> Choice:
    """Choose music by how recovered a member is; what can't be read is left out, and said so.

    Raises: ConnectionNotFound, ReauthRequired, MusicNotAllowed, MusicThrottled, TrackerUnavailable,
    TrackerNotConfigured.
    """
    now = clock()
    zone = ZoneInfo(profiles.get_profile(account_id=account_id, now=now).stored.time_zone)
    rested = _rested(account_id, today_on=now.astimezone(zone).date())
    band = rules.band_of(rested)
    with asking.visit(
        account_id=account_id, provider=PROVIDER, deadline_s=deadline_s, clock=clock
    ) as visit:
        asked = _Asked(visit)
        plays = rules.heard(
            asked.of(RECENT, ROWS, lambda adapter, answer: adapter.read_plays(answer))
        )
        candidates = [
            *_candidates(TOP, asked.tracks(TOP, ROWS)),
            *_candidates(SAVED, asked.tracks(SAVED, ROWS)),
            *_candidates(RECENT, [one.track for one in plays if not one.is_skipped]),
        ]
        for words in rules.searches_of(band, today_on=now.astimezone(zone).date()):
            candidates += _candidates(SEARCH, asked.tracks(SEARCH, FOUND_ROWS, words))
    asked.check()
    told = rules.listened(plays, now=now, zone=zone)
    tracks = rules.choose(candidates, told, band, explicit=explicit, row_limit=limit)
    return Choice(band.name, band.energy_percent, rested, tuple(asked.sources), tracks)


class _Asked:
    """The questions of one visit: each may fail without the others."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.sources: list[Source] = []
        self.resumes_at: datetime | None = None

    def tracks(self, kind: str, rows: int, words: str = "") -> Sequence[Track]:
        return self.of(
            kind, rows, lambda adapter, answer: adapter.read_tracks(kind, answer), words=words
        )

    def of(
        self,
        kind: str,
        rows: int,
        read: Callable[[MusicAdapter, Answer], Sequence[T]],
        *,
        words: str = "",
    ) -> Sequence[T]:
        """Return what a question comes to; nothing where the provider does not answer it."""
        outcome, found = READ, list[T]()
        if not self.visit.has_scope(_adapter(self.visit).scope_of(kind)):
            outcome = NO_SCOPE
        elif self.resumes_at is not None:
            outcome = BUSY
        else:
            try:
                found = list(_read(self.visit, kind, rows, read, words))
            except (ScopeLost, NotThere):
                outcome = NOT_ALLOWED
            except Throttled as error:
                now = self.visit.clock()
                outcome, self.resumes_at = BUSY, error.resumes_by(now) or now
            except (Malformed, ProviderDown):
                outcome = AWAY
        self._note(kind, outcome)
        return found

    def check(self) -> None:
        """Raises: MusicThrottled, TrackerUnavailable, MusicNotAllowed where nothing was read."""
        outcomes = {source.outcome for source in self.sources}
        if READ in outcomes:
            return
        if BUSY in outcomes:
            raise _throttled(self.resumes_at, now=self.visit.clock())
        if AWAY in outcomes:
            raise TrackerUnavailable
        raise MusicNotAllowed(provider=PROVIDER)

    def _note(self, kind: str, outcome: str) -> None:
        """Keep what became of a question; of two searches the better counts."""
        known = [source for source in self.sources if source.source == kind]
        if not known:
            self.sources.append(Source(kind, outcome))
        elif outcome == READ:
            self.sources[self.sources.index(known[0])] = Source(kind, READ)


def _alone(visit: Visit, kind: str, rows: int, read: Callable[[MusicAdapter, Answer], T]) -> T:
    """Return what one question comes to, or raise why it has no answer."""
    scope = _adapter(visit).scope_of(kind)
    if scope is not None and not visit.has_scope(scope):
        raise MusicScopeMissing(scopes=[scope])
    try:
        return _read(visit, kind, rows, read)
    except (ScopeLost, NotThere) as error:
        raise MusicNotAllowed(provider=PROVIDER) from error
    except Throttled as error:
        now = visit.clock()
        raise _throttled(error.resumes_by(now), now=now) from error
    except (Malformed, ProviderDown) as error:
        logger.warning("music can't be read", extra={"kind": type(error).__name__})
        raise TrackerUnavailable from error


def _read(
    visit: Visit,
    kind: str,
    rows: int,
    read: Callable[[MusicAdapter, Answer], T],
    words: str = "",
) -> T:
    adapter = _adapter(visit)
    answer = visit.ask(
        lambda grant: adapter.ask(visit.app, grant, kind, rows=min(rows, ROWS), words=words)
    )
    return read(adapter, answer)


def _adapter(visit: Visit) -> MusicAdapter:
    if not isinstance(visit.adapter, MusicAdapter):
        raise TrackerNotConfigured(provider=PROVIDER)
    return visit.adapter


def _throttled(resumes_at: datetime | None, *, now: datetime) -> MusicThrottled:
    left = (resumes_at or now) - now
    return MusicThrottled(wait_s=max(1, -(-left // timedelta(seconds=1))))


def _candidates(source: str, tracks: Sequence[Track]) -> list[Candidate]:
    return [Candidate(track, source, place) for place, track in enumerate(tracks)]


def _rested(account_id: str, *, today_on: date) -> Rested | None:
    """Return how recovered a member woke; None where nothing of today is known."""
    with db.reading("find_latest_recovery") as tx:
        found = recovery.find_latest_recovery(tx, account_id)
    if found is None or found.score_percent is None:
        return None
    if not rules.is_of_today(found.day_on, today_on=today_on):
        return None
    return Rested(found.day_on, found.score_percent)
