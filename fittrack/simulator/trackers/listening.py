"""What simulated people listen to: a catalogue, and who likes and plays what, from the seed."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

from fittrack.simulator.trackers.histories import Account
from fittrack.simulator.world import World

GENRES = (
    *("ambient calm", "acoustic piano", "lo-fi chill", "indie pop"),
    *("soul funk", "house dance", "drum and bass", "metal workout"),
)
FIRST = ("Quiet", "Golden", "Electric", "Northern", "Broken", "Distant", "Velvet", "Wild")
SECOND = ("River", "Engine", "Morning", "Signal", "Harbour", "Thunder", "Garden", "Mile")
TRACKS_A_GENRE = 16
PLAYS = 50
ID_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Song:
    """One track of the catalogue."""

    track_id: str
    album_id: str
    artist_id: str
    name: str
    artist: str
    album: str
    genre: str
    duration_ms: int
    is_explicit: bool
    isrc: str
    number: int

    @property
    def is_playable(self) -> bool:
        """Tell whether it may be played where these people are."""
        return self.number < TRACKS_A_GENRE


@dataclass(slots=True)
class Listening:
    """What one account likes, and what it has played, the latest last."""

    top: list[Song]
    saved: list[tuple[datetime, Song]]
    plays: list[tuple[datetime, Song]]
    playing: Song | None = None


def catalogue_of(world: World) -> list[Song]:
    """Return all tracks there are; the same for the same seed."""
    chance = random.Random(world.number_of("spotify", "catalogue"))  # noqa: S311 - a catalogue
    return [
        _song(genre, number, chance) for genre in GENRES for number in range(1, TRACKS_A_GENRE + 1)
    ]


def listening_of(world: World, account: Account, songs: list[Song]) -> Listening:
    """Return what somebody listens to, up to now; they skip about every sixth track."""
    chance = random.Random(account.number)  # noqa: S311 - a taste
    liked = chance.sample(songs, 60)
    now = world.now().replace(microsecond=497_000)
    saved = [(now - timedelta(days=day, hours=3), song) for day, song in enumerate(liked[20:], 1)]
    playing = next(song for song in liked if song.number % 2)
    return Listening(liked[:40], saved, _plays(liked, chance, now=now), playing=playing)


def _plays(
    liked: list[Song], chance: random.Random, *, now: datetime
) -> list[tuple[datetime, Song]]:
    """Return plays with the instants at which they ended, the latest last."""
    ended_at = now - timedelta(seconds=90)
    plays = []
    for _ in range(PLAYS):
        song = chance.choice(liked)
        plays.append((ended_at, song))
        share = chance.uniform(0.15, 0.4) if chance.random() < 1 / 6 else 1.0
        pause_s = 5400 if chance.random() < 0.1 else 0
        ended_at -= timedelta(milliseconds=int(song.duration_ms * share), seconds=pause_s)
    return plays[::-1]


def _song(genre: str, number: int, chance: random.Random) -> Song:
    return Song(
        track_id=_id(chance),
        album_id=_id(chance),
        artist_id=_id(chance),
        name=f"{chance.choice(FIRST)} {chance.choice(SECOND)} {number}",
        artist=f"The {chance.choice(FIRST)} {genre.title()} Band",
        album=f"{chance.choice(SECOND)} {genre.title()}",
        genre=genre,
        duration_ms=chance.randrange(95_000, 420_000),
        is_explicit=chance.random() < 0.2,
        isrc=f"QZSIM{chance.randrange(10**7):07d}",
        number=number,
    )


def _id(chance: random.Random) -> str:
    """Return an id as the provider makes them: 22 letters of base 62."""
    return "".join(chance.choices(ID_LETTERS, k=22))
