"""Music over HTTP, from a simulated Spotify over HTTP, with what goes wrong there."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack import config, db
from fittrack.clock import utc_now
from fittrack.ids import new_id
from fittrack.music import service
from fittrack.music.errors import MusicThrottled
from fittrack.recovery import service as recovery
from fittrack.recovery.models import Recovery, Source
from fittrack.simulator.faults import TOKEN, Fault
from fittrack.simulator.trackers.answers import API
from fittrack.trackers import places
from fittrack.trackers.asking import service as asking
from fittrack.trackers.connections import repository as connections
from fittrack.trackers.connections.errors import TrackerUnavailable
from fittrack.trackers.syncing import service as syncing
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, begin, connect, consent

MUSIC = "/api/v1/music"
CONNECTIONS = "/api/v1/connections"
VIEWS = ("profile", "recently-played", "currently-playing", "recommendations")
CALM, LIVELY = ("ambient", "acoustic", "lo-fi"), ("house", "drum", "metal")


def get(client, headers, view, **query):
    return client.get(f"{MUSIC}/{view}", query_string=query, headers=headers)


def code_of(answer):
    return answer.status_code, answer.json["code"]


def rest(account_id, connection, percent, *, days_ago=0):
    """Let a member wake as recovered as that."""
    now = utc_now() - timedelta(days=days_ago)
    woken = Recovery(
        recovery_id=new_id(),
        provider="whoop",
        external_id=new_id(),
        state="scored",
        day_on=now.date(),
        measured_at=now,
        utc_offset_s=0,
        score_permille=percent * 10,
        resting_hr_bpm=55,
        hrv_rmssd_us=60_000,
        spo2_permille=None,
        skin_temperature_mc=None,
        sleep_external_id=None,
        changed_at=now,
    )
    with db.transaction("keep_recovery") as tx:
        recovery.keep_recovery(tx, Source(account_id, connection["connection_id"]), woken)


def sources(choice):
    return {one["source"]: one["outcome"] for one in choice["sources"]}


def genres(spotify, choice):
    """Return what the catalogue knows of the tracks that were chosen."""
    known = {song.track_id: song.genre for song in spotify.songs}
    return [known[one["track"]["external_id"]] for one in choice["tracks"]]


def test_nothing_is_ever_synced_from_spotify(client, ana, connection):
    assert (connection["status"], connection["due_at"]) == ("active", None)
    connect(client, ana, "spotify")
    assert syncing.wake_due_connections(now=utc_now() + timedelta(days=9)) == 0
    assert syncing.sync_connection(connection_id=connection["connection_id"]) is None
    answer = client.post(f"{CONNECTIONS}/spotify/sync", headers=ana)
    assert code_of(answer) == (409, "nothing_to_sync")


def test_music_is_preferred_to_no_record(client, ana, connection):
    connect(client, ana, "strava")
    client.put(f"{CONNECTIONS}/strava/primary", headers=ana)
    answer = client.put(f"{CONNECTIONS}/spotify/primary", headers=ana)
    assert code_of(answer) == (409, "nothing_to_sync")
    assert client.get(f"{CONNECTIONS}/strava", headers=ana).json["is_primary"]


def test_spotify_is_listed_as_music(client, ana):
    found = client.get(f"{CONNECTIONS}/providers", headers=ana).json["items"]
    [one] = [provider for provider in found if provider["provider"] == "spotify"]
    assert (one["kind"], one["streams"], one["is_available"]) == ("music", [], True)


def test_a_member_sees_who_they_are_there(client, ana, connection, spotify):
    found = get(client, ana, "profile").json
    assert found["external_id"] == f"simulated{spotify.account(EMAIL).number}"
    assert found["url"].startswith("https://open.spotify.com/user/")


def test_what_was_played_comes_the_latest_first_with_its_skips(client, ana, connection, spotify):
    truth = spotify.listening(EMAIL).plays
    found = get(client, ana, "recently-played", limit=50).json
    assert found["next_cursor"] is None
    ids = [one["track"]["external_id"] for one in found["items"]]
    assert ids == [song.track_id for _, song in truth[::-1]]
    told = [one["is_skipped"] for one in found["items"]]
    gaps = zip(truth[1:], truth, strict=False)
    left = [
        (at - before).total_seconds() * 1000 < song.duration_ms / 2
        for (at, song), (before, _) in gaps
    ]
    assert told == [*left[::-1], None]
    assert 2 < sum(left) < 20


def test_as_many_plays_come_as_were_asked_for(client, ana, connection):
    assert len(get(client, ana, "recently-played").json["items"]) == 20
    found = get(client, ana, "recently-played", limit=3).json["items"]
    assert len(found) == 3
    assert found[-1]["is_skipped"] is not None


def test_what_is_on_is_told_and_silence_too(client, ana, connection, spotify):
    song = spotify.listening(EMAIL).playing
    found = get(client, ana, "currently-playing").json
    assert (found["is_playing"], found["track"]["isrc"]) == (True, song.isrc)
    assert found["progress_s"] == pytest.approx(song.duration_ms / 2000, abs=1)
    spotify.listening(EMAIL).playing = None
    found = get(client, ana, "currently-playing").json
    assert found == {"is_playing": False, "track": None, "progress_s": None}


@pytest.mark.parametrize(("percent", "band"), [(80, "high"), (50, "medium"), (12, "low")])
def test_music_follows_recovery(client, ana, ana_id, connection, spotify, percent, band):
    rest(ana_id, connection, percent)
    choice = get(client, ana, "recommendations", limit=10).json
    assert choice["band"] == band
    assert choice["recovery"]["score_percent"] == percent
    assert set(sources(choice).values()) == {"read"}
    assert len(choice["tracks"]) == 10
    for one in choice["tracks"]:
        assert one["points"] == sum(reason["points"] for reason in one["reasons"])
    found = genres(spotify, choice)
    calm = sum(genre.startswith(CALM) for genre in found)
    lively = sum(genre.startswith(LIVELY) for genre in found)
    if band == "high":
        assert (calm, lively > 5) == (0, True)
    if band == "low":
        assert (lively, calm > 5) == (0, True)


def test_old_recovery_says_nothing_of_today(client, ana, ana_id, connection):
    rest(ana_id, connection, 90, days_ago=3)
    choice = get(client, ana, "recommendations").json
    assert (choice["band"], choice["recovery"]) == ("unknown", None)


def test_no_closed_page_is_asked_for(client, ana, ana_id, connection, spotify):
    for view in VIEWS:
        assert get(client, ana, view).status_code == 200
    rest(ana_id, connection, 90)
    assert get(client, ana, "recommendations").json["band"] == "high"
    assert spotify.closed == []
    assert len(set(spotify.asked_paths)) == 6


def test_explicit_tracks_can_be_left_out(client, ana, connection):
    found = get(client, ana, "recommendations", explicit="never", limit=50).json["tracks"]
    assert not any(one["track"]["is_explicit"] for one in found)


def test_a_question_that_makes_no_sense_is_refused(client, ana, connection, spotify):
    asked = len(spotify.asked_paths)
    for view, query in (
        ("recommendations", {"explicit": "maybe"}),
        ("recommendations", {"limit": 51}),
        ("recently-played", {"limit": 0}),
        ("recently-played", {"limit": "x"}),
    ):
        assert get(client, ana, view, **query).status_code == 422
    assert len(spotify.asked_paths) == asked


def test_who_is_not_connected_hears_nothing_of_others(client, connection):
    ben = login(client, make_account())
    for view in VIEWS:
        assert code_of(get(client, ben, view)) == (404, "connection_not_found")


def test_where_spotify_is_not_set_up_nobody_asks_it(client, ana, connection):
    config.use(replace(config.current(), spotify_client_id=""))
    for view in VIEWS:
        assert code_of(get(client, ana, view)) == (404, "tracker_not_configured")


def test_what_was_not_allowed_is_named(client, ana, spotify):
    spotify.faults.add(Fault("fewer_scopes", "authorize"))
    connect(client, ana, "spotify")
    assert get(client, ana, "profile").status_code == 200
    answer = get(client, ana, "recently-played")
    assert code_of(answer) == (409, "music_scope_missing")
    assert answer.json["scopes"] == ["user-read-recently-played"]
    assert code_of(get(client, ana, "currently-playing")) == (409, "music_scope_missing")
    choice = get(client, ana, "recommendations").json
    assert sources(choice) == {
        "recently_played": "scope_missing",
        "top_tracks": "read",
        "saved_tracks": "scope_missing",
        "search": "read",
    }
    assert choice["tracks"]
    assert not {"me/tracks", "me/player/recently-played"} & set(spotify.asked_paths)


def test_403_is_no_fault_and_ends_nothing(client, ana, connection, spotify):
    for view in VIEWS[:3]:
        spotify.faults.add(Fault("forbidden", API))
        assert code_of(get(client, ana, view)) == (409, "music_not_allowed")
        assert get(client, ana, view).status_code == 200
    assert client.get(f"{CONNECTIONS}/spotify", headers=ana).json["status"] == "active"


def test_what_cannot_be_read_is_left_out(client, ana, connection, spotify):
    spotify.faults.add(Fault("forbidden", API))
    spotify.faults.add(Fault("error_503", API))
    choice = get(client, ana, "recommendations").json
    assert sources(choice) == {
        "recently_played": "not_allowed",
        "top_tracks": "away",
        "saved_tracks": "read",
        "search": "read",
    }
    assert choice["tracks"]


def test_where_nothing_can_be_read_it_is_said_why(client, ana, connection, spotify):
    spotify.faults.add(Fault("forbidden", API, 5))
    assert code_of(get(client, ana, "recommendations")) == (409, "music_not_allowed")
    spotify.faults.add(Fault("error_500", API, 5))
    answer = get(client, ana, "recommendations")
    assert code_of(answer) == (503, "tracker_unavailable")
    assert answer.headers["Retry-After"]


def test_trouble_at_spotify_is_said_to_be(client, ana, connection, spotify):
    for kind in ("error_500", "error_503", "not_json", "cut", "redirect"):
        spotify.faults.add(Fault(kind, API))
        assert code_of(get(client, ana, "recently-played")) == (503, "tracker_unavailable"), kind
        assert get(client, ana, "recently-played").status_code == 200


def test_nobody_waits_longer_than_the_deadline(client, ana_id, connection, spotify):
    spotify.faults.add(Fault("drip", API, 5))
    begun_s = time.monotonic()
    with pytest.raises(TrackerUnavailable):
        service.recommend(account_id=ana_id, explicit="less", limit=5, deadline_s=0.5)
    assert time.monotonic() - begun_s < 8  # five calls of four seconds each would be 20 s
    assert len(spotify.asked_paths) <= 2


@pytest.mark.parametrize(
    ("kind", "least_s"), [("throttled", 1), ("throttled_by_date", 1), ("throttled_silently", 28)]
)
def test_429_stops_everybody_until_spotify_wants_more(
    client, ana, ana_id, connection, spotify, kind, least_s
):
    ben = login(client, make_account())
    connect(client, ben, "spotify", email="ben@gmail.test")
    spotify.faults.add(Fault(kind, API))
    answer = get(client, ana, "profile")
    assert code_of(answer) == (503, "music_throttled")
    assert least_s <= int(answer.headers["Retry-After"]) <= 100
    asked = len(spotify.asked_paths)
    assert code_of(get(client, ben, "profile")) == (503, "music_throttled")
    assert code_of(get(client, ana, "recommendations")) == (503, "music_throttled")
    assert len(spotify.asked_paths) == asked
    later_at = utc_now() + timedelta(minutes=5)
    assert service.get_profile(account_id=ana_id, clock=lambda: later_at).external_id


def test_who_is_told_to_wait_asks_nothing_more(client, ana, connection, spotify):
    spotify.faults.add(Fault("expired", API))
    spotify.faults.add(Fault("throttled", TOKEN))
    asked = len(spotify.asked_paths)
    assert code_of(get(client, ana, "recommendations")) == (503, "music_throttled")
    assert (len(spotify.asked_paths) - asked, spotify.refreshes) == (1, 0)
    assert get(client, ana, "recommendations").status_code == 200


def test_one_member_cannot_spend_what_all_share(client, ana, ana_id, connection, spotify):
    ben = login(client, make_account())
    connect(client, ben, "spotify", email="ben@gmail.test")
    asked = len(spotify.asked_paths)
    now = utc_now()
    for _ in range(15):
        service.get_profile(account_id=ana_id, clock=lambda: now)
    with pytest.raises(MusicThrottled):
        service.get_profile(account_id=ana_id, clock=lambda: now)
    assert len(spotify.asked_paths) - asked == 15
    assert get(client, ben, "profile").status_code == 200


def test_an_expired_token_is_renewed_once(client, ana, connection, spotify):
    spotify.faults.add(Fault("expired", API))
    assert get(client, ana, "profile").status_code == 200
    assert spotify.refreshes == 1
    spotify.faults.add(Fault("expired", API))
    assert get(client, ana, "profile").status_code == 200
    assert spotify.refreshes == 2


def test_no_renewal_begins_that_might_be_cut_off(client, ana, ana_id, connection, spotify):
    spotify.faults.add(Fault("expired", API, 9))
    with pytest.raises(TrackerUnavailable):
        service.recommend(account_id=ana_id, explicit="less", limit=5, deadline_s=1.5)
    assert spotify.refreshes == 0
    spotify.faults.clear()
    assert get(client, ana, "profile").status_code == 200


def test_a_token_that_opens_nothing_though_it_is_new_is_trouble(client, ana, connection, spotify):
    spotify.faults.add(Fault("expired", API, 2))
    assert code_of(get(client, ana, "profile")) == (503, "tracker_unavailable")
    assert client.get(f"{CONNECTIONS}/spotify", headers=ana).json["status"] == "active"


def test_a_revoked_grant_asks_for_a_new_one_and_says_so_once(client, ana, connection, spotify):
    spotify.revoke_account(spotify.account(EMAIL))
    for _ in range(2):
        assert code_of(get(client, ana, "recommendations")) == (409, "reauth_required")
    assert client.get(f"{CONNECTIONS}/spotify", headers=ana).json["status"] == "reauth_required"
    told = client.get("/api/v1/notifications", headers=ana).json["items"]
    assert [one["kind"] for one in told].count("connection_reauth_required") == 1
    assert connect(client, ana, "spotify")["due_at"] is None
    assert get(client, ana, "profile").status_code == 200


def test_a_grant_that_was_renewed_meanwhile_is_not_lost(client, ana, ana_id, connection):
    with db.reading("get_connection") as tx:
        former = connections.get_live_connection(tx, ana_id, "spotify")
    connect(client, ana, "spotify")
    asking._lose(former, "invalid_grant", now=utc_now())
    assert client.get(f"{CONNECTIONS}/spotify", headers=ana).json["status"] == "active"


def test_few_wait_for_spotify_at_a_time(client, ana_id, connection):
    asked = {"account_id": ana_id, "provider": "spotify", "deadline_s": 0.05}
    with ExitStack() as waiting:
        for _ in range(places.MOST_OF_ONE):
            waiting.enter_context(asking.visit(**asked))
        with pytest.raises(TrackerUnavailable):
            waiting.enter_context(asking.visit(**asked))
    with asking.visit(**asked) as visit:
        assert visit.connection.account_id == ana_id


def test_a_false_verifier_makes_no_connection(client, ana, spotify):
    url = begin(client, ana, "spotify").json["authorization_url"]
    other = begin(client, ana, "spotify").json["authorization_url"]
    challenge = other.partition("code_challenge=")[2].partition("&")[0]
    path = consent(url, code_challenge=challenge)
    assert code_of(client.get(path)) == (409, "provider_refused_code")


def test_an_answer_is_kept_for_a_moment_and_not_beyond_the_connection(
    client, ana, connection, spotify
):
    config.use(replace(config.current(), cache_music_s=60, cache_playing_s=5))
    for view in VIEWS:
        first = get(client, ana, view)
        asked = len(spotify.asked_paths)
        assert get(client, ana, view).data == first.data
        assert len(spotify.asked_paths) == asked
    client.delete(f"{CONNECTIONS}/spotify?data=delete", headers=ana)
    for view in VIEWS:
        assert code_of(get(client, ana, view)) == (404, "connection_not_found")


def test_nothing_of_it_is_stored(client, ana, ana_id, connection, database):
    rest(ana_id, connection, 80)
    for view in VIEWS:
        get(client, ana, view)
    names = [song["track"]["name"] for song in get(client, ana, "recently-played").json["items"]]
    stored = "\n".join(database.raw().iterdump())
    assert not any(name in stored for name in names)
    for table in ("connection_records", "provider_payloads", "connection_streams"):
        assert database.raw().execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
