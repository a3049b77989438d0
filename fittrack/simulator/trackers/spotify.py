"""Spotify, simulated: PKCE, refresh tokens that work once, and pages that are closed to us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, request

from fittrack.clock import epoch_s
from fittrack.simulator import faults
from fittrack.simulator.trackers import answers
from fittrack.simulator.trackers.listening import Listening, Song, catalogue_of, listening_of
from fittrack.simulator.trackers.service import Family, Refused, Style, Tokens, Tracker, Window
from fittrack.simulator.world import World

SERVICE = "spotify"
PAGES = "https://open.spotify.com"
HERE = "https://api.spotify.com/v1"
# Asked for without its scope, each answers 403.
SCOPES = {
    "me/player/recently-played": "user-read-recently-played",
    "me/player/currently-playing": "user-read-currently-playing",
    "me/top/tracks": "user-top-read",
    "me/tracks": "user-library-read",
}


@dataclass(slots=True)
class MusicTracker(Tracker):
    """Spotify's state; `closed` are the closed pages that somebody has asked for."""

    songs: list[Song] = field(default_factory=list)
    listenings: dict[int, Listening] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    asked_paths: list[str] = field(default_factory=list)

    def listening(self, email: str) -> Listening:
        """Return what somebody listens to."""
        account = self.account(email)
        with self.lock:
            if account.number not in self.listenings:
                made = listening_of(self.world, account, self.songs)
                self.listenings[account.number] = made
            return self.listenings[account.number]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, and whose it is."""

    music: MusicTracker
    family: Family

    def listening(self) -> Listening:
        """Return what they listen to."""
        return self.music.listening(self.family.account.email)


def tracker_of(world: World) -> Tracker:
    """Return Spotify's state."""
    style = Style(access_life=timedelta(hours=1), rotates=True)
    return MusicTracker(world, SERVICE, style, (Window(30, 90),), songs=catalogue_of(world))


def blueprint(tracker: Tracker) -> Blueprint:
    """Return Spotify's endpoints."""
    music = tracker if isinstance(tracker, MusicTracker) else abort(404)
    blp = Blueprint(SERVICE, __name__, url_prefix=f"/{SERVICE}")

    @blp.route("/accounts/authorize", methods=["GET", "POST"])
    def authorize() -> Response | str:
        if not _is_safe(request.values.get("redirect_uri", "")):
            return Response("INVALID_CLIENT: Insecure redirect URI", 400)
        return answers.authorize(tracker, "Spotify")

    @blp.post("/accounts/api/token")
    def token() -> Response:
        if kind := tracker.faults.take(faults.TOKEN, ("throttled",)):
            return _throttled(music, kind)
        return answers.token_answer(tracker, lambda: _grant(tracker), _refusal)

    @blp.get("/api/v1/<path:path>")
    def api(path: str) -> Response:
        music.asked_paths.append(path)
        return _guarded(music, lambda family: _served(music, family, path))

    return blp


def _served(music: MusicTracker, family: Family, path: str) -> Response:
    needed = SCOPES.get(path)
    if needed is not None and needed not in family.scopes:
        return _error(403, "Insufficient client scope")
    serve = SERVED.get(path)
    if serve is None:
        music.closed.append(path)
        return _error(403, "Forbidden")
    return serve(Visit(music, family))


def _guarded(music: MusicTracker, serve: Callable[[Family], Response]) -> Response:
    answer = answers.guarded(music, serve, lambda kind: _throttled(music, kind))
    if answer.status_code == 401:
        return _error(401, "The access token expired")
    if answer.status_code == 403:
        return _error(403, "Forbidden")
    return answer


def _throttled(music: MusicTracker, kind: str) -> Response:
    answer = _error(429, "API rate limit exceeded")
    now = music.world.now()
    left_s = 30 - epoch_s(now) % 30
    if kind == "throttled":
        answer.headers["Retry-After"] = str(left_s)
    elif kind == "throttled_by_date":
        resumes_at = now + timedelta(seconds=left_s)
        answer.headers["Retry-After"] = format_datetime(resumes_at, usegmt=True)
    return answer


