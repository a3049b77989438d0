"""Tiers, and a profile's place among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Tier:
    """One of the groups in which members compete; `OPEN` has no sex, age or level."""

    code: str
    sex: str | None
    least_age_years: int | None
    greatest_age_years: int | None
    fitness_level: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A profile's tier on a day, and the day on which it changes by age; None where it won't."""

    tier_code: str
    tier_review_on: date | None


@dataclass(frozen=True, slots=True)
class TierCount:
    """How many members have a tier, and how many of them chose to compete in `OPEN`."""

    tier_code: str
    member_count: int
    in_open_count: int


@dataclass(frozen=True, slots=True)
class CountedTier:
    """A tier with the number of its active members."""

    tier: Tier
    member_count: int


@dataclass(frozen=True, slots=True)
class DueProfile:
    """What the tier follows from, of a member whose bracket is over."""

    account_id: str
    sex: str | None
    date_of_birth_on: date | None
    fitness_level: str | None
    tier_review_on: date
    revision: int
