"""A member's own things as taken along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """A member's account as taken along."""

    account_id: str
    email: str | None
    display_name: str
    role: str
    status: str
    date_of_birth_on: date | None
    state_code: str | None
    created_at: datetime
    email_verified_at: datetime | None
    premium_until_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """A member's profile and preferences as taken along; figures in whole mm and g."""

    sex: str | None
    fitness_level: str | None
    fitness_level_changed_at: datetime | None
    bio: str | None
    goals_json: list[str] | None
    height_mm: int | None
    weight_g: int | None
    max_hr_bpm: int | None
    resting_hr_bpm: int | None
    tier_code: str
    is_in_open: bool
    time_zone: str
    mass_unit: str
    length_unit: str
    distance_unit: str
    energy_unit: str
    profile_privacy: str
    activities_privacy: str
    leaderboards_privacy: str
    start_end_hidden_m: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OwnAcceptance:
    """That a version of the terms or of the rules was accepted."""

    document: str
    version: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A log-in on a device."""

    session_id: str
    device_name: str | None
    device_platform: str | None
    remote_address: str | None
    started_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """What happened to the account's safety."""

    event_id: str
    session_id: str | None
    kind: str
    remote_address: str | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class OwnPasskey:
    """A passkey, without what it is recognised by."""

    passkey_id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """A provider that the member signs in with, and as whom."""

    provider: str
    subject: str
    email: str | None
    linked_at: datetime
    last_used_at: datetime


@dataclass(frozen=True, slots=True)
class OwnTotp:
    """Since when there is an authenticator app."""

    created_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnEmailChange:
    """A change of the address that was asked for."""

    new_email: str | None
    former_email: str
    asked_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnSuspension:
    """Why and how long the account was kept out."""

    suspension_id: str
    reason: str
    suspended_at: datetime
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnAppeal:
    """What was said against a suspension, and what came of it."""

    appeal_id: str
    suspension_id: str
    state: str
    appeal_text: str
    appealed_at: datetime
    decision_reason: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnFactorReset:
    """That an admin was asked to remove the second factors."""

    reset_id: str
    state: str
    reason: str
    opened_at: datetime
    completable_at: datetime
    closed_at: datetime | None
