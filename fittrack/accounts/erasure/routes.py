"""Deleting the own account over HTTP."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_smorest import Blueprint

from fittrack.accounts.erasure import service
from fittrack.accounts.erasure.models import Erased
from fittrack.accounts.erasure.schemas import DeleteAccountSchema, ErasedSchema
from fittrack.auth import current_account_id, login_even_suspended, require_step_up
from fittrack.clock import utc_now
from fittrack.extensions import limit_credentials

blp = Blueprint("erasure", __name__, url_prefix="/api/v1/users", description="Members")


@blp.delete("/me")
@limit_credentials
@login_even_suspended
@blp.arguments(DeleteAccountSchema)
@blp.response(202, ErasedSchema)
def delete_me(body: dict[str, Any]) -> Erased:
    """Delete my account; asks for the password, or for a session that is stepped up."""
    now = utc_now()
    account_id, withdraw = current_account_id(), body["withdraw_tickets"]
    if body["password"] is None:
        require_step_up(now=now)
        return service.erase_account(
            account_id=account_id, actor_id=account_id, withdraw_tickets=withdraw, now=now
        )
    return service.delete_own_account(
        account_id=account_id,
        password=body["password"],
        withdraw_tickets=withdraw,
        remote_address=request.remote_addr,
        now=now,
    )
