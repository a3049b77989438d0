"""The own account over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from fittrack.accounts import service
from fittrack.accounts.models import Member
from fittrack.accounts.schemas import EditMemberSchema, MemberSchema
from fittrack.accounts.suspensions import service as suspensions
from fittrack.accounts.suspensions.models import Suspension
from fittrack.auth import (
    LiveSession,
    current_account_id,
    current_session,
    login_even_suspended,
    login_required,
)
from fittrack.clock import utc_now

blp = Blueprint("users", __name__, url_prefix="/api/v1/users", description="Members")


@blp.get("/me")
@login_even_suspended
@blp.response(200, MemberSchema)
def get_me() -> dict[str, Any]:
    """Return my account."""
    return _plain(service.get_member(account_id=current_account_id()))


@blp.patch("/me")
@login_required
@blp.arguments(EditMemberSchema)
@blp.response(200, MemberSchema)
def edit_me(body: dict[str, str]) -> dict[str, Any]:
    """Move to another state, or accept newer terms or rules."""
    member = service.edit_member(account_id=current_account_id(), changes=body, now=utc_now())
    return _plain(member)


def _plain(member: Member) -> dict[str, Any]:
    session = current_session()
    return {
        **asdict(member),
        "role": session.role,
        "suspension": _suspension(session),
        "is_state_excluded": service.is_state_excluded(member.state_code),
        "notices": service.notices_of(member),
    }


def _suspension(session: LiveSession) -> Suspension | None:
    if session.status != "suspended":
        return None
    return suspensions.find_suspension(account_id=session.account_id)
