"""Inventories as clients see them; values are US cents."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from fittrack.pagination import PageQuery, page_schema

KINDS = ("digital", "physical")
MAX_VALUE_CENTS = 1_000_000_000_00
MAX_UNITS = 1_000_000


class IdField(fields.UUID):
    """A UUID that is text on both sides."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(value, attr, data, **kwargs))


def _name(**more: Any) -> fields.String:
    """Return a field for one line of text, which goes into rules and notices."""
    one_line = validate.Regexp(r"\A[^\x00-\x1f\x7f]+\Z", error="Must be one line of text.")
    return fields.String(
        validate=[validate.Length(min=1, max=120), one_line],
        metadata={"example": "Running shoes"},
        **more,
    )


def _description(**more: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=1, max=1000), allow_none=True, **more)


def _value_cents(**more: Any) -> fields.Integer:
    in_range = validate.Range(min=0, max=MAX_VALUE_CENTS)
    return fields.Integer(strict=True, validate=in_range, metadata={"example": 5000}, **more)


def _kind(**more: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(KINDS), **more)


def _link(**more: Any) -> fields.URL:
    return fields.URL(
        schemes={"http", "https"}, validate=validate.Length(max=500), allow_none=True, **more
    )


def _offered(**more: Any) -> fields.Integer:
    return fields.Integer(
        strict=True,
        attribute="offered_units",
        validate=validate.Range(min=0, max=MAX_UNITS),
        metadata={"example": 10, "description": "Units that are offered in all."},
        **more,
    )


class EditInventoryPrizeSchema(Schema):
    """What may be changed of an offered prize; drawings that were scheduled keep their terms."""

    name = _name()
    description = _description()
    value_cents = _value_cents()
    kind = _kind()
    image_url = _link()
    offered = _offered()


class NewInventoryPrizeSchema(Schema):
    """A prize that is offered; a sponsor's people offer in the name of their own sponsor."""

    sponsor_id = IdField(
        load_default=None,
        allow_none=True,
        metadata={"description": "Whose it is; without it the operator's, or the caller's own."},
    )
    name = _name(required=True)
    description = _description(load_default=None)
    value_cents = _value_cents(required=True)
    kind = _kind(load_default="physical")
    image_url = _link(load_default=None)
    offered = _offered(load_default=1)


class InventoryPrizeSchema(Schema):
    """An offered prize, with what has become of its units."""

    prize_id = fields.UUID(required=True, attribute="inventory_prize_id")
    sponsor_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, metadata={"example": "Running shoes"})
    description = fields.String(required=True, allow_none=True)
    value_cents = fields.Integer(required=True, metadata={"example": 5000})
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    image_url = fields.String(required=True, allow_none=True)
    offered = fields.Integer(required=True, attribute="offered_units")
    reserved = fields.Integer(
        required=True,
        attribute="reserved_units",
        metadata={"description": "Units that scheduled drawings hold."},
    )
    awarded = fields.Integer(
        required=True,
        attribute="awarded_units",
        metadata={"description": "Units that were won."},
    )
    left = fields.Integer(required=True, attribute="left_units")
    is_active = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)


InventoryPrizePageSchema = page_schema(InventoryPrizeSchema)


class InventoryQuery(PageQuery):
    """Filters of the offered prizes."""

    sponsor_id = IdField(load_default=None)
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))
