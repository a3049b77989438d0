"""Tickets over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.auth import current_account_id, login_required
from fittrack.drawings.tickets import service
from fittrack.drawings.tickets.models import EntryProof, EntrySummary, MyTickets, Win
from fittrack.drawings.tickets.schemas import (
    BuyTicketsSchema,
    EntryProofPageSchema,
    EntrySummaryPageSchema,
    MyTicketsSchema,
    PurchaseSchema,
    WinPageSchema,
)
from fittrack.pagination import Cursor, Page, PageQuery

blp = Blueprint(
    "tickets", __name__, url_prefix="/api/v1/drawings", description="Tickets of drawings"
)


@blp.post("/<uuid:drawing_id>/tickets")
@login_required
@blp.arguments(BuyTicketsSchema)
@blp.response(201, PurchaseSchema)
def buy_tickets(body: dict[str, int], drawing_id: UUID) -> Response:
    """Buy tickets of a drawing with points; needs an Idempotency-Key."""
    return idempotency.once(
        lambda reply: service.buy_tickets(
            drawing_id=str(drawing_id),
            account_id=current_account_id(),
            ticket_count=body["ticket_count"],
            reply=reply,
        ),
        schema=PurchaseSchema,
        required=True,
    )


@blp.get("/<uuid:drawing_id>/my-tickets")
@login_required
@blp.arguments(PageQuery, location="query")
@blp.response(200, MyTicketsSchema)
def list_my_tickets(query: dict[str, Any], drawing_id: UUID) -> MyTickets:
    """List my entries of a drawing, oldest first, with my odds."""
    return service.list_my_tickets(
        drawing_id=str(drawing_id),
        account_id=current_account_id(),
        cursor=Cursor.parse(query["cursor"], scope=f"my-tickets/{drawing_id}"),
        limit=query["limit"],
    )


@blp.get("/<uuid:drawing_id>/my-tickets/proof")
@login_required
@blp.arguments(PageQuery, location="query")
@blp.response(200, EntryProofPageSchema)
def list_proofs(query: dict[str, Any], drawing_id: UUID) -> Page[EntryProof]:
    """Prove that each of my entries is in the frozen list, once sales have ended."""
    return service.list_proofs(
        drawing_id=str(drawing_id),
        account_id=current_account_id(),
        cursor=Cursor.parse(query["cursor"], scope=f"proofs/{drawing_id}"),
        limit=query["limit"],
    )


@blp.get("/my-entries")
@login_required
@blp.arguments(PageQuery, location="query")
@blp.response(200, EntrySummaryPageSchema)
def list_my_entries(query: dict[str, Any]) -> Page[EntrySummary]:
    """List my entries of all drawings, newest first."""
    return service.list_my_entries(
        account_id=current_account_id(),
        cursor=Cursor.parse(query["cursor"], scope="my-entries"),
        limit=query["limit"],
    )


@blp.get("/my-wins")
@login_required
@blp.arguments(PageQuery, location="query")
@blp.response(200, WinPageSchema)
def list_my_wins(query: dict[str, Any]) -> Page[Win]:
    """List what I won, newest first."""
    return service.list_my_wins(
        account_id=current_account_id(),
        cursor=Cursor.parse(query["cursor"], scope="my-wins"),
        limit=query["limit"],
    )
