"""Tickets over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.auth import (
    PRIVILEGED,
    current_account_id,
    current_session,
    login_required,
    require_step_up,
    roles_required,
)
from fittrack.clock import utc_now
from fittrack.drawings.models import Actor
from fittrack.drawings.tickets import free, service, voiding
from fittrack.drawings.tickets.models import (
    EntryProof,
    EntrySummary,
    MyTickets,
    Preview,
    TicketDetails,
    TicketFilter,
    Win,
    Withdrawal,
)
from fittrack.drawings.tickets.preview import preview
from fittrack.drawings.tickets.schemas import (
    BuyTicketsSchema,
    DisqualificationSchema,
    DisqualifySchema,
    EnteredSchema,
    EnterSchema,
    EntryProofPageSchema,
    EntrySummaryPageSchema,
    MailEntrySchema,
    MyTicketsSchema,
    PreviewQuery,
    PreviewSchema,
    PurchaseSchema,
    TicketDetailsPageSchema,
    TicketDetailsSchema,
    TicketQuery,
    WinPageSchema,
    WithdrawalSchema,
)
from fittrack.pagination import Cursor, Page, PageQuery

blp = Blueprint(
    "tickets", __name__, url_prefix="/api/v1/drawings", description="Tickets of drawings"
)
entries = Blueprint(
    "entries", __name__, url_prefix="/api/v1/tickets", description="Tickets of all drawings"
)


@blp.post("/<uuid:drawing_id>/tickets")
@login_required
@blp.arguments(BuyTicketsSchema)
@blp.response(201, PurchaseSchema)
def buy_tickets(body: dict[str, Any], drawing_id: UUID) -> Response:
    """Buy tickets of a drawing with points; needs an Idempotency-Key."""
    return idempotency.once(
        lambda reply: service.buy_tickets(
            drawing_id=str(drawing_id),
            account_id=current_account_id(),
            ticket_count=body["ticket_count"],
            rules_sha256=body["rules_sha256"],
            reply=reply,
        ),
        schema=PurchaseSchema,
        required=True,
    )


@blp.post("/<uuid:drawing_id>/free-entry")
@login_required
@blp.arguments(EnterSchema)
@blp.response(201, PurchaseSchema)
def enter_free(body: dict[str, Any], drawing_id: UUID) -> Response:
    """Enter a drawing with my free ticket of today: without points, and without any activity."""
    return idempotency.once(
        lambda reply: free.enter_free(
            drawing_id=str(drawing_id),
            account_id=current_account_id(),
            rules_sha256=body["rules_sha256"],
            reply=reply,
        ),
        schema=PurchaseSchema,
    )


@blp.post("/<uuid:drawing_id>/mail-entries")
@roles_required("admin")
@blp.arguments(MailEntrySchema)
@blp.response(201, EnteredSchema)
def enter_from_mail(body: dict[str, Any], drawing_id: UUID) -> Response:
    """Enter a member whose free entry came by mail; needs a fresh second factor."""
    require_step_up(now=utc_now())
    return idempotency.once(
        lambda reply: free.enter_from_mail(
            drawing_id=str(drawing_id),
            account_id=str(body["account_id"]),
            received_on=body["received_on"],
            actor=_admin(),
            reply=reply,
        ),
        schema=EnteredSchema,
    )


@blp.post("/<uuid:drawing_id>/disqualifications")
@roles_required("admin")
@blp.arguments(DisqualifySchema)
@blp.response(201, DisqualificationSchema)
def disqualify(body: dict[str, Any], drawing_id: UUID) -> Response:
    """Shut a member out of a drawing before its close; needs a fresh second factor."""
    require_step_up(now=utc_now())
    return idempotency.once(
        lambda reply: voiding.disqualify(
            drawing_id=str(drawing_id),
            account_id=str(body["account_id"]),
            reason_code=body["reason_code"],
            actor=_admin(),
            reply=reply,
        ),
        schema=DisqualificationSchema,
    )


@blp.get("/<uuid:drawing_id>/odds")
@login_required
@blp.arguments(PreviewQuery, location="query")
@blp.response(200, PreviewSchema)
def preview_entry(query: dict[str, int], drawing_id: UUID) -> Preview:
    """Show price and odds before a purchase, and why it would be refused, if so."""
    return preview(
        drawing_id=str(drawing_id),
        account_id=current_account_id(),
        ticket_count=query["ticket_count"],
        now=utc_now(),
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


@blp.delete("/<uuid:drawing_id>/my-tickets")
@login_required
@blp.response(200, WithdrawalSchema)
def withdraw_my_tickets(drawing_id: UUID) -> Withdrawal:
    """Take my tickets out of a drawing that still sells: for good, and nothing is given back."""
    return voiding.withdraw_my_tickets(drawing_id=str(drawing_id), account_id=current_account_id())


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


@entries.get("")
@login_required
@entries.arguments(TicketQuery, location="query")
@entries.response(200, TicketDetailsPageSchema)
def list_tickets(query: dict[str, Any]) -> Page[TicketDetails]:
    """List my entries of all drawings, newest first; operators list everybody's."""
    named = {
        name: str(query[name]) if query[name] else None for name in ("drawing_id", "account_id")
    }
    wanted = TicketFilter(
        drawing_id=named["drawing_id"],
        account_id=_whose() or named["account_id"],
        kind=query["kind"],
        is_void=query["is_void"],
    )
    return service.list_tickets(
        wanted=wanted,
        cursor=Cursor.parse(query["cursor"], scope=f"tickets/{wanted}"),
        limit=query["limit"],
    )


@entries.get("/<uuid:ticket_id>")
@login_required
@entries.response(200, TicketDetailsSchema)
def get_ticket(ticket_id: UUID) -> TicketDetails:
    """Return one entry; members see their own, operators everybody's."""
    return service.get_ticket(entry_id=str(ticket_id), account_id=_whose())


def _admin() -> Actor:
    return Actor(current_account_id(), "admin")


def _whose() -> str | None:
    """Return the account whose entries the caller may see, None for everybody's."""
    session = current_session()
    sees_all = session.role in PRIVILEGED and session.has_second_factor
    return None if sees_all else session.account_id