def _grant(tracker: Tracker) -> dict[str, Any]:
    form, client = request.form, tracker.client
    if client is None or form.get("client_id") != client.client_id:
        raise Refused("invalid_client")
    if form.get("grant_type") == "refresh_token":
        return _told(tracker, tracker.refresh(form.get("refresh_token", "")))
    consent = tracker.exchange(form.get("code", ""))
    is_ours = consent.redirect_uri == form.get("redirect_uri")
    verifier = form.get("code_verifier")
    if consent.challenge is None or not answers.is_proven(consent.challenge, verifier):
        raise Refused("invalid_grant")
    if not is_ours:
        raise Refused("invalid_grant")
    return _told(tracker, tracker.issue(consent.family))


def _told(tracker: Tracker, tokens: Tokens) -> dict[str, Any]:
    left = tokens.expires_at - tracker.world.now()
    return {
        "access_token": tokens.access_token,
        "token_type": "Bearer",
        "scope": " ".join(sorted(tokens.family.scopes)),
        "expires_in": int(left.total_seconds()),
        "refresh_token": tokens.refresh_token,
    }


def _refusal() -> Response:
    told = {"error": "invalid_grant", "error_description": "Invalid authorization code"}
    if request.form.get("grant_type") == "refresh_token":
        told["error_description"] = "Refresh token revoked"
    return answers.json(told, 400)


def _error(status: int, message: str) -> Response:
    return answers.json({"error": {"status": status, "message": message}}, status)


def _is_safe(redirect_uri: str) -> bool:
    """Since April 2025: https, or an address of this machine; no `localhost`."""
    parts = urlsplit(redirect_uri)
    return parts.scheme == "https" or parts.hostname in {"127.0.0.1", "::1"}


def _me(visit: Visit) -> Response:
    account, scopes = visit.family.account, visit.family.scopes
    user_id = f"simulated{account.number}"
    told = {
        "display_name": account.name,
        "external_urls": {"spotify": f"{PAGES}/user/{user_id}"},
        "href": f"{HERE}/users/{user_id}",
        "id": user_id,
        "images": [_image(user_id, 300), _image(user_id, 64)],
        "type": "user",
        "uri": f"spotify:user:{user_id}",
    }
    if "user-read-private" in scopes:
        filtered = {"filter_enabled": False, "filter_locked": False}
        told |= {"country": "US", "product": "premium", "explicit_content": filtered}
        told |= {"followers": {"href": None, "total": 21}}
    return answers.json(told)


def _recent(visit: Visit) -> Response:
    listening = visit.listening()
    limit = _number("limit", 20, 50)
    before_ms = int(request.args.get("before", 2**53))
    found = [one for one in listening.plays[::-1] if _ms(one[0]) < before_ms][:limit]
    items = [
        {"track": _track(song), "played_at": _instant(ended_at), "context": _context(song)}
        for ended_at, song in found
    ]
    next_before = str(_ms(found[-1][0])) if found else None
    is_more = bool(found) and found[-1] is not listening.plays[0]
    query = urlencode({"before": next_before or "", "limit": limit})
    told = {
        "items": items,
        "next": f"{HERE}/me/player/recently-played?{query}" if is_more else None,
        "cursors": {"after": str(_ms(found[0][0])), "before": next_before} if found else {},
        "limit": limit,
        "href": f"{HERE}/me/player/recently-played?limit={limit}",
    }
    return answers.json(told)


def _playing(visit: Visit) -> Response:
    song = visit.listening().playing
    if song is None:
        return Response(status=204)
    told = {
        "timestamp": _ms(visit.music.world.now()),
        "context": _context(song),
        "progress_ms": song.duration_ms // 2,
        "item": _track(song),
        "currently_playing_type": "track",
        "actions": {"disallows": {"resuming": True}},
        "is_playing": True,
    }
    return answers.json(told)


