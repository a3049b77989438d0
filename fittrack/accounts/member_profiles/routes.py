"""Members' profiles over HTTP, for admins and auditors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency, tags
from fittrack.accounts.member_profiles import service
from fittrack.accounts.member_profiles.models import ListedProfile
from fittrack.accounts.member_profiles.schemas import (
    MadeProfileSchema,
    NewProfileSchema,
    ProfilePageSchema,
    ProfilesQuery,
    WholeProfileSchema,
    whole,
)
from fittrack.accounts.profiles import service as profiles
from fittrack.accounts.profiles.routes import tagged_profile
from fittrack.accounts.profiles.schemas import ProfileSchema
from fittrack.auth import current_account_id, roles_required
from fittrack.clock import utc_now
from fittrack.pagination import Cursor, Page
from fittrack.units import UnitsQuery

blp = Blueprint(
    "member_profiles",
    __name__,
    url_prefix="/api/v1/profiles",
    description="Members' profiles, for admins",
)


@blp.get("")
@roles_required("admin", "auditor")
@blp.arguments(ProfilesQuery, location="query")
@blp.response(200, ProfilePageSchema)
def list_profiles(query: dict[str, Any]) -> Page[ListedProfile]:
    """List members' profiles, of one tier or of all, newest member first."""
    return service.list_profiles(
        tier_code=query["tier"],
        cursor=Cursor.parse(query["cursor"], scope="profiles"),
        limit=query["limit"],
    )


@blp.post("")
@roles_required("admin")
@blp.arguments(NewProfileSchema)
@blp.response(201, MadeProfileSchema)
def create_profile(body: dict[str, Any]) -> Response:
    """Make the profile of an account that lost it."""
    return idempotency.once(
        lambda reply: service.create_profile(
            account_id=str(body["account_id"]),
            profile=whole(body),
            actor_id=current_account_id(),
            now=utc_now(),
            reply=reply,
        ),
        schema=MadeProfileSchema,
    )


@blp.get("/<uuid:account_id>")
@roles_required("admin", "auditor")
@blp.arguments(UnitsQuery, location="query")
@blp.response(200, ProfileSchema)
def get_profile(query: dict[str, Any], account_id: UUID) -> Response:
    """Return a member's whole profile."""
    view = profiles.get_profile(account_id=str(account_id), now=utc_now())
    return tagged_profile(view, query["units"])


@blp.put("/<uuid:account_id>")
@roles_required("admin")
@blp.arguments(WholeProfileSchema)
@blp.response(200, ProfileSchema)
def replace_profile(body: dict[str, Any], account_id: UUID) -> Response:
    """Replace a member's profile; what is absent is cleared, and the tier follows."""
    view = service.replace_profile(
        account_id=str(account_id),
        profile=whole(body),
        revisions=tags.expected_versions(),
        actor_id=current_account_id(),
        now=utc_now(),
    )
    return tagged_profile(view)
