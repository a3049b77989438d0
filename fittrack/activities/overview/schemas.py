"""Activities at a glance, as clients see them."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fittrack.rendering import QuickSchema

MOST_DAYS = 366
MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"


class FiguresSchema(QuickSchema):
    """What was done and earned."""

    activity_count = fields.Integer(required=True, metadata={"example": 4})
    workout_count = fields.Integer(required=True, metadata={"example": 3})
    distance_m = fields.Float(required=True, metadata={"example": 21097.5})
    moving_s = fields.Integer(required=True, metadata={"example": 6300})
    active_minutes = fields.Integer(required=True, metadata={"example": 105})
    steps = fields.Integer(required=True, metadata={"example": 24000})
    points = fields.Integer(required=True, metadata={"example": 540})


class PeriodSchema(FiguresSchema):
    """Some points days added up, both ends included."""

    from_on = fields.Date(required=True, data_key="from")
    to_on = fields.Date(required=True, data_key="to")


class SummarySchema(QuickSchema):
    """Today, this week from Monday, and this month, in the platform's time zone."""

    today = fields.Nested(PeriodSchema, required=True)
    week = fields.Nested(PeriodSchema, required=True)
    month = fields.Nested(PeriodSchema, required=True)
    cap_points = fields.Integer(required=True, metadata={"example": 1000})
    cap_left_points = fields.Integer(
        required=True, metadata={"description": "what today may still earn", "example": 460}
    )
    run_days = fields.Integer(
        required=True,
        metadata={"description": "active days in a row that still count", "example": 5},
    )
    is_active_today = fields.Boolean(required=True)


class CalendarQuery(Schema):
    """Which month; this one without it."""

    month = fields.String(
        load_default=None,
        validate=validate.Regexp(f"^{MONTH}$", error="Must be a month like 2026-11."),
        metadata={"example": "2026-11", "pattern": f"^{MONTH}$"},
    )

    @validates_schema(skip_on_field_errors=True)
    def check_month(self, query: dict[str, Any], **_context: Any) -> None:
        """Raises: ValidationError for the years before 1900 and after 2100."""
        if query["month"] and not "1900" <= query["month"][:4] <= "2100":
            raise ValidationError("Must lie between 1900 and 2100.", "month")


class CalendarDaySchema(FiguresSchema):
    """One points day."""

    day_on = fields.Date(required=True)


class CalendarSchema(QuickSchema):
    """A month, day by day."""

    month = fields.String(required=True, metadata={"example": "2026-11"})
    days = fields.List(fields.Nested(CalendarDaySchema), required=True)


class HeatmapQuery(Schema):
    """Which points days, 366 at most, both included, and how large a cell is."""

    from_on = fields.Date(data_key="from", load_default=None)
    to_on = fields.Date(data_key="to", load_default=None)
    cell_m = fields.Integer(
        load_default=200, validate=validate.Range(100, 10_000), metadata={"example": 200}
    )

    @validates_schema(skip_on_field_errors=True)
    def check_days(self, query: dict[str, Any], **_context: Any) -> None:
        """Raises: ValidationError for a range that ends before it begins, or is too long."""
        from_on, to_on = query["from_on"], query["to_on"]
        if from_on and to_on and not 0 <= (to_on - from_on).days < MOST_DAYS:
            raise ValidationError("Must lie 0 to 365 days before `to`.", "from")
        for name, day_on in (("from", from_on), ("to", to_on)):
            if day_on and not date(1900, 1, 1) <= day_on <= date(2100, 12, 31):
                raise ValidationError("Must lie between 1900 and 2100.", name)


class CellSchema(QuickSchema):
    """A cell by its middle, and in how many activities I came by."""

    latitude_deg = fields.Float(required=True, metadata={"example": 40.713})
    longitude_deg = fields.Float(required=True, metadata={"example": -74.006})
    activity_count = fields.Integer(required=True, metadata={"example": 12})


class HeatmapSchema(QuickSchema):
    """Where I came by, the most visited cell first."""

    from_on = fields.Date(required=True, data_key="from")
    to_on = fields.Date(required=True, data_key="to")
    cell_m = fields.Integer(required=True, metadata={"example": 200})
    activity_count = fields.Integer(required=True, metadata={"example": 120})
    is_complete = fields.Boolean(
        required=True, metadata={"description": "whether these are all cells"}
    )
    cells = fields.List(fields.Nested(CellSchema), required=True)
