"""Print the time from an hour's upload to its points: `python -m tests.bench.upload`.

A GPX file with a point a second goes in through HTTP; the worker's function does its job in this
process, on SQLite that syncs every commit, while nothing else runs.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fittrack import worker
from fittrack.activities import rules
from fittrack.activities.files import read_activity_file
from fittrack.activities.models import Origin
from fittrack.clock import utc_now
from fittrack.dev.files import make_gpx
from tests.activities.world import world
from tests.factories_activities import NOON_AT, Member, waiting_jobs

RUNS = 20
HOUR_S = 3600
GOAL_S = 1.0


def main() -> int:
    """Print the median and the longest time of each phase; exit 1 over the goal."""
    with world() as client:
        member = Member(client)
        runs = [_phases(member, day) for day in range(RUNS)]
        assert member.balance() > 0
    for phase in runs[0]:
        times_s = [run[phase] for run in runs]
        print(f"{phase:<34} {statistics.median(times_s):7.3f} s  longest {max(times_s):7.3f} s")
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process        {peak_mib:5.0f} MiB")
    return 0 if max(run["claim to points in the ledger"] for run in runs) < GOAL_S else 1


def _phases(member: Member, day: int) -> dict[str, float]:
    content = make_gpx(NOON_AT + timedelta(days=day), HOUR_S, seed=day)
    post_s, _ = _timed(lambda: member.post_files(("run.gpx", content)))
    (outbox_id,) = waiting_jobs()
    total_s, _ = _timed(lambda: worker.run_outbox(outbox_id))
    decode_s, recordings = _timed(lambda: read_activity_file(content))
    prepare_s, _ = _timed(lambda: list(_parts(recordings)))
    read_s, _ = _timed(lambda: member.get("activities"))
    return {
        "upload (HTTP)": post_s,
        "claim to points in the ledger": total_s,
        "  of it reading the file": decode_s,
        "  of it minutes and packing": prepare_s,
        "  of it the database": total_s - decode_s - prepare_s,
        "list of activities (HTTP)": read_s,
    }


def _parts(recordings: Any) -> Iterator[Any]:
    for recording in recordings:
        origin = Origin("ana", "file", 1)
        zone, now = ZoneInfo("America/New_York"), utc_now()
        yield rules.part_of(recording, origin, activity_id="run", zone=zone, now=now)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began_s = time.perf_counter()
    result = work()
    return time.perf_counter() - began_s, result


if __name__ == "__main__":
    sys.exit(main())
