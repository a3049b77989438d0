"""Which music suits a day: our own table, and our own signals. No I/O.

The provider tells neither tempo nor energy of a track to applications like ours, and proposes
nothing. So the energy of a track is guessed from words: those that it was found by, else those that
it, its album or its artists bear. What is not known counts neither for nor against it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from fittrack.music.models import Band, Candidate, Heard, Listened, Proposal, Reason, Rested
from fittrack.trackers.providers.music import RECENT, SAVED, SEARCH, TOP, Play, Track

# From which recovery on; the last row is for days of which nothing is known.
BANDS = (
    Band("high", 67, 85, ("house dance", "drum and bass", "power workout", "techno club"), 420),
    Band("medium", 34, 60, ("indie pop", "soul funk", "feel good pop", "electro pop"), 480),
    Band("low", 0, 30, ("ambient calm", "acoustic piano", "lo-fi chill", "slow jazz"), 600),
)
UNKNOWN = Band("unknown", 0, 60, BANDS[1].searches, BANDS[1].longest_s)
# A recovery says something of the day that it was measured on, and of the next until it ends.
MOST_AGE = timedelta(days=1)
SEARCHES = 2

# What words say of energy, in percent; several are averaged.
ENERGY_PERCENT_BY_WORD = {
    **dict.fromkeys(("sleep", "meditation", "lullaby"), 10),
    **dict.fromkeys(("ambient", "nocturne", "rain"), 20),
    **dict.fromkeys(("piano", "calm", "adagio", "relax"), 30),
    **dict.fromkeys(("acoustic", "unplugged", "lo-fi", "lofi", "slow", "chill", "jazz"), 35),
    **dict.fromkeys(("ballad", "folk", "blues"), 45),
    **dict.fromkeys(("soul", "indie", "pop"), 55),
    **dict.fromkeys(("funk", "live", "disco"), 65),
    **dict.fromkeys(("rock", "remix", "dance", "house", "electro"), 75),
    **dict.fromkeys(("club", "power", "techno", "trance", "rave"), 85),
    **dict.fromkeys(("punk", "metal", "workout", "hardcore", "hardstyle", "bass"), 92),
}
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")

SOURCE_POINTS = {TOP: 20, SAVED: 12, RECENT: 8, SEARCH: 6}
SOURCE_TEXTS = {
    TOP: "It is among what you play most.",
    SAVED: "You have saved it.",
    RECENT: "You have listened to it lately.",
    SEARCH: "It was found for a day like this.",
}
# How many places from the top cost a point.
PLACES_A_POINT = 5
ENERGY_POINTS, ENERGY_FITS_WITHIN = 40, 20
HOUR_POINTS, HOURS_AROUND = 15, 2
SKIP_POINTS, ARTIST_SKIP_POINTS, MOST_SKIP_POINTS = 25, 6, 50
SHORTEST_S, LENGTH_POINTS = 75, 15
EXPLICIT_POINTS = 10
FRESH_POINTS, JUST_NOW = 15, timedelta(hours=2)
MOST_OF_AN_ARTIST = 3
# Whoever leaves a track in its first half has skipped it.
SKIPPED_BEFORE = 0.5

ALLOW, LESS, NEVER = "allow", "less", "never"
EXPLICIT = (ALLOW, LESS, NEVER)


def band_of(rested: Rested | None) -> Band:
    """Return the row of our table for a recovery; its own row for none."""
    if rested is None:
        return UNKNOWN
    return next(band for band in BANDS if rested.score_percent >= band.least_percent)


def is_of_today(day_on: date, *, today_on: date) -> bool:
    """Tell whether a recovery still says something of a day."""
    return today_on - MOST_AGE <= day_on <= today_on + MOST_AGE


def searches_of(band: Band, *, today_on: date) -> tuple[str, ...]:
    """Return what is searched for on a day; another day finds something else."""
    at = today_on.toordinal() * SEARCHES
    return tuple(band.searches[(at + one) % len(band.searches)] for one in range(SEARCHES))


def heard(plays: Sequence[Play]) -> list[Heard]:
    """Return plays, the latest first, with how long each was listened to.

    The provider tells when a play ended. So what lies between an end and the one before it is what
    was listened to, as far as it is no more than the track: the rest was a pause. Nothing can be
    told of the oldest, nor of two that ended at once.
    """
    return [_heard(play, before) for play, before in pairwise((*plays, None)) if play]


def listened(plays: Sequence[Heard], *, now: datetime, zone: ZoneInfo) -> Listened:
    """Return what recent plays tell of a member's habits at this hour of their day."""
    skipped = [one for one in plays if one.is_skipped]
    hour = now.astimezone(zone).hour
    at_this_hour = [
        one
        for one in plays
        if not one.is_skipped and _apart(one.ended_at.astimezone(zone).hour, hour) <= HOURS_AROUND
    ]
    return Listened(
        skips_by_track=dict(Counter(key_of(one.track) for one in skipped)),
        skips_by_artist=dict(Counter(_artist(one.track) for one in skipped)),
        hours_by_artist=dict(Counter(_artist(one.track) for one in at_this_hour)),
        just_played=frozenset(key_of(one.track) for one in plays if now - one.ended_at <= JUST_NOW),
    )


