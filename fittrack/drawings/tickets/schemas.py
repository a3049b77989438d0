"""Tickets as clients see them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.drawings.tickets.rules import MAX_TICKETS_AT_ONCE
from fittrack.drawings.tickets.service import stored_receipt
from fittrack.pagination import page_schema


class BuyTicketsSchema(Schema):
    """How many tickets to buy at once."""

    ticket_count = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=1, max=MAX_TICKETS_AT_ONCE),
        metadata={"example": 3},
    )


class OddsSchema(Schema):
    """Tickets held, of all tickets; `chance` is that of one pick."""

    tickets_held = fields.Integer(required=True)
    tickets_total = fields.Integer(required=True)
    chance = fields.Float(required=True)


class ReceiptSchema(Schema):
    """The operator's signed word that an entry was taken (FTD1, section 7)."""

    receipt = fields.Dict(required=True)
    sig = fields.String(required=True)


class EntrySchema(Schema):
    """A block of tickets."""

    entry_id = fields.UUID(required=True)
    drawing_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["paid", "free"]))
    ticket_count = fields.Integer(required=True, attribute="units")
    price_points = fields.Integer(required=True)
    entered_at = fields.AwareDateTime(required=True)


class PurchaseSchema(Schema):
    """What a buyer gets."""

    entry = fields.Nested(EntrySchema, required=True)
    receipt = fields.Nested(ReceiptSchema, required=True)
    balance_points = fields.Integer(required=True)
    odds_before = fields.Nested(OddsSchema, required=True)
    odds_after = fields.Nested(OddsSchema, required=True)


class TicketSchema(EntrySchema):
    """One of my entries, with its first ticket number once sales have ended."""

    first_ticket_no = fields.Integer(required=True, allow_none=True)
    void_reason = fields.String(required=True, allow_none=True)
    refunded_at = fields.AwareDateTime(required=True, allow_none=True)
    receipt = fields.Function(
        lambda ticket: ReceiptSchema().dump(found) if (found := stored_receipt(ticket)) else None,
        required=True,
        metadata={"type": ["object", "null"]},
    )


class MyTicketsSchema(Schema):
    """My entries of one drawing, and my odds."""

    items = fields.List(fields.Nested(TicketSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    odds = fields.Nested(OddsSchema, required=True)


class EntrySummarySchema(EntrySchema):
    """One of my entries with its drawing."""

    drawing_name = fields.String(required=True)
    drawing_status = fields.String(required=True)
    draws_at = fields.AwareDateTime(required=True)
    first_ticket_no = fields.Integer(required=True, allow_none=True)
    void_reason = fields.String(required=True, allow_none=True)
    refunded_at = fields.AwareDateTime(required=True, allow_none=True)


class WinSchema(Schema):
    """A prize unit that one of my tickets won."""

    drawing_id = fields.UUID(required=True)
    drawing_name = fields.String(required=True)
    drawn_at = fields.AwareDateTime(required=True)
    position = fields.Integer(required=True)
    entry_id = fields.UUID(required=True)
    ticket_no = fields.Integer(required=True)
    prize_id = fields.UUID(required=True)
    prize_name = fields.String(required=True)
    value_cents = fields.Integer(required=True)


class EntryProofSchema(Schema):
    """The proof that my entry is in the frozen list, and what opens its holder's tag.

    `holder = H("holder", drawing_id || 0x00 || member_id || 0x00 || salt)` (FTD1, section 3).
    """

    entry_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    salt = fields.String(required=True, metadata={"description": "32 bytes in hex."})
    proof = fields.Dict(required=True)
    receipt = fields.Nested(ReceiptSchema, required=True, allow_none=True)


EntrySummaryPageSchema = page_schema(EntrySummarySchema)
WinPageSchema = page_schema(WinSchema)
EntryProofPageSchema = page_schema(EntryProofSchema)
