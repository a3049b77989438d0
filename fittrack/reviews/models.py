"""Reviews as stored; every instant is an aware UTC datetime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
    """One thing that is held, or was; `reasons_json` holds the fields of `Reason`."""

    review_id: str
    account_id: str
    kind: str
    subject_key: str
    activity_id: str | None
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
