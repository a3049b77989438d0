"""Activities as GPX, TCX, GeoJSON and streams."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from lxml import etree

from fittrack.activities.exports.geojson import geojson_of
from fittrack.activities.exports.gpx import gpx_of
from fittrack.activities.exports.tcx import tcx_of
from fittrack.activities.files import read_activity_file
from fittrack.activities.models import Activity
from fittrack.activities.samples import COLUMNS, from_columns
from tests.activities.makers import (
    START,
    TcxLap,
    fit_records,
    fit_session,
    make_fit,
    points,
)
from tests.activities.makers import (
    tcx_of as make_tcx,
)
from tests.activities.parts import part_of
from tests.conftest import SHARED
from tests.factories_activities import NOON_AT, Member

REAL_FILES = ("fit", "tcx", "gpx")
FIGURES = (
    *("sport", "started_at", "elapsed_s", "moving_s", "distance_cm", "ascent_m", "descent_m"),
    *("calories_kcal", "steps", "avg_hr_bpm", "max_hr_bpm", "avg_cadence_rpm", "max_cadence_rpm"),
    *("avg_power_w", "max_power_w", "name", "notes_text", "device", "utc_offset_s", "lap_count"),
    *("ended_at", "track_distance_cm", "avg_speed_mmps", "max_speed_mmps", "polyline"),
)
# The children that the schemas allow, in their order.
ORDERS = {
    "gpx": "metadata wpt rte trk extensions",
    "trk": "name cmt desc src link number type extensions trkseg",
    "trkpt": "ele time magvar geoidheight name cmt desc src link sym type fix sat hdop vdop pdop "
    "ageofdgpsdata dgpsid extensions",
    "TrackPointExtension": "atemp wtemp depth hr cad speed course bearing Extensions",
    "Activity": "Id Lap Notes Training Creator Extensions",
    "Lap": "TotalTimeSeconds DistanceMeters MaximumSpeed Calories AverageHeartRateBpm "
    "MaximumHeartRateBpm Intensity Cadence TriggerMethod Track Notes Extensions",
    "Trackpoint": "Time Position AltitudeMeters DistanceMeters HeartRateBpm Cadence SensorState "
    "Extensions",
    "TPX": "Speed RunCadence Watts Extensions",
    "Creator": "Name UnitId ProductID Version",
}
NEEDED = {
    "Activity": {"Id", "Lap"},
    "Lap": {"TotalTimeSeconds", "DistanceMeters", "Calories", "Intensity", "TriggerMethod"},
    "Track": {"Trackpoint"},
    "Trackpoint": {"Time"},
    "Creator": {"Name", "UnitId", "ProductID", "Version"},
    "TotalTimeSeconds": set(),
}
OWN = "{urn:fittrack:activity:1}"


@pytest.fixture
def ana(client):
    return Member(client)


def written(write, part, *laps):
    return b"".join(write(part.activity, *laps, part.samples))


def gpx(part):
    return written(gpx_of, part, part.laps)


def tcx(part):
    return written(tcx_of, part, part.laps)


def geojson(part):
    return orjson.loads(written(geojson_of, part))


def again(content):
    """Return what comes in when an export is read like any other file."""
    return part_of(read_activity_file(content)[0])


def figures(activity: Activity):
    return {name: getattr(activity, name) for name in FIGURES}


def check_order(content):
    """Check that each element has the children that its schema wants, in its order."""
    for element in etree.fromstring(content).iter():
        name, children = local(element), [local(child) for child in element]
        if element.tag.startswith(OWN):
            continue
        if name in ORDERS:
            places = [ORDERS[name].split().index(child) for child in children]
            assert places == sorted(places), (name, children)
        assert NEEDED.get(name, set()) <= set(children), (name, children)


def local(element):
    return element.tag.rpartition("}")[2]


def fit_with_everything():
    """Return a ride with a pause, two laps and every column, in the afternoon of a zone of +2 h."""
    seconds = [*range(300), *range(400, 700)]
    records = [
        (
            name,
            {
                **told,
                "cadence": 80 + at % 7,
                "power": 180 + at % 50,
                "temperature": 21,
                "speed": 3.0,
            },
        )
        for at, (name, told) in enumerate(fit_records(START, seconds))
    ]
    pause = ("event", {"timestamp": START + timedelta(seconds=300), "event": 0, "event_type": 4})
    laps = [
        (
            "lap",
            {
                "timestamp": START + timedelta(seconds=after),
                "start_time": start,
                "total_elapsed_time": 350.0,
                "total_distance": 1050.0,
            },
        )
        for start, after in ((START, 500), (START + timedelta(seconds=500), 700))
    ]
    session = fit_session(
        START,
        700.0,
        total_timer_time=600.0,
        total_distance=2100.0,
        total_calories=150,
        total_ascent=12,
        sport=2,
    )
    return make_fit([*records[:300], pause, *records[300:], *laps, session])


@pytest.fixture(scope="module")
def ride():
    return part_of(read_activity_file(fit_with_everything())[0])


@pytest.mark.parametrize("write", [gpx, tcx])
def test_reading_our_own_export_gives_equal_figures(ride, write):
    assert figures(again(write(ride)).activity) == figures(ride.activity)


@pytest.mark.parametrize("write", [gpx, tcx])
def test_reading_our_own_export_gives_the_same_samples(ride, write):
    found, wanted = again(write(ride)).samples, ride.samples

    assert found.at_ms == wanted.at_ms
    assert found.breaks == wanted.breaks
    for name in set(COLUMNS) - ({"distance_cm"} if write is gpx else set()):
        assert getattr(found, name) == getattr(wanted, name), name


@pytest.mark.parametrize("write", [gpx, tcx])
def test_a_pause_at_the_beginning_of_a_lap_comes_back(ride, write):
    first, second = ride.laps
    after_pause = replace(second, started_at=START + timedelta(seconds=400))

    found = again(write(replace(ride, laps=[first, after_pause])))

    assert found.samples.breaks == ride.samples.breaks == (300,)
    assert found.activity.track_distance_cm == ride.activity.track_distance_cm


def test_pauses_that_no_sample_is_after_are_none(ride):
    content = tcx(ride).replace(b'breaks="300"', b'breaks="0 -1 x 599 600 99999999999"')

    assert again(content).samples.breaks == (599,)


@pytest.mark.parametrize("write", [gpx, tcx])
def test_laps_come_back(ride, write):
    assert [lap.elapsed_s for lap in again(write(ride)).laps] == [350, 350]


@pytest.mark.parametrize("write", [gpx, tcx])
def test_elements_stand_in_the_order_of_their_schemas(ride, write):
    check_order(write(ride))


@pytest.mark.parametrize("write", [gpx, tcx])
@pytest.mark.parametrize("kind", REAL_FILES)
def test_real_files_come_back_with_equal_figures(kind, write):
    files = sorted((SHARED / "activity-files").rglob(f"*.{kind}"))[:40]
    if not files:
        pytest.skip("the activity files are not here")
    seen = 0
    for path in files:
        part = readable(path)
        if part is None or (write is gpx and not part.samples.has_positions):
            continue
        content = write(part)
        check_order(content)
        assert figures(again(content).activity) == figures(part.activity), path.name
        seen += 1
        if seen == 6:
            break
    assert seen


def readable(path):
    """Return the first activity of a small sound file, None for another."""
    from fittrack.activities.files import FileRefused

    if path.stat().st_size > 1_000_000:
        return None
    try:
        return part_of(read_activity_file(path.read_bytes())[0])
    except FileRefused:
        return None


def test_texts_that_xml_cannot_hold_do_no_harm(ride):
    activity = replace(
        ride.activity, name="a\x00<b>&\"'\ud800", notes_text="]]>\x0b", device="\x1b"
    )
    odd = replace(ride, activity=activity)

    for write in (gpx, tcx):
        found = again(write(odd)).activity
        assert found.name == "a <b>&\"'"
        assert found.notes_text == "]]>"


def test_an_activity_without_laps_or_figures_is_one_lap_of_tcx():
    part = part_of(read_activity_file(make_tcx(one_lap(points(hr_bpm=None))))[0])
    bare = replace(part, laps=[], activity=replace(part.activity, distance_cm=None, lap_count=0))
    content = tcx(bare)

    check_order(content)
    assert again(content).activity.sample_count == 61


def one_lap(track):
    return [TcxLap("2026-11-02T07:00:00Z", 60.0, 180.0, [track])]


def samples_at(*places):
    """Return a sample a second at positions in degrees."""
    columns = {
        "lat_e7": [round(lat * 1e7) for lat, _ in places],
        "lon_e7": [round(lon * 1e7) for _, lon in places],
    }
    at_ms = [1_700_000_000_000 + 1000 * at for at in range(len(places))]
    return from_columns(at_ms, [columns.get(name, []) for name in COLUMNS], ())


def test_geojson_cuts_a_line_at_the_antimeridian(ride):
    part = replace(ride, samples=samples_at((0.0, 179.0), (1.0, -179.0), (2.0, -178.0)))

    geometry = geojson(part)["geometry"]

    assert geometry["coordinates"] == [
        [[179.0, 0.0], [180.0, 0.5]],
        [[-180.0, 0.5], [-179.0, 1.0], [-178.0, 2.0]],
    ]


def test_geojson_says_what_was_measured_at_each_position(ride):
    feature = geojson(ride)

    lines = feature["geometry"]["coordinates"]
    hearts = feature["properties"]["coordinateProperties"]["heart"]
    assert [len(line) for line in lines] == [len(line) for line in hearts] == [300, 300]
    assert feature["properties"]["sport"] == "cycling"
    assert feature["id"] == ride.activity.activity_id


def test_geojson_without_positions_is_a_feature_without_geometry(ride):
    part = replace(ride, samples=samples_at())

    assert geojson(part)["geometry"] is None


def test_a_longitude_of_180_is_written_as_the_schemas_want_it(ride):
    part = replace(ride, samples=samples_at((0.0, 180.0), (0.0, 179.9)))

    assert b'lon="-180.0000000"' in gpx(part)


@pytest.mark.parametrize(
    ("file_format", "content_type", "opening"),
    [
        ("gpx", "application/gpx+xml", b"<?xml"),
        ("tcx", "application/vnd.garmin.tcx+xml", b"<?xml"),
        ("geojson", "application/geo+json", b'{"type":"Feature"'),
    ],
)
def test_an_activity_is_handed_out_in_each_format(ana, file_format, content_type, opening):
    answer = ana.get(f"activities/{ana.run(duration_s=60)}/export", format=file_format)

    assert (answer.status_code, answer.content_type) == (200, content_type)
    assert answer.data.startswith(opening)
    assert answer.headers["Content-Disposition"].endswith(f"2025-03-10-running.{file_format}")


def test_what_was_handed_out_can_be_brought_in_elsewhere(ana, client):
    first = ana.run(duration_s=600)
    ben = Member(client)
    content = ana.get(f"activities/{first}/export", format="gpx").data

    second = ben.upload(("again.gpx", content))["files"][0]["activity_ids"][0]

    mine, copy = ana.get(f"activities/{first}").json, ben.get(f"activities/{second}").json
    for name in ("started_at", "elapsed_s", "moving_s", "distance_m", "ascent_m", "avg_hr_bpm"):
        assert copy[name] == mine[name], name


def test_a_run_indoors_has_no_gpx_but_a_tcx(ana):
    content = make_tcx(one_lap([replace(point, lat=None) for point in points()]))
    activity_id = ana.upload(("indoors.tcx", content))["files"][0]["activity_ids"][0]

    refused = ana.get(f"activities/{activity_id}/export", format="gpx")

    assert (refused.status_code, refused.json["code"]) == (404, "no_positions")
    assert ana.get(f"activities/{activity_id}/export", format="tcx").status_code == 200


def test_streams_hold_only_the_columns_asked_for(ana):
    path = f"activities/{ana.run(started_at=NOON_AT, duration_s=60)}/streams"

    streams = ana.get(path, keys=["hr_bpm", "altitude_m"]).json

    assert {name for name, column in streams.items() if isinstance(column, list)} == {
        *("at_ms", "breaks", "hr_bpm", "altitude_m")
    }
    assert ana.get(path, keys="shoe_size").status_code == 422
