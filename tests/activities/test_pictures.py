"""Routes and profiles as SVG, and routes as encoded polylines."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fittrack.activities.files import read_activity_file
from fittrack.activities.pictures.canvas import HEIGHT, THEMES, WIDTH
from fittrack.activities.pictures.geometry import pieces_of, projected, simplified
from fittrack.activities.pictures.polyline import decoded, encoded, polyline_of
from fittrack.activities.pictures.profile import elevation_picture, heart_rate_picture
from fittrack.activities.pictures.route import route_picture
from fittrack.activities.samples import COLUMNS, from_columns
from fittrack.activities.steps import haversine_m
from fittrack.dev.files import make_gpx
from fittrack.units import IMPERIAL, METRIC
from tests.activities.makers import START, points
from tests.activities.makers import tcx_of as make_tcx
from tests.activities.parts import part_of
from tests.activities.test_exports import one_lap
from tests.factories_activities import Member

LIGHT = THEMES["light"]
NUMBERS = re.compile(r"[ML](-?[\d.]+) (-?[\d.]+)")


@pytest.fixture(scope="module")
def run():
    return part_of(read_activity_file(make_gpx(START, 3600, name="Ana &amp; Ben &lt;3"))[0])


def track(*places, breaks=()):
    """Return a sample every ten seconds at positions in degrees."""
    columns = {
        "lat_e7": [round(lat * 1e7) for lat, _ in places],
        "lon_e7": [round(lon * 1e7) for _, lon in places],
    }
    at_ms = [1_700_000_000_000 + 10_000 * at for at in range(len(places))]
    return from_columns(at_ms, [columns.get(name, []) for name in COLUMNS], breaks)


def route(run, samples, units=METRIC):
    return route_picture(run.activity, samples, units, LIGHT)


def way(picture):
    """Return the points of the route's line."""
    found = re.search(r'<path d="([^"]+)" fill="none"', picture)
    return [(float(x), float(y)) for x, y in NUMBERS.findall(found[1])]


def shape(picture):
    """Return how wide and how high the drawn way is."""
    xs, ys = zip(*way(picture), strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)


@pytest.mark.parametrize("draw", [route_picture, elevation_picture, heart_rate_picture])
@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_a_picture_is_small_sound_and_says_what_it_shows(run, draw, theme):
    picture = draw(run.activity, run.samples, METRIC, theme)

    assert len(picture.encode()) < 20_000
    root = etree.fromstring(picture)
    title, description = root[0].text, root[1].text
    assert "Ana & Ben <3" in title
    assert "1:00:00" in description
    assert root.get("aria-labelledby") == "t d"
    assert theme.paper in picture


@pytest.mark.parametrize("draw", [route_picture, elevation_picture, heart_rate_picture])
def test_a_picture_runs_and_fetches_nothing(run, draw):
    picture = draw(run.activity, run.samples, METRIC, LIGHT)

    names = {element.tag.rpartition("}")[2] for element in etree.fromstring(picture).iter()}
    assert names <= {"svg", "title", "desc", "rect", "path", "circle", "text"}
    assert not re.search(r"href|url\(|style=|\son\w+=", picture)


@pytest.mark.parametrize(
    "places",
    [
        [(0.0, 179.99), (0.0, -179.99), (0.02, -179.99)],
        [(0.0, 10.0), (0.0, 10.02), (0.02, 10.02)],
        [(60.0, 10.0), (60.0, 10.04), (60.02, 10.04)],
    ],
    ids=["antimeridian", "equator", "north"],
)
def test_a_route_keeps_its_shape_wherever_it_lies(run, places):
    wide, high = shape(route(run, track(*places)))

    assert wide == pytest.approx(high, rel=0.02)


def test_a_route_over_the_pole_is_a_straight_line(run):
    wide, high = shape(route(run, track((89.9, 0.0), (90.0, 0.0), (89.9, 180.0))))

    assert min(wide, high) < 2
    assert max(wide, high) > 300


@pytest.mark.parametrize(
    "places", [[(52.0, 13.0)] * 2, [(52.0, 13.0), (52.1, 13.0)], [(0.0, 0.1), (0.0, -179.9)]]
)
def test_two_points_are_a_route(run, places):
    picture = route(run, track(*places))

    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in way(picture))
    assert "nan" not in picture


def test_a_pause_leaves_a_gap(run):
    places = [(52.0, 13.0), (52.0, 13.01), (52.0, 13.02), (52.0, 13.03)]

    whole = route(run, track(*places))
    assert re.search(r' d="([^"]+)"', whole)[1].count("M") == 1
    assert (
        len(re.findall("M", re.search(r' d="([^"]+)"', route(run, track(*places, breaks=(2,))))[1]))
        == 2
    )


def test_thousands_of_pieces_make_a_small_picture(run):
    places = [(52 + at % 7 / 100, 13 + at / 10_000) for at in range(6000)]
    samples = track(*places, breaks=tuple(range(2, 6000, 2)))
    measured = replace(samples, altitude_cm=[at % 900 for at in range(6000)])

    assert len(route(run, samples)) < 20_000
    assert len(elevation_picture(run.activity, measured, METRIC, LIGHT)) < 20_000


