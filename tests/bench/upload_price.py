"""Print what an upload costs beside a bare read of its file: `python -m tests.bench.upload_price`.

CPU of this process, the best of some runs. A job is all of it: from its claim over reading,
figures, plausibility, duplicates, samples and route to the points in the ledger and the commit, on
SQLite that syncs every commit. Bare are a loop over what fitdecode yields, and one over lxml's
iterparse.
"""

from __future__ import annotations

import gzip
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import fitdecode
from lxml import etree

from fittrack import worker
from fittrack.activities.files import read_activity_file
from fittrack.dev.files import make_gpx
from tests.activities.makers import fit_records, fit_session, make_fit
from tests.activities.world import world
from tests.factories_activities import NOON_AT, Member, waiting_jobs

SHARED = Path(os.environ.get("FITTRACK_SHARED") or Path(__file__).parents[3] / "shared")
REAL = (
    "outdoor/activity-small-fenix2-run.fit",
    "outdoor/road-cycling.fit",
    "pauses-and-clocks/garmin_828989227.fit",
    "gpx/amazfit.gpx",
    "same-workout/movescount.gpx.gz",
)
RUNS = 7
HOUR_S = 3600
MOST_TIMES_BARE = 2.0
MOST_GPX_MS = 124.0


def main() -> int:
    """Print a line for each file; exit 1 where a job is over its goal."""
    made = {
        "an hour of FIT, made": _hour_of_fit(),
        "an hour of GPX, made": make_gpx(NOON_AT, HOUR_S - 1, seed=1),
    }
    print(f"{'':<28}{'bytes':>9}{'points':>7}{'bare':>9}{'job':>9}{'times':>7}{'MB/s':>7}")
    with world() as client:
        member = Member(client)
        # What logging in took is none of a job's: Linux counts the peak from here.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        idle_mib = _memory_mib("VmRSS")
        dear = [name for name, content in made.items() if not _is_cheap(member, name, content)]
        dear += [name for name, content in _real() if not _is_cheap(member, name, content)]
    print(
        f"memory of this process: {idle_mib:.0f} MiB before, {_memory_mib('VmHWM'):.0f} MiB at most"
    )
    print(f"over the goal: {', '.join(dear)}" if dear else "all within the goals")
    return 1 if dear else 0


def _hour_of_fit() -> bytes:
    records = [
        (name, {**fields, "speed": 3.0, "cadence": 80 + at % 5})
        for at, (name, fields) in enumerate(fit_records(NOON_AT, range(HOUR_S)))
    ]
    return make_fit([*records, fit_session(NOON_AT, float(HOUR_S))], lean=True)


def _real() -> Iterator[tuple[str, bytes]]:
    """Yield the real files that are at hand."""
    for name in REAL:
        path = SHARED / "activity-files" / name
        if path.exists():
            content = path.read_bytes()
            yield path.name, gzip.decompress(content) if path.suffix == ".gz" else content


def _is_cheap(member: Member, name: str, content: bytes) -> bool:
    """Print a file's line; tell whether its job keeps to the goal."""
    bare, points = (_bare_fit if b".FIT" in content[:16] else _bare_gpx), _points(content)
    bare_ms, job_ms = _best(content, {"bare": bare, "job": lambda each: _job(member, each)})
    times, mbps = job_ms / bare_ms, len(content) / job_ms / 1000
    print(
        f"{name[:27]:<28}{len(content):>9}{points:>7}{bare_ms:>6.1f} ms{job_ms:>6.1f} ms"
        f"{times:>7.2f}{mbps:>7.1f}"
    )
    if bare is _bare_fit:
        return times <= MOST_TIMES_BARE
    return points > HOUR_S or job_ms < MOST_GPX_MS


def _points(content: bytes) -> int:
    return sum(len(recording.samples) for recording in read_activity_file(content))


def _best(content: bytes, ways: Mapping[str, Callable[[bytes], float]]) -> list[float]:
    """Return the least CPU of each way in milliseconds, taken in turns."""
    runs = [[way(content) for way in ways.values()] for _ in range(RUNS)]
    return [min(times) for times in zip(*runs, strict=True)]


def _bare_fit(content: bytes) -> float:
    return _cpu_ms(lambda: [None for _ in fitdecode.FitReader(content)])


def _bare_gpx(content: bytes) -> float:
    def walk() -> None:
        for _, element in etree.iterparse(BytesIO(content), tag="{*}trkpt"):
            element.clear()

    return _cpu_ms(walk)


def _job(member: Member, content: bytes) -> float:
    """Bring a file in and take it out again; return what its job took."""
    import_id = member.post_files(("file", content)).json["import_id"]
    (outbox_id,) = waiting_jobs()
    job_ms = _cpu_ms(lambda: worker.run_outbox(outbox_id))
    (file,) = member.get(f"imports/{import_id}").json["files"]
    assert file["state"] == "created", file
    for activity_id in file["activity_ids"]:
        assert member.delete(f"activities/{activity_id}").status_code == 204
    return job_ms


def _cpu_ms(work: Callable[[], Any]) -> float:
    began_s = time.process_time()
    work()
    return (time.process_time() - began_s) * 1000


def _memory_mib(name: str) -> float:
    """Return a figure of this process: VmRSS, its memory now, or VmHWM, the peak."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


if __name__ == "__main__":
    sys.exit(main())
