"""Judging recordings of the corpus as imports do, without a database."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from fittrack.activities import rules
from fittrack.activities.models import Activity, Origin
from fittrack.activities.plausibility.copies import copy_findings
from fittrack.activities.plausibility.marks import marks_of
from fittrack.activities.plausibility.models import Alike
from fittrack.activities.plausibility.rules import judge
from fittrack.activities.recording import Recording
from tests.activities.cheats import NOW, Case

ZONE = ZoneInfo("America/New_York")


def activity_of(
    recording: Recording, *, account_id: str = "ana", activity_id: str = "run", now: datetime = NOW
) -> Activity:
    """Return a recording as it is stored."""
    origin = Origin(account_id, "file", 1)
    return rules.part_of(recording, origin, activity_id=activity_id, zone=ZONE, now=now).activity


def codes_of(recording: Recording, *, now: datetime = NOW) -> list[str]:
    """Return why a recording is held for what it says of itself."""
    judgement = judge(activity_of(recording), recording.samples, now=now)
    return [finding.code for finding in judgement.findings]


def codes_of_case(case: Case) -> list[str]:
    """Return why a case is held, after what had come in before it."""
    return [*codes_of(case.recording), *_copies(case)]


def _copies(case: Case) -> list[str]:
    if case.before is None:
        return []
    here = activity_of(case.recording)
    owner = "ben" if case.of_other else "ana"
    earlier = activity_of(case.before, account_id=owner, activity_id="earlier")
    known = set(marks_of(earlier, case.before.samples))
    alike = Counter(m.kind for m in marks_of(here, case.recording.samples) if m in known)
    found = [
        Alike(kind, count, "earlier", owner, "accepted", earlier.started_at, earlier.ended_at)
        for kind, count in alike.items()
    ]
    return [finding.code for finding in copy_findings(here, found)]
