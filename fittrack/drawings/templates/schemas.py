"""Templates as clients see them: the fields of a draft without its times, and when it is held."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from fittrack.accounts.rules import STATES
from fittrack.drawings.rules import STATUSES, TYPES
from fittrack.drawings.schemas import EditDrawingSchema, NewDrawingSchema
from fittrack.drawings.templates.models import Template
from fittrack.pagination import PageQuery, page_schema

TIMES = ("opens_at", "closes_at", "draws_at")
MAX_DAYS = 366
MAX_LEAD_S = 43_200
SALE_DAYS = "Days before the draw, at its time, on which sales begin; null: with the draw before."
AHEAD = "Drawings are made so many days before their sales begin."
AS_SETTINGS = "Null is what the settings say when a drawing is made."
COMMITS = "The sponsor keeps its value: a draft waits for its commitment."


def _days(**more: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=1, max=MAX_DAYS), **more)


def _lead(**more: Any) -> fields.Integer:
    limits = validate.Range(min=0, max=MAX_LEAD_S)
    meaning = {"description": "Seconds from the end of sales to the draw.", "example": 300}
    return fields.Integer(strict=True, validate=limits, metadata=meaning, **more)


class EditTemplateSchema(EditDrawingSchema):
    """What may change of a template; it holds for drawings that are not made yet."""

    class Meta:
        """The times follow from the type."""

        exclude = TIMES

    excluded_states = fields.List(
        fields.String(validate=validate.OneOf(sorted(STATES))),
        attribute="excluded_states_json",
        allow_none=True,
        validate=validate.Length(max=51),
        metadata={"description": AS_SETTINGS, "example": ["FL", "NY", "RI"]},
    )
    min_age_by_state = fields.Dict(
        keys=fields.String(validate=validate.OneOf(sorted(STATES))),
        values=fields.Integer(strict=True, validate=validate.Range(min=18, max=99)),
        attribute="min_ages_json",
        allow_none=True,
        metadata={"description": AS_SETTINGS, "example": {"AL": 19, "MS": 21, "NE": 19}},
    )
    is_paused = fields.Boolean(metadata={"description": "While paused it makes no drawings."})
    sale_days = _days(allow_none=True, metadata={"description": SALE_DAYS})
    made_ahead_days = _days(metadata={"description": AHEAD, "example": 7})
    close_lead_s = _lead()
    needs_commitment = fields.Boolean(
        attribute="is_commitment_needed", metadata={"description": COMMITS}
    )


class NewTemplateSchema(NewDrawingSchema):
    """A new template; `{date}`, `{month}` and `{year}` in its name are those of each draw."""

    class Meta:
        """The times follow from the type."""

        exclude = TIMES

    ticket_price_points = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=1_000_000),
        metadata={"description": "Null is what the type costs: 100, 500, 2,000 or 10,000 points."},
    )
    is_paused = fields.Boolean(load_default=False)
    sale_days = _days(load_default=None, allow_none=True)
    made_ahead_days = _days(load_default=7)
    close_lead_s = _lead(load_default=None, allow_none=True)
    needs_commitment = fields.Boolean(attribute="is_commitment_needed", load_default=False)


class TemplateSchema(EditTemplateSchema):
    """A template."""

    template_id = fields.UUID(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)

    def get_attribute(self, obj: Template, attr: str, default: Any) -> Any:
        """Return a field of a template's own, or one of its terms."""
        terms = obj.terms_json
        return terms[attr] if attr in terms else getattr(obj, attr, default)


TemplatePageSchema = page_schema(TemplateSchema)


class TemplateQuery(PageQuery):
    """Filters of the templates."""

    type = fields.String(load_default=None, validate=validate.OneOf(TYPES))


class MadeSchema(Schema):
    """The drawing that a template brought for a day, and how it stands."""

    draw_on = fields.Date(required=True)
    drawing_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Null where it was deleted."}
    )
    status = fields.String(required=True, allow_none=True, validate=validate.OneOf(STATUSES))
    refusal_code = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why its terms are not signed yet.", "example": None},
    )
    is_by_hand = fields.Boolean(
        required=True, metadata={"description": "An admin edited the draft, and schedules it."}
    )
    made_at = fields.AwareDateTime(required=True)


MadePageSchema = page_schema(MadeSchema)
