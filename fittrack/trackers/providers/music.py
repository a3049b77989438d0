"""What a provider of music is asked for, and what its answers come to. No I/O.

Nothing of it is synced: a member's music is read when they ask, and kept for a moment at most.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fittrack.trackers.providers.base import (
    Adapter,
    App,
    Grant,
    NotThere,
    RawItem,
    RawPage,
    Window,
)
from fittrack.trackers.records import Record
from fittrack.wire import Answer, Request

MUSIC = "music"
# What can be asked for; a scope may be needed for each.
PROFILE, RECENT, PLAYING = "profile", "recently_played", "currently_playing"
TOP, SAVED, SEARCH = "top_tracks", "saved_tracks", "search"
KINDS = (PROFILE, RECENT, PLAYING, TOP, SAVED, SEARCH)


@dataclass(frozen=True, slots=True)
class Listener:
    """A member as the provider of music knows them."""

    external_id: str
    display_name: str | None
    url: str | None
    image_url: str | None


@dataclass(frozen=True, slots=True)
class Track:
    """One piece of music; `isrc` names the recording at whichever provider."""

    external_id: str
    name: str
    artists: tuple[str, ...]
    album: str | None
    duration_s: int | None
    is_explicit: bool
    isrc: str | None
    url: str | None
    image_url: str | None


@dataclass(frozen=True, slots=True)
class Play:
    """A track that was listened to, until `ended_at`."""

    track: Track
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Playing:
    """What is being played now; no track where nothing is, or nothing that is a track."""

    is_playing: bool
    track: Track | None
    progress_s: int | None


class MusicAdapter(Adapter):
    """A provider of music. What reads raises what `base` defines, and nothing else."""

    @abstractmethod
    def ask(self, app: App, grant: Grant, kind: str, *, rows: int, words: str = "") -> Request:
        """Return what asks for one of `KINDS`; `words` are what is searched for."""

    @abstractmethod
    def scope_of(self, kind: str) -> str | None:
        """Return the scope without which a kind is not answered; None where none is needed."""

    @abstractmethod
    def read_listener(self, answer: Answer) -> Listener:
        """Return whose music it is. Raises: Malformed, TokenRefused, ScopeLost, Throttled…"""

    @abstractmethod
    def read_plays(self, answer: Answer) -> Sequence[Play]:
        """Return what was listened to, the latest first; what can't be read is left out."""

    @abstractmethod
    def read_playing(self, answer: Answer) -> Playing:
        """Return what is being played now."""

    @abstractmethod
    def read_tracks(self, kind: str, answer: Answer) -> Sequence[Track]:
        """Return the tracks of a list or a search; what can't be read is left out."""

    def page(
        self, app: App, grant: Grant, stream: str, window: Window, token: str | None
    ) -> Request:
        """Music has no streams. Raises: NotThere."""
        raise NotThere

    def read_page(self, stream: str, answer: Answer, token: str | None) -> RawPage:
        """Music has no streams. Raises: NotThere."""
        raise NotThere

    def normalise(self, stream: str, item: RawItem) -> Sequence[Record]:
        """Music has no streams. Raises: NotThere."""
        raise NotThere
