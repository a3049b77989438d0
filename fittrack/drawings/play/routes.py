"""Responsible play over HTTP."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from fittrack.auth import current_account_id, login_required
from fittrack.clock import utc_now
from fittrack.drawings.play import service
from fittrack.drawings.play.models import PlayStanding
from fittrack.drawings.play.schemas import ChangePlayLimitsSchema, PlayLimitsSchema

blp = Blueprint(
    "play_limits",
    __name__,
    url_prefix="/api/v1/users/me/play-limits",
    description="Responsible play: a monthly limit, and self-exclusion",
)


@blp.get("")
@login_required
@blp.response(200, PlayLimitsSchema)
def get_play_limits() -> PlayStanding:
    """Return my monthly limit, a raise that waits, and until when I have excluded myself."""
    return service.get_play_limits(account_id=current_account_id(), now=utc_now())


@blp.put("")
@login_required
@blp.arguments(ChangePlayLimitsSchema)
@blp.response(200, PlayLimitsSchema)
def change_play_limits(body: dict[str, Any]) -> PlayStanding:
    """Set my monthly limit, or exclude myself; only what makes me play less holds at once."""
    return service.change_play_limits(account_id=current_account_id(), changes=body, now=utc_now())
