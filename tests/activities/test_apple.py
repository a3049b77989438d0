"""Apple Health: workouts with heart rates and routes, days of steps, and nothing else."""

from __future__ import annotations

import gzip
import io
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from fittrack.activities.archives import apple_export
from fittrack.activities.archives.apple_export import excerpts
from fittrack.activities.files import FileRefused, read_activity_file
from tests.activities.apple_exports import (
    DOCTYPE,
    TYPED_IN,
    beats,
    record,
    route_file,
    workout,
)
from tests.activities.apple_exports import (
    apple_export as export_of,
)
from tests.activities.makers import gpx_of, points
from tests.activities.zipping import zip_of
from tests.conftest import SHARED
from tests.factories_activities import NOON_AT, Member, count

ZONE = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)
ROUTE = gpx_of([points(NOON_AT, range(601), hr_bpm=None)])
RUN = workout(
    NOON_AT, 600, inner=route_file("route_1.gpx"), totalDistance="1.9", totalDistanceUnit="km"
)


@pytest.fixture
def ana(client):
    return Member(client)


def cut(export, routes=None):
    found = excerpts(lambda: io.BytesIO(export), (routes or {}).get, ZONE)
    return {excerpt.name: excerpt.content for excerpt in found}


def read(export, routes=None):
    """Return the recordings of what is cut out of an export."""
    return [
        recording
        for content in cut(export, routes).values()
        for recording in read_activity_file(content)
    ]


def test_a_workout_has_its_route_its_heart_rates_and_its_figures():
    export = export_of(beats(NOON_AT - HOUR, 60, 60), beats(NOON_AT, 600), RUN)

    (recording,) = read(export, {"/workout-routes/route_1.gpx": ROUTE})

    assert (recording.sport, recording.file_format, recording.type) == (
        "running",
        "apple",
        "workout",
    )
    assert recording.started_at == NOON_AT
    assert (recording.elapsed_s, recording.moving_s) == (600, 600)
    assert recording.distance_m == 1900
    assert recording.track_distance_m == pytest.approx(1800, rel=0.01)
    assert len(recording.samples) == 601
    assert [bpm for bpm in recording.samples.hr_bpm if bpm] == [140] * 121
    assert (recording.avg_hr_bpm, recording.max_hr_bpm) == (140, 140)
    assert recording.device == "Ana’s & Watch"
    assert recording.warnings == ()


def test_a_workout_without_a_route_has_its_heart_rates():
    (recording,) = read(export_of(beats(NOON_AT, 600), workout(NOON_AT, 600, "Yoga")))

    assert (recording.sport, recording.avg_hr_bpm) == ("yoga", 140)
    assert len(recording.samples) == 121


def test_heart_rates_count_wherever_they_stand():
    (recording,) = read(export_of(workout(NOON_AT, 600), beats(NOON_AT, 600)))

    assert recording.avg_hr_bpm == 140


def test_two_workouts_at_once_have_both_the_heart_rates_of_their_time():
    export = export_of(
        beats(NOON_AT, 600),
        workout(NOON_AT, 600),
        workout(NOON_AT + timedelta(seconds=300), 600, "Walking"),
    )

    first, second = read(export)

    assert (len(first.samples), len(second.samples)) == (121, 61)


@pytest.mark.parametrize(
    ("kind", "entry", "sport"),
    [
        ("Running", "", "running"),
        ("Running", '<MetadataEntry key="HKIndoorWorkout" value="1"/>', "treadmill"),
        ("Cycling", '<MetadataEntry key="HKIndoorWorkout" value="1"/>', "indoor_cycling"),
        ("Swimming", '<MetadataEntry key="HKSwimmingLocationType" value="2"/>', "open_water"),
        ("Swimming", '<MetadataEntry key="HKSwimmingLocationType" value="1"/>', "swimming"),
        ("TraditionalStrengthTraining", "", "strength"),
    ],
)
def test_the_sport_is_that_of_the_place(kind, entry, sport):
    (recording,) = read(export_of(workout(NOON_AT, 600, kind, inner=entry)))

    assert recording.sport == sport


def test_the_figures_of_newer_exports_are_taken():
    statistics = (
        '<WorkoutStatistics type="HKQuantityTypeIdentifierDistanceCycling" sum="10" unit="mi"/>'
        '<WorkoutStatistics type="HKQuantityTypeIdentifierActiveEnergyBurned" sum="250"'
        ' unit="kcal"/>'
        '<WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" average="130.4" maximum="171"'
        ' unit="count/min"/>'
        '<MetadataEntry key="HKElevationAscended" value="12345 cm"/>'
        '<MetadataEntry key="HKTimeZone" value="Europe/Berlin"/>'
    )

    (recording,) = read(export_of(workout(NOON_AT, 600, "Cycling", inner=statistics)))

    assert recording.distance_m == pytest.approx(16093.44)
    assert (recording.calories_kcal, recording.ascent_m) == (250, 123.45)
    assert (recording.avg_hr_bpm, recording.max_hr_bpm) == (130.4, 171)
    assert recording.utc_offset_s == 3600


