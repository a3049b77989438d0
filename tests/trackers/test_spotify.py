"""Spotify's adapter without a network, and its simulator beside what Spotify says of itself."""

from __future__ import annotations

import inspect
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from fittrack.config import Config
from fittrack.simulator.trackers.service import Family
from fittrack.trackers.providers import app_of, music
from fittrack.trackers.providers.base import (
    App,
    Grant,
    GrantRefused,
    Malformed,
    NotThere,
    ProviderDown,
    ScopeLost,
    Throttled,
    TokenRefused,
)
from fittrack.trackers.providers.spotify import Spotify
from fittrack.wire import Answer, Request
from tests.conftest import SHARED

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SPOTIFY = Spotify()
APP = App(
    client_id="fittrack.spotify",
    client_secret="",
    redirect_uri="https://fittrack.example/api/v1/connections/spotify/callback",
    hosts=SPOTIFY.facts.hosts,
)
GRANT = Grant("an-access-token", "a-refresh-token", NOW, frozenset(SPOTIFY.facts.scopes))
# All that is open to new applications and of use here; nothing else may ever be called.
OPEN = {
    "https://accounts.spotify.com/api/token",
    "https://api.spotify.com/v1/me",
    "https://api.spotify.com/v1/me/player/recently-played",
    "https://api.spotify.com/v1/me/player/currently-playing",
    "https://api.spotify.com/v1/me/top/tracks",
    "https://api.spotify.com/v1/me/tracks",
    "https://api.spotify.com/v1/search",
}
RECORDED = {
    "current_user.json": "me",
    "recently_played_tracks.json": "me/player/recently-played",
    "current_playing_track.json": "me/player/currently-playing",
    "top_tracks.json": "me/top/tracks",
    "saved_tracks.json": "me/tracks",
    "search.json": "search",
}
ALL_SCOPES = frozenset({*SPOTIFY.facts.scopes, "user-read-private"})


def answer_of(body, status=200, **headers):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {"date": "Fri, 20 Nov 2026 12:00:00 GMT", **headers}, text)


def recorded(name):
    path = SHARED / "provider-payloads" / "spotify" / name
    if not path.exists():
        pytest.skip("the recorded bodies are not here")
    return json.loads(path.read_bytes())


NOT_ASKED = {"page", "one", "more", "revoke_with"}


def requests_of(adapter):
    """Return every request that an adapter can make, found by walking its methods."""
    made = []
    given = {
        "app": APP,
        "grant": GRANT,
        "code": "a-code",
        "verifier": "v" * 43,
        "rows": 10_000,
        "words": "ambient calm",
        "now": datetime(2026, 11, 20, 12, tzinfo=UTC),
    }
    for name, method in inspect.getmembers(adapter, inspect.ismethod):
        signature = inspect.signature(method)
        if "Request" not in str(signature.return_annotation) or name in NOT_ASKED:
            continue
        for kind in music.KINDS if "kind" in signature.parameters else (None,):
            known = given | {"kind": kind}
            asked = method(**{key: known[key] for key in signature.parameters})
            made += asked if isinstance(asked, list | tuple) else [asked]
    return [one for one in made if isinstance(one, Request)]


def test_nothing_that_is_closed_is_ever_called():
    made = requests_of(SPOTIFY)
    assert {one.url for one in made} == OPEN
    assert {one.method for one in made if "/v1/" in one.url} == {"GET"}


@pytest.mark.parametrize("ask", [SPOTIFY.one, SPOTIFY.more])
def test_single_objects_are_not_asked_for(ask):
    assert ask(APP, GRANT, "workouts", "x") is None


def test_no_stream_is_synced():
    assert SPOTIFY.facts.streams == ()
    with pytest.raises(NotThere):
        SPOTIFY.page(APP, GRANT, "workouts", None, None)
    with pytest.raises(NotThere):
        SPOTIFY.read_page("workouts", answer_of({}), None)
    with pytest.raises(NotThere):
        SPOTIFY.normalise("workouts", None)


def test_it_has_no_way_to_take_access_back():
    assert SPOTIFY.revoke(APP, GRANT) is None


def test_the_token_goes_in_a_header_and_no_secret_anywhere():
    for one in requests_of(SPOTIFY):
        assert "token" not in urlsplit(one.url).query
        assert "client_secret" not in (one.form or "")
        if "/v1/" in one.url:
            assert one.headers["Authorization"] == "Bearer an-access-token"


