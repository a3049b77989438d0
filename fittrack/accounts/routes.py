"""The own account over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from fittrack.accounts import service
from fittrack.accounts.schemas import MemberSchema
from fittrack.auth import current_account_id, login_even_suspended

blp = Blueprint("users", __name__, url_prefix="/api/v1/users", description="Members")


@blp.get("/me")
@login_even_suspended
@blp.response(200, MemberSchema)
def get_me() -> dict[str, Any]:
    """Return my account."""
    member = service.get_member(account_id=current_account_id())
    return {
        **asdict(member),
        "is_state_excluded": service.is_state_excluded(member.state_code),
    }
