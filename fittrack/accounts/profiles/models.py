"""Profiles as stored, as their owner sees them, and as others do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fittrack.units import Quantity, Units

SEXES = ("male", "female")
FITNESS_LEVELS = ("beginner", "intermediate", "advanced")
GOALS = ("weight_loss", "muscle_building", "endurance", "general_health", "stress_relief")
PRIVACIES = ("public", "friends", "private")


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """One member's profile with what it is read together with; figures are whole mm and g."""

    account_id: str
    email_key: str
    display_name: str
    display_name_key: str
    date_of_birth_on: date | None
    bio: str | None
    sex: str | None
    fitness_level: str | None
    fitness_level_changed_at: datetime | None
    goals_json: list[str] | None
    height_mm: int | None
    weight_g: int | None
    max_hr_bpm: int | None
    resting_hr_bpm: int | None
    tier_code: str
    time_zone: str
    mass_unit: str
    length_unit: str
    distance_unit: str
    energy_unit: str
    image_sha256: str | None
    revision: int
    updated_at: datetime

    @property
    def units(self) -> Units:
        """Return the units that the member prefers."""
        return Units(self.mass_unit, self.length_unit, self.distance_unit, self.energy_unit)


@dataclass(frozen=True, slots=True)
class ProfileUpdate:
    """What a change of a profile writes."""

    account_id: str
    bio: str | None
    sex: str | None
    fitness_level: str | None
    fitness_level_changed_at: datetime | None
    goals_json: list[str]
    height_mm: int | None
    weight_g: int | None
    max_hr_bpm: int | None
    resting_hr_bpm: int | None
    tier_code: str
    tier_review_on: date | None
    time_zone: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class MaxHr:
    """The maximum heart rate that counts, and where it is from: `own` or `age`."""

    bpm: float
    source: str


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile as its owner and admins see it on a day."""

    stored: StoredProfile
    max_hr: MaxHr | None
    fitness_level_changeable_at: datetime | None


@dataclass(frozen=True, slots=True)
class Display:
    """The body's figures in the units in which they are to be read."""

    height: Quantity | None
    weight: Quantity | None


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a member reads figures, who may see what, and whether they compete in `OPEN` besides."""

    account_id: str
    mass_unit: str
    length_unit: str
    distance_unit: str
    energy_unit: str
    profile_privacy: str
    activities_privacy: str
    leaderboards_privacy: str
    start_end_hidden_m: int
    is_in_open: bool
    preferences_revision: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of a profile is there, and what is not, with what each part unlocks."""

    percent: int
    missing: tuple[MissingPart, ...]


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A part of a profile that is not there."""

    field: str
    unlocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileImage:
    """A member's picture as it is kept: 512 px square, WebP, without metadata."""

    account_id: str
    content_sha256: str
    image_bytes: bytes
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a public profile is of, with what decides who may see it."""

    account_id: str
    status: str
    display_name: str
    bio: str | None
    tier_code: str
    fitness_level: str | None
    is_pictured: bool
    profile_privacy: str
    activities_privacy: str
    leaderboards_privacy: str


@dataclass(frozen=True, slots=True)
class ActivityTotals:
    """What all of a member's accepted activities come to."""

    activity_count: int
    distance_cm: int
    moving_s: int

    @property
    def distance_m(self) -> float:
        """Return the distance in metres."""
        return self.distance_cm / 100


@dataclass(frozen=True, slots=True)
class PublicProfile:
    """What others see of a member; totals that are not for them are None."""

    owner: Owner
    activities: ActivityTotals | None
    points_earned: int | None
