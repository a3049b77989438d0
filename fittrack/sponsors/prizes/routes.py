"""Inventories over HTTP: everybody reads, admins and sponsors' own people write."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import auth, idempotency, tags
from fittrack.auth import current_session, roles_required
from fittrack.clock import utc_now
from fittrack.extensions import limit_public_reads
from fittrack.pagination import Cursor, Page
from fittrack.sponsors.prizes import service
from fittrack.sponsors.prizes.models import Editor, InventoryPrize
from fittrack.sponsors.prizes.schemas import (
    EditInventoryPrizeSchema,
    InventoryPrizePageSchema,
    InventoryPrizeSchema,
    InventoryQuery,
    NewInventoryPrizeSchema,
)

blp = Blueprint(
    "prizes",
    __name__,
    url_prefix="/api/v1/prizes",
    description="What sponsors offer as prizes, and what is left of it",
)


@blp.get("")
@limit_public_reads
@blp.arguments(InventoryQuery, location="query")
@blp.response(200, InventoryPrizePageSchema)
def list_prizes(query: dict[str, Any]) -> Page[InventoryPrize]:
    """List offered prizes, newest first; their sponsors and the staff see withdrawn ones too."""
    sponsor_id, kind = query["sponsor_id"], query["kind"]
    return service.list_prizes(
        sponsor_id=sponsor_id,
        kind=kind,
        **_reader(),
        cursor=Cursor.parse(query["cursor"], scope=f"prizes/{sponsor_id}/{kind}"),
        limit=query["limit"],
    )


@blp.get("/<uuid:prize_id>")
@limit_public_reads
@blp.response(200, InventoryPrizeSchema)
def get_prize(prize_id: UUID) -> Response:
    """Return an offered prize."""
    return _tagged(service.get_prize(prize_id=str(prize_id), **_reader()))


@blp.post("")
@roles_required("admin", "sponsor")
@blp.arguments(NewInventoryPrizeSchema)
@blp.response(201, InventoryPrizeSchema)
def create_prize(body: dict[str, Any]) -> Response:
    """Offer a prize."""
    return idempotency.once(
        lambda reply: service.create_prize(
            fields=body, editor=_editor(), now=utc_now(), reply=reply
        ),
        schema=InventoryPrizeSchema,
    )


@blp.patch("/<uuid:prize_id>")
@roles_required("admin", "sponsor")
@blp.arguments(EditInventoryPrizeSchema)
@blp.response(200, InventoryPrizeSchema)
def edit_prize(body: dict[str, Any], prize_id: UUID) -> Response:
    """Change an offered prize."""
    prize = service.edit_prize(
        prize_id=str(prize_id),
        changes=body,
        revisions=tags.expected_versions(),
        editor=_editor(),
        now=utc_now(),
    )
    return _tagged(prize)


@blp.delete("/<uuid:prize_id>")
@roles_required("admin", "sponsor")
@blp.response(204)
def withdraw_prize(prize_id: UUID) -> None:
    """Offer a prize no longer; drawings keep what they have reserved of it."""
    service.withdraw_prize(
        prize_id=str(prize_id),
        revisions=tags.expected_versions(),
        editor=_editor(),
        now=utc_now(),
    )


def _editor() -> Editor:
    session = current_session()
    return Editor(session.account_id, is_admin=session.role == "admin")


def _reader() -> dict[str, Any]:
    """Return whether the caller sees withdrawn prizes of everybody, and as whose account.

    Raises: SessionEnded, AccountNotActive.
    """
    identity = auth.claimed()
    if identity is None or identity.role not in {*auth.PRIVILEGED, "sponsor"}:
        return {"sees_all": False, "account_id": None}
    session = current_session()
    sees_all = session.role in auth.PRIVILEGED and session.has_second_factor
    return {"sees_all": sees_all, "account_id": session.account_id}


def _tagged(prize: InventoryPrize) -> Response:
    """Return a prize with a tag of the revision that If-Match is held to, and of its counters."""
    response = idempotency.answer(idempotency.render(InventoryPrizeSchema, prize), 200)
    return tags.set_version(response, prize.revision, prize.reserved_units, prize.awarded_units)
