"""What is cut out of tracks before anybody else sees them."""

from __future__ import annotations

from dataclasses import replace
from math import cos, hypot, pi, radians, sin
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.activities.privacy import rules, service
from fittrack.activities.privacy.models import Circle, Hiding, Zone
from fittrack.activities.samples import COLUMNS, Samples, from_columns
from fittrack.activities.steps import haversine_m
from tests.activities.makers import START
from tests.factories_accounts import make_account

M_PER_DEGREE = 111_319.5
HOME = (52.52, 13.405)
PLACE = {"latitude_deg": HOME[0], "longitude_deg": HOME[1], "radius_m": 300}
ACTIVITIES = 200


def track(places, step_s=1):
    """Return a sample a second at positions in degrees, with a distance that counts."""
    far_cm, counted = 0.0, []
    for at, place in enumerate(places):
        far_cm += 100 * haversine_m(*places[at - 1], *place) if at else 0
        counted.append(round(far_cm))
    columns = {
        "lat_e7": [round(lat * 1e7) for lat, _ in places],
        "lon_e7": [round(lon * 1e7) for _, lon in places],
        "distance_cm": counted,
    }
    at_ms = [1_700_000_000_000 + 1000 * step_s * at for at in range(len(places))]
    return from_columns(at_ms, [columns.get(name, []) for name in COLUMNS], ())


def zone(radius_m=300, *, place=HOME, seed="secret"):
    north_m, east_m = rules.shift_of(seed, *place, radius_m)
    lat_e7, lon_e7 = (round(degrees * 1e7) for degrees in place)
    return Zone("z", "ana", "Home", lat_e7, lon_e7, radius_m, north_m, east_m, START)


def hiding(*zones, hidden_m=0, seed="secret"):
    return Hiding(list(zones), hidden_m, seed)


def moved(place, north_m, east_m):
    lat, lon = place
    return lat + north_m / M_PER_DEGREE, lon + east_m / M_PER_DEGREE / cos(radians(lat))


def way_m(a, b):
    return haversine_m(*a, *b)


def places_of(samples: Samples):
    pairs = zip(samples.lat_e7, samples.lon_e7, strict=True)
    return [(lat / 1e7, lon / 1e7) for lat, lon in pairs]


def streets(random, door, steps=700):
    """Return a way of 10 m steps from a door: along streets that turn at right angles."""
    place, heading = moved(door, random.gauss(0, 5), random.gauss(0, 5)), random.randrange(4)
    away = random.uniform(0, 2 * pi)
    places = [place]
    for step in range(steps):
        if step % 8 == 0:
            likely = [1.6 + cos(away - at * pi / 2) for at in range(4)]
            heading = random.choices(range(4), likely)[0]
        turn = heading * pi / 2
        place = moved(place, 10 * cos(turn), 10 * sin(turn))
        places.append(moved(place, random.gauss(0, 2), random.gauss(0, 2)))
    return places


def cut_ends(hidden, *, seed=7):
    """Return where the visible part of each of 200 activities from one door begins."""
    random, ends = Random(seed), []
    for _ in range(ACTIVITIES):
        samples = track(streets(random, HOME))
        visible = rules.cut(samples, rules.circles_of(samples, hidden))
        if len(visible):
            ends.append(places_of(visible)[0])
    return ends


def middle_of(ends):
    return tuple(sum(axis) / len(ends) for axis in zip(*ends, strict=True))


def circle_through(ends):
    """Return the middle of the circle that fits points best (Kasa's least squares)."""
    lat0, lon0 = middle_of(ends)
    east = M_PER_DEGREE * cos(radians(lat0))
    points = [((lon - lon0) * east, (lat - lat0) * M_PER_DEGREE) for lat, lon in ends]
    xx, xy, yy = (sum(f(x, y) for x, y in points) for f in (_xx, _xy, _yy))
    xr = sum(x * (x * x + y * y) for x, y in points) / 2
    yr = sum(y * (x * x + y * y) for x, y in points) / 2
    whole = xx * yy - xy * xy
    return moved((lat0, lon0), (xx * yr - xy * xr) / whole, (yy * xr - xy * yr) / whole)


