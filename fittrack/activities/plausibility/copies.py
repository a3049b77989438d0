"""Whose recording this is a copy of; no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from fittrack.activities.models import Activity
from fittrack.activities.plausibility.marks import ALIKE, KEPT
from fittrack.activities.plausibility.models import Alike, Finding

# Who moves together starts together; who copies a day later does not.
TOGETHER = timedelta(minutes=10)


def copy_findings(activity: Activity, found: Sequence[Alike]) -> list[Finding]:
    """Return why a recording is held for those that it is like, nothing where that is honest.

    Two records of one workout of one member are honest, unless one of them was rejected; members
    side by side share their pace, never their fixes.
    """
    copied = [alike for alike in found if _is_copy(activity, alike)]
    if not copied:
        return []
    closest = max(copied, key=lambda alike: (_is_rejected(alike), alike.alike_count))
    evidence = {"marks_alike": closest.alike_count, "marks": KEPT, "kind": closest.kind}
    return [Finding(_code(activity, closest), evidence, closest.activity_id)]


def _is_copy(activity: Activity, alike: Alike) -> bool:
    if alike.alike_count < ALIKE[alike.kind]:
        return False
    if alike.account_id == activity.account_id:
        return _is_rejected(alike) or not _overlap(activity, alike)
    apart = abs(activity.started_at - alike.started_at)
    return alike.kind != "pace" or apart > TOGETHER


def _overlap(activity: Activity, alike: Alike) -> bool:
    return activity.started_at < alike.ended_at and alike.started_at < activity.ended_at


def _is_rejected(alike: Alike) -> bool:
    """Tell whether somebody has rejected it; of what was deleted only the rejected has marks."""
    return alike.state in {"rejected", "deleted"}


def _code(activity: Activity, alike: Alike) -> str:
    if _is_rejected(alike):
        return "copy_of_rejected"
    return "shifted_copy" if alike.account_id == activity.account_id else "copy_of_another"
