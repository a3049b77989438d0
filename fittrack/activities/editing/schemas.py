"""What members type in and change, as clients send it."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.activities.editing.models import INTENSITIES
from fittrack.activities.models import ACTIVITY_TYPES, VISIBILITIES
from fittrack.activities.sports import SPORTS

NAME_LENGTH, NOTES_LENGTH = 200, 4000
LONGEST_S = 86_400
CLEARED = {"description": "null: not known"}


def _whole(most: int, example: int, *, least: int = 0) -> fields.Integer:
    return fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(least, most),
        metadata=CLEARED | {"example": example},
    )


class ManualFiguresSchema(Schema):
    """What a member knows of what they did."""

    name = fields.String(
        allow_none=True,
        validate=validate.Length(max=NAME_LENGTH),
        metadata=CLEARED | {"example": "Weights with Ben"},
    )
    notes = fields.String(
        attribute="notes_text",
        allow_none=True,
        validate=validate.Length(max=NOTES_LENGTH),
        metadata=CLEARED | {"example": "Three sets of everything."},
    )
    utc_offset_s = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(-14 * 3600, 14 * 3600),
        metadata={"description": "local time minus UTC; else that of started_at", "example": 3600},
    )
    moving_s = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(0, LONGEST_S),
        metadata={"description": "null: all of elapsed_s", "example": 3000},
    )
    distance_m = fields.Float(
        allow_none=True, validate=validate.Range(0, 1_000_000), metadata=CLEARED | {"example": 0}
    )
    ascent_m = _whole(20_000, 0)
    descent_m = _whole(20_000, 0)
    calories_kcal = _whole(20_000, 300)
    steps = _whole(200_000, 1200)
    avg_hr_bpm = _whole(240, 118, least=30)
    max_hr_bpm = _whole(240, 151, least=30)
    intensity = fields.String(
        allow_none=True,
        validate=validate.OneOf(INTENSITIES),
        metadata={
            "description": "rates the minutes where there is no heart rate; "
            "null: by speed and sport",
            "example": "moderate",
        },
    )


class ManualActivitySchema(ManualFiguresSchema):
    """A manual entry: what was done, when, and for how long."""

    type = fields.String(
        load_default="workout",
        validate=validate.OneOf(ACTIVITY_TYPES),
        metadata={"description": "`steps` needs `steps`, and takes no time", "example": "workout"},
    )
    sport = fields.String(
        validate=validate.OneOf(sorted(SPORTS)),
        metadata={
            "description": "needed for a workout; else walking for steps, and other",
            "example": "strength",
        },
    )
    started_at = fields.AwareDateTime(
        required=True,
        metadata={"description": "not in the future, nor more than 366 days ago"},
    )
    elapsed_s = fields.Integer(
        strict=True,
        load_default=0,
        validate=validate.Range(0, LONGEST_S),
        metadata={"description": "needed for all but steps", "example": 3600},
    )


class ActivityPatchSchema(ManualFiguresSchema):
    """What to change of an activity; what is absent stays as it is.

    Of a recorded one name, notes, sport and visibility can be changed; of a manual one everything.
    """

    sport = fields.String(
        validate=validate.OneOf(sorted(SPORTS)), metadata={"example": "trail_running"}
    )
    started_at = fields.AwareDateTime()
    elapsed_s = fields.Integer(strict=True, validate=validate.Range(0, LONGEST_S))
    visibility = fields.String(
        allow_none=True,
        validate=validate.OneOf(VISIBILITIES),
        metadata={"description": "null: as my preferences say", "example": "private"},
    )
