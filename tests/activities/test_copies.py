"""Whose recording another is a copy of: the decision alone."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from fittrack.activities.plausibility.copies import TOGETHER, copy_findings
from fittrack.activities.plausibility.marks import ALIKE
from fittrack.activities.plausibility.models import Alike
from tests.activities.plausibility_world import activity_of
from tests.activities.recordings import honest_track

RUN = activity_of(honest_track(Random(1), "running").recording(), account_id="ana")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "account_id", "state", "apart", "code"),
    [
        ("pace", "ben", "accepted", TOGETHER, None),
        ("pace", "ben", "accepted", TOGETHER + HOUR, "copy_of_another"),
        ("fix", "ben", "accepted", timedelta(0), "copy_of_another"),
        ("fix", "ana", "accepted", timedelta(0), None),
        ("fix", "ana", "accepted", 100 * HOUR, "shifted_copy"),
        ("fix", "ana", "rejected", timedelta(0), "copy_of_rejected"),
    ],
)
def test_who_moves_together_shares_a_pace_and_no_fix(kind, account_id, state, apart, code):
    started_at, ended_at = RUN.started_at - apart, RUN.ended_at - apart
    alike = Alike(kind, ALIKE[kind], "other", account_id, state, started_at, ended_at)

    assert [each.code for each in copy_findings(RUN, [alike])] == ([code] if code else [])


def test_fewer_marks_than_chance_explains_are_no_copy():
    times = RUN.started_at, RUN.ended_at
    alike = Alike("fix", ALIKE["fix"] - 1, "other", "ben", "accepted", *times)

    assert copy_findings(RUN, [alike]) == []
