"""Accounts over HTTP, for admins and auditors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency, tags
from fittrack.accounts.administration import rules, service
from fittrack.accounts.administration.models import (
    AdminAction,
    ListedUser,
    UserDetails,
    UserFilter,
)
from fittrack.accounts.administration.schemas import (
    EditUserSchema,
    HistoryPageSchema,
    UserPageSchema,
    UserSchema,
    UsersQuery,
)
from fittrack.accounts.erasure.models import Erased
from fittrack.accounts.erasure.schemas import ErasedSchema
from fittrack.auth import current_account_id, require_step_up, roles_required
from fittrack.clock import utc_now
from fittrack.pagination import Cursor, Page, PageQuery

blp = Blueprint(
    "administration",
    __name__,
    url_prefix="/api/v1/users",
    description="Looking after accounts",
)


@blp.get("")
@roles_required("admin", "auditor")
@blp.arguments(UsersQuery, location="query")
@blp.response(200, UserPageSchema)
def list_users(query: dict[str, Any]) -> Page[ListedUser]:
    """Search accounts: newest first, or those whose display names begin with some words."""
    wanted = UserFilter(
        words=query["q"],
        role=query["role"],
        status=query["status"],
        created_from_at=query["created_from"],
        created_before_at=query["created_before"],
    )
    scope = "users" if wanted.words is None else "users_by_name"
    return service.list_users(
        wanted=wanted,
        cursor=Cursor.parse(query["cursor"], scope=scope),
        limit=query["limit"],
        now=utc_now(),
    )


@blp.get("/<uuid:account_id>")
@roles_required("admin", "auditor")
@blp.response(200, UserSchema)
def get_user(account_id: UUID) -> Response:
    """Return an account with its role, status, factors and sessions."""
    return _tagged(service.get_user(account_id=str(account_id), now=utc_now()))


@blp.patch("/<uuid:account_id>")
@roles_required("admin")
@blp.arguments(EditUserSchema)
@blp.response(200, UserSchema)
def edit_user(body: dict[str, Any], account_id: UUID) -> Response:
    """Change an account's role, status or what its owner can't; roles ask for a step-up."""
    now = utc_now()
    if body.keys() & rules.STANDING_FIELDS:
        require_step_up(now=now)
    if body.get("sponsor_id") is not None:
        body = body | {"sponsor_id": str(body["sponsor_id"])}
    details = service.edit_user(
        account_id=str(account_id),
        changes=body,
        revisions=tags.expected_versions(),
        actor_id=current_account_id(),
        now=now,
    )
    return _tagged(details)


@blp.delete("/<uuid:account_id>")
@roles_required("admin")
@blp.response(202, ErasedSchema)
def delete_user(account_id: UUID) -> Erased:
    """Delete somebody else's account for good."""
    now = utc_now()
    require_step_up(now=now)
    return service.delete_user(account_id=str(account_id), actor_id=current_account_id(), now=now)


@blp.get("/<uuid:account_id>/history")
@roles_required("admin", "auditor")
@blp.arguments(PageQuery, location="query")
@blp.response(200, HistoryPageSchema)
def list_history(query: dict[str, Any], account_id: UUID) -> Page[AdminAction]:
    """List what admins did to an account, newest first."""
    return service.list_history(
        account_id=str(account_id),
        cursor=Cursor.parse(query["cursor"], scope="user_history"),
        limit=query["limit"],
    )


def _tagged(details: UserDetails) -> Response:
    """Return an account with an ETag whose first part is the revision that If-Match is held to."""
    body = idempotency.render(UserSchema, details)
    response = idempotency.answer(body, 200)
    return tags.set_version(response, details.revision, tags.of_bytes(body))
