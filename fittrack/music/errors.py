"""What can go wrong with music."""

from __future__ import annotations

from typing import Any

from fittrack.errors import Conflict, Unavailable


class MusicScopeMissing(Conflict):
    """You have not allowed this at the provider of your music; connect again and tick its box."""

    code = "music_scope_missing"


class MusicNotAllowed(Conflict):
    """The provider of your music does not answer this for you; nothing is wrong here."""

    code = "music_not_allowed"


class MusicThrottled(Unavailable):
    """The provider of music wants no more questions for a while."""

    code = "music_throttled"

    def __init__(self, detail: str | None = None, *, wait_s: int = 30, **context: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(wait_s)}, **context)
