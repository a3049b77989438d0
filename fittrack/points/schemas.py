"""What points look like over HTTP."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fittrack.pagination import PageQuery

KINDS = (
    "award",
    "award_correction",
    "ticket_purchase",
    "ticket_refund",
    "adjustment",
    "reversal",
)


class BalanceSchema(Schema):
    """What a member can spend; later awards pay `debt_points` first."""

    balance_points = fields.Integer(metadata={"example": 1250})
    debt_points = fields.Integer(metadata={"example": 0})
    debt_reason = fields.String(allow_none=True, metadata={"example": None})


class ReceiptLineSchema(Schema):
    """One rule of a day: what it earned, what was awarded, and what cut it down."""

    rule = fields.String(metadata={"example": "steps"})
    input = fields.Dict(
        keys=fields.String(), values=fields.Integer(), metadata={"example": {"steps": 12345}}
    )
    earned_points = fields.Integer(metadata={"example": 120})
    awarded_points = fields.Integer(metadata={"example": 120})
    forfeited_points = fields.Integer(metadata={"example": 0})
    capped_by = fields.List(fields.String(), metadata={"example": []})


class DayReceiptSchema(Schema):
    """A points day, rule by rule; the lines' awarded points add up to the day's."""

    day_on = fields.Date()
    rules_version = fields.Integer(metadata={"example": 1})
    awarded_points = fields.Integer(metadata={"example": 120})
    forfeited_points = fields.Integer(metadata={"example": 0})
    cap_points = fields.Integer(metadata={"example": 1000})
    cap_left_points = fields.Integer(metadata={"example": 880})
    active_minutes = fields.Integer(metadata={"example": 45})
    is_active_day = fields.Boolean(metadata={"example": True})
    run_days = fields.Integer(metadata={"example": 3})
    review_id = fields.UUID(
        allow_none=True,
        metadata={"description": "the review for which the day earns nothing", "example": None},
    )
    lines = fields.List(fields.Nested(ReceiptLineSchema))


class StreakDaySchema(Schema):
    """A day of this week, Monday to Sunday; today is `to_come` until it is active."""

    day_on = fields.Date(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(("active", "frozen", "missed", "to_come")),
        metadata={"example": "active"},
    )


class StreakSchema(Schema):
    """A run of active days; a freeze is spent by itself on a missed day and keeps the run."""

    current_days = fields.Integer(required=True, metadata={"example": 12})
    longest_days = fields.Integer(required=True, metadata={"example": 40})
    freezes_left = fields.Integer(required=True, metadata={"example": 1})
    today_on = fields.Date(required=True)
    active_minutes_today = fields.Integer(required=True, metadata={"example": 18})
    missing_minutes_today = fields.Integer(
        required=True,
        metadata={
            "description": "recorded active minutes that today still needs; 0 once it is active",
            "example": 12,
        },
    )
    week = fields.List(fields.Nested(StreakDaySchema), required=True)


class StatementQuery(PageQuery):
    """Filters of the statement; `from` and `to` are points days, both inclusive."""

    from_on = fields.Date(data_key="from", load_default=None)
    to_on = fields.Date(data_key="to", load_default=None)
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))

    @validates_schema(skip_on_field_errors=True)
    def check_days(self, query: dict[str, Any], **_context: Any) -> None:
        """Raises: ValidationError where the first day is after the last."""
        from_on, to_on = query["from_on"], query["to_on"]
        if from_on and to_on and from_on > to_on:
            raise ValidationError("Must not be after `to`.", "from")


class PointsTransactionSchema(Schema):
    """One line of the statement; the balance is null where only the debt moved."""

    transaction_id = fields.String()
    kind = fields.String(validate=validate.OneOf(KINDS))
    amount_points = fields.Integer(metadata={"example": -100})
    debt_change_points = fields.Integer(metadata={"example": 0})
    balance_after_points = fields.Integer(allow_none=True, metadata={"example": 1150})
    description = fields.String(metadata={"example": "1 ticket of Daily drawing"})
    reference_id = fields.String()
    day_on = fields.Date()
    created_at = fields.AwareDateTime()


class RulesVersionSchema(Schema):
    """One version of the earning rules; see docs/points.md for what each figure means."""

    version = fields.Integer(metadata={"example": 1})
    effective_on = fields.Date()
    steps_per_unit = fields.Integer(metadata={"example": 1000})
    unit_points = fields.Integer(metadata={"example": 10})
    steps_a_day = fields.Integer(metadata={"example": 20000})
    light_points = fields.Integer(metadata={"example": 1})
    moderate_points = fields.Integer(metadata={"example": 2})
    vigorous_points = fields.Integer(metadata={"example": 3})
    moderate_from_percent = fields.Integer(metadata={"example": 50})
    vigorous_above_percent = fields.Integer(metadata={"example": 70})
    workout_points = fields.Integer(metadata={"example": 50})
    workout_least_s = fields.Integer(metadata={"example": 1200})
    workouts_a_day = fields.Integer(metadata={"example": 3})
    goal_steps = fields.Integer(metadata={"example": 10000})
    goal_points = fields.Integer(metadata={"example": 100})
    active_day_minutes = fields.Integer(metadata={"example": 30})
    streak_days = fields.Integer(metadata={"example": 7})
    streak_points = fields.Integer(metadata={"example": 250})
    active_days_per_freeze = fields.Integer(metadata={"example": 30})
    manual_points_a_day = fields.Integer(metadata={"example": 100})
    points_a_day = fields.Integer(metadata={"example": 1000})


class RulesSchema(Schema):
    """The rules that hold today, and every version there is."""

    current = fields.Nested(RulesVersionSchema)
    versions = fields.List(fields.Nested(RulesVersionSchema))
