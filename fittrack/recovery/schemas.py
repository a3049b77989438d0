"""Sleeps and recoveries as clients see them; figures that nobody measured are null."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fittrack.pagination import PageQuery, page_schema

STATES = ("scored", "pending", "unscorable")


def _figure(description: str, example: float | None) -> fields.Float:
    told = {"description": description, "example": example}
    return fields.Float(required=True, allow_none=True, metadata=told)


def _seconds(description: str, example: int) -> fields.Integer:
    told = {"description": description, "example": example}
    return fields.Integer(required=True, allow_none=True, metadata=told)


def _state() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.OneOf(STATES),
        metadata={"description": "`pending`: its figures are still to come.", "example": "scored"},
    )


class RecoveryQuery(PageQuery):
    """Which records to list; `from` and `to` are days of waking, both included."""

    from_on = fields.Date(data_key="from", load_default=None)
    to_on = fields.Date(data_key="to", load_default=None)
    provider = fields.String(
        load_default=None,
        validate=validate.Regexp(r"^[a-z_]{1,20}\Z"),
        metadata={"description": "only what this one has told", "example": "whoop"},
    )

    @validates_schema(skip_on_field_errors=True)
    def check_days(self, query: dict[str, Any], **_context: Any) -> None:
        """Raises: ValidationError where the first day is after the last."""
        from_on, to_on = query["from_on"], query["to_on"]
        if from_on and to_on and from_on > to_on:
            raise ValidationError("Must not be after `to`.", "from")


class SleepSchema(Schema):
    """One night or nap."""

    sleep_id = fields.UUID(required=True)
    provider = fields.String(required=True, metadata={"example": "whoop"})
    state = _state()
    is_nap = fields.Boolean(required=True, metadata={"example": False})
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    day_on = fields.Date(
        required=True, metadata={"description": "The day of waking, by the sleeper's clock."}
    )
    utc_offset_s = _seconds("How far that clock was ahead of UTC.", -18_000)
    asleep_s = _seconds("Light, deep and REM sleep.", 27_416)
    awake_s = _seconds("Awake in bed.", 1404)
    light_s = _seconds("Light sleep.", 14_906)
    deep_s = _seconds("Deep sleep.", 6630)
    rem_s = _seconds("REM sleep.", 5880)
    efficiency_percent = _figure("Asleep of the time in bed.", 91.7)
    score_percent = _figure("The provider's own score.", 98.0)
    avg_hr_bpm = _seconds("Average heart rate.", 58)
    lowest_hr_bpm = _seconds("Lowest heart rate.", 49)
    hrv_rmssd_ms = _figure("Heart rate variability.", 62.4)
    breaths_per_minute = _figure("Respiratory rate.", 16.1)
    device = fields.String(required=True, allow_none=True, metadata={"example": "WHOOP"})


class RecoverySchema(Schema):
    """How rested the member woke up."""

    recovery_id = fields.UUID(required=True)
    provider = fields.String(required=True, metadata={"example": "whoop"})
    state = _state()
    day_on = fields.Date(
        required=True, metadata={"description": "The day of waking, by the member's clock."}
    )
    measured_at = fields.AwareDateTime(required=True)
    utc_offset_s = _seconds("How far that clock was ahead of UTC.", -18_000)
    score_percent = _figure("The provider's own score.", 44.0)
    resting_hr_bpm = _seconds("Resting heart rate.", 64)
    hrv_rmssd_ms = _figure("Heart rate variability.", 31.8)
    spo2_percent = _figure("Oxygen in the blood.", 95.7)
    skin_temperature_c = _figure("Temperature of the skin.", 33.7)


class LatestSchema(Schema):
    """The newest recovery that has a score."""

    recovery = fields.Nested(RecoverySchema, required=True)
    sleep = fields.Nested(
        SleepSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The sleep before it, where it is known."},
    )


SleepPageSchema = page_schema(SleepSchema)
RecoveryPageSchema = page_schema(RecoverySchema)
