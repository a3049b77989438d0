"""Drawings as clients see them; instants are UTC, values US cents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields, validate

from fittrack.accounts.rules import STATES
from fittrack.accounts.tiers.rules import TIERS_BY_CODE
from fittrack.drawings.official_wording import WORDINGS
from fittrack.drawings.rules import STATUSES, TYPES
from fittrack.pagination import PageQuery, page_schema

MAX_PRICE_POINTS = 1_000_000
MAX_TICKETS = 100_000_000
MAX_VALUE_CENTS = 1_000_000_000_00


def _text(length: int, **more: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=1, max=length), **more)


def _line(length: int, **more: Any) -> fields.String:
    """Return a field for one line of text, which goes into rules and notices."""
    one_line = validate.Regexp(r"\A[^\x00-\x1f\x7f]+\Z", error="Must be one line of text.")
    return fields.String(validate=[validate.Length(min=1, max=length), one_line], **more)


def _link(**more: Any) -> fields.URL:
    return fields.URL(schemes={"http", "https"}, validate=validate.Length(max=500), **more)


def _instant(**more: Any) -> fields.AwareDateTime:
    """Return a field for an instant; FTD1 counts from 1970 on, and nobody waits past 2200."""
    first, last = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
    return fields.AwareDateTime(validate=validate.Range(min=first, max=last), **more)


def _whole(least: int, most: int, **more: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=least, max=most), **more)


def _id(**more: Any) -> fields.Field[Any]:
    """Return a field for an id that stays text inside."""
    return IdField(**more)


def _choice(*words: str) -> Callable[[Any], Any]:
    return validate.OneOf(words)


class IdField(fields.UUID):
    """A UUID that is text on both sides."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(value, attr, data, **kwargs))


class NewPrizeSchema(Schema):
    """A prize of a draft; prizes are drawn in the order given, the first is rank 1."""

    name = _line(120, required=True, metadata={"example": "Running shoes"})
    description = _text(1000, load_default=None, allow_none=True)
    value_cents = _whole(0, MAX_VALUE_CENTS, required=True, metadata={"example": 5000})
    quantity = _whole(1, 10_000, load_default=1)
    kind = fields.String(load_default="physical", validate=_choice("digital", "physical"))
    sponsor_id = _id(load_default=None, allow_none=True)
    image_url = _link(load_default=None, allow_none=True)
    inventory_prize_id = _id(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "The prize of an inventory (`/prizes`) that its units are taken from."
        },
    )


class EditDrawingSchema(Schema):
    """What an admin may change of a draft; of a scheduled drawing only description and image."""

    type = fields.String(validate=validate.OneOf(TYPES), metadata={"example": "daily"})
    name = _line(120, metadata={"example": "Friday's shoes"})
    description = _text(1000, allow_none=True)
    image_url = _link(allow_none=True)
    ticket_price_points = _whole(1, MAX_PRICE_POINTS, metadata={"example": 100})
    ticket_limit = _whole(
        1, MAX_TICKETS, allow_none=True, metadata={"description": "Tickets that a member may hold."}
    )
    alternates = _whole(0, 1000)
    distinct = fields.String(
        attribute="distinct_by",
        validate=_choice("holder", "entry"),
        metadata={"description": "What can be picked at most once."},
    )
    audience = fields.String(validate=_choice("everybody", "premium"))
    min_account_age_days = _whole(0, 3650)
    min_age_years = _whole(18, 99)
    excluded_states = fields.List(
        fields.String(validate=validate.OneOf(sorted(STATES))),
        attribute="excluded_states_json",
        validate=validate.Length(max=51),
    )
    registered_states = fields.List(
        fields.String(validate=validate.OneOf(sorted(STATES))),
        attribute="registered_states_json",
        validate=validate.Length(max=51),
    )
    tiers = fields.List(
        fields.String(validate=validate.OneOf(list(TIERS_BY_CODE))),
        attribute="tiers_json",
        allow_none=True,
        validate=validate.Length(min=1, max=31),
        metadata={"description": "Tiers that may enter; null is all.", "example": ["F-40-49-ADV"]},
    )
    min_age_by_state = fields.Dict(
        keys=fields.String(validate=validate.OneOf(sorted(STATES))),
        values=_whole(18, 99),
        attribute="min_ages_json",
        metadata={
            "description": "Least ages of states where it is above `min_age_years`.",
            "example": {"AL": 19, "MS": 21, "NE": 19},
        },
    )
    unclaimed_to = fields.String(
        validate=_choice("alternate", "sponsor"),
        metadata={"description": "Who gets a prize that its winner does not claim."},
    )
    rules_version = fields.String(
        allow_none=True,
        validate=validate.OneOf(list(WORDINGS)),
        metadata={"description": "Wording of the official rules; null is the latest."},
    )
    sponsor_id = _id(allow_none=True)
    opens_at = _instant()
    closes_at = _instant()
    draws_at = _instant()
    prizes = fields.List(fields.Nested(NewPrizeSchema), validate=validate.Length(min=1, max=1000))


