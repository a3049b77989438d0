"""The own account over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from fittrack.accounts import service
from fittrack.accounts.schemas import MemberSchema
from fittrack.accounts.suspensions import service as suspensions
from fittrack.accounts.suspensions.models import Suspension
from fittrack.auth import LiveSession, current_session, login_even_suspended

blp = Blueprint("users", __name__, url_prefix="/api/v1/users", description="Members")


@blp.get("/me")
@login_even_suspended
@blp.response(200, MemberSchema)
def get_me() -> dict[str, Any]:
    """Return my account."""
    session = current_session()
    member = service.get_member(account_id=session.account_id)
    return {
        **asdict(member),
        "role": session.role,
        "suspension": _suspension(session),
        "is_state_excluded": service.is_state_excluded(member.state_code),
    }


def _suspension(session: LiveSession) -> Suspension | None:
    if session.status != "suspended":
        return None
    return suspensions.find_suspension(account_id=session.account_id)
