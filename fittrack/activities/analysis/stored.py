"""What is stored of one activity's analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fittrack.activities.analysis.efforts import Effort


@dataclass(frozen=True, slots=True)
class StoredMetrics:
    """The figures of one activity that depend on its samples and its sport alone.

    Whatever needs the member's profile too is computed from them when it is asked for, so that
    nothing is stale when a profile changes. `hr_times_json` is as `hearts.HeartTimes`.
    """

    activity_id: str
    metrics_version: int
    hr_times_json: list[int]
    powered_ms: int | None
    normalised_power_mw: int | None
    best_20min_w: int | None
    metrics_json: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredEffort:
    """A best effort as stored; `figure` is milliseconds, or watts below zero."""

    activity_id: str
    effort_code: str
    figure: int
    from_ms: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that is stored of one activity's analysis."""

    metrics: StoredMetrics
    efforts: list[Effort]


@dataclass(frozen=True, slots=True)
class ExportedFigures:
    """What is stored of one activity's analysis, as its owner takes it along."""

    metrics: StoredMetrics
    efforts: list[StoredEffort]