class NewDrawingSchema(EditDrawingSchema):
    """A new drawing; `closes_at` is 5 minutes before the draw unless given."""

    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    name = _line(120, required=True, metadata={"example": "Friday's shoes"})
    description = _text(1000, load_default=None, allow_none=True)
    image_url = _link(load_default=None, allow_none=True)
    ticket_price_points = _whole(1, MAX_PRICE_POINTS, required=True, metadata={"example": 100})
    ticket_limit = _whole(1, MAX_TICKETS, load_default=None, allow_none=True)
    alternates = _whole(0, 1000, load_default=3)
    distinct = fields.String(
        attribute="distinct_by", load_default="holder", validate=_choice("holder", "entry")
    )
    audience = fields.String(load_default="everybody", validate=_choice("everybody", "premium"))
    min_account_age_days = _whole(0, 3650, load_default=7)
    min_age_years = _whole(18, 99, load_default=18)
    excluded_states = fields.List(
        fields.String(validate=validate.OneOf(sorted(STATES))),
        attribute="excluded_states_json",
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=51),
    )
    registered_states = fields.List(
        fields.String(validate=validate.OneOf(sorted(STATES))),
        attribute="registered_states_json",
        load_default=list,
        validate=validate.Length(max=51),
    )
    tiers = fields.List(
        fields.String(validate=validate.OneOf(list(TIERS_BY_CODE))),
        attribute="tiers_json",
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=31),
    )
    min_age_by_state = fields.Dict(
        keys=fields.String(validate=validate.OneOf(sorted(STATES))),
        values=_whole(18, 99),
        attribute="min_ages_json",
        load_default=None,
        allow_none=True,
    )
    unclaimed_to = fields.String(load_default="alternate", validate=_choice("alternate", "sponsor"))
    rules_version = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(list(WORDINGS))
    )
    sponsor_id = _id(load_default=None, allow_none=True)
    opens_at = _instant(required=True)
    closes_at = _instant(load_default=None, allow_none=True)
    draws_at = _instant(required=True)
    prizes = fields.List(
        fields.Nested(NewPrizeSchema), required=True, validate=validate.Length(min=1, max=1000)
    )


class PrizeSchema(Schema):
    """A prize."""

    prize_id = fields.UUID(required=True)
    rank = fields.Integer(required=True, attribute="rank_no")
    name = fields.String(required=True)
    description = fields.String(required=True, allow_none=True)
    value_cents = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    kind = fields.String(required=True, validate=_choice("digital", "physical"))
    sponsor_id = fields.UUID(required=True, allow_none=True)
    image_url = fields.String(required=True, allow_none=True)
    inventory_prize_id = fields.UUID(required=True, allow_none=True)


