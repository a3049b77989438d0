"""Computed figures as clients see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fittrack.activities.analysis.efforts import EFFORTS
from fittrack.activities.analysis.service import LOADS
from fittrack.activities.analysis.splits import UNITS_M
from fittrack.activities.sports import SPORTS

MOST_LOAD_DAYS = 366
# Before any activity, and far enough within the calendar for six weeks before it.
FIRST_YEAR = 1900
METHODS = ("heart_rate", "performance")


def _number(description: str, example: float, *, none: bool = False) -> fields.Float:
    told = {"description": description, "example": example}
    return fields.Float(required=True, allow_none=none, metadata=told)


class SplitsQuery(Schema):
    """By what an activity is split."""

    unit = fields.String(load_default="km", validate=validate.OneOf(list(UNITS_M)))


class StretchSchema(Schema):
    """What happened on a part of an activity; null is what nobody measured."""

    elapsed_s = _number("by the clock, pauses included", 312.4)
    moving_s = _number("faster than 1 km/h", 309.0)
    distance_m = _number("metres covered", 1000.0)
    avg_speed_mps = _number("metres per second while moving", 3.24, none=True)
    ascent_m = _number("metres climbed", 12.4, none=True)
    descent_m = _number("metres descended", 8.1, none=True)
    avg_hr_bpm = _number("mean heart rate over time", 148.2, none=True)
    avg_power_w = _number("mean power over time", 231.0, none=True)


class SplitSchema(StretchSchema):
    """One kilometre or mile, or what remained at the end."""

    split_no = fields.Integer(required=True, metadata={"example": 1})
    is_partial = fields.Boolean(
        required=True, metadata={"description": "the last one, shorter than the unit"}
    )


class SplitsSchema(Schema):
    """An activity by kilometres or miles; empty without a way."""

    activity_id = fields.UUID(required=True)
    unit = fields.String(required=True, validate=validate.OneOf(list(UNITS_M)))
    splits = fields.List(fields.Nested(SplitSchema), required=True)


class LapDetailSchema(Schema):
    """One lap as the device marked it, and what the samples within it say."""

    lap_no = fields.Integer(required=True, metadata={"example": 1})
    started_at = fields.AwareDateTime(required=True)
    elapsed_s = fields.Integer(required=True)
    distance_m = fields.Float(required=True, allow_none=True)
    measured = fields.Nested(
        StretchSchema,
        required=True,
        allow_none=True,
        metadata={"description": "null where no sample lies within"},
    )


class LapsSchema(Schema):
    """An activity's laps in order."""

    activity_id = fields.UUID(required=True)
    laps = fields.List(fields.Nested(LapDetailSchema), required=True)


class HeartSchema(Schema):
    """What heart rates are weighed by."""

    max_hr_bpm = _number("the maximum of the activity's day", 186.0, none=True)
    max_hr_source = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(["own", "age"]),
        metadata={"description": "age: 208 - 0.7 x age"},
    )
    resting_hr_bpm = _number("the profile's, else 60", 54)
    resting_hr_source = fields.String(required=True, validate=validate.OneOf(["own", "assumed"]))


class HeartZoneSchema(Schema):
    """One of five zones; `from_bpm` belongs to it."""

    zone_no = fields.Integer(required=True, metadata={"example": 2})
    from_bpm = _number("60, 70, 80 and 90 percent of the maximum", 111.6)
    to_bpm = _number("null for the last", 130.2, none=True)
    time_s = _number("seconds in the zone", 1284.0)


class HeartZonesSchema(Schema):
    """The time in five heart-rate zones, which add up to `hr_time_s`."""

    activity_id = fields.UUID(required=True)
    heart = fields.Nested(HeartSchema, required=True)
    hr_time_s = _number("seconds with a heart rate", 3600.0)
    zones = fields.List(
        fields.Nested(HeartZoneSchema),
        required=True,
        allow_none=True,
        metadata={"description": "null while neither a maximum nor a date of birth is known"},
    )
    trimp = _number("training impulse (Banister)", 92.4, none=True)


class EffortSchema(Schema):
    """A best effort: over a distance `time_s`, over a time `power_w`."""

    effort = fields.String(
        required=True, validate=validate.OneOf(EFFORTS), metadata={"example": "5km"}
    )
    time_s = _number("seconds for the distance", 1312.2, none=True)
    power_w = _number("mean watts over the time", 251, none=True)