def _top(visit: Visit) -> Response:
    songs = visit.listening().top
    return _paged("me/top/tracks", [_track(song) for song in songs])


def _saved(visit: Visit) -> Response:
    saved = visit.listening().saved
    rows = [{"added_at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "track": _track(song)} for at, song in saved]
    return _paged("me/tracks", rows)


def _search(visit: Visit) -> Response:
    limit = request.args.get("limit", "5")
    if not limit.isdecimal() or not 1 <= int(limit) <= 10:
        return _error(400, "Invalid limit")
    if request.args.get("type") != "track" or not request.args.get("q"):
        return _error(400, "Bad search type field")
    words = set(request.args["q"].lower().split())
    found = [song for song in visit.music.songs if words & set(song.genre.split())]
    answer = _paged("search", [_track(song) for song in found], most=10, usual=5)
    return answers.json({"tracks": answer.get_json()})


def _paged(
    path: str, rows: Sequence[dict[str, Any]], *, most: int = 50, usual: int = 20
) -> Response:
    limit, offset = _number("limit", usual, most), _number("offset", 0, 1000)

    def address(at: int) -> str:
        return f"{HERE}/{path}?{urlencode({'offset': at, 'limit': limit})}"

    told = {
        "href": address(offset),
        "items": rows[offset : offset + limit],
        "limit": limit,
        "next": address(offset + limit) if offset + limit < len(rows) else None,
        "offset": offset,
        "previous": address(max(0, offset - limit)) if offset else None,
        "total": len(rows),
    }
    return answers.json(told)


def _track(song: Song) -> dict[str, Any]:
    artists = [_thing("artist", song.artist_id) | {"name": song.artist}]
    album = _thing("album", song.album_id) | {
        "album_type": "album",
        "artists": artists,
        "available_markets": ["US"],
        "images": [_image(song.album_id, 640)],
        "is_playable": True,
        "name": song.album,
        "release_date": "2025-08-08",
        "release_date_precision": "day",
        "total_tracks": 16,
    }
    # The last of each genre may not be played where these people are.
    restricted = {} if song.is_playable else {"restrictions": {"reason": "market"}}
    preview_url = f"https://p.scdn.co/mp3-preview/{song.track_id}" if song.number % 2 else None
    return _thing("track", song.track_id) | {
        "album": album,
        "artists": artists,
        "available_markets": ["US"],
        "disc_number": 1,
        "duration_ms": song.duration_ms,
        "explicit": song.is_explicit,
        "external_ids": {"isrc": song.isrc},
        "is_local": False,
        "is_playable": song.is_playable,
        "name": song.name,
        "popularity": 0,
        "preview_url": preview_url,
        "track_number": song.number,
        **restricted,
    }


def _thing(kind: str, thing_id: str) -> dict[str, Any]:
    return {
        "external_urls": {"spotify": f"{PAGES}/{kind}/{thing_id}"},
        "href": f"{HERE}/{kind}s/{thing_id}",
        "id": thing_id,
        "type": kind,
        "uri": f"spotify:{kind}:{thing_id}",
    }


def _context(song: Song) -> dict[str, Any]:
    context = _thing("album", song.album_id)
    del context["id"]
    return context


def _image(name: str, side: int) -> dict[str, Any]:
    return {"height": side, "url": f"https://i.scdn.co/image/{name}", "width": side}


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _number(name: str, usual: int, most: int) -> int:
    given = request.args.get(name, "")
    return min(int(given), most) if given.isdecimal() else usual


SERVED: dict[str, Callable[[Visit], Response]] = {
    "me": _me,
    "me/player/recently-played": _recent,
    "me/player/currently-playing": _playing,
    "me/top/tracks": _top,
    "me/tracks": _saved,
    "search": _search,
}