def test_a_pause_parts_a_route():
    pause = (
        '<WorkoutEvent type="HKWorkoutEventTypePause" date="2025-03-10 16:05:00 +0000"/>'
        '<WorkoutEvent type="HKWorkoutEventTypeResume" date="2025-03-10 16:05:30 +0000"/>'
    )
    export = export_of(workout(NOON_AT, 600, inner=pause + route_file("r.gpx")))

    (recording,) = read(export, {"/workout-routes/r.gpx": ROUTE})

    assert recording.samples.breaks == (301,)


def test_a_route_that_can_not_be_read_costs_only_itself():
    (recording,) = read(export_of(beats(NOON_AT, 600), RUN), {"/workout-routes/route_1.gpx": b"?"})

    assert not recording.samples.has_positions
    assert recording.avg_hr_bpm == 140


def test_the_steps_of_a_day_are_those_of_the_source_that_counted_most():
    export = export_of(
        record("StepCount", NOON_AT, 4000, source="Phone", s=600),
        record("StepCount", NOON_AT, 3000, source="Watch", s=600),
        record("StepCount", NOON_AT + HOUR, 2500, source="Watch", s=600),
        record("SleepAnalysis", NOON_AT, 1),
    )

    (recording,) = read(export)

    assert (recording.type, recording.sport, recording.steps) == ("steps", "walking", 5500)
    assert (recording.started_at, recording.elapsed_s) == (NOON_AT, 4200)


def test_steps_that_a_hand_typed_in_are_not_counted():
    typed = record("StepCount", NOON_AT, 20_000, user_entered=1)
    walked = record("StepCount", NOON_AT + HOUR, 700)

    (recording,) = read(export_of(typed, walked))

    assert recording.steps == 700
    with pytest.raises(FileRefused, match="typed_in"):
        read_activity_file(export_of(typed))


def test_a_workout_that_a_hand_typed_in_is_refused_with_the_reason(ana):
    typed = workout(NOON_AT, 1800, inner=TYPED_IN)

    upload = ana.upload(("export.xml", export_of(typed, RUN)))

    assert sorted(code for _, _, code in outcomes(upload) if code) == ["typed_in"]
    assert count("activities") == 1


def test_steps_belong_to_the_points_day_and_not_to_the_phones():
    # 23:30 and 00:30 in New York.
    late = NOON_AT.replace(day=11, hour=3, minute=30)
    export = export_of(record("StepCount", late, 100), record("StepCount", late + HOUR, 200))

    assert list(cut(export)) == ["steps/2025-03-10.xml.gz", "steps/2025-03-11.xml.gz"]
    assert [recording.steps for recording in read(export)] == [100, 200]


def test_what_stands_twice_in_a_correlation_counts_once():
    steps = record("StepCount", NOON_AT, 100)

    (recording,) = read(export_of(steps, f"<Correlation>{steps}</Correlation>"))

    assert recording.steps == 100


def test_the_same_export_is_cut_into_the_same_bytes():
    export = export_of(beats(NOON_AT, 600), RUN, record("StepCount", NOON_AT, 100))

    assert cut(export) == cut(export)


@pytest.mark.parametrize(
    "doctype",
    [
        "",
        DOCTYPE,
        # Those of one year break off within an attribute list.
        DOCTYPE.replace("  unit          CDATA #IMPLIED\n>", "  unit CDATA\n<!ELEMENT x"),
    ],
)
def test_a_doctype_of_elements_does_no_harm(doctype):
    assert len(read(export_of(workout(NOON_AT, 600), doctype=doctype))) == 1


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE HealthData [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE HealthData [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE HealthData [<!ENTITY % p "x"> %p;]>',
        '<!DOCTYPE HealthData SYSTEM "http://example.org/x.dtd">',
        '<!DOCTYPE HealthData SYSTEM "x.dtd" [<!ELEMENT HealthData ANY>]>',
        '<!DOCTYPE HealthData [<!NOTATION n PUBLIC "x">]>',
        "<!DOCTYPE gpx [<!ELEMENT gpx ANY>]><!DOCTYPE HealthData [<!ELEMENT HealthData ANY>]>",
    ],
)
def test_any_other_doctype_is_refused(doctype):
    export = export_of(workout(NOON_AT, 600), doctype=doctype)

    for attempt in (lambda: cut(export), lambda: read_activity_file(export)):
        with pytest.raises(FileRefused) as caught:
            attempt()
        assert caught.value.code == "xml_forbidden"


def test_an_entity_that_nobody_declared_is_refused():
    with pytest.raises(FileRefused, match="unreadable"):
        cut(export_of(workout(NOON_AT, 600, inner="&boom;")))


def test_an_export_that_is_cut_short_is_refused():
    with pytest.raises(FileRefused, match="unreadable"):
        cut(export_of(workout(NOON_AT, 600))[:-20])


