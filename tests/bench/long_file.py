"""Print what the job of the longest FIT file takes: `python -m tests.bench.long_file`.

450,000 points with every column, a second or 11 apart; the job runs in a process of its own. Its
memory is what the system counts, this program included.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from math import cos, sin
from pathlib import Path
from tempfile import NamedTemporaryFile

from fittrack import db
from fittrack.activities.files.track import MAX_POINTS
from tests.activities.makers import SPORT_CYCLING, START, Message, make_fit
from tests.activities.world import world
from tests.factories_activities import Member, run_jobs

GOAL_MIB = 256


def main() -> int:
    """Exit 1 where a job needs more than the goal."""
    peaks_mib = [_job(step_s) for step_s in (1, 11)]
    return 0 if max(peaks_mib) < GOAL_MIB else 1


def _job(step_s: int) -> float:
    with world() as client, NamedTemporaryFile() as file:
        path = Path(file.name)
        _in_child(lambda: path.write_bytes(make_fit(_messages(step_s), lean=True)))
        ana = Member(client)
        import_id = ana.post_files(("long.fit", path.read_bytes())).json["import_id"]
        used = _in_child(run_jobs)
        [file_] = ana.get(f"imports/{import_id}").json["files"]
        size_mib = path.stat().st_size / 1024**2
    peak_mib = used.ru_maxrss / 1024
    print(f"{MAX_POINTS:,} points {step_s} s apart, {size_mib:.1f} MiB: {file_['state']}, ", end="")
    print(f"{used.ru_utime:.0f} s of CPU, {peak_mib:.0f} MiB", flush=True)
    return peak_mib


def _in_child(work: Callable[[], object]) -> resource.struct_rusage:
    """Do something in a process of its own, and return what that used."""
    db.engine().close()
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.wait4(child, 0)[2]


def _messages(step_s: int) -> Iterator[Message]:
    distance_m = 0.0
    for at in range(MAX_POINTS):
        speed_mps = 7 + 2 * sin(at / 300)
        distance_m += speed_mps
        yield (
            "record",
            {
                "timestamp": START + timedelta(seconds=at * step_s),
                "position_lat": 48 + 0.3 * sin(at / 20_000) + at * 1e-6,
                "position_long": 11 + 0.4 * cos(at / 17_000) + at * 7919 % 13 * 1e-6,
                "altitude": 500 + 200 * sin(at / 3000),
                "heart_rate": 120 + int(30 * sin(at / 400)) + at % 5,
                "cadence": 80 + at % 17,
                "distance": distance_m,
                "speed": speed_mps,
                "power": 150 + at * 37 % 200,
                "temperature": 15 + int(8 * sin(at / 9000)),
            },
        )
    yield "session", {"timestamp": START, "start_time": START, "sport": SPORT_CYCLING}


if __name__ == "__main__":
    sys.exit(main())
