"""Deliveries as clients see them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.fulfilment.rules import STATES
from fittrack.pagination import PageQuery, page_schema


class FulfilmentSchema(Schema):
    """The delivery of one prize unit."""

    fulfilment_id = fields.UUID(required=True)
    drawing_id = fields.UUID(required=True)
    position = fields.Integer(
        required=True, metadata={"description": "Position of the pick in the signed result."}
    )
    prize_id = fields.UUID(required=True)
    entry_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    prize_name = fields.String(required=True, metadata={"example": "Running shoes"})
    delivery = fields.String(required=True, validate=validate.OneOf(["digital", "physical"]))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    won_at = fields.AwareDateTime(required=True)
    notified_at = fields.AwareDateTime(required=True, allow_none=True)
    updated_at = fields.AwareDateTime(required=True)


class FulfilmentEventSchema(Schema):
    """One step of a delivery."""

    state = fields.String(required=True, validate=validate.OneOf(STATES))
    occurred_at = fields.AwareDateTime(required=True)


class FulfilmentHistorySchema(FulfilmentSchema):
    """A delivery with the steps it took."""

    events = fields.List(fields.Nested(FulfilmentEventSchema), required=True)


FulfilmentPageSchema = page_schema(FulfilmentSchema)


class FulfilmentQuery(PageQuery):
    """Filters of the deliveries."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    drawing_id = fields.UUID(load_default=None)