def test_elements_without_end_are_given_up():
    endless = "<a/>" * (apple_export.MAX_BYTES_BETWEEN // 4 + 100_000)

    with pytest.raises(FileRefused, match="unreadable"):
        cut(export_of(endless))


def test_times_and_figures_that_can_not_be_are_left_out():
    export = export_of(
        record("StepCount", NOON_AT, float("nan")),
        record("StepCount", NOON_AT, -5),
        record("HeartRate", NOON_AT, float("inf")),
        '<Record type="HKQuantityTypeIdentifierHeartRate" startDate="today" value="70"/>',
        '<Workout workoutActivityType="HKWorkoutActivityTypeRunning" startDate="yesterday"/>',
        workout(NOON_AT, -600, duration2="x"),
    )

    (recording,) = read(export)

    assert (recording.started_at, recording.samples.hr_bpm) == (NOON_AT, [])


def outcomes(upload):
    return [(file["file_name"], file["state"], file["reason_code"]) for file in upload["files"]]


WHOLE = export_of(beats(NOON_AT, 600), RUN, record("StepCount", NOON_AT + HOUR, 6000))


def test_an_export_comes_in_as_a_phone_shares_it(ana):
    folder = "apple_health_export"
    archive = zip_of(
        (f"{folder}/export.xml", WHOLE),
        (f"{folder}/export_cda.xml", b"<ClinicalDocument/>"),
        (f"{folder}/workout-routes/route_1.gpx", ROUTE),
        (f"{folder}/electrocardiograms/ecg.csv", b"1,2"),
    )

    upload = ana.upload(("export.zip", archive))

    assert outcomes(upload) == [
        ("export.zip", "created", None),
        (f"{folder}/export.xml", "created", None),
        ("workouts/2025-03-10 16-00-00 Running.xml.gz", "created", None),
        ("steps/2025-03-10.xml.gz", "created", None),
    ]
    run, steps = (
        ana.get(f"activities/{file['activity_ids'][0]}").json for file in upload["files"][2:]
    )
    assert (run["sport"], run["has_route"], run["avg_hr_bpm"]) == ("running", True, 140)
    assert (steps["type"], steps["steps"]) == ("steps", 6000)
    assert ana.balance() > 0
    assert count("import_archives") == 0


def test_an_export_without_its_archive_comes_in(ana):
    upload = ana.upload(("export.xml", WHOLE))

    assert [state for _, state, _ in outcomes(upload)] == ["created"] * 3


def test_an_export_again_is_a_duplicate(ana):
    ana.upload(("export.xml", WHOLE))

    again = ana.upload(("export.xml", WHOLE))

    assert [state for _, state, _ in outcomes(again)] == ["duplicate"] * 3
    assert count("activities") == 2


@pytest.mark.parametrize("is_newer_first", [False, True])
def test_of_two_exports_of_a_day_the_one_that_was_made_later_counts(ana, is_newer_first):
    morning = record("StepCount", NOON_AT, 3000)
    evening = record("StepCount", NOON_AT + 3 * HOUR, 2500)
    exports = [export_of(morning), export_of(morning, evening)]
    for content in exports[::-1] if is_newer_first else exports:
        ana.upload(("export.xml", content))

    (counting,) = ana.get("activities", duplicates="hidden").json["items"]

    assert (counting["steps"], ana.balance()) == (5500, 50)
    days = ana.get("activities/calendar", month="2025-03").json["days"]
    assert sum(day["activity_count"] for day in days) == 1
    ana.delete(f"activities/{counting['activity_id']}")
    (left,) = ana.get("activities", duplicates="hidden").json["items"]
    assert (left["steps"], ana.balance()) == (3000, 30)


def test_a_workout_cut_out_of_an_export_can_be_brought_back(ana):
    upload = ana.upload(("export.xml", WHOLE))
    (activity_id,) = upload["files"][1]["activity_ids"]
    content = ana.get(f"activities/{activity_id}/export").data
    ana.delete(f"activities/{activity_id}")

    again = ana.upload(("run.xml.gz", content))

    assert again["files"][0]["state"] == "created"
    assert gzip.decompress(content).startswith(b"<HealthData>")


def test_an_export_without_workouts_and_steps_is_refused(ana):
    upload = ana.upload(("export.xml", export_of(record("BodyMass", NOON_AT, 70))))

    assert outcomes(upload) == [("export.xml", "refused", "no_activity_inside")]


def test_a_real_export_comes_in(ana):
    path = SHARED / "activity-files" / "apple-health" / "export.xml"
    if not path.exists():
        pytest.skip("the shared activity-files folder is not here")

    upload = ana.upload(("export.xml", path.read_bytes()))

    run = ana.get(f"activities/{upload['files'][1]['activity_ids'][0]}").json
    assert (run["sport"], run["started_at"]) == ("running", "2016-11-14T14:25:41Z")
    assert run["distance_m"] == pytest.approx(800.1, abs=1)
