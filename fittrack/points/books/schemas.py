"""The ledger at the edge, as admins and auditors read it."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.pagination import page_schema
from fittrack.points.schemas import KINDS, StatementQuery

HASH = "9c1185a5c5e9fc54612808977ee8f548b2258d31f8f5e2a1f5a5c4c8d7e0b6a3"


class BooksQuery(StatementQuery):
    """Which transactions to list; filters narrow each other."""

    account_id = fields.UUID(
        load_default=None,
        metadata={"description": "Transactions of this member only."},
    )


class BookedTransactionSchema(Schema):
    """One transaction of the ledger; docs/ledger.md says how its hash is made."""

    sequence_no = fields.Integer(required=True, metadata={"example": 4711})
    transaction_id = fields.UUID(required=True)
    kind = fields.String(
        required=True, validate=validate.OneOf(KINDS), metadata={"example": "adjustment"}
    )
    account_id = fields.UUID(required=True)
    amount_points = fields.Integer(
        required=True,
        metadata={"description": "for the member, spendable and owed together", "example": 120},
    )
    reference_id = fields.String(required=True)
    reverses_no = fields.Integer(required=True, allow_none=True, metadata={"example": None})
    reversed_by_no = fields.Integer(required=True, allow_none=True, metadata={"example": None})
    idempotency_key = fields.String(required=True)
    request_hash = fields.String(required=True, metadata={"example": HASH})
    description = fields.String(required=True, metadata={"example": "Adjustment by an admin"})
    reason = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "an admin's; it is not hashed, and goes when the member is erased",
            "example": "The step counter of your watch was not read on 3 May.",
        },
    )
    actor = fields.String(required=True, metadata={"example": "system"})
    rules_version = fields.Integer(required=True, allow_none=True, metadata={"example": 1})
    day_on = fields.Date(required=True)
    created_at = fields.AwareDateTime(required=True)
    previous_hash = fields.String(required=True, metadata={"example": HASH})
    content_hash = fields.String(required=True, metadata={"example": HASH})


BookedPageSchema = page_schema(BookedTransactionSchema)


class PostingSchema(Schema):
    """How a transaction moved one account of the ledger."""

    ledger_account_id = fields.String(required=True, metadata={"example": "house/adjustments"})
    amount_points = fields.Integer(required=True, metadata={"example": -120})
    balance_after_points = fields.Integer(required=True, metadata={"example": -3120})


class TransactionDetailsSchema(Schema):
    """One transaction with its postings, which come to zero."""

    transaction = fields.Nested(BookedTransactionSchema, required=True)
    postings = fields.List(fields.Nested(PostingSchema), required=True)