def _xx(x, _y):
    return x * x


def _xy(x, y):
    return x * y


def _yy(_x, y):
    return y * y


@pytest.mark.parametrize("seed", range(5))
def test_200_cut_activities_do_not_give_a_zones_centre_away(seed):
    hidden = hiding(zone(300, seed=f"{seed}"))

    ends = cut_ends(hidden, seed=seed)

    assert len(ends) > ACTIVITIES / 2
    assert way_m(middle_of(ends), HOME) > 0.15 * 300
    assert way_m(circle_through(ends), HOME) > 0.7 * 300


@pytest.mark.parametrize("seed", ["a", "b", "c", "d", "e"])
def test_200_cut_activities_do_not_give_the_door_away_without_a_zone(seed):
    ends = cut_ends(hiding(hidden_m=200, seed=seed))

    assert len(ends) > ACTIVITIES / 2
    for estimate in (middle_of, circle_through):
        assert way_m(estimate(ends), HOME) > 0.15 * 200


@pytest.mark.parametrize("seed", range(5))
def test_zones_made_again_and_again_do_not_give_their_centre_away(seed):
    random, middles = Random(seed), []
    for _ in range(ACTIVITIES):
        place = moved(HOME, random.gauss(0, 10), random.gauss(0, 10))
        again = zone(random.randint(270, 330), place=place, seed=f"{seed}")
        (circle,) = rules.circles_of(track([]), hiding(again))
        middles.append((circle.latitude_deg, circle.longitude_deg))

    assert len({(round(lat, 2), round(lon, 2)) for lat, lon in middles}) <= 4
    assert way_m(middle_of(middles), HOME) > 0.5 * 300


def test_members_and_regions_have_shifts_of_their_own():
    made = [zone(seed="ana"), zone(seed="ben"), zone(seed="ana", place=(52.8, 13.405))]
    assert len({(one.north_m, one.east_m) for one in made}) == 3


def test_a_zone_that_is_deleted_and_made_again_hides_the_same(database):
    ana = make_account()
    made = []
    for _ in range(2):
        made.append(service.create_zone(account_id=ana, name="Home", now=START, **PLACE))
        service.delete_zone(zone_id=made[-1].zone_id, account_id=ana)
    first, again = (rules.circles_of(track([]), hiding(one)) for one in made)
    assert first == again


@given(st.integers().map(hex), st.integers(100, 2000))
def test_a_zones_circle_holds_all_of_the_zone_and_has_another_middle(seed, radius_m):
    (circle,) = rules.circles_of(track([]), hiding(zone(radius_m, seed=seed)))

    shift_m = way_m((circle.latitude_deg, circle.longitude_deg), HOME)
    assert shift_m > 0.74 * radius_m
    assert shift_m + radius_m < circle.radius_m + 1


@given(
    st.text(min_size=1, max_size=40),
    st.floats(-84, 84),
    st.floats(-180, 179.99),
    st.integers(1, 2000),
)
def test_both_ends_are_hidden_by_as_much_as_was_asked_for(seed, lat, lon, hidden_m):
    samples = track([(lat, lon)])
    (circle,) = rules.circles_of(samples, hiding(hidden_m=hidden_m, seed=seed.encode().hex()[:64]))

    shift_m = way_m((circle.latitude_deg, circle.longitude_deg), (lat, lon))
    assert shift_m + hidden_m < circle.radius_m * 1.01
    assert shift_m > 0.25 * hidden_m


@pytest.mark.parametrize("is_homeward", [False, True])
def test_a_track_from_one_place_to_another_is_cut_at_both(is_homeward):
    way = [moved(HOME, 10 * at, 0) for at in range(1000)]
    samples = track(way[::-1] if is_homeward else way)

    kept = places_of(rules.cut(samples, rules.circles_of(samples, hiding(hidden_m=200))))

    assert kept
    for end in (way[0], way[-1]):
        assert min(way_m(end, place) for place in kept) >= 200