class DrawingSchema(Schema):
    """A drawing with its prizes."""

    drawing_id = fields.UUID(required=True, attribute="drawing.drawing_id")
    type = fields.String(required=True, attribute="drawing.type", validate=validate.OneOf(TYPES))
    name = fields.String(required=True, attribute="drawing.name")
    description = fields.String(required=True, allow_none=True, attribute="drawing.description")
    image_url = fields.String(required=True, allow_none=True, attribute="drawing.image_url")
    status = fields.String(
        required=True, attribute="drawing.status", validate=validate.OneOf(STATUSES)
    )
    sequence = fields.Integer(required=True, allow_none=True, attribute="drawing.sequence_no")
    ticket_price_points = fields.Integer(required=True, attribute="drawing.ticket_price_points")
    ticket_limit = fields.Integer(required=True, allow_none=True, attribute="drawing.ticket_limit")
    tickets_sold = fields.Integer(required=True, attribute="drawing.units_sold")
    alternates = fields.Integer(required=True, attribute="drawing.alternates")
    distinct = fields.String(required=True, attribute="drawing.distinct_by")
    audience = fields.String(required=True, attribute="drawing.audience")
    min_account_age_days = fields.Integer(required=True, attribute="drawing.min_account_age_days")
    min_age_years = fields.Integer(required=True, attribute="drawing.min_age_years")
    excluded_states = fields.List(
        fields.String(), required=True, attribute="drawing.excluded_states_json"
    )
    registered_states = fields.List(
        fields.String(), required=True, attribute="drawing.registered_states_json"
    )
    sponsor_id = fields.UUID(required=True, allow_none=True, attribute="drawing.sponsor_id")
    opens_at = fields.AwareDateTime(required=True, attribute="drawing.opens_at")
    closes_at = fields.AwareDateTime(required=True, attribute="drawing.closes_at")
    draws_at = fields.AwareDateTime(required=True, attribute="drawing.draws_at")
    reveal_deadline_at = fields.AwareDateTime(
        required=True, allow_none=True, attribute="drawing.reveal_deadline_at"
    )
    drawn_at = fields.AwareDateTime(required=True, allow_none=True, attribute="drawing.drawn_at")
    carried_from_id = fields.UUID(
        required=True, allow_none=True, attribute="drawing.carried_from_id"
    )
    template_id = fields.UUID(required=True, allow_none=True, attribute="drawing.template_id")
    tiers = fields.List(
        fields.String(), required=True, allow_none=True, attribute="drawing.tiers_json"
    )
    min_age_by_state = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        allow_none=True,
        attribute="drawing.min_ages_json",
    )
    unclaimed_to = fields.String(required=True, attribute="drawing.unclaimed_to")
    rules_version = fields.String(required=True, allow_none=True, attribute="drawing.rules_version")
    rules_sha256 = fields.String(
        required=True,
        allow_none=True,
        attribute="drawing.rules_sha256",
        metadata={"description": "Of the official rules as the signed terms name them."},
    )
    prizes = fields.List(fields.Nested(PrizeSchema), required=True)
    created_at = fields.AwareDateTime(required=True, attribute="drawing.created_at")
    updated_at = fields.AwareDateTime(required=True, attribute="drawing.updated_at")


DrawingPageSchema = page_schema(DrawingSchema)


class DrawingQuery(PageQuery):
    """Filters of the drawings."""

    status = fields.String(load_default=None, validate=validate.OneOf(STATUSES))
    type = fields.String(load_default=None, validate=validate.OneOf(TYPES))


class RulesQuery(Schema):
    """In which form the official rules are wanted; without it, as `Accept` says."""

    format = fields.String(load_default=None, validate=_choice("text", "html"))


class CancelSchema(Schema):
    """Why a drawing is cancelled; it is published."""

    reason = _line(200, required=True, metadata={"example": "The prize is not available."})


class CommitmentSchema(Schema):
    """The commitment to a value that the sponsor keeps itself (FTD1, section 2)."""

    commitment = fields.String(required=True, validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"))


class RevealSchema(Schema):
    """The value that was committed to, in hex; left out where it is kept for the sponsor.

    The file that `witness.py` made for a drawing can be sent as it is.
    """

    v = fields.String(
        load_default=None, validate=_choice("FTD1-value"), metadata={"example": "FTD1-value"}
    )
    drawing_id = _id(
        load_default=None, metadata={"description": "In a file: the drawing that it is for."}
    )
    source_id = fields.String(load_default=None, validate=validate.Length(max=64))
    value = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"\A[0-9a-f]{64}\Z")
    )


class HistoryEventSchema(Schema):
    """Something that happened to a drawing."""

    event_no = fields.Integer(required=True)
    action = fields.String(required=True)
    actor_role = fields.String(required=True)
    details = fields.Dict(required=True, allow_none=True, attribute="details_json")
    happened_at = fields.AwareDateTime(required=True)


HistoryEventPageSchema = page_schema(HistoryEventSchema)
