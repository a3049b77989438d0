"""Reports as sponsors see them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from fittrack.sponsors.reports.rules import LEAST_CELL


def _few(example: int) -> fields.Integer:
    """Return a field for a number that is null where it stands for too few people."""
    description = f"Null where it is between 1 and {LEAST_CELL - 1}, or would give such a one away."
    words: dict[str, Any] = {"example": example, "description": description}
    return fields.Integer(required=True, allow_none=True, metadata=words)


class InventorySumsSchema(Schema):
    """What has become of the units that a sponsor offers."""

    offered = fields.Integer(required=True)
    reserved = fields.Integer(required=True)
    awarded = fields.Integer(required=True)
    left = fields.Integer(required=True)


class StateWinnersSchema(Schema):
    """How many members of one state won something."""

    state = fields.String(required=True, attribute="state_code", metadata={"example": "CA"})
    winners = fields.Integer(required=True)


class WinnersByStateSchema(Schema):
    """Winners by state; states with few are told together."""

    total = _few(42)
    states = fields.List(fields.Nested(StateWinnersSchema), required=True)
    others = _few(12)


class SponsorReportSchema(Schema):
    """A sponsor's drawings in numbers; nobody's data is in it."""

    sponsor_id = fields.UUID(required=True)
    drawings = fields.Integer(required=True)
    completed = fields.Integer(required=True)
    entries = _few(1200)
    tickets = _few(98000)
    reach = _few(450)
    inventory = fields.Nested(InventorySumsSchema, required=True)
    winners = fields.Nested(WinnersByStateSchema, required=True)
