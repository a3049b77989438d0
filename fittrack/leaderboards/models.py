"""Boards, the places on them, and what decides those."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A day, a week, a month or all time, by its kind and its first points day."""

    kind: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class Board:
    """Who compete with each other in a period: a tier, or `OPEN`."""

    code: str
    period: Period


@dataclass(frozen=True, slots=True)
class Total:
    """What a member earned in a period, on how many days, and since when it was never less."""

    points: int
    active_days: int
    reached_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much an award changes a total."""

    points: int
    active_days: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A place on a board as stored; `place_key` is None for who is not shown."""

    account_id: str
    starts_on: date
    period: str
    board_code: str
    tier_code: str
    points: int
    active_days: int
    reached_at: datetime
    place_key: str | None


@dataclass(frozen=True, slots=True)
class Earning:
    """What the ledger posted for a points day: an award, or less than nothing by a correction."""

    account_id: str
    day_on: date
    points: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """The boards that a member belongs to since an instant."""

    account_id: str
    move_no: int
    from_at: datetime
    tier_code: str
    is_in_open: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account as boards see it now, and what they have noted of it; None where never."""

    account_id: str
    status: str
    tier_code: str | None
    is_in_open: bool | None
    is_listed: bool | None
    counted_at: datetime | None

    @property
    def may_be_listed(self) -> bool:
        """Tell whether this account may be shown on boards."""
        return self.status == "active"


@dataclass(frozen=True, slots=True)
class BoardMember:
    """What boards note of a member who has ever earned points."""

    account_id: str
    is_listed: bool
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class BucketDifference:
    """How many places too few a bucket counts."""

    board_code: str
    period: str
    starts_on: date
    depth: int
    prefix: str
    member_count: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many members and buckets were not right before a rebuild."""

    members: int
    buckets: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A place with what may be told of whose it is."""

    account_id: str
    display_name: str
    leaderboards_privacy: str
    tier_code: str
    points: int
    active_days: int
    place_key: str


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a board, as one viewer sees it; what is not for them is None."""

    rank: int
    account_id: str | None
    display_name: str
    is_me: bool
    points: int
    active_days: int
    tier_code: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """A period as members see it; all time has no end, and what has not ended is not final."""

    kind: str
    starts_on: date | None
    ends_on: date | None
    final_at: datetime | None
    is_final: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The top of a board, or of a circle, where `tier_code` is None."""

    span: Span
    tier_code: str | None
    scope: str | None
    member_count: int
    items: list[Place]


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """Where a member stands; without a place there are no rank and no neighbours."""

    span: Span
    tier_code: str | None
    scope: str | None
    member_count: int
    rank: int | None
    percentile: float | None
    points: int
    active_days: int
    points_to_next_rank: int | None
    above: list[Place]
    below: list[Place]
