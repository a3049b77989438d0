"""Bring every real file in and compare it: `python -m tests.activities.manifest_report`."""

from __future__ import annotations

import sys

from tests.activities.manifest import Outcome, bring_in, rows, uploads
from tests.activities.world import world
from tests.factories_activities import Member


def main() -> int:
    """Print a line a file; the exit status is 1 where one is not as its manifest row expects."""
    found = rows()
    if not found:
        print("skipped: the shared activity-files folder is not here")
        return 0
    with world() as client:
        outcomes = [
            _reported(outcome)
            for group in uploads(found)
            for outcome in bring_in(Member(client), group)
        ]
    wrong = [outcome for outcome in outcomes if outcome.faults]
    states = [outcome.file["state"] for outcome in outcomes]
    slowest = max(outcomes, key=lambda outcome: outcome.job_s)
    print(
        f"{len(outcomes)} files, {len(uploads(found))} of them uploaded: "
        f"{len(states) - states.count('refused')} in, {states.count('refused')} refused, "
        f"{len(wrong)} not as expected; the slowest took {slowest.job_s:.1f} s "
        f"({slowest.row['file']}), all of them {sum(each.job_s for each in outcomes):.0f} s"
    )
    return 1 if wrong else 0


def _reported(outcome: Outcome) -> Outcome:
    what = outcome.file["reason_code"] or f"{len(outcome.activities)} in"
    faults = "; ".join(outcome.faults) or "ok"
    name, expect = outcome.row["file"], outcome.row["expect"]
    print(f"{outcome.job_s:6.2f} s  {name:<70} {expect:<26} {what:<20} {faults}", flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
