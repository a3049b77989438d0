"""Reviews as stored; every instant is an aware UTC datetime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is held: a code, words for its member, and the numbers that speak for it.

    `other_activity_id` is for reviewers alone: it may be another member's.
    """

    code: str
    words: str
    evidence: dict[str, Any]
    other_activity_id: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """One thing that is held, or was; `reasons_json` holds the fields of `Reason`.

    Of kind `activity` it is about an activity, of kind `account` about a member's points day.
    """

    review_id: str
    account_id: str
    kind: str
    subject_key: str
    activity_id: str | None
    day_on: date | None
    state: str
    reasons_json: list[dict[str, Any]]
    opened_at: datetime
    decided_at: datetime | None
    decided_by_id: str | None
    decision_reason: str | None
    appealed_at: datetime | None
    appeal_text: str | None

    @property
    def codes(self) -> list[str]:
        return [reason["code"] for reason in self.reasons_json]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a review is about; it has one review for good, found by its key."""

    kind: str
    key: str
    activity_id: str | None = None
    day_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReviewEvent:
    """What happened to a review; `actor_id` is None where the rules did it."""

    review_event_id: str
    review_id: str
    account_id: str
    actor_id: str | None
    kind: str
    codes_json: list[str]
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewId:
    """One review, by its id."""

    review_id: str


@dataclass(frozen=True, slots=True)
class Tier:
    """What the members of a tier were awarded on some days, in sums."""

    tier_code: str
    member_count: int
    day_count: int
    sum_points: int
    sum_squares: int


@dataclass(frozen=True, slots=True)
class FarDay:
    """A day for which a member was awarded far more than others."""

    account_id: str
    day_on: date
    awarded_points: int
    tier_code: str
