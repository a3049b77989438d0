"""What is stored of a recording, for tests that need no database."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fittrack.activities import rules
from fittrack.activities.models import Activity, ActivityLap, Origin
from fittrack.activities.recording import Recording
from fittrack.activities.samples import Samples
from tests.activities.makers import START

ZONE = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Stored:
    """An activity with its laps and samples."""

    activity: Activity
    laps: list[ActivityLap]
    samples: Samples


def part_of(recording: Recording) -> Stored:
    """Return what is stored of a recording."""
    origin = Origin("ana", "file", 1)
    part = rules.part_of(recording, origin, activity_id="run", zone=ZONE, now=START)
    return Stored(part.activity, part.laps, recording.samples)
