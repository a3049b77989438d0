"""Tiers over HTTP."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from fittrack.accounts.tiers import service
from fittrack.accounts.tiers.schemas import TierListSchema, TierSchema, plain_tier
from fittrack.auth import login_required
from fittrack.cache import kept

blp = Blueprint(
    "tiers",
    __name__,
    url_prefix="/api/v1/tiers",
    description="The groups in which members compete",
)


@blp.get("")
@login_required
@kept("cache_statistics_s")
@blp.response(200, TierListSchema)
def list_tiers() -> dict[str, Any]:
    """List the 31 tiers with the numbers of their members."""
    return {"items": [plain_tier(counted) for counted in service.list_tiers()]}


@blp.get("/<tier_code>")
@login_required
@kept("cache_statistics_s")
@blp.response(200, TierSchema)
def get_tier(tier_code: str) -> dict[str, Any]:
    """Return a tier with the number of its members."""
    return plain_tier(service.get_tier(tier_code=tier_code))
