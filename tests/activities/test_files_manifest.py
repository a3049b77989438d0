"""Every real file in the shared folder, against what independent programs read from it."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import pytest

from fittrack.activities.files import FileRefused, read_activity_file
from fittrack.activities.minutes import active_minutes
from fittrack.activities.recording import Recording
from fittrack.activities.samples import pack, unpack
from tests.activities.plausibility_world import codes_of
from tests.conftest import SHARED

FOLDER = SHARED / "activity-files"
MOST_S = 60.0

# A GPX file under another name comes in by its content.
READABLE_UNDER_A_WRONG_NAME = {"corrupt/not-a-fit.fit"}
# The program behind these figures read no point at all of the file.
NO_ASCENT_READ = {"tcx/activity_165850259_multi-session.tcx.gz"}
# Their clocks are set to 2037.
HELD = {"corrupt/temp.fit", "pauses-and-clocks/ExampleActivityFile.fit"}
# Five seconds in fourteen hours hang on less than a millimetre of one step.
MOVING_WITHIN_5_S = {"gpx/mtk_logger_m241_multiple_tracks.gpx.gz"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file."""

    recordings: tuple[Recording, ...]
    refusal: FileRefused | None
    cpu_s: float


def rows() -> list[dict[str, str]]:
    if not FOLDER.exists():
        return []
    with (FOLDER / "MANIFEST.csv").open(newline="", encoding="utf-8") as manifest:
        return [row for row in csv.DictReader(manifest) if is_single_file(row)]


def is_single_file(row: dict[str, str]) -> bool:
    return "!" not in row["file"] and not row["file"].endswith((".zip", ".csv", ".xml"))


ROWS = {row["file"]: row for row in rows()}
ACCEPTED = [name for name, row in ROWS.items() if row["expect"].startswith("accept")]
MUST_COME_IN = [name for name in ACCEPTED if not ROWS[name]["expect"].endswith("-or-reject")]
REFUSED = [name for name, row in ROWS.items() if row["expect"] == "reject"]

needs_files = pytest.mark.skipif(not ROWS, reason="the shared activity-files folder is not here")


@cache
def reading(name: str) -> Reading:
    """Return what came of a file; each is read once for all tests."""
    content = (FOLDER / name).read_bytes()
    began_s = time.process_time()
    try:
        recordings, refusal = read_activity_file(content), None
    except FileRefused as error:
        recordings, refusal = (), error
    return Reading(recordings, refusal, time.process_time() - began_s)


def figures(row: dict[str, str]) -> tuple[Recording, ...]:
    found = reading(row["file"])
    if found.refusal and row["expect"].endswith("-or-reject"):
        pytest.skip(f"refused, as it may be: {found.refusal}")
    assert found.refusal is None
    return found.recordings


def total(recordings: tuple[Recording, ...], figure: Callable[[Recording], float | None]) -> float:
    return sum(figure(recording) or 0.0 for recording in recordings)


def elapsed_s(recordings: tuple[Recording, ...]) -> float:
    """FIT: the sum over the sessions; XML: from the first start to the last end."""
    if recordings[0].file_format == "fit":
        return total(recordings, lambda each: each.elapsed_s)
    first = min(each.started_at for each in recordings)
    return (max(each.ended_at for each in recordings) - first).total_seconds()


@needs_files
@pytest.mark.parametrize("name", ROWS)
def test_a_real_file_comes_in_or_is_refused_with_a_reason_within_a_minute(name):
    found = reading(name)

    assert found.cpu_s < MOST_S
    assert found.recordings or (found.refusal and found.refusal.code and found.refusal.detail)


@needs_files
@pytest.mark.parametrize("name", MUST_COME_IN)
def test_a_real_activity_comes_in(name):
    assert reading(name).recordings


@needs_files
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_activity_is_refused(name):
    found = reading(name)

    if name in READABLE_UNDER_A_WRONG_NAME:
        assert found.recordings
    else:
        assert found.refusal is not None


@needs_files
@pytest.mark.parametrize("name", ACCEPTED)
def test_the_start_is_right_to_the_second(name):
    recordings, stated = figures(ROWS[name]), ROWS[name]["start_time_utc"]

    if stated:
        first = min(each.started_at for each in recordings)
        assert abs((first - datetime.fromisoformat(stated)).total_seconds()) <= 1


