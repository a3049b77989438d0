"""Print what computed figures cost: `python -m tests.bench.figures`.

CPU of this process, the best of some runs, on SQLite: one hour with a point a second beside what
its upload costs, half a million points, and the pages of a member with 10,000 activities.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fittrack import db
from fittrack.activities import repository, rules
from fittrack.activities.analysis import repository as figures
from fittrack.activities.analysis.efforts import DISTANCES_M, Effort
from fittrack.activities.analysis.hearts import in_one_line
from fittrack.activities.analysis.rules import analysed
from fittrack.activities.analysis.splits import Ruler, splits
from fittrack.activities.files import read_activity_file
from fittrack.activities.models import Activity, Origin
from fittrack.activities.samples import Samples
from fittrack.clock import day_of, utc_now
from fittrack.dev.files import make_gpx
from fittrack.ids import new_id
from tests.activities.analysis.makers import samples_of
from tests.activities.world import world
from tests.factories_activities import NOON_AT, Member

NEW_YORK = ZoneInfo("America/New_York")
MANY_POINTS, MANY_ACTIVITIES = 500_000, 10_000
DAYS = {"from": "2024-03-12", "to": "2025-03-12"}


def main() -> int:
    """Print a line for each figure."""
    activity = _an_hour()
    _half_a_million(activity)
    with world() as client:
        _many_activities(Member(client))
    return 0


def _an_hour() -> Activity:
    content = make_gpx(NOON_AT, 3600, seed=1)
    origin = Origin("ana", "file", 1)
    (recording,) = read_activity_file(content)
    part = rules.part_of(recording, origin, activity_id="x", zone=NEW_YORK, now=utc_now())
    _print("an hour: read the file", lambda: read_activity_file(content))
    _print("an hour: analyse", lambda: analysed(part.activity, recording.samples))
    _print("an hour: split by km", lambda: _split(recording.samples))
    return part.activity


def _half_a_million(activity: Activity) -> None:
    chance = random.Random(1)
    points = range(MANY_POINTS)
    samples = samples_of(
        list(points),
        lat_e7=[520_000_000 + at * 27 for at in points],
        lon_e7=[130_000_000 for _ in points],
        altitude_cm=[chance.randint(0, 1000) for _ in points],
        hr_bpm=[chance.randint(90, 180) for _ in points],
        power_w=[chance.randint(0, 400) for _ in points],
    )
    before_mib = _peak_mib()
    _print("500,000 points: analyse", lambda: analysed(activity, samples), runs=1)
    _print("500,000 points: split by km", lambda: _split(samples), runs=1)
    print(f"{'500,000 points: memory above samples':<40} {_peak_mib() - before_mib:8.0f} MiB")


def _split(samples: Samples) -> Sequence[Any]:
    return list(splits(Ruler(samples, sport="running", smooth=True), 1000.0))


def _many_activities(member: Member) -> None:
    activity_id = member.run()
    _multiply(activity_id, member.account_id)
    for path, query in (
        ("records", {}),
        ("training-load", DAYS),
        ("training-load", {**DAYS, "load": "tss"}),
        (f"{activity_id}/metrics", {}),
        (f"{activity_id}/zones", {}),
        (f"{activity_id}/splits", {}),
    ):
        shown = path.replace(activity_id, "{id}") + ("?load=tss" if "load" in query else "")
        ask = lambda path=path, query=query: member.get(f"activities/{path}", **query)  # noqa: E731
        assert ask().status_code == 200
        _print(f"10,000 activities: {shown}", ask)


def _multiply(activity_id: str, account_id: str) -> None:
    chance = random.Random(1)
    with db.transaction("multiply") as tx:
        activity = repository.get_activity(tx, activity_id, account_id)
        metrics = figures.find_metrics(tx, activity_id)
        assert metrics is not None
        for number in range(MANY_ACTIVITIES):
            copy_id, started_at = new_id(), NOON_AT - timedelta(hours=8 * (number + 1))
            copy = replace(
                activity,
                activity_id=copy_id,
                origin_key=f"bench:{number}",
                started_at=started_at,
                ended_at=started_at + timedelta(hours=1),
                day_on=day_of(started_at, NEW_YORK),
            )
            tx.run(repository.SQL["insert_activity"], **_binds(copy))
            times = {bpm: chance.randint(1000, 60_000) for bpm in range(95, 175)}
            figures.insert_metrics(
                tx, replace(metrics, activity_id=copy_id, hr_times_json=in_one_line(times))
            )
            found = [Effort(code, chance.randint(10**5, 10**7), 0) for code in DISTANCES_M]
            figures.insert_effort(tx, copy_id, found)


def _binds(activity: Activity) -> dict[str, Any]:
    wanted = repository.SQL["insert_activity"].binds
    known = {**asdict(activity), "search_text": None}
    return {name: known[name] for name in wanted}


def _print(what: str, work: Callable[[], Any], *, runs: int = 5) -> None:
    times_s = []
    for _ in range(runs):
        began_s = time.process_time()
        work()
        times_s.append(time.process_time() - began_s)
    print(f"{what:<40} {min(times_s) * 1000:8.1f} ms")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
