"""Activities as clients see them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fittrack.activities.models import ACTIVITY_TYPES, SOURCE_KINDS, VISIBILITIES, ActivityDetail
from fittrack.activities.sports import SPORTS
from fittrack.pagination import PageQuery, page_schema
from fittrack.reviews.schemas import ReviewSchema

STATES = ("accepted", "held", "rejected")


class ActivityQuery(PageQuery):
    """Which activities to list; `from` and `to` are points days, both included."""

    from_on = fields.Date(data_key="from", load_default=None)
    to_on = fields.Date(data_key="to", load_default=None)
    type = fields.String(load_default=None, validate=validate.OneOf(ACTIVITY_TYPES))
    sport = fields.String(load_default=None, validate=validate.OneOf(sorted(SPORTS)))
    source = fields.String(load_default=None, validate=validate.OneOf(SOURCE_KINDS))
    q = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=100),
        metadata={"description": "part of the name or the notes, in any case", "example": "river"},
    )
    duplicates = fields.String(
        load_default="shown",
        validate=validate.OneOf(["shown", "hidden"]),
        metadata={"description": "whether to list records that another of the workout replaces"},
    )

    @validates_schema(skip_on_field_errors=True)
    def check_days(self, query: dict[str, Any], **_context: Any) -> None:
        """Raises: ValidationError where the first day is after the last."""
        from_on, to_on = query["from_on"], query["to_on"]
        if from_on and to_on and from_on > to_on:
            raise ValidationError("Must not be after `to`.", "from")


class ActivitySchema(Schema):
    """One activity; figures nobody measured are null."""

    activity_id = fields.UUID(required=True)
    type = fields.String(required=True, validate=validate.OneOf(ACTIVITY_TYPES))
    sport = fields.String(required=True, metadata={"example": "running"})
    source = fields.String(
        attribute="source_kind", required=True, validate=validate.OneOf(SOURCE_KINDS)
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf(STATES),
        metadata={"description": "only accepted activities earn points"},
    )
    reason_code = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "why it is held or rejected", "example": None},
    )
    duplicate_of_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "the record of this workout that counts instead", "example": None},
    )
    name = fields.String(required=True, allow_none=True, metadata={"example": "Morning run"})
    notes = fields.String(
        attribute="notes_text", required=True, allow_none=True, metadata={"example": None}
    )
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    utc_offset_s = fields.Integer(
        required=True, allow_none=True, metadata={"description": "local time minus UTC"}
    )
    day_on = fields.Date(required=True, metadata={"description": "points day on which it started"})
    elapsed_s = fields.Integer(required=True)
    moving_s = fields.Integer(required=True)
    distance_m = fields.Float(required=True, allow_none=True)
    track_distance_m = fields.Float(
        required=True, allow_none=True, metadata={"description": "length of the positions' track"}
    )
    ascent_m = fields.Integer(required=True, allow_none=True, metadata={"example": 42})
    descent_m = fields.Integer(required=True, allow_none=True, metadata={"example": 40})
    calories_kcal = fields.Integer(required=True, allow_none=True)
    steps = fields.Integer(required=True, allow_none=True, metadata={"example": 4800})
    avg_hr_bpm = fields.Integer(required=True, allow_none=True)
    max_hr_bpm = fields.Integer(required=True, allow_none=True)
    avg_cadence_rpm = fields.Integer(required=True, allow_none=True)
    max_cadence_rpm = fields.Integer(required=True, allow_none=True)
    avg_power_w = fields.Integer(required=True, allow_none=True)
    max_power_w = fields.Integer(required=True, allow_none=True)
    avg_speed_mps = fields.Float(required=True, allow_none=True)
    max_speed_mps = fields.Float(required=True, allow_none=True)
    device = fields.String(required=True, allow_none=True, metadata={"example": "Forerunner 55"})
    file_format = fields.String(required=True, allow_none=True, metadata={"example": "gpx"})
    warnings = fields.List(
        fields.String(),
        attribute="warnings_json",
        required=True,
        metadata={"description": "where the file contradicts itself", "example": []},
    )
    lap_count = fields.Integer(required=True)
    sample_count = fields.Integer(required=True)
    has_route = fields.Boolean(required=True)
    polyline = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "the simplified route, Google's encoded polyline of five decimals",
            "example": "_p~iF~ps|U_ulLnnqC_mqNvxq`@",
        },
    )
    visibility = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(VISIBILITIES),
        metadata={"description": "null: as the member's preferences say", "example": None},
    )
    is_owner_only = fields.Boolean(
        required=True,
        metadata={
            "description": "whether the terms of where it came from let nobody else see it",
            "example": False,
        },
    )
    has_original = fields.Boolean(required=True)
    intensity = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "the member's own word, of a manual entry", "example": None},
    )
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)


class LapSchema(Schema):
    """One lap as the device marked it."""

    lap_no = fields.Integer(required=True, metadata={"example": 1})
    started_at = fields.AwareDateTime(required=True)
    elapsed_s = fields.Integer(required=True)
    distance_m = fields.Float(required=True, allow_none=True)


class ActivityDetailSchema(ActivitySchema):
    """One activity with its laps, its copies and its review."""

    laps = fields.List(fields.Nested(LapSchema), required=True)
    duplicate_ids = fields.List(
        fields.UUID(),
        required=True,
        metadata={"description": "other records of this workout, which do not count"},
    )
    review = fields.Nested(
        ReviewSchema,
        required=True,
        allow_none=True,
        metadata={"description": "why it is held or rejected, for its owner", "example": None},
    )

    def get_attribute(self, obj: ActivityDetail, attr: str, default: Any) -> Any:
        """Return what the detail adds from the detail, and everything else from its activity."""
        held_by = obj if attr in {"laps", "duplicate_ids", "review"} else obj.activity
        return super().get_attribute(held_by, attr, default)


ActivityPageSchema = page_schema(ActivitySchema)
