"""Music over HTTP."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from fittrack import cache
from fittrack.auth import current_account_id, login_required
from fittrack.music import service
from fittrack.music.models import Choice
from fittrack.music.schemas import (
    ChoiceQuery,
    HeardPageSchema,
    ListenerSchema,
    MusicChoiceSchema,
    PlayingSchema,
    RecentQuery,
)
from fittrack.trackers.providers.music import Listener, Playing

blp = Blueprint(
    "music",
    __name__,
    url_prefix="/api/v1/music",
    description="What members listen to, and what suits their day",
)


@blp.get("/profile")
@login_required
@cache.kept("cache_music_s")
@blp.response(200, ListenerSchema)
def get_profile() -> Listener:
    """Return who I am at the provider of my music.

    Raises: TrackerNotConfigured, ConnectionNotFound, ReauthRequired, MusicNotAllowed,
    MusicThrottled, TrackerUnavailable.
    """
    return service.get_profile(account_id=current_account_id())


@blp.get("/recently-played")
@login_required
@cache.kept("cache_music_s")
@blp.arguments(RecentQuery, location="query")
@blp.response(200, HeardPageSchema)
def list_recently_played(query: dict[str, Any]) -> dict[str, Any]:
    """List what I have listened to, the latest first, on one page.

    Raises: TrackerNotConfigured, ConnectionNotFound, ReauthRequired, MusicScopeMissing,
    MusicNotAllowed, MusicThrottled, TrackerUnavailable.
    """
    found = service.list_recently_played(account_id=current_account_id(), limit=query["limit"])
    return {"items": found, "next_cursor": None}


@blp.get("/currently-playing")
@login_required
@cache.kept("cache_playing_s")
@blp.response(200, PlayingSchema)
def get_playing() -> Playing:
    """Return what I listen to now.

    Raises: TrackerNotConfigured, ConnectionNotFound, ReauthRequired, MusicScopeMissing,
    MusicNotAllowed, MusicThrottled, TrackerUnavailable.
    """
    return service.get_playing(account_id=current_account_id())


@blp.get("/recommendations")
@login_required
@cache.kept("cache_music_s")
@blp.arguments(ChoiceQuery, location="query")
@blp.response(200, MusicChoiceSchema)
def recommend(query: dict[str, Any]) -> Choice:
    """Choose music by how recovered I am, with the reasons for each track.

    Raises: TrackerNotConfigured, ConnectionNotFound, ReauthRequired, MusicNotAllowed,
    MusicThrottled, TrackerUnavailable.
    """
    return service.recommend(
        account_id=current_account_id(), explicit=query["explicit"], limit=query["limit"]
    )
