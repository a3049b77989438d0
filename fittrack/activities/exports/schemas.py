"""Samples and files of activities as clients ask for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields, validate

from fittrack.activities.columns import Column
from fittrack.activities.exports.rules import FORMATS
from fittrack.activities.models import Streams

STREAMS = (
    *("latitude_deg", "longitude_deg", "altitude_m", "distance_m", "speed_mps"),
    *("hr_bpm", "cadence_rpm", "power_w", "temperature_c"),
)


class StreamsQuery(Schema):
    """Which samples to return: all of them without `points`, with every column without `keys`."""

    points = fields.Integer(load_default=None, validate=validate.Range(min=2, max=100_000))
    keys = fields.List(
        fields.String(validate=validate.OneOf(STREAMS)),
        load_default=None,
        validate=validate.Length(max=len(STREAMS)),
        metadata={"description": "columns to return, the parameter repeated; others are null"},
    )


class ExportQuery(Schema):
    """In which form to return the activity."""

    format = fields.String(load_default="original", validate=validate.OneOf(FORMATS))


def _stream(of: type[fields.Field[Any]], description: str) -> fields.List[Any]:
    return fields.List(
        of(allow_none=True),
        required=True,
        allow_none=True,
        metadata={"description": f"{description}; null where nothing was measured"},
    )


class StreamsSchema(Schema):
    """The samples in columns of equal length, in the order of the recording."""

    activity_id = fields.UUID(required=True)
    sample_count = fields.Integer(
        required=True, metadata={"description": "samples of the activity, before thinning"}
    )
    at_ms = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "milliseconds since started_at", "example": [0, 1000, 2000]},
    )
    breaks = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "indexes at which a new piece begins after a pause"},
    )
    latitude_deg = _stream(fields.Float, "degrees north")
    longitude_deg = _stream(fields.Float, "degrees east")
    altitude_m = _stream(fields.Float, "metres")
    distance_m = _stream(fields.Float, "metres so far")
    speed_mps = _stream(fields.Float, "metres per second")
    hr_bpm = _stream(fields.Integer, "beats per minute")
    cadence_rpm = _stream(fields.Integer, "turns or steps of one foot per minute")
    power_w = _stream(fields.Integer, "watts")
    temperature_c = _stream(fields.Integer, "degrees Celsius")


def plain_streams(streams: Streams, keys: list[str] | None = None) -> dict[str, Any]:
    """Return streams as plain values, as `StreamsSchema` would, without a call for each of them."""
    plain = _plain(streams)
    dropped = set(STREAMS) - set(STREAMS if keys is None else keys)
    return plain | dict.fromkeys(dropped)


def _plain(streams: Streams) -> dict[str, Any]:
    samples = streams.samples
    start_ms = _epoch_ms(streams.activity.started_at)
    return {
        "activity_id": streams.activity.activity_id,
        "sample_count": streams.activity.sample_count,
        "at_ms": [at_ms - start_ms for at_ms in samples.at_ms],
        "breaks": list(samples.breaks),
        "latitude_deg": _divided(samples.lat_e7, 1e7),
        "longitude_deg": _divided(samples.lon_e7, 1e7),
        "altitude_m": _divided(samples.altitude_cm, 100),
        "distance_m": _divided(samples.distance_cm, 100),
        "speed_mps": _divided(samples.speed_mmps, 1000),
        "hr_bpm": list(samples.hr_bpm) or None,
        "cadence_rpm": list(samples.cadence_rpm) or None,
        "power_w": list(samples.power_w) or None,
        "temperature_c": list(samples.temperature_c) or None,
    }


def _divided(column: Column, factor: float) -> list[float | None] | None:
    return [None if value is None else value / factor for value in column] or None


def _epoch_ms(instant: datetime) -> int:
    since_1970 = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return round(since_1970.total_seconds() * 1000)
