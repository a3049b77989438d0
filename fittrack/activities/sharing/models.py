"""Activities as somebody sees them, and what decides it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fittrack.activities.models import Activity, ActivityLap
from fittrack.activities.samples import Samples


@dataclass(frozen=True, slots=True)
class Recorded:
    """An activity with all that was recorded, as far as its viewer may see it."""

    activity: Activity
    laps: list[ActivityLap]
    samples: Samples


@dataclass(frozen=True, slots=True)
class SharedActivity(Activity):
    """An activity with what is kept of its cut, as `sharing.rules.figures_of`; None before it."""

    figures_json: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """The figures of what is left of a track, and the SHA-256 of the samples it was cut from."""

    samples_digest: bytes
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Audience:
    """What decides who else may see an activity; without a visibility its member's choice does."""

    activity_id: str
    account_id: str
    is_owner_only: bool
    state: str
    duplicate_of_id: str | None
    visibility: str | None
    status: str
    activities_privacy: str
    start_end_hidden_m: int


@dataclass(frozen=True, slots=True)
class UncutActivity:
    """An activity that nobody else has looked at yet, by its id."""

    activity_id: str


@dataclass(frozen=True, slots=True)
class Sharer:
    """A member whose activities somebody asks for."""

    account_id: str
    status: str
    profile_privacy: str
    activities_privacy: str
    start_end_hidden_m: int
