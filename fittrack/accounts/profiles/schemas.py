"""Profiles, preferences and public profiles at the edge: what comes in and what goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from fittrack import units
from fittrack.accounts.profiles.models import (
    FITNESS_LEVELS,
    GOALS,
    PRIVACIES,
    SEXES,
    Preferences,
    ProfileImage,
    ProfileView,
    PublicProfile,
)
from fittrack.accounts.profiles.rules import BIO_LENGTH, UNLOCKS
from fittrack.units import QuantitySchema, Units

KEPT = {"description": "Absent: unchanged. null: cleared."}
SOURCES = ("own", "age")
PARTS = tuple(name for name, _ in UNLOCKS)
FEATURES = tuple(sorted({feature for _, features in UNLOCKS for feature in features}))


class ProfilePatchSchema(Schema):
    """What a member changes of the profile; what is absent stays as it is."""

    display_name = fields.String(validate=validate.Length(max=120), metadata={"example": "Ana"})
    bio = fields.String(
        allow_none=True,
        validate=validate.Length(max=BIO_LENGTH),
        metadata=KEPT | {"example": "Runs along the river."},
    )
    sex = fields.String(
        allow_none=True, validate=validate.OneOf(SEXES), metadata=KEPT | {"example": "female"}
    )
    fitness_level = fields.String(
        allow_none=True,
        validate=validate.OneOf(FITNESS_LEVELS),
        metadata={
            "description": "Can be changed once in 30 days; the first setting is no change.",
            "example": "intermediate",
        },
    )
    goals = fields.List(
        fields.String(validate=validate.OneOf(GOALS)),
        allow_none=True,
        validate=validate.Length(max=len(GOALS)),
        metadata=KEPT | {"example": ["endurance", "stress_relief"]},
    )
    height_m = fields.Float(
        allow_none=True, validate=validate.Range(0.5, 2.8), metadata=KEPT | {"example": 1.72}
    )
    weight_kg = fields.Float(
        allow_none=True, validate=validate.Range(20, 500), metadata=KEPT | {"example": 64.5}
    )
    max_hr_bpm = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(100, 240),
        metadata={
            "description": "Rates the minutes from today on. null: 208 - 0.7 x age.",
            "example": 186,
        },
    )
    resting_hr_bpm = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(25, 120),
        metadata=KEPT | {"example": 54},
    )
    time_zone = fields.String(
        validate=validate.Length(max=64), metadata={"example": "America/Los_Angeles"}
    )


class DisplaySchema(Schema):
    """The body's figures in the units asked for, else in those that the member prefers."""

    height = fields.Nested(QuantitySchema, required=True, allow_none=True)
    weight = fields.Nested(QuantitySchema, required=True, allow_none=True)


class ProfileSchema(Schema):
    """A profile as its owner sees it; `_m` and `_kg` are metric whatever the units."""

    account_id = fields.UUID(required=True)
    display_name = fields.String(required=True, metadata={"example": "Ana"})
    bio = fields.String(
        required=True, allow_none=True, metadata={"example": "Runs along the river."}
    )
    image_url = fields.String(required=True, allow_none=True, metadata={"example": None})
    sex = fields.String(required=True, allow_none=True, metadata={"example": "female"})
    fitness_level = fields.String(
        required=True, allow_none=True, metadata={"example": "intermediate"}
    )
    fitness_level_changeable_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "null: at once", "example": None},
    )
    goals = fields.List(fields.String(), required=True, metadata={"example": ["endurance"]})
    height_m = fields.Float(required=True, allow_none=True, metadata={"example": 1.72})
    weight_kg = fields.Float(required=True, allow_none=True, metadata={"example": 64.5})
    max_hr_bpm = fields.Integer(required=True, allow_none=True, metadata={"example": None})
    effective_max_hr_bpm = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "what counts: the own one, else 208 - 0.7 x age"},
    )
    effective_max_hr_source = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(SOURCES),
        metadata={"example": "age"},
    )
    resting_hr_bpm = fields.Integer(required=True, allow_none=True, metadata={"example": 54})
    tier = fields.String(
        required=True,
        metadata={"description": "follows from the profile", "example": "F-30-39-INT"},
    )
    time_zone = fields.String(required=True, metadata={"example": "America/Los_Angeles"})
    display = fields.Nested(DisplaySchema, required=True)
    updated_at = fields.AwareDateTime(required=True)


class UnitsSchema(Schema):
    """The units in which a member reads figures."""

    mass = fields.String(validate=validate.OneOf(units.MASS_UNITS))
    length = fields.String(validate=validate.OneOf(units.LENGTH_UNITS))
    distance = fields.String(validate=validate.OneOf(units.DISTANCE_UNITS))
    energy = fields.String(validate=validate.OneOf(units.ENERGY_UNITS))


class PrivacySchema(Schema):
    """Who may see what; a private profile is 404 to others."""

    profile = fields.String(validate=validate.OneOf(PRIVACIES))
    activities = fields.String(validate=validate.OneOf(PRIVACIES))
    leaderboards = fields.String(validate=validate.OneOf(PRIVACIES))
    start_end_hidden_m = fields.Integer(
        strict=True,
        validate=validate.Range(0, 2000),
        metadata={"description": "radius about both ends of a route that others do not see"},
    )


class PreferencesSchema(Schema):
    """What a member has chosen; in a PATCH, what is absent stays as it is."""

    units = fields.Nested(UnitsSchema)
    privacy = fields.Nested(PrivacySchema)
    competes_in_open = fields.Boolean(
        metadata={"description": "compete in OPEN besides the own tier", "example": False},
    )


