"""What the manifest of real files says of each, against what a member sees after an upload."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from tests.activities.test_files_manifest import (
    FOLDER,
    MOVING_WITHIN_5_S,
    NO_ASCENT_READ,
    READABLE_UNDER_A_WRONG_NAME,
)
from tests.factories_activities import Member

Row = dict[str, str]
Activity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file, and how long its job took."""

    row: Row
    file: dict[str, Any]
    activities: list[Activity]
    job_s: float

    @property
    def faults(self) -> list[str]:
        """Return what is not as the manifest expects; empty is good."""
        if self.file["state"] == "refused":
            return list(_refusal_faults(self.row, self.file))
        if self.row["expect"] == "reject" and self.row["file"] not in READABLE_UNDER_A_WRONG_NAME:
            return ["came in, but is no activity"]
        return list(_figure_faults(self.row, self.activities))


def rows() -> list[Row]:
    """Return the row of every file and of every file in an archive; none without the data."""
    if not FOLDER.exists():
        return []
    with (FOLDER / "MANIFEST.csv").open(newline="", encoding="utf-8") as manifest:
        return [_told(row) for row in csv.DictReader(manifest)]


def _told(row: Row) -> Row:
    """Return the row with what is expected of a file in an archive: those with a start come in."""
    if row["expect"]:
        return row
    return row | {"expect": "accept" if row["start_time_utc"] else "reject"}


def uploads(found: Sequence[Row]) -> list[list[Row]]:
    """Return the rows by upload: an archive's, then those of the files in it."""
    return [list(group) for _, group in groupby(found, lambda row: row["file"].partition("!")[0])]


def bring_in(member: Member, group: Sequence[Row]) -> list[Outcome]:
    """Upload one file, do its jobs, and return what the member sees then of it and in it."""
    name = group[0]["file"]
    content = (FOLDER / name).read_bytes()
    began_s = time.perf_counter()
    files = member.upload((name, content))["files"]
    job_s = time.perf_counter() - began_s
    by_name = {file["file_name"]: file for file in files}
    whole = _outcome(member, group[0], files[0], files, job_s)
    return [whole] + [
        _outcome(member, row, by_name[inner], [by_name[inner]], 0.0)
        for row in group[1:]
        for inner in [row["file"].partition("!")[2]]
    ]


def _outcome(
    member: Member, row: Row, file: dict[str, Any], files: Sequence[dict[str, Any]], job_s: float
) -> Outcome:
    ids = [each for part in files for each in part["activity_ids"]]
    return Outcome(row, file, [member.get(f"activities/{each}").json for each in ids], job_s)


def _refusal_faults(row: Row, file: dict[str, Any]) -> Iterator[str]:
    if not file["reason_code"] or not file["reason"]:
        yield "refused without a reason"
    expect = row["expect"]
    if expect.startswith("accept") and not expect.endswith("-or-reject"):
        yield f"refused: {file['reason_code']}"


def _figure_faults(row: Row, activities: Sequence[Activity]) -> Iterator[str]:
    if not row["expect"].startswith("accept"):
        return
    if not activities:
        yield "came in without an activity"
        return
    if not row["start_time_utc"]:  # an archive: the figures are those of the files in it
        return
    if row["parts"] and len(activities) != len(json.loads(row["parts"])):
        yield f"{len(activities)} activities"
    yield from _time_faults(row, activities)
    yield from _distance_faults(row, activities)
    yield from _climb_faults(row, activities)
    if len(activities) == 1:
        for stated, figure in (("avg_hr", "avg_hr_bpm"), ("max_hr", "max_hr_bpm")):
            yield from _off(stated, row[stated], activities[0][figure], 1)
    yield from _off("points", row["point_count"], _sum(activities, "sample_count"), 0)


def _time_faults(row: Row, activities: Sequence[Activity]) -> Iterator[str]:
    starts = [datetime.fromisoformat(each["started_at"]) for each in activities]
    if row["start_time_utc"]:
        expected = datetime.fromisoformat(row["start_time_utc"]).timestamp()
        yield from _off("start", str(expected), min(starts).timestamp(), 1)
    elapsed_s = _sum(activities, "elapsed_s")
    if activities[0]["file_format"] != "fit":  # of XML: from the first start to the last end
        ends = [datetime.fromisoformat(each["ended_at"]) for each in activities]
        elapsed_s = (max(ends) - min(starts)).total_seconds()
    # Each leg is shown in whole seconds.
    tolerance_s = max(1, len(activities) / 2)
    yield from _off("elapsed", row["elapsed_s"], elapsed_s, tolerance_s)
    tolerance_s = 5 if row["file"] in MOVING_WITHIN_5_S else tolerance_s
    yield from _off("moving", row["moving_s"], _sum(activities, "moving_s"), tolerance_s)


def _distance_faults(row: Row, activities: Sequence[Activity]) -> Iterator[str]:
    computed = row["basis"] in {"points", "records"}
    tolerance_m = max(0.1, float(row["distance_m"] or 0) / 100) if computed else 1
    yield from _off("distance", row["distance_m"], _sum(activities, "distance_m"), tolerance_m)


def _climb_faults(row: Row, activities: Sequence[Activity]) -> Iterator[str]:
    if row["file"] not in NO_ASCENT_READ:
        tolerance_m = max(10.0, 0.15 * float(row["ascent_m"] or 0))
        yield from _off("ascent", row["ascent_m"], _sum(activities, "ascent_m"), tolerance_m)


def _sum(activities: Sequence[Activity], figure: str) -> float:
    return sum(each[figure] or 0 for each in activities)


def _off(figure: str, stated: str, found: float | None, tolerance: float) -> Iterator[str]:
    if stated and (found is None or abs(found - float(stated)) > tolerance + 1e-9):
        yield f"{figure} {found}, not {stated}"