def ticks(picture):
    return [text for text in re.findall(r">([^<]+)</text>", picture) if text.isdigit()]


def test_marks_stand_at_round_kilometres_or_miles(run):
    kilometres = int(run.activity.distance_m / 1000)

    assert ticks(route(run, run.samples)) == [str(at) for at in range(2, kilometres + 1, 2)]
    assert len(ticks(route(run, run.samples, IMPERIAL))) == int(run.activity.distance_m / 1609.344)


def test_heights_are_read_in_feet_by_who_reads_miles(run):
    assert " m</text>" in elevation_picture(run.activity, run.samples, METRIC, LIGHT)
    assert " ft</text>" in elevation_picture(run.activity, run.samples, IMPERIAL, LIGHT)


def test_altitudes_without_a_distance_stand_over_time(run):
    heights = replace(track(*[(0.0, 0.0)] * 90), lat_e7=[], lon_e7=[], altitude_cm=[*range(90)])
    activity = replace(run.activity, distance_cm=None)

    assert ">4:00</text>" in elevation_picture(activity, heights, METRIC, LIGHT)


@given(
    st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=2, max_size=80),
    st.integers(2, 20),
)
def test_a_simplified_line_keeps_its_ends_and_its_bound(line, most):
    kept = simplified(line, most)

    assert (kept[0], kept[-1]) == (0, len(line) - 1)
    assert kept == sorted(set(kept))
    assert len(kept) <= max(2, most)


def test_simplifying_keeps_the_corner_and_drops_what_lies_on_the_way():
    line = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (2.0, 2.0)]

    assert simplified(line, 3) == [0, 2, 4]
    assert simplified(line, 99, 0.1) == [0, 2, 4]


@given(st.floats(-89.9, 89.9), st.floats(-180, 180), st.floats(0, 0.05), st.floats(0, 0.05))
def test_the_plane_keeps_distances(lat, lon, up, right):
    lat2, lon2 = min(lat + up, 90.0), (lon + right + 180) % 360 - 180
    samples = track((lat, lon), (lat2, lon2))
    ((a, b),) = projected(samples, pieces_of(samples, 10))

    flat_m = ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5
    places = zip(samples.lat_e7, samples.lon_e7, strict=True)
    (y1, x1), (y2, x2) = [(lat_e7 / 1e7, lon_e7 / 1e7) for lat_e7, lon_e7 in places]
    assert flat_m == pytest.approx(haversine_m(y1, x1, y2, x2), rel=1e-3, abs=0.1)


def test_a_polyline_is_that_of_the_formats_own_example():
    places = [(385_000_000, -1_202_000_000), (407_000_000, -1_209_500_000)]
    third = (432_520_000, -1_264_530_000)

    assert encoded([*places, third]) == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
    assert decoded("_p~iF~ps|U_ulLnnqC_mqNvxq`@") == [*places, third]


def test_a_polyline_is_short_and_near_the_track(run):
    text = polyline_of(run.samples)

    assert len(text) <= 1000
    ends = decoded(text)[0], decoded(text)[-1]
    wanted = [(run.samples.lat_e7[at], run.samples.lon_e7[at]) for at in (0, -1)]
    for (lat, lon), (lat0, lon0) in zip(ends, wanted, strict=True):
        assert max(abs(lat - lat0), abs(lon - lon0)) <= 50


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=2, max_size=400))
def test_no_track_makes_a_polyline_longer_than_its_column(places):
    text = polyline_of(track(*places))

    assert len(text) <= 1000
    assert len(decoded(text)) >= 2


def test_no_positions_make_no_polyline():
    assert polyline_of(track()) is None
    assert polyline_of(track((52.0, 13.0))) is None


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.mark.parametrize("name", ["route", "elevation", "heart-rate"])
def test_a_picture_comes_over_http_and_once(ana, name):
    path = f"activities/{ana.run(duration_s=600)}/{name}.svg"

    answer = ana.get(path)

    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    headers = {**ana.headers, "If-None-Match": answer.headers["ETag"]}
    assert ana.client.get(f"/api/v1/{path}", headers=headers).status_code == 304
    assert ana.get(path, theme="dark").text != answer.text
    assert ana.get(path, theme="pink").status_code == 422


def test_a_picture_is_labelled_in_the_units_its_viewer_prefers(ana):
    path = f"activities/{ana.run(duration_s=3600)}/route.svg"
    ana.client.patch(
        "/api/v1/users/me/preferences", headers=ana.headers, json={"units": {"distance": "mi"}}
    )

    assert " mi</text>" in ana.get(path).text
    assert " km</text>" in ana.get(path, units="metric").text


def test_what_was_not_measured_has_no_picture(ana):
    still = [replace(point, lat=None, hr_bpm=None) for point in points()]
    content = make_tcx(one_lap(still))
    activity_id = ana.upload(("indoors.tcx", content))["files"][0]["activity_ids"][0]

    codes = [
        ana.get(f"activities/{activity_id}/{name}.svg").json["code"]
        for name in ("route", "elevation", "heart-rate")
    ]
    assert codes == ["no_positions", "not_measured", "not_measured"]
