"""Spotify: what a member listens to, by OAuth with PKCE; read when they ask, never synced.

https://developer.spotify.com/documentation/web-api. With PKCE there is no secret of ours, and each
refresh token works once. Its recommendations, audio features, audio analysis, genre seeds, related
artists and browse pages are closed to new applications: none of them is ever called, not even to
see whether they are open. 403 and 404 are ordinary answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from fittrack.config import Config
from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import (
    App,
    Credentials,
    Facts,
    Grant,
    Limit,
    Malformed,
)
from fittrack.trackers.providers.music import (
    MUSIC,
    PLAYING,
    PROFILE,
    RECENT,
    SAVED,
    SEARCH,
    TOP,
    Listener,
    MusicAdapter,
    Play,
    Playing,
    Track,
)
from fittrack.wire import Answer, Request

T = TypeVar("T")
MOST_ROWS = 50
# The description says so of searches, whatever is asked.
MOST_FOUND = 10
MOST_ARTISTS = 20
# The window is known to roll for 30 s; how many calls it lets through is told to nobody.
WINDOW_S, WINDOW_CALLS, MEMBER_CALLS = 30, 90, 15

PATHS: Mapping[str, str] = {
    PROFILE: "/v1/me",
    RECENT: "/v1/me/player/recently-played",
    PLAYING: "/v1/me/player/currently-playing",
    TOP: "/v1/me/top/tracks",
    SAVED: "/v1/me/tracks",
    SEARCH: "/v1/search",
}
SCOPES: Mapping[str, str] = {
    RECENT: "user-read-recently-played",
    PLAYING: "user-read-currently-playing",
    TOP: "user-top-read",
    SAVED: "user-library-read",
}


class Spotify(MusicAdapter):
    facts = Facts(
        name="spotify",
        title="Spotify",
        hosts={"accounts": "https://accounts.spotify.com", "api": "https://api.spotify.com"},
        scopes=tuple(SCOPES.values()),
        # Whoever allows less has the rest.
        needed_scopes=frozenset(),
        streams=(),
        limits=(
            Limit(WINDOW_S, WINDOW_CALLS),
            Limit(WINDOW_S, MEMBER_CALLS, is_per_member=True),
        ),
        overlap=timedelta(0),
        poll_every=timedelta(days=1),
        is_shown_to_others=False,
        kind=MUSIC,
    )

    def credentials(self, settings: Config) -> Credentials:
        return Credentials(settings.spotify_client_id, "")

    def authorize_address(self, app: App) -> str:
        return f"{app.hosts['accounts']}/authorize"

    def exchange(self, app: App, code: str, verifier: str | None) -> Request:
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": app.redirect_uri,
            "code_verifier": verifier or "",
        }
        return _token(app, given)

    def refresh(self, app: App, grant: Grant) -> Request | None:
        given = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token or ""}
        return _token(app, given)

    def read_grant(self, answer: Answer, *, before: Grant | None, now: datetime) -> Grant:
        return reading.grant_of(answer, before=before, scopes=frozenset(self.facts.scopes), now=now)

    def revoke(self, app: App, grant: Grant) -> Request | None:
        """Spotify has no such endpoint: members take access back on its own pages."""
        return None

    def whose(self, app: App, grant: Grant) -> Request | None:
        return self.ask(app, grant, PROFILE, rows=1)

    def read_person(self, answer: Answer) -> str:
        return self.read_listener(answer).external_id

    def scope_of(self, kind: str) -> str | None:
        return SCOPES.get(kind)

    def ask(self, app: App, grant: Grant, kind: str, *, rows: int, words: str = "") -> Request:
        headers = {"Authorization": f"Bearer {grant.access_token}"}
        asked: dict[str, str | int] = {}
        if kind == SEARCH:
            asked = {"q": words, "type": "track", "limit": min(rows, MOST_FOUND)}
        elif kind in {RECENT, TOP, SAVED}:
            asked = {"limit": min(rows, MOST_ROWS)}
        return Request(f"{app.hosts['api']}{PATHS[kind]}", params=asked, headers=headers)

    def read_listener(self, answer: Answer) -> Listener:
        body = reading.object_of(answer)
        return Listener(
            external_id=reading.identity(body.get("id")),
            display_name=reading.text(body.get("display_name")),
            url=_page_of(body),
            image_url=_image_of(body),
        )

    def read_plays(self, answer: Answer) -> Sequence[Play]:
        plays = _readable(_play, reading.items(reading.object_of(answer).get("items")))
        return sorted(plays, key=lambda play: play.ended_at, reverse=True)

    def read_playing(self, answer: Answer) -> Playing:
        """Read an answer; 204 says that nothing is on, and advertisements are no tracks."""
        if answer.status == 204:
            return Playing(is_playing=False, track=None, progress_s=None)
        body = reading.object_of(answer)
        tracks = _readable(_track, [body.get("item")])
        return Playing(
            is_playing=body.get("is_playing") is True,
            track=tracks[0] if tracks else None,
            progress_s=reading.millis(body.get("progress_ms")) if tracks else None,
        )

    def read_tracks(self, kind: str, answer: Answer) -> Sequence[Track]:
        body = reading.object_of(answer)
        if kind == SEARCH:
            body = reading.mapping(body.get("tracks"))
        return _readable(_saved if kind == SAVED else _playable, reading.items(body.get("items")))


def _token(app: App, given: dict[str, str]) -> Request:
    form = urlencode({"client_id": app.client_id, **given})
    return Request(f"{app.hosts['accounts']}/api/token", "POST", form=form)


def _readable(read: Callable[[Any], T], rows: Sequence[Any]) -> list[T]:
    """Return the rows that make sense; there may be null, episodes and files of the member's."""
    found = []
    for row in rows[:MOST_ROWS]:
        try:
            found.append(read(row))
        except Malformed:
            continue
    return found


