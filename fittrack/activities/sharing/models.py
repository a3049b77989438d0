"""Activities as somebody sees them."""

from __future__ import annotations

from dataclasses import dataclass

from fittrack.activities.models import Activity, ActivityLap
from fittrack.activities.samples import Samples


@dataclass(frozen=True, slots=True)
class Recorded:
    """An activity with all that was recorded, as far as its viewer may see it."""

    activity: Activity
    laps: list[ActivityLap]
    samples: Samples