@pytest.mark.parametrize(("rest_s", "is_hidden"), [(3600, True), (3500, False)])
def test_where_a_track_rests_for_an_hour_is_an_end(rest_s, is_hidden):
    """One file may hold the way home and the way back to work."""
    way = [moved(HOME, 10 * at, 0) for at in range(1000)]
    samples = track([*way[::-1], *way])
    at_ms = [ms + (1000 * rest_s if at >= 1000 else 0) for at, ms in enumerate(samples.at_ms)]
    rested = replace(samples, at_ms=at_ms, breaks=(1000,))

    kept = places_of(rules.cut(rested, rules.circles_of(rested, hiding(hidden_m=200))))

    assert kept
    assert (min(way_m(HOME, place) for place in kept) >= 200) == is_hidden


@pytest.mark.parametrize(("rest_count", "step_m"), [(60, 2000), (1200, 0)])
def test_nothing_is_shown_of_a_track_with_countless_ends(rest_count, step_m):
    samples = track([moved(HOME, step_m * at, 0) for at in range(rest_count)], step_s=3600)

    assert rules.circles_of(samples, hiding(hidden_m=200)) == [rules.EVERYWHERE]
    assert len(rules.cut(samples, [rules.EVERYWHERE])) == 0


def test_all_tracks_from_one_door_are_cut_alike():
    doors = [track([moved(HOME, north, 0), moved(HOME, 3000, 3000)]) for north in (0, 3, 6)]

    circles = {rules.circles_of(samples, hiding(hidden_m=200))[0] for samples in doors}
    assert len(circles) == 1


def test_another_members_circle_is_another():
    samples = track([HOME])
    first, second = (
        rules.circles_of(samples, hiding(hidden_m=200, seed=seed)) for seed in ("a", "b")
    )
    assert first != second


def test_ends_are_not_shown_while_there_is_no_secret_to_hide_them_by():
    with pytest.raises(ValueError, match="grid"):
        rules.circles_of(track([HOME]), hiding(hidden_m=200, seed=None))


ACROSS = [moved(HOME, 0, east_m) for east_m in range(-1000, 1001, 10)]
CIRCLE = Circle(*HOME, 295)


def test_nothing_is_left_inside_of_a_circle_and_everything_outside():
    visible = rules.cut(track(ACROSS), [CIRCLE])

    left = places_of(visible)
    assert all(way_m(place, HOME) > 295 for place in left)
    assert len(left) == sum(way_m(place, HOME) > 295 for place in ACROSS)


def test_clock_and_distance_stand_still_over_what_was_cut_out():
    visible = rules.cut(track(ACROSS), [CIRCLE])

    assert len(visible.breaks) == 1
    (gap,) = visible.breaks
    assert visible.at_ms[gap] - visible.at_ms[gap - 1] == 1000
    assert visible.distance_cm[gap] == visible.distance_cm[gap - 1]
    assert visible.distance_cm[-1] == pytest.approx(2 * 700 * 100, rel=0.05)


def test_distance_begins_at_the_cut():
    visible = rules.cut(track(ACROSS[100:]), [CIRCLE])

    assert visible.distance_cm[0] == 0
    assert visible.at_ms[0] == 1_700_000_030_000


def test_a_sample_without_a_position_goes_with_the_one_before_it():
    samples = track([HOME, HOME, moved(HOME, 900, 0), moved(HOME, 900, 0), HOME, HOME])
    for at in (1, 3, 5):
        samples.lat_e7[at] = samples.lon_e7[at] = None

    assert rules.cut(samples, [CIRCLE]).at_ms == samples.at_ms[2:4]


def test_a_track_that_never_leaves_a_circle_is_gone():
    assert len(rules.cut(track([HOME] * 20), [CIRCLE])) == 0


def test_a_circle_over_the_antimeridian_hides_both_sides():
    places = [(0.0, 179.999), (0.0, -179.999), (0.0, -179.9)]

    assert places_of(rules.cut(track(places), [Circle(0.0, 180.0, 500)])) == [(0.0, -179.9)]


def test_a_circle_near_a_pole_hides_what_was_asked_for():
    samples = track([(89.9995, 10.0)])
    (circle,) = rules.circles_of(samples, hiding(zone(500, place=(89.9995, 10.0))))

    assert len(rules.cut(samples, [circle])) == 0
    assert hypot(circle.latitude_deg - 89.9995) < 1
