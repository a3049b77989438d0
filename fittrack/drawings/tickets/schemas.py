"""Tickets as clients see them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.drawings.tickets.rules import DISQUALIFICATIONS, MAX_TICKETS_AT_ONCE
from fittrack.drawings.tickets.service import stored_receipt
from fittrack.pagination import PageQuery, page_schema


class EnterSchema(Schema):
    """What whoever enters may say; who enters accepts the drawing's official rules."""

    rules_sha256 = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"),
        metadata={
            "description": "The SHA-256 of the rules that were shown; other ones are refused."
        },
    )


class BuyTicketsSchema(EnterSchema):
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
    rules_sha256 = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The official rules that were accepted by entering."},
    )


class PurchaseSchema(Schema):
    """What who enters gets; a free entry leaves the balance as it was."""

    entry = fields.Nested(EntrySchema, required=True)
    receipt = fields.Nested(ReceiptSchema, required=True)
    balance_points = fields.Integer(required=True)
    odds_before = fields.Nested(OddsSchema, required=True)
    odds_after = fields.Nested(OddsSchema, required=True)


class PreviewQuery(Schema):
    """How many tickets would be bought."""

    ticket_count = fields.Integer(
        load_default=1, validate=validate.Range(min=1, max=MAX_TICKETS_AT_ONCE)
    )


class PreviewSchema(Schema):
    """What an entry would cost and change as things stand; nothing is kept for anybody."""

    drawing_id = fields.UUID(required=True)
    ticket_count = fields.Integer(required=True, metadata={"example": 3})
    price_points = fields.Integer(required=True, metadata={"example": 300})
    ticket_limit = fields.Integer(required=True, allow_none=True)
    rules_sha256 = fields.String(required=True, allow_none=True)
    odds_before = fields.Nested(OddsSchema, required=True)
    odds_after = fields.Nested(OddsSchema, required=True)
    refusal = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The code with which the purchase would be refused, null where it "
            "would not.",
            "example": "ticket_limit_reached",
        },
    )
    is_free_entry_used = fields.Boolean(
        required=True, metadata={"description": "Whether today's free entry is used."}
    )


class MailEntrySchema(Schema):
    """Whose free entry came by mail, and when; without a day it came in today."""

    account_id = fields.UUID(required=True)
    received_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "The day in the platform's time zone.", "example": "2026-11-20"},
    )


class EnteredSchema(EntrySchema):
    """An entry with its member."""

    account_id = fields.UUID(required=True)


class DisqualifySchema(Schema):
    """Whom to shut out of a drawing, and why; the reason is published in the list of entries."""

    account_id = fields.UUID(required=True)
    reason = fields.String(
        attribute="reason_code",
        required=True,
        validate=validate.OneOf(DISQUALIFICATIONS),
        metadata={"example": "duplicate_account"},
    )


class DisqualificationSchema(Schema):
    """Who was shut out of a drawing; the points of paid tickets are given back by a job."""

    drawing_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    reason = fields.String(required=True, attribute="reason_code")
    voided_tickets = fields.Integer(required=True, attribute="voided_units")
    decided_at = fields.AwareDateTime(required=True)


class WithdrawalSchema(Schema):
    """How many of my tickets were taken out of a drawing."""

    drawing_id = fields.UUID(required=True)
    withdrawn_tickets = fields.Integer(required=True, metadata={"example": 3})


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


class TicketDetailsSchema(EntrySummarySchema):
    """An entry with its drawing, member and receipt."""

    account_id = fields.UUID(required=True)
    receipt = fields.Function(
        lambda ticket: ReceiptSchema().dump(found) if (found := stored_receipt(ticket)) else None,
        required=True,
        metadata={"type": ["object", "null"]},
    )


class TicketQuery(PageQuery):
    """Filters of entries; members see their own alone, whatever account they name."""

    drawing_id = fields.UUID(load_default=None)
    account_id = fields.UUID(load_default=None)
    kind = fields.String(load_default=None, validate=validate.OneOf(["paid", "free"]))
    is_void = fields.Boolean(load_default=None)


class WinSchema(Schema):
    """A prize unit that one of my tickets won, or that passed to me as an alternate."""

    drawing_id = fields.UUID(required=True)
    drawing_name = fields.String(required=True)
    drawn_at = fields.AwareDateTime(required=True)
    position = fields.Integer(required=True)
    entry_id = fields.UUID(required=True)
    ticket_no = fields.Integer(required=True)
    prize_id = fields.UUID(required=True)
    prize_name = fields.String(required=True)
    value_cents = fields.Integer(required=True)
    fulfilment_id = fields.UUID(required=True)
    state = fields.String(
        required=True,
        metadata={
            "example": "winner_notified",
            "description": "Of the delivery; `forfeited` where it went to somebody else.",
        },
    )


class EntryProofSchema(Schema):
    """The proof that my entry is in the frozen list, and what opens its holder's tag.

    `holder = H("holder", drawing_id || 0x00 || member_id || 0x00 || salt)` (FTD1, section 3).
    """

    entry_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    salt = fields.String(required=True, metadata={"description": "32 bytes in hex."})
    proof = fields.Dict(required=True)
    receipt = fields.Nested(ReceiptSchema, required=True, allow_none=True)


TicketDetailsPageSchema = page_schema(TicketDetailsSchema)
EntrySummaryPageSchema = page_schema(EntrySummarySchema)
WinPageSchema = page_schema(WinSchema)
EntryProofPageSchema = page_schema(EntryProofSchema)
