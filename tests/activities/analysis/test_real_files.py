"""Figures of real recordings beside what their devices state."""

from __future__ import annotations

import pytest

from fittrack.activities.analysis.course import clock_of, course_of
from fittrack.activities.analysis.power import power_totals, training_stress
from fittrack.activities.analysis.splits import Ruler, splits
from fittrack.activities.files import read_activity_file
from tests.conftest import SHARED

FILES = SHARED / "activity-files"
pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the real files are not beside this")


def recording_of(name, part=0):
    return read_activity_file((FILES / name).read_bytes())[part]


# File and part, then the device's normalised power, threshold and stress.
@pytest.mark.parametrize(
    ("name", "part", "normalised_w", "threshold_w", "stress"),
    [
        ("indoor-no-gps/sample-activity-indoor-trainer.fit", 0, 228, 250, 50.8),
        ("multisport/triathlon_summary_first.fit", 4, 406, None, None),
        ("outdoor/Edge810-Vector-2013-08-16-15-35-10.fit", 0, 301, 315, 118.7),
        ("vendors/Karoo-Botley_BW_Swanmore_Wickham-2025-05-09-1238.fit", 0, 195, 220, 92.9),
        ("vendors/SigmaRox11_1.fit", 0, 171, 233, 110.0),
    ],
)
def test_power_figures_are_those_of_the_device(name, part, normalised_w, threshold_w, stress):
    samples = recording_of(name, part).samples

    totals = power_totals(samples, clock_of(samples))

    assert totals.normalised_w == pytest.approx(normalised_w, rel=0.01)
    if threshold_w:
        found = training_stress(totals.powered_ms / 1000, totals.normalised_w, threshold_w)
        assert found == pytest.approx(stress, rel=0.03)


@pytest.mark.parametrize(
    "name",
    [
        "developer-fields/3386684871.fit",
        "gpx/garmin.gpx",
        "missing-elevation/garmin-forerunner-10.fit",
        "pauses-and-clocks/2013-04-11-17-32-50.fit",
        "same-workout/10kUNLP2014-Garmin15.tcx",
        "swim/Morning_Swim.fit",
        "tcx/polar.tcx.gz",
        "vendors/OutdoorRun20200314145229.fit",
    ],
)
def test_splits_add_up_to_the_distance_that_the_device_states(name):
    recording = recording_of(name)

    ruler = Ruler(recording.samples, sport=recording.sport, smooth=True)

    total_m = sum(split.distance_m for split in splits(ruler, 1000.0))
    assert total_m == pytest.approx(recording.distance_m, rel=0.005)


def test_a_race_of_ten_kilometres_is_its_best_effort():
    recording = recording_of("same-workout/10kUNLP2014-Garmin15.fit")
    course = course_of(recording.samples, sport=recording.sport)

    assert course.length_m == pytest.approx(10_010.8, abs=1)
    assert course.node_ms[-1] == pytest.approx(recording.elapsed_s * 1000, abs=2000)
