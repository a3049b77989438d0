"""Who may ask for music; no provider is configured where tests run, and nobody is connected."""

from __future__ import annotations

from tests.access.rows import ANY_MEMBER, Row

MUSIC = "/api/v1/music"
NONE = "404 connection_not_found"

ROWS = (
    Row(f"GET {MUSIC}/profile", ANY_MEMBER, NONE),
    Row(f"GET {MUSIC}/recently-played", ANY_MEMBER, NONE),
    Row(f"GET {MUSIC}/currently-playing", ANY_MEMBER, NONE),
    Row(f"GET {MUSIC}/recommendations", ANY_MEMBER, NONE),
)
