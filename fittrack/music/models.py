"""Music as members see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fittrack.trackers.providers.music import Track


@dataclass(frozen=True, slots=True)
class Heard:
    """One play; None where it can't be told how long it was listened to."""

    track: Track
    ended_at: datetime
    listened_s: int | None
    is_skipped: bool | None


@dataclass(frozen=True, slots=True)
class Rested:
    """How recovered a member woke on a day, in percent."""

    day_on: date
    score_percent: float


@dataclass(frozen=True, slots=True)
class Band:
    """One row of our table: from which recovery on, which energy, and what is searched for."""

    name: str
    least_percent: int
    energy_percent: int
    searches: tuple[str, ...]
    longest_s: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A track that may be proposed, from where it comes, and how near its top it stood there."""

    track: Track
    source: str
    place: int


@dataclass(frozen=True, slots=True)
class Listened:
    """What recent plays tell: how often tracks and artists were skipped or heard at this hour."""

    skips_by_track: dict[str, int]
    skips_by_artist: dict[str, int]
    hours_by_artist: dict[str, int]
    just_played: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a track stands where it does: a stable word, points, and the same for people."""

    code: str
    points: int
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """One track with its points and what they are made of."""

    track: Track
    points: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What became of one question to the provider."""

    source: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Music for today: the band, and the tracks with their reasons."""

    band: str
    energy_percent: int
    recovery: Rested | None
    sources: tuple[Source, ...]
    tracks: tuple[Proposal, ...]
