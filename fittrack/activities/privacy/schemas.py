"""Privacy zones as clients see them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class NewZoneSchema(Schema):
    """A place to be hidden from everybody else."""

    name = fields.String(
        required=True, validate=validate.Length(min=1, max=60), metadata={"example": "Home"}
    )
    latitude_deg = fields.Float(
        required=True, validate=validate.Range(-90, 90), metadata={"example": 40.7128}
    )
    longitude_deg = fields.Float(
        required=True, validate=validate.Range(-180, 180), metadata={"example": -74.006}
    )
    radius_m = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(100, 2000),
        metadata={"description": "at least so far about it nothing is shown", "example": 300},
    )


class ZoneSchema(NewZoneSchema):
    """A place that is hidden from everybody else."""

    zone_id = fields.UUID(required=True)
    created_at = fields.AwareDateTime(required=True)


class ZonesSchema(Schema):
    """All of my privacy zones."""

    items = fields.List(fields.Nested(ZoneSchema), required=True)
