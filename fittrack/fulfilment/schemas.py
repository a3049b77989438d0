"""Deliveries as clients see them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from fittrack.accounts.rules import STATES as US_STATES
from fittrack.clock import rfc3339
from fittrack.fulfilment.models import Fulfilment
from fittrack.fulfilment.rules import (
    BY_WINNER,
    DECLINED,
    DELIVERIES,
    HOUSEHOLD,
    STATES,
    claim_until,
)
from fittrack.pagination import PageQuery, page_schema

MAX_POSITION = 999_999


def _line(length: int, example: str, **more: Any) -> fields.String:
    """Return a field for one line of text."""
    one_line = validate.Regexp(r"\A[^\x00-\x1f\x7f\u2028\u2029]*\S[^\x00-\x1f\x7f\u2028\u2029]*\Z")
    return fields.String(
        validate=[validate.Length(min=1, max=length), one_line],
        metadata={"example": example},
        **more,
    )


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
    delivery = fields.String(required=True, validate=validate.OneOf(DELIVERIES))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    won_at = fields.AwareDateTime(required=True)
    notified_at = fields.AwareDateTime(required=True, allow_none=True)
    claim_until_at = fields.Function(
        lambda fulfilment: _claim_until(fulfilment),
        required=True,
        metadata={
            "type": ["string", "null"],
            "format": "date-time",
            "description": "When the prize goes to somebody else unless its winner claims it.",
        },
    )
    warned_at = fields.AwareDateTime(required=True, allow_none=True)
    carrier = fields.String(required=True, allow_none=True, metadata={"example": "UPS"})
    tracking = fields.String(
        required=True,
        allow_none=True,
        metadata={"example": "1Z999AA10123456784", "description": "Forgotten with the address."},
    )
    shipped_at = fields.AwareDateTime(required=True, allow_none=True)
    delivered_at = fields.AwareDateTime(required=True, allow_none=True)
    code_shown_at = fields.AwareDateTime(required=True, allow_none=True)
    forfeit_reason = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "example": None,
            "description": "`not_claimed`, `declined`, `household`, `by_operator`, "
            "`account_deleted`, or the code of what kept the winner from winning.",
        },
    )
    replaces_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "The forfeited delivery whose unit this is."},
    )
    revision = fields.Integer(required=True)
    updated_at = fields.AwareDateTime(required=True)


class FulfilmentEventSchema(Schema):
    """One step of a delivery."""

    state = fields.String(required=True, validate=validate.OneOf(STATES))
    actor_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={
            "description": "Who took it, told to the staff alone; null: the platform itself."
        },
    )
    occurred_at = fields.AwareDateTime(required=True)


class AddressReadingSchema(Schema):
    """That somebody of the staff read where a prize is sent."""

    actor_id = fields.UUID(required=True)
    read_at = fields.AwareDateTime(required=True)


class FulfilmentHistorySchema(FulfilmentSchema):
    """A delivery with the steps it took."""

    events = fields.List(fields.Nested(FulfilmentEventSchema), required=True)
    address_readings = fields.List(
        fields.Nested(AddressReadingSchema),
        required=True,
        metadata={"description": "Told to the staff alone, the first 500."},
    )
    affirmed_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={
            "description": "When the winner affirmed, by giving the address or taking the code, to "
            "be none of those whom the official rules exclude, nor of their households."
        },
    )


FulfilmentPageSchema = page_schema(FulfilmentSchema)


class FulfilmentQuery(PageQuery):
    """Filters of the deliveries."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    drawing_id = fields.UUID(load_default=None)


class NewFulfilmentSchema(Schema):
    """A returned unit that is given to an alternate by hand."""

    drawing_id = fields.UUID(required=True)
    position = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0, max=MAX_POSITION),
        metadata={"example": 3, "description": "The alternate's position in the signed result."},
    )
    prize_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Of which prize, where units of several came back."},
    )


class EditFulfilmentSchema(Schema):
    """What the staff may change of a delivery; the other states have operations of their own."""

    carrier = _line(60, "UPS")
    tracking = _line(100, "1Z999AA10123456784", allow_none=True)
    code = _line(500, "ABCD-EFGH-IJKL", load_only=True)
    state = fields.String(
        validate=validate.OneOf(["address_invalid"]),
        metadata={
            "example": "address_invalid",
            "description": "The winner is asked for another address.",
        },
    )


class ShipSchema(Schema):
    """Who carries a prize."""

    carrier = _line(60, "UPS", required=True)
    tracking = _line(100, "1Z999AA10123456784", load_default=None, allow_none=True)


class DeliverSchema(Schema):
    """How a prize arrived."""

    code = _line(500, "ABCD-EFGH-IJKL", load_default=None, allow_none=True)


class DeclineSchema(Schema):
    """Why I give my prize up."""

    reason = fields.String(
        load_default=DECLINED,
        validate=validate.OneOf(BY_WINNER),
        metadata={
            "example": HOUSEHOLD,
            "description": "`household`: I am of a household that the official rules exclude; "
            "`declined`: I do not want it.",
        },
    )


class AddressSchema(Schema):
    """Where a prize is sent, within the United States."""

    name = _line(100, "Ana Lopez", required=True)
    line1 = _line(100, "12 River Street", required=True)
    line2 = _line(100, "Apartment 4", load_default=None, allow_none=True)
    city = _line(60, "Portland", required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(sorted(US_STATES)),
        metadata={"example": "OR"},
    )
    postal_code = fields.String(
        required=True,
        validate=validate.Regexp(r"\A[0-9]{5}(-[0-9]{4})?\Z", error="Must be a ZIP code."),
        metadata={"example": "97201"},
    )
    phone = fields.String(
        required=True,
        validate=validate.Regexp(
            r"\A\+?(?:[ ().-]*[0-9]){7,15}[ ().-]{0,3}\Z", error="Must be a phone number."
        ),
        metadata={"example": "+1 503 555 0100", "maxLength": 40},
    )


class ShownCodeSchema(Schema):
    """A code that is shown this once."""

    fulfilment_id = fields.UUID(required=True)
    code = fields.String(required=True, metadata={"example": "ABCD-EFGH-IJKL"})


class WinnersQuery(Schema):
    """Of which drawing the winners are listed; of all without it."""

    drawing_id = fields.UUID(load_default=None)


def _claim_until(fulfilment: Fulfilment) -> str | None:
    until_at = claim_until(fulfilment)
    return None if until_at is None else rfc3339(until_at)