class MadeEffortSchema(EffortSchema):
    """A best effort of an activity."""

    from_s = _number("seconds after the first sample", 310.0)


class PowerSchema(Schema):
    """Power; threshold power is 95 % of the best 20 minutes of 90 days."""

    time_s = _number("seconds with power", 3600.0)
    mean_w = _number("watts", 198.4)
    normalised_w = _number("normalised power", 214.9, none=True)
    threshold_w = _number("estimated threshold power", 247.0, none=True)
    intensity_factor = _number("normalised by threshold power", 0.87, none=True)
    training_stress = _number("100 is an hour at threshold power", 75.7, none=True)


class MetricsSchema(Schema):
    """All computed figures of an activity but its splits and zones."""

    activity_id = fields.UUID(required=True)
    metrics_version = fields.Integer(required=True, metadata={"example": 1})
    heart = fields.Nested(HeartSchema, required=True)
    trimp = _number("training impulse (Banister)", 92.4, none=True)
    power = fields.Nested(PowerSchema, required=True, allow_none=True)
    vo2max_ml_kg_min = _number("estimate from a run", 47.3, none=True)
    vo2max_method = fields.String(required=True, allow_none=True, validate=validate.OneOf(METHODS))
    vdot = _number("Daniels and Gilbert's, of the best effort of a run", 44.1, none=True)
    efforts = fields.List(fields.Nested(MadeEffortSchema), required=True)


class RecordsQuery(Schema):
    """Whose records to list: one sport's, or all."""

    sport = fields.String(load_default=None, validate=validate.OneOf(sorted(SPORTS)))


class RecordStepSchema(EffortSchema):
    """One record as it was set."""

    activity_id = fields.UUID(required=True)
    set_at = fields.AwareDateTime(
        required=True, metadata={"description": "when the activity started"}
    )
    improved_by = _number("seconds or watts; null for the first", 12.6, none=True)


class RecordSchema(RecordStepSchema):
    """A personal record, and every one before it."""

    sport = fields.String(required=True, metadata={"example": "running"})
    history = fields.List(
        fields.Nested(RecordStepSchema),
        required=True,
        metadata={"description": "the newest first, this one among them"},
    )


class RecordsSchema(Schema):
    """Personal records by sport and effort."""

    records = fields.List(fields.Nested(RecordSchema), required=True)


class LoadQuery(Schema):
    """Which days: at most 366; the last six weeks without any."""

    from_on = fields.Date(data_key="from", load_default=None)
    to_on = fields.Date(data_key="to", load_default=None)
    load_name = fields.String(data_key="load", load_default="trimp", validate=validate.OneOf(LOADS))

    @validates_schema(skip_on_field_errors=True)
    def check_days(self, query: dict[str, Any], **_context: Any) -> None:
        """Raises: ValidationError where the days are none, too many, or out of the calendar."""
        from_on, to_on = query["from_on"], query["to_on"]
        if from_on and not to_on:
            raise ValidationError("Needs `to` as well.", "from")
        if to_on and to_on.year < FIRST_YEAR:
            raise ValidationError(f"Must not be before {FIRST_YEAR}.", "to")
        if from_on and from_on > to_on:
            raise ValidationError("Must not be after `to`.", "from")
        if from_on and to_on - from_on >= timedelta(days=MOST_LOAD_DAYS):
            raise ValidationError(f"At most {MOST_LOAD_DAYS} days.", "from")


class LoadDaySchema(Schema):
    """One day; fitness and fatigue at its end, form at its beginning."""

    day_on = fields.Date(required=True)
    day_load = fields.Float(
        attribute="load",
        data_key="load",
        required=True,
        metadata={"description": "the day's loads together", "example": 92.4},
    )
    fitness = _number("42 days", 51.2)
    fatigue = _number("7 days", 63.8)
    form = _number("fitness less fatigue of the day before", -9.7)


class LoadSchema(Schema):
    """Training load by day."""

    load_name = fields.String(
        attribute="load", data_key="load", required=True, validate=validate.OneOf(LOADS)
    )
    unrated_count = fields.Integer(
        required=True,
        metadata={
            "description": "activities of these days without heart rate, or power, to rate",
            "example": 0,
        },
    )
    days = fields.List(fields.Nested(LoadDaySchema), required=True)
