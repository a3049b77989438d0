"""Recovery and sleep over HTTP; nobody but the member sees them."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from fittrack.auth import current_account_id, login_required
from fittrack.pagination import Cursor, Page
from fittrack.recovery import service
from fittrack.recovery.models import Latest, Recovery, Sleep
from fittrack.recovery.schemas import (
    LatestSchema,
    RecoveryPageSchema,
    RecoveryQuery,
    SleepPageSchema,
)

blp = Blueprint(
    "recovery",
    __name__,
    url_prefix="/api/v1/recovery",
    description="How members sleep, and how rested they wake",
)


@blp.get("")
@login_required
@blp.arguments(RecoveryQuery, location="query")
@blp.response(200, RecoveryPageSchema)
def list_recoveries(query: dict[str, Any]) -> Page[Recovery]:
    """List how recovered I woke up, newest first, of all my trackers."""
    return service.list_recoveries(
        account_id=current_account_id(),
        from_on=query["from_on"],
        to_on=query["to_on"],
        provider=query["provider"],
        cursor=Cursor.parse(query["cursor"], scope="recovery"),
        limit=query["limit"],
    )


@blp.get("/sleep")
@login_required
@blp.arguments(RecoveryQuery, location="query")
@blp.response(200, SleepPageSchema)
def list_sleeps(query: dict[str, Any]) -> Page[Sleep]:
    """List my nights and naps, newest first, of all my trackers."""
    return service.list_sleeps(
        account_id=current_account_id(),
        from_on=query["from_on"],
        to_on=query["to_on"],
        provider=query["provider"],
        cursor=Cursor.parse(query["cursor"], scope="sleep"),
        limit=query["limit"],
    )


@blp.get("/latest")
@login_required
@blp.response(200, LatestSchema)
def get_latest() -> Latest:
    """Return my newest recovery that has a score, with the sleep before it.

    Raises: RecoveryNotFound.
    """
    return service.get_latest(account_id=current_account_id())