@needs_files
@pytest.mark.parametrize("name", ACCEPTED)
def test_the_times_are_right_to_the_second(name):
    recordings, row = figures(ROWS[name]), ROWS[name]
    moving_tolerance_s = 5 if name in MOVING_WITHIN_5_S else 1

    if row["elapsed_s"]:
        assert elapsed_s(recordings) == pytest.approx(float(row["elapsed_s"]), abs=1)
    if row["moving_s"]:
        moving_s = total(recordings, lambda each: each.moving_s)
        assert moving_s == pytest.approx(float(row["moving_s"]), abs=moving_tolerance_s)


@needs_files
@pytest.mark.parametrize("name", [name for name in ACCEPTED if ROWS[name]["distance_m"]])
def test_the_distance_is_right(name):
    """A stated one to the metre, one computed from the points to a hundredth."""
    row = ROWS[name]
    distance_m = total(figures(row), lambda each: each.distance_m)
    computed = row["basis"] in {"points", "records"}

    expected = pytest.approx(float(row["distance_m"]), abs=0.1 if computed else 1, rel=0.01)
    assert distance_m == (expected if computed else pytest.approx(float(row["distance_m"]), abs=1))


@needs_files
@pytest.mark.parametrize("name", [name for name in ACCEPTED if ROWS[name]["avg_hr"]])
def test_the_heart_rate_is_right_to_the_beat(name):
    row, recordings = ROWS[name], figures(ROWS[name])
    if len(recordings) > 1:
        pytest.skip("the legs are compared one by one, not their mean")

    assert recordings[0].avg_hr_bpm == pytest.approx(float(row["avg_hr"]), abs=1)
    assert recordings[0].max_hr_bpm == pytest.approx(float(row["max_hr"]), abs=1)


@needs_files
@pytest.mark.parametrize("name", [name for name in ACCEPTED if ROWS[name]["ascent_m"]])
def test_the_ascent_is_right_to_15_percent_or_10_metres(name):
    if name in NO_ASCENT_READ:
        pytest.skip("the other program read no points")
    row = ROWS[name]
    ascent_m = total(figures(row), lambda each: each.ascent_m)

    assert ascent_m == pytest.approx(float(row["ascent_m"]), rel=0.15, abs=10)


@needs_files
@pytest.mark.parametrize("name", [name for name in ACCEPTED if ROWS[name]["point_count"]])
def test_every_point_is_kept(name):
    row, recordings = ROWS[name], figures(ROWS[name])

    samples = [each.samples for each in recordings]
    assert sum(map(len, samples)) == int(row["point_count"])
    for column, count in (("lat_e7", "position_count"), ("altitude_cm", "altitude_count")):
        kept = sum(sum(v is not None for v in getattr(each, column)) for each in samples)
        assert kept == int(row[count])


@needs_files
@pytest.mark.parametrize("name", [name for name in ACCEPTED if ROWS[name]["parts"]])
def test_each_part_of_a_multi_part_file_is_one_activity(name):
    parts, recordings = json.loads(ROWS[name]["parts"]), figures(ROWS[name])

    assert len(recordings) == len(parts)
    for part, each in zip(parts, recordings, strict=True):
        start = datetime.fromisoformat(part["start"])
        assert abs((each.started_at - start).total_seconds()) <= 1
        assert each.moving_s == pytest.approx(part["timer"], abs=1)
        assert each.distance_m == pytest.approx(part["distance"], abs=1)
        if part.get("avg_hr"):
            assert each.avg_hr_bpm == pytest.approx(part["avg_hr"], abs=1)


@needs_files
@pytest.mark.parametrize("name", ACCEPTED)
def test_real_samples_survive_packing_and_give_at_most_a_day_of_minutes(name):
    for recording in figures(ROWS[name]):
        assert unpack(pack(recording.samples)) == recording.samples
        minutes = [minute.epoch_minute for minute in active_minutes(recording)]
        assert minutes == sorted(set(minutes))
        assert len(minutes) <= 24 * 60


@needs_files
def test_real_files_are_believed():
    ordinary = [name for name, row in ROWS.items() if row["kind"] != "huge"]
    held = {name for name in ordinary if any(map(codes_of, reading(name).recordings))}
    assert held <= HELD
