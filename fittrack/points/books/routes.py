"""The ledger over HTTP, for admins and auditors; and asking for a reversal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.auth import current_account_id, require_step_up, roles_required
from fittrack.clock import utc_now
from fittrack.pagination import Cursor, Page
from fittrack.points.adjustments import service as adjustments
from fittrack.points.adjustments.schemas import AdjustedSchema, ReversalSchema
from fittrack.points.books import service
from fittrack.points.books.models import BookedTransaction, BooksFilter, TransactionDetails
from fittrack.points.books.schemas import (
    BookedPageSchema,
    BooksQuery,
    TransactionDetailsSchema,
)

blp = Blueprint(
    "books", __name__, url_prefix="/api/v1/transactions", description="The ledger of points"
)


@blp.get("")
@roles_required("admin", "auditor")
@blp.arguments(BooksQuery, location="query")
@blp.response(200, BookedPageSchema)
def list_booked(query: dict[str, Any]) -> Page[BookedTransaction]:
    """List the ledger's transactions, newest first; `from` and `to` are points days."""
    account_id = query["account_id"]
    return service.list_booked(
        wanted=BooksFilter(
            account_id=account_id and str(account_id),
            kind=query["kind"],
            from_on=query["from_on"],
            to_on=query["to_on"],
        ),
        cursor=Cursor.parse(query["cursor"], scope="transactions"),
        limit=query["limit"],
        now=utc_now(),
    )


@blp.get("/<uuid:transaction_id>")
@roles_required("admin", "auditor")
@blp.response(200, TransactionDetailsSchema)
def get_transaction(transaction_id: UUID) -> TransactionDetails:
    """Return a transaction with its postings, its hashes and what reverses it."""
    return service.get_transaction(transaction_id=str(transaction_id))


@blp.post("/<uuid:transaction_id>/reverse")
@roles_required("admin")
@blp.arguments(ReversalSchema)
@blp.response(201, AdjustedSchema)
def reverse_transaction(body: dict[str, Any], transaction_id: UUID) -> Response:
    """Ask a second admin to undo an adjustment; it waits like a large adjustment does."""
    now = utc_now()
    require_step_up(now=now)
    return idempotency.once(
        lambda reply: adjustments.request_reversal(
            transaction_id=str(transaction_id),
            reason=body["reason"],
            actor_id=current_account_id(),
            now=now,
            reply=reply,
        ),
        schema=AdjustedSchema,
        required=True,
    )