def _play(row: Any) -> Play:
    """Read a play; its instant is that of its end, as the gaps of recorded histories show."""
    found = reading.mapping(row)
    return Play(_track(found.get("track")), reading.instant(found.get("played_at")))


def _saved(row: Any) -> Track:
    return _playable(reading.mapping(row).get("track"))


def _playable(row: Any) -> Track:
    """Read a track; it may say of itself that it can't be played where the member is."""
    track = _track(row)
    if row.get("is_playable") is False:
        raise Malformed("not_playable")
    return track


def _track(row: Any) -> Track:
    body = reading.mapping(row)
    if body.get("type", "track") != "track":
        raise Malformed("no_track")
    name = reading.text(body.get("name"))
    if name is None:
        raise Malformed("no_name")
    album = body.get("album")
    album = album if isinstance(album, dict) else {}
    track = Track(
        external_id=reading.identity(body.get("id")),
        name=name,
        artists=_artists(body.get("artists")),
        album=reading.text(album.get("name")),
        duration_s=reading.millis(body.get("duration_ms")),
        is_explicit=body.get("explicit") is True,
        isrc=_isrc(body.get("external_ids")),
        url=_page_of(body),
        image_url=_image_of(album),
    )
    return replace(track, duration_s=track.duration_s or None)


def _artists(rows: Any) -> tuple[str, ...]:
    found = [row.get("name") for row in rows if isinstance(row, dict)] if _is_list(rows) else []
    names = [reading.text(name) for name in found[:MOST_ARTISTS]]
    return tuple(name for name in names if name)


def _isrc(ids: Any) -> str | None:
    found = reading.text(ids.get("isrc")) if isinstance(ids, dict) else None
    return found.upper() if found and len(found) == 12 and found.isalnum() else None


def _page_of(body: Mapping[str, Any]) -> str | None:
    urls = body.get("external_urls")
    return _https(urls.get("spotify")) if isinstance(urls, dict) else None


def _image_of(body: Mapping[str, Any]) -> str | None:
    """Return the address of the first image, which is the widest."""
    images = body.get("images")
    first = images[0] if _is_list(images) and images else None
    return _https(first.get("url")) if isinstance(first, dict) else None


def _https(value: Any) -> str | None:
    """Return an address that a client may safely open; it is somebody else's word."""
    address = value if isinstance(value, str) and len(value) <= 500 else ""
    if not address.isascii() or not address.isprintable() or " " in address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme == "https" and parts.hostname else None


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
