"""Music at the edge: what comes in and what goes out."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.music import rules, service
from fittrack.pagination import page_schema
from fittrack.trackers.providers.music import RECENT, SAVED, SEARCH, TOP

REASONS = (
    *(TOP, SAVED, RECENT, SEARCH, "energy_fits", "energy_differs", "usual_hour"),
    *("skipped_before", "too_short", "too_long", "explicit", "just_played"),
)
BANDS = (*(band.name for band in rules.BANDS), rules.UNKNOWN.name)


class ListenerSchema(Schema):
    external_id = fields.String(required=True, metadata={"example": "smedjan"})
    display_name = fields.String(
        required=True, allow_none=True, metadata={"example": "Ana Example"}
    )
    url = fields.String(
        required=True,
        allow_none=True,
        metadata={"example": "https://open.spotify.com/user/smedjan"},
    )
    image_url = fields.String(required=True, allow_none=True, metadata={"example": None})


class TrackSchema(Schema):
    external_id = fields.String(
        required=True,
        metadata={"description": "The provider's own id.", "example": "4PTG3Z6ehGkBFwjybzWkR8"},
    )
    name = fields.String(required=True, metadata={"example": "Never Gonna Give You Up"})
    artists = fields.List(fields.String(), required=True, metadata={"example": ["Rick Astley"]})
    album = fields.String(
        required=True, allow_none=True, metadata={"example": "Whenever You Need Somebody"}
    )
    duration_s = fields.Integer(required=True, allow_none=True, metadata={"example": 214})
    is_explicit = fields.Boolean(required=True, metadata={"example": False})
    isrc = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Names the recording at whichever provider.",
            "example": "GBARL9300135",
        },
    )
    url = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Where it is played.",
            "example": "https://open.spotify.com/track/4PTG3Z6ehGkBFwjybzWkR8",
        },
    )
    image_url = fields.String(required=True, allow_none=True, metadata={"example": None})


class HeardSchema(Schema):
    track = fields.Nested(TrackSchema, required=True)
    ended_at = fields.AwareDateTime(required=True)
    listened_s = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "For how long, as far as the play before it tells.",
            "example": 212,
        },
    )
    is_skipped = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "Whether it was left in its first half.", "example": False},
    )


class RecentQuery(Schema):
    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=service.ROWS),
        metadata={"description": "How many at most; the provider knows no more than 50."},
    )


class PlayingSchema(Schema):
    is_playing = fields.Boolean(required=True, metadata={"example": True})
    track = fields.Nested(
        TrackSchema,
        required=True,
        allow_none=True,
        metadata={"description": "None where nothing is on, or nothing that is a track."},
    )
    progress_s = fields.Integer(required=True, allow_none=True, metadata={"example": 61})


class ChoiceQuery(Schema):
    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=service.ROWS),
        metadata={"description": "How many tracks at most."},
    )
    explicit = fields.String(
        load_default=rules.LESS,
        validate=validate.OneOf(rules.EXPLICIT),
        metadata={
            "description": "Whether tracks with explicit words come as others do, later, or never.",
            "example": rules.LESS,
        },
    )


class RestedSchema(Schema):
    day_on = fields.Date(required=True)
    score_percent = fields.Float(required=True, metadata={"example": 71.0})


class MusicSourceSchema(Schema):
    source = fields.String(
        required=True,
        validate=validate.OneOf([TOP, SAVED, RECENT, SEARCH]),
        metadata={"example": TOP},
    )
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(service.OUTCOMES),
        metadata={
            "description": "Whether it was read, or why it was not: the rest is chosen without it.",
            "example": service.READ,
        },
    )


class MusicReasonSchema(Schema):
    code = fields.String(
        required=True, validate=validate.OneOf(REASONS), metadata={"example": "energy_fits"}
    )
    points = fields.Integer(required=True, metadata={"example": 36})
    text = fields.String(
        required=True, metadata={"example": "Its energy suits how recovered you are."}
    )


class MusicProposalSchema(Schema):
    track = fields.Nested(TrackSchema, required=True)
    points = fields.Integer(
        required=True, metadata={"description": "The sum of its reasons'.", "example": 56}
    )
    reasons = fields.List(fields.Nested(MusicReasonSchema), required=True)


class MusicChoiceSchema(Schema):
    band = fields.String(
        required=True,
        validate=validate.OneOf(BANDS),
        metadata={
            "description": "How recovered you are: low below 34 %, high from 67 %; unknown where "
            "no tracker has told since yesterday.",
            "example": "high",
        },
    )
    energy_percent = fields.Integer(
        required=True, metadata={"description": "What the music aims at.", "example": 85}
    )
    recovery = fields.Nested(RestedSchema, required=True, allow_none=True)
    sources = fields.List(fields.Nested(MusicSourceSchema), required=True)
    tracks = fields.List(
        fields.Nested(MusicProposalSchema),
        required=True,
        metadata={"description": "The best first, each recording once, three of an artist."},
    )


HeardPageSchema = page_schema(HeardSchema)