def choose(
    candidates: Iterable[Candidate], told: Listened, band: Band, *, explicit: str, row_limit: int
) -> tuple[Proposal, ...]:
    """Return the best tracks, each with its reasons: once, and few of one artist."""
    proposals = [
        propose(one, told, band, explicit=explicit)
        for one in _once(candidates)
        if explicit != NEVER or not one.track.is_explicit
    ]
    proposals.sort(key=lambda one: (-one.points, one.track.external_id))
    return tuple(_varied(proposals)[:row_limit])


def propose(candidate: Candidate, told: Listened, band: Band, *, explicit: str) -> Proposal:
    """Return a track with its points and what each of them is for."""
    found = (
        _by_source(candidate),
        _by_energy(candidate, band),
        _by_hour(candidate.track, told),
        _by_skips(candidate.track, told),
        _by_length(candidate.track, band),
        _by_words(candidate.track, explicit),
        _by_freshness(candidate.track, told),
    )
    reasons = tuple(reason for reason in found if reason is not None)
    return Proposal(candidate.track, sum(reason.points for reason in reasons), reasons)


def energy_of(candidate: Candidate, band: Band) -> int | None:
    """Return the energy of a track in percent as words tell it; None where they tell nothing."""
    if candidate.source == SEARCH:
        return band.energy_percent
    track = candidate.track
    text = " ".join((track.name, track.album or "", *track.artists)).lower()
    found = [
        percent
        for word in set(_WORD.findall(text))
        if (percent := ENERGY_PERCENT_BY_WORD.get(word)) is not None
    ]
    return round(sum(found) / len(found)) if found else None


def key_of(track: Track) -> str:
    """Return what makes two tracks one: the recording, which has ids in several albums."""
    return track.isrc or track.external_id


def _heard(play: Play, before: Play | None) -> Heard:
    length_s = play.track.duration_s
    gap_s = (play.ended_at - before.ended_at).total_seconds() if before else 0.0
    if length_s is None or gap_s <= 0:
        return Heard(play.track, play.ended_at, None, None)
    listened_s = min(round(gap_s), length_s)
    is_skipped = gap_s < length_s * SKIPPED_BEFORE
    return Heard(play.track, play.ended_at, listened_s, is_skipped)


def _apart(hour: int, other: int) -> int:
    """Return how many hours of the clock lie between two."""
    return min((hour - other) % 24, (other - hour) % 24)


def _once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return each recording once, from where it counts most."""
    best: dict[str, Candidate] = {}
    for one in candidates:
        known = best.get(key_of(one.track))
        if known is None or _by_source(one).points > _by_source(known).points:
            best[key_of(one.track)] = one
    return list(best.values())


def _varied(proposals: Sequence[Proposal]) -> list[Proposal]:
    seen: Counter[str] = Counter()
    kept = []
    for one in proposals:
        artist = _artist(one.track)
        seen[artist] += 1
        if not artist or seen[artist] <= MOST_OF_AN_ARTIST:
            kept.append(one)
    return kept


def _artist(track: Track) -> str:
    return track.artists[0].casefold() if track.artists else ""


def _by_source(candidate: Candidate) -> Reason:
    points = max(1, SOURCE_POINTS[candidate.source] - candidate.place // PLACES_A_POINT)
    return Reason(candidate.source, points, SOURCE_TEXTS[candidate.source])


def _by_energy(candidate: Candidate, band: Band) -> Reason | None:
    energy = energy_of(candidate, band)
    if energy is None:
        return None
    apart = abs(energy - band.energy_percent)
    points = ENERGY_POINTS - 2 * apart
    if apart <= ENERGY_FITS_WITHIN:
        return Reason("energy_fits", max(points, 1), "Its energy suits how recovered you are.")
    word = "lively" if energy > band.energy_percent else "calm"
    return Reason("energy_differs", min(points, -1), f"It may be too {word} for today.")


def _by_hour(track: Track, told: Listened) -> Reason | None:
    times = told.hours_by_artist.get(_artist(track), 0) if track.artists else 0
    if not times:
        return None
    points = min(HOUR_POINTS, 5 * times)
    return Reason("usual_hour", points, "You listen to this artist around this hour.")


def _by_skips(track: Track, told: Listened) -> Reason | None:
    times = told.skips_by_track.get(key_of(track), 0)
    of_artist = told.skips_by_artist.get(_artist(track), 0) if track.artists else 0
    points = min(MOST_SKIP_POINTS, SKIP_POINTS * times + ARTIST_SKIP_POINTS * of_artist)
    if not points:
        return None
    what = "it" if times else "its artist"
    return Reason("skipped_before", -points, f"You have skipped {what} lately.")


def _by_length(track: Track, band: Band) -> Reason | None:
    length_s = track.duration_s
    if length_s is None or SHORTEST_S <= length_s <= band.longest_s:
        return None
    word = "short" if length_s < SHORTEST_S else "long"
    return Reason(f"too_{word}", -LENGTH_POINTS, f"It is rather {word}.")


def _by_words(track: Track, explicit: str) -> Reason | None:
    if explicit != LESS or not track.is_explicit:
        return None
    return Reason("explicit", -EXPLICIT_POINTS, "Its words are explicit.")


def _by_freshness(track: Track, told: Listened) -> Reason | None:
    if key_of(track) not in told.just_played:
        return None
    return Reason("just_played", -FRESH_POINTS, "You have just listened to it.")