def test_a_search_asks_for_ten_at_most_and_a_list_for_fifty():
    limits = {kind: SPOTIFY.ask(APP, GRANT, kind, rows=10_000).params for kind in music.KINDS}
    assert limits["search"]["limit"] == 10
    assert limits["top_tracks"]["limit"] == limits["saved_tracks"]["limit"] == 50
    assert limits["profile"] == limits["currently_playing"] == {}


def test_the_page_of_consent_asks_with_pkce_for_four_scopes():
    url = SPOTIFY.authorize_url(APP, state="s" * 43, challenge="c" * 43)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == APP.redirect_uri
    assert asked["scope"].split() == [
        "user-read-recently-played",
        "user-read-currently-playing",
        "user-top-read",
        "user-library-read",
    ]


def test_every_answer_to_a_refresh_replaces_the_token():
    told = {"access_token": "a2", "refresh_token": "r2", "expires_in": 3600, "scope": "x y"}
    grant = SPOTIFY.read_grant(answer_of(told), before=GRANT, now=NOW)
    assert (grant.access_token, grant.refresh_token) == ("a2", "r2")
    assert grant.expires_at == NOW + timedelta(hours=1)
    assert grant.scopes == {"x", "y"}


def test_a_refresh_without_a_new_token_keeps_the_old_one():
    told = {"access_token": "a2", "expires_in": 3600}
    grant = SPOTIFY.read_grant(answer_of(told), before=GRANT, now=NOW)
    assert (grant.refresh_token, grant.scopes) == ("a-refresh-token", GRANT.scopes)


def test_a_refusal_of_a_token_is_told_from_trouble():
    with pytest.raises(GrantRefused):
        SPOTIFY.read_grant(answer_of({"error": "invalid_grant"}, 400), before=GRANT, now=NOW)
    for status, body in ((400, {"error": "invalid_client"}), (500, b"<html>"), (502, b"")):
        with pytest.raises(ProviderDown):
            SPOTIFY.read_grant(answer_of(body, status), before=GRANT, now=NOW)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(401, TokenRefused), (403, ScopeLost), (404, NotThere), (429, Throttled), (503, ProviderDown)],
)
def test_a_status_means_the_same_wherever_it_comes(status, meaning):
    answer = answer_of({"error": {"status": status, "message": "no"}}, status)
    for read in (SPOTIFY.read_listener, SPOTIFY.read_plays, SPOTIFY.read_playing):
        with pytest.raises(meaning):
            read(answer)
    with pytest.raises(meaning):
        SPOTIFY.read_tracks("top_tracks", answer)


def test_nothing_on_is_no_error():
    playing = SPOTIFY.read_playing(answer_of(b"", 204))
    assert (playing.is_playing, playing.track) == (False, None)


def test_an_advertisement_is_no_track():
    told = {"is_playing": True, "item": None, "currently_playing_type": "ad", "progress_ms": 5}
    playing = SPOTIFY.read_playing(answer_of(told))
    assert (playing.is_playing, playing.track, playing.progress_s) == (True, None, None)


def test_recorded_bodies_are_read_whole():
    assert SPOTIFY.read_person(answer_of(recorded("current_user.json"))) == "member-1"
    for name, kind in (
        ("top_tracks.json", "top_tracks"),
        ("saved_tracks.json", "saved_tracks"),
        ("search.json", "search"),
    ):
        body = recorded(name)
        tracks = SPOTIFY.read_tracks(kind, answer_of(body))
        rows = [row.get("track") or row for row in (body.get("tracks") or body)["items"]]
        assert len(tracks) == sum(row.get("is_playable", True) for row in rows)
        assert all(one.url.startswith("https://open.spotify.com/track/") for one in tracks)
    playing = SPOTIFY.read_playing(answer_of(recorded("current_playing_track.json")))
    assert (playing.track.name, playing.track.is_explicit) == ("Witte Was", True)
    assert (playing.track.isrc, playing.progress_s) == ("GBMJG1909751", 135)


def test_plays_come_the_latest_first_however_they_are_sent():
    body = recorded("recently_played_tracks.json")
    plays = SPOTIFY.read_plays(answer_of(body))
    assert SPOTIFY.read_plays(answer_of({"items": body["items"][::-1]})) == plays
    assert plays[0].ended_at == max(play.ended_at for play in plays)
    assert len(plays) == 48


