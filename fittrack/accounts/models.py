"""Accounts as stored, and what a registration becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody typed to register, normalised and checked; the password is still plain."""

    email: str
    email_key: str
    display_name: str
    display_name_key: str
    password: str
    date_of_birth_on: date
    state_code: str
    terms_version: str
    rules_version: str


@dataclass(frozen=True, slots=True)
class Account:
    """One account's row; an erased account has no address."""

    account_id: str
    email: str | None
    email_key: str
    display_name: str
    display_name_key: str
    password_hash: str | None
    role: str
    status: str
    date_of_birth_on: date | None
    state_code: str | None
    created_at: datetime
    email_verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Profile:
    """One member's profile; the tier follows from it and from the date of birth."""

    account_id: str
    sex: str | None
    fitness_level: str | None
    max_hr_bpm: int | None
    resting_hr_bpm: int | None
    tier_code: str
    tier_review_on: date | None
    time_zone: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Acceptance:
    """That a member accepted one version of the terms or of the rules."""

    acceptance_id: str
    account_id: str
    document: str
    version: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class MailedToken:
    """A single-use token that was mailed; only its hash is stored."""

    token_id: str
    token_hash: str
    account_id: str
    purpose: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class NameHolder:
    """Who has a display name: an account, or a hold (whose status is `pending`)."""

    status: str
    email_key: str


@dataclass(frozen=True, slots=True)
class Member:
    """What a member sees of the own account."""

    account_id: str
    email: str | None
    display_name: str
    role: str
    status: str
    date_of_birth_on: date | None
    state_code: str | None
    tier_code: str
    time_zone: str
    created_at: datetime
    email_verified_at: datetime | None
    terms_version: str | None
    rules_version: str | None
    is_second_factor_confirmed: bool


@dataclass(frozen=True, slots=True)
class Registered:
    """The answer to a registration: the same words whether or not the address was taken."""

    status: str
    state_code: str
    is_state_excluded: bool
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer of one word."""

    status: str


@dataclass(frozen=True, slots=True)
class NewAdmin:
    """A fresh admin's second factor, shown once."""

    account_id: str
    totp_secret: str
    otpauth_uri: str
