"""Leaderboards over HTTP."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from fittrack.auth import current_account_id, login_required
from fittrack.clock import utc_now
from fittrack.leaderboards import service
from fittrack.leaderboards.models import OwnPlace, Table
from fittrack.leaderboards.schemas import BoardQuery, LeaderboardSchema, OwnPlaceSchema

blp = Blueprint(
    "leaderboards",
    __name__,
    url_prefix="/api/v1/leaderboards",
    description="Ranks by points earned in a period",
)
PERIOD = "/<any(daily, weekly, monthly, alltime):period>"


@blp.get(PERIOD)
@login_required
@blp.arguments(BoardQuery, location="query")
@blp.response(200, LeaderboardSchema)
def get_leaderboard(query: dict[str, Any], period: str) -> Table:
    """Return the top 100 of a tier, of OPEN or of a circle, in a period."""
    return service.get_table(**_asked(query, period))


@blp.get(f"{PERIOD}/me")
@login_required
@blp.arguments(BoardQuery, location="query")
@blp.response(200, OwnPlaceSchema)
def get_own_place(query: dict[str, Any], period: str) -> OwnPlace:
    """Return my rank in a period, with the ten above and the ten below."""
    return service.get_own_place(**_asked(query, period))


def _asked(query: dict[str, Any], period: str) -> dict[str, Any]:
    return {
        "kind": period,
        "day_on": query["date"],
        "tier_code": query["tier"],
        "scope": query["scope"],
        "viewer_id": current_account_id(),
        "now": utc_now(),
    }