def test_what_cannot_be_read_is_left_out():
    good = {"id": "t1", "name": "Song", "type": "track", "artists": [{"name": "A"}, None, {}]}
    episode, unplayable = good | {"type": "episode"}, good | {"is_playable": False}
    rows = [None, 7, {}, episode, unplayable, good, {"id": "t2"}, {"id": None, "name": "x"}]
    [track] = SPOTIFY.read_tracks("top_tracks", answer_of({"items": rows}))
    assert (track.name, track.artists, track.duration_s, track.url) == ("Song", ("A",), None, None)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://open.spotify.com/x",
        "https://",
        "https://a b",
        7,
        "https://[x",
    ],
)
def test_an_address_that_is_not_safe_to_open_is_left_out(address):
    row = {"id": "t1", "name": "Song", "external_urls": {"spotify": address}}
    row["album"] = {"images": [{"url": address}]}
    [track] = SPOTIFY.read_tracks("top_tracks", answer_of({"items": [row]}))
    assert (track.url, track.image_url) == (None, None)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("items", "tracks", "track", "album", "images", "artists", "name", "id"),
                    *("external_urls", "spotify", "external_ids", "isrc", "played_at", "item"),
                    *("duration_ms", "progress_ms", "is_playing", "display_name", "url"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(body=ANYTHING)
def test_no_garbage_is_more_than_malformed(body):
    answer = answer_of(body)
    reads = [SPOTIFY.read_listener, SPOTIFY.read_plays, SPOTIFY.read_playing]
    reads += [lambda told, kind=kind: SPOTIFY.read_tracks(kind, told) for kind in music.KINDS]
    for read in reads:
        try:
            read(answer)
        except Malformed:
            continue


@pytest.fixture(scope="module")
def description():
    path = SHARED / "provider-specs" / "spotify.yaml"
    if not path.exists():
        pytest.skip("the providers' descriptions are not here")
    with path.open("rb") as file:
        told = yaml.load(file, Loader=yaml.CSafeLoader)
    # Its values are no names of schemas, as a discriminator's without a mapping have to be.
    for name in ("CurrentlyPlayingObject", "CurrentlyPlayingContextObject"):
        del told["components"]["schemas"][name]["properties"]["item"]["discriminator"]
    return told


def fetched(tracker, path, scopes=ALL_SCOPES, **query):
    """Return what the simulator answers to somebody who has allowed some scopes."""
    family = Family(tracker.account("ana@gmail.test", "Ana Example"), scopes)
    token = tracker.issue(family).access_token
    return requests.get(
        f"{tracker.world.base_url}/spotify/api/v1/{path}",
        params=({"q": "ambient", "type": "track"} if path == "search" else {}) | query,
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )


@pytest.fixture
def spotify(trackers):
    return trackers["spotify"]


def test_what_is_simulated_is_what_spotify_describes(spotify, description):
    resource = Resource(contents=description, specification=DRAFT4)
    registry = Registry().with_resource("urn:spotify", resource)
    for path in RECORDED.values():
        body = fetched(spotify, path).json()
        told = description["paths"][f"/{path}"]["get"]["responses"]["200"]["$ref"]
        schema = f"urn:spotify{told}/content/application~1json/schema"
        OAS30Validator({"$ref": schema}, registry=registry).validate(body)


def shape(value, path=""):
    """Return the paths of a value's leaves, with their types."""
    if isinstance(value, dict):
        return {leaf for key, inner in value.items() for leaf in shape(inner, f"{path}/{key}")}
    if isinstance(value, list):
        return {leaf for inner in value for leaf in shape(inner, f"{path}[]")} | {(path, "list")}
    return {(path, type(value).__name__)}


@pytest.mark.parametrize(("name", "path"), RECORDED.items())
def test_recorded_shapes_can_be_simulated(spotify, name, path):
    made = shape(fetched(spotify, path, limit=5 if path == "search" else 30).json())
    assert shape(recorded(name)) - made == set()


def test_closed_pages_are_closed_in_the_simulator_too(spotify):
    for path in ("recommendations", "audio-features/x", "browse/new-releases", "artists/x"):
        answer = fetched(spotify, path)
        assert (answer.status_code, answer.json()["error"]["status"]) == (403, 403)
    assert len(spotify.closed) == 4


def test_a_scope_that_is_missing_is_403(spotify):
    answer = fetched(spotify, "me/tracks", frozenset({"user-top-read"}))
    assert (answer.status_code, answer.json()["error"]["message"]) == (403, "Forbidden")


def test_an_address_called_localhost_is_refused(settings: Config, spotify):
    client = spotify.client
    query = {"client_id": client.client_id, "redirect_uri": "http://localhost:8000/x"}
    url = f"{spotify.world.base_url}/spotify/accounts/authorize"
    assert requests.get(url, params=query, timeout=60).status_code == 400
    query["redirect_uri"] = client.redirect_uri
    assert requests.get(url, params=query, timeout=60).status_code == 200


def test_without_an_id_nobody_connects(settings: Config):
    assert app_of(SPOTIFY, settings) is None