class MissingPartSchema(Schema):
    """A part of the profile that is not there."""

    field = fields.String(required=True, validate=validate.OneOf(PARTS))
    unlocks = fields.List(
        fields.String(validate=validate.OneOf(FEATURES)),
        required=True,
        metadata={"example": ["training_zones"]},
    )


class CompletenessSchema(Schema):
    """How much of the profile is there, and what the rest would unlock."""

    percent = fields.Integer(required=True, metadata={"example": 70})
    missing = fields.List(fields.Nested(MissingPartSchema), required=True)


class ImageSchema(Schema):
    """Where the picture is, and what became of the one that was sent."""

    image_url = fields.String(required=True, metadata={"example": "/api/v1/users/0193/image"})
    content_sha256 = fields.String(
        required=True, metadata={"description": "of the WebP file of 512 x 512 px that is kept"}
    )
    byte_count = fields.Integer(required=True, metadata={"example": 18_204})
    updated_at = fields.AwareDateTime(required=True)


class TotalsSchema(Schema):
    """What all of a member's activities come to; null where that is not for you to see."""

    activity_count = fields.Integer(required=True, allow_none=True, metadata={"example": 214})
    distance_m = fields.Float(required=True, allow_none=True, metadata={"example": 1204300.0})
    moving_s = fields.Integer(required=True, allow_none=True, metadata={"example": 431000})
    points_earned = fields.Integer(required=True, allow_none=True, metadata={"example": 48210})


class PublicProfileSchema(Schema):
    """What others see of a member."""

    account_id = fields.UUID(required=True)
    display_name = fields.String(required=True, metadata={"example": "Ana"})
    bio = fields.String(
        required=True, allow_none=True, metadata={"example": "Runs along the river."}
    )
    image_url = fields.String(required=True, allow_none=True, metadata={"example": None})
    tier = fields.String(required=True, metadata={"example": "F-30-39-INT"})
    fitness_level = fields.String(
        required=True, allow_none=True, metadata={"example": "intermediate"}
    )
    totals = fields.Nested(TotalsSchema, required=True)


def image_url(account_id: str) -> str:
    """Return the address of a member's picture."""
    return f"/api/v1/users/{account_id}/image"


def plain_profile(view: ProfileView, shown_in: Units) -> dict[str, Any]:
    """Return a profile as `ProfileSchema` dumps it."""
    stored, max_hr = view.stored, view.max_hr
    height_m = None if stored.height_mm is None else stored.height_mm / 1000
    weight_kg = None if stored.weight_g is None else stored.weight_g / 1000
    return {
        "account_id": stored.account_id,
        "display_name": stored.display_name,
        "bio": stored.bio,
        "image_url": image_url(stored.account_id) if stored.image_sha256 else None,
        "sex": stored.sex,
        "fitness_level": stored.fitness_level,
        "fitness_level_changeable_at": view.fitness_level_changeable_at,
        "goals": stored.goals_json or [],
        "height_m": height_m,
        "weight_kg": weight_kg,
        "max_hr_bpm": stored.max_hr_bpm,
        "effective_max_hr_bpm": max_hr.bpm if max_hr else None,
        "effective_max_hr_source": max_hr.source if max_hr else None,
        "resting_hr_bpm": stored.resting_hr_bpm,
        "tier": stored.tier_code,
        "time_zone": stored.time_zone,
        "display": {
            "height": None if height_m is None else units.length_of(height_m, shown_in),
            "weight": None if weight_kg is None else units.mass_of(weight_kg, shown_in),
        },
        "updated_at": stored.updated_at,
    }


def plain_image(image: ProfileImage) -> dict[str, Any]:
    """Return a picture as `ImageSchema` dumps it."""
    return {
        "image_url": image_url(image.account_id),
        "content_sha256": image.content_sha256,
        "byte_count": len(image.image_bytes),
        "updated_at": image.updated_at,
    }


def plain_preferences(preferences: Preferences) -> dict[str, Any]:
    """Return preferences as `PreferencesSchema` dumps them."""
    return {
        "units": {
            "mass": preferences.mass_unit,
            "length": preferences.length_unit,
            "distance": preferences.distance_unit,
            "energy": preferences.energy_unit,
        },
        "privacy": {
            "profile": preferences.profile_privacy,
            "activities": preferences.activities_privacy,
            "leaderboards": preferences.leaderboards_privacy,
            "start_end_hidden_m": preferences.start_end_hidden_m,
        },
        "competes_in_open": preferences.is_in_open,
    }


def changed_preferences(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a PATCH changes, named as in `Preferences`."""
    return dict(_changes(body))


def _changes(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, unit in body.get("units", {}).items():
        yield f"{name}_unit", unit
    for name, choice in body.get("privacy", {}).items():
        yield name if name == "start_end_hidden_m" else f"{name}_privacy", choice
    if "competes_in_open" in body:
        yield "is_in_open", body["competes_in_open"]


def plain_public_profile(profile: PublicProfile) -> dict[str, Any]:
    """Return a public profile as `PublicProfileSchema` dumps it."""
    owner, activities = profile.owner, profile.activities
    return {
        "account_id": owner.account_id,
        "display_name": owner.display_name,
        "bio": owner.bio,
        "image_url": image_url(owner.account_id) if owner.is_pictured else None,
        "tier": owner.tier_code,
        "fitness_level": owner.fitness_level,
        "totals": {
            "activity_count": activities.activity_count if activities else None,
            "distance_m": activities.distance_m if activities else None,
            "moving_s": activities.moving_s if activities else None,
            "points_earned": profile.points_earned,
        },
    }
