"""Who may do what with leaderboards."""

from __future__ import annotations

from tests.access.rows import ANY_MEMBER, Row

WEEKLY = {"period": "weekly"}

ROWS = (
    Row("GET /api/v1/leaderboards/{period}", ANY_MEMBER, "200", path=WEEKLY),
    Row("GET /api/v1/leaderboards/{period}/me", ANY_MEMBER, "200", path=WEEKLY),
)
