"""Security events over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from fittrack.accounts.security_events import service
from fittrack.accounts.security_events.models import WORDS, EventKind, SecurityEvent
from fittrack.accounts.security_events.schemas import SecurityEventPageSchema
from fittrack.auth import current_account_id, login_even_suspended
from fittrack.pagination import Cursor, PageQuery

blp = Blueprint(
    "security_events",
    __name__,
    url_prefix="/api/v1/users/me/security-events",
    description="What happened to the safety of the own account",
)


@blp.get("")
@login_even_suspended
@blp.arguments(PageQuery, location="query")
@blp.response(200, SecurityEventPageSchema)
def list_security_events(query: dict[str, Any]) -> dict[str, Any]:
    """List what happened to the safety of my account, newest first."""
    page = service.list_security_events(
        account_id=current_account_id(),
        cursor=Cursor.parse(query["cursor"], scope="security_events"),
        limit=query["limit"],
    )
    return {"items": [_shown(event) for event in page.items], "next_cursor": page.next_cursor}


def _shown(event: SecurityEvent) -> dict[str, Any]:
    return {**asdict(event), "description": WORDS[EventKind(event.kind)]}
