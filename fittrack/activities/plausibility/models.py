"""What was found about a record; numbers are in the units of their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

Evidence = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason to hold a record, with the numbers that speak for it.

    `other_activity_id` is the recording that it is a copy of, for reviewers alone.
    """

    code: str
    evidence: Evidence
    other_activity_id: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the few hashes that stand for a recording's shape."""

    kind: str
    mark_no: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a recording says of itself: why to hold it, and the marks of its shape."""

    findings: tuple[Finding, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """A recording that shares marks of a kind with another."""

    kind: str
    alike_count: int
    activity_id: str
    account_id: str
    state: str
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class LongDay:
    """A points day that adds up to more than there is of it."""

    day_on: date
    moving_s: int
