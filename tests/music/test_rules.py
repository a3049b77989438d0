"""Which music suits a day: decisions without a network."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.music import rules
from fittrack.music.models import Candidate, Rested
from fittrack.trackers.providers.music import RECENT, SAVED, SEARCH, TOP, Play, Track
from fittrack.trackers.providers.spotify import Spotify
from fittrack.wire import Answer
from tests.conftest import SHARED

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
HIGH, MEDIUM, LOW = rules.BANDS
NOTHING = rules.listened([], now=NOW, zone=UTC_ZONE)


def track(name="A Song", **over):
    known = {
        "external_id": f"id of {name}",
        "name": name,
        "artists": (f"artist of {name}",),
        "album": None,
        "duration_s": 200,
        "is_explicit": False,
        "isrc": None,
        "url": None,
        "image_url": None,
    }
    return Track(**known | over)


def plays_of(*gaps_s, length_s=200):
    """Return plays with gaps between their ends, given from the oldest on; the latest first."""
    ended_at, plays = NOW - timedelta(days=1), []
    for number, gap_s in enumerate(gaps_s):
        ended_at += timedelta(seconds=gap_s)
        plays.append(Play(track(f"song {number}", duration_s=length_s), ended_at))
    return plays[::-1]


def proposed(*tracks, source=TOP, told=NOTHING, band=MEDIUM, explicit="less", limit=50):
    candidates = [Candidate(one, source, place) for place, one in enumerate(tracks)]
    return rules.choose(candidates, told, band, explicit=explicit, row_limit=limit)


def codes(proposal):
    return {reason.code for reason in proposal.reasons}


@pytest.mark.parametrize(
    ("percent", "name"),
    [(100, "high"), (67, "high"), (66.9, "medium"), (34, "medium"), (33.9, "low"), (0, "low")],
)
def test_a_recovery_has_one_band(percent, name):
    assert rules.band_of(Rested(NOW.date(), percent)).name == name


def test_without_a_recovery_the_band_is_unknown():
    assert rules.band_of(None).name == "unknown"


def test_a_recovery_of_the_day_before_yesterday_says_nothing():
    today_on = date(2026, 11, 20)
    assert rules.is_of_today(date(2026, 11, 19), today_on=today_on)
    assert not rules.is_of_today(date(2026, 11, 18), today_on=today_on)
    assert not rules.is_of_today(date(2026, 11, 22), today_on=today_on)


def test_another_day_searches_for_something_else():
    today, tomorrow = (rules.searches_of(LOW, today_on=date(2026, 11, day)) for day in (20, 21))
    assert len(set(today)) == rules.SEARCHES
    assert set(today).isdisjoint(tomorrow)
    assert set(today + tomorrow) == set(LOW.searches)


def test_what_was_left_in_its_first_half_was_skipped():
    found = rules.heard(plays_of(0, 200, 99, 101, 5000))
    told = [(one.listened_s, one.is_skipped) for one in found]
    assert told == [(200, False), (101, False), (99, True), (200, False), (None, None)]


def test_two_plays_that_ended_at_once_tell_nothing():
    assert [one.is_skipped for one in rules.heard(plays_of(0, 0, 200))] == [False, None, None]


def test_a_recorded_history_holds_few_skips():
    path = SHARED / "provider-payloads" / "spotify" / "recently_played_tracks.json"
    if not path.exists():
        pytest.skip("the recorded bodies are not here")
    found = rules.heard(Spotify().read_plays(Answer(200, {}, path.read_bytes())))
    assert sum(one.is_skipped is False for one in found) == 47
    assert json.loads(path.read_bytes())["items"][0]["track"]["name"] == found[0].track.name


def test_a_skip_counts_against_a_track_and_less_against_its_artist():
    skipped = track("Skipped", artists=("One",))
    by_the_same = track("Other", artists=("ONE",))
    plays = [
        Play(skipped, NOW - timedelta(hours=9)),
        Play(track("before"), NOW - timedelta(hours=9, seconds=40)),
    ]
    told = rules.listened(rules.heard(plays), now=NOW, zone=UTC_ZONE)
    best, second, worst = proposed(skipped, by_the_same, track("Third"), told=told)
    assert [one.track.name for one in (best, second, worst)] == ["Third", "Other", "Skipped"]
    assert "skipped_before" in codes(worst) & codes(second)
    assert worst.points == second.points - rules.SKIP_POINTS


def test_an_artist_of_this_hour_comes_first():
    usual = track("Usual")
    zone = ZoneInfo("America/Los_Angeles")
    # 04:00 by the member's clock; a play at 03:00 there is around this hour, one at 12:00 is not.
    for hours_ago, is_usual in ((25, True), (16, False)):
        plays = [Play(usual, NOW - timedelta(hours=hours_ago))]
        told = rules.listened(rules.heard(plays), now=NOW, zone=zone)
        found = proposed(track("Another"), usual, told=told)
        assert ("usual_hour" in codes(next(one for one in found if one.track is usual))) is is_usual
        assert (found[0].track is usual) is is_usual


def test_the_hour_before_midnight_is_near_the_hour_after():
    plays = [Play(track("Late"), datetime(2026, 11, 18, 23, 30, tzinfo=UTC))]
    now = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    told = rules.listened(rules.heard(plays), now=now, zone=UTC_ZONE)
    assert told.hours_by_artist == {"artist of late": 1}


@pytest.mark.parametrize(
    ("band", "first"), [(HIGH, "Metal Storm"), (LOW, "Quiet Piano (Acoustic)")]
)
def test_energy_follows_the_band(band, first):
    found = proposed(track("Metal Storm"), track("Quiet Piano (Acoustic)"), band=band)
    assert found[0].track.name == first
    assert "energy_fits" in codes(found[0])
    assert "energy_differs" in codes(found[-1])


def test_what_was_found_for_a_band_suits_it():
    one = proposed(track("Nameless"), source=SEARCH, band=LOW)[0]
    assert "energy_fits" in codes(one)


def test_of_what_no_word_tells_the_energy_nothing_is_said():
    one = proposed(track("Nameless"), band=LOW)[0]
    assert codes(one) == {"top_tracks"}


def test_words_are_whole_words():
    candidate = Candidate(track("Alivelier Metallurgy Popcorn"), TOP, 0)
    assert rules.energy_of(candidate, LOW) is None


def test_a_recording_comes_once_from_where_it_counts_most():
    same = [track(name, isrc="GBARL9300135") for name in ("Album", "Single")]
    candidates = [Candidate(same[0], RECENT, 0), Candidate(same[1], TOP, 0)]
    [one] = rules.choose(candidates, NOTHING, LOW, explicit="less", row_limit=5)
    assert codes(one) == {"top_tracks"}


def test_no_artist_fills_the_list():
    many = [track(f"song {number}", artists=("Same",)) for number in range(9)]
    nameless = [track(f"anonymous {number}", artists=()) for number in range(5)]
    found = proposed(*many, *nameless)
    assert sum(one.track.artists == ("Same",) for one in found) == rules.MOST_OF_AN_ARTIST
    assert sum(one.track.artists == () for one in found) == 5


def test_explicit_words_come_as_asked():
    rude, kind = track("Rude", is_explicit=True), track("Kind")
    assert [one.track for one in proposed(rude, kind, explicit="never")] == [kind]
    assert [one.points for one in proposed(rude, kind, explicit="allow")] == [20, 20]
    less = proposed(rude, kind, explicit="less")
    assert [one.track for one in less] == [kind, rude]
    assert codes(less[1]) == {"top_tracks", "explicit"}


def test_jingles_and_mixes_come_later():
    found = proposed(track("Jingle", duration_s=30), track("Mix", duration_s=4000), track("Song"))
    assert found[0].track.name == "Song"
    assert {"too_short"} < codes(next(one for one in found if one.track.name == "Jingle"))
    assert {"too_long"} < codes(next(one for one in found if one.track.name == "Mix"))


def test_what_was_just_played_rests():
    again = track("Again")
    told = rules.listened(
        rules.heard([Play(again, NOW - timedelta(minutes=9))]), now=NOW, zone=UTC_ZONE
    )
    one = rules.propose(Candidate(again, TOP, 0), told, MEDIUM, explicit="less")
    assert "just_played" in codes(one)


TRACKS = st.builds(
    Track,
    external_id=st.text("abc", min_size=1, max_size=2),
    name=st.sampled_from(["Metal", "Calm", "x"]),
    artists=st.lists(st.sampled_from(["A", "b", ""]), max_size=2).map(tuple),
    album=st.none(),
    duration_s=st.none() | st.integers(1, 10_000),
    is_explicit=st.booleans(),
    isrc=st.none() | st.just("GBARL9300135"),
    url=st.none(),
    image_url=st.none(),
)
CANDIDATES = st.builds(
    Candidate, TRACKS, st.sampled_from([TOP, SAVED, RECENT, SEARCH]), st.integers(0, 49)
)
PLAYS = st.builds(Play, TRACKS, st.integers(0, 200_000).map(lambda s: NOW - timedelta(seconds=s)))


@given(
    candidates=st.lists(CANDIDATES, max_size=30),
    plays=st.lists(PLAYS, max_size=20),
    band=st.sampled_from([*rules.BANDS, rules.UNKNOWN]),
    explicit=st.sampled_from(rules.EXPLICIT),
    limit=st.integers(1, 50),
)
def test_whatever_is_chosen_is_ranked_explained_and_once(candidates, plays, band, explicit, limit):
    latest_first = sorted(plays, key=lambda play: play.ended_at, reverse=True)
    told = rules.listened(rules.heard(latest_first), now=NOW, zone=UTC_ZONE)
    found = rules.choose(candidates, told, band, explicit=explicit, row_limit=limit)
    assert len(found) <= limit
    assert [one.points for one in found] == sorted((one.points for one in found), reverse=True)
    assert len({rules.key_of(one.track) for one in found}) == len(found)
    assert {one.track for one in found} <= {one.track for one in candidates}
    for one in found:
        assert one.points == sum(reason.points for reason in one.reasons)
        assert one.reasons[0].code in {TOP, SAVED, RECENT, SEARCH}
        assert explicit != "never" or not one.track.is_explicit
    again = rules.choose(candidates, told, band, explicit=explicit, row_limit=limit)
    assert again == found


def test_more_recovery_never_asks_for_less_energy():
    energies = [rules.band_of(Rested(NOW.date(), percent)).energy_percent for percent in range(101)]
    assert energies == sorted(energies)


def test_who_has_never_listened_has_skipped_nothing():
    assert rules.heard([]) == []
