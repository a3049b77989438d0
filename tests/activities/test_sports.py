"""The names of sports."""

from __future__ import annotations

import pytest

from fittrack.activities import sports


@pytest.mark.parametrize(
    ("name", "sport"),
    [
        ("Running", "running"),
        ("run", "running"),
        ("9", "running"),
        ("Biking", "cycling"),
        ("TrailRun", "trail_running"),
        ("trail_running", "trail_running"),
        ("AlpineSki", "skiing"),
        ("NordicSki", "cross_country_skiing"),
        ("MountainBikeRide", "mtb"),
        ("VirtualRide", "virtual_ride"),
        ("lap_swimming", "swimming"),
        ("open_water_swimming", "open_water"),
        ("Outdoor Bike", "cycling"),
        ("WeightTraining", "strength"),
        ("functional-fitness", "strength"),
        ("HIIT", "hiit"),
        ("Walk", "walking"),
        ("Other", "other"),
        ("quidditch", "other"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_the_names_of_the_formats_and_services_are_known(name, sport):
    assert sports.from_name(name) == sport


@pytest.mark.parametrize(
    ("sport", "sub_sport", "expected"),
    [
        ("running", "generic", "running"),
        ("running", "trail", "trail_running"),
        ("running", "treadmill", "treadmill"),
        ("running", "virtual_activity", "virtual_run"),
        ("cycling", None, "cycling"),
        ("cycling", "road", "cycling"),
        ("cycling", "mountain", "mtb"),
        ("cycling", "virtual_activity", "virtual_ride"),
        ("swimming", "lap_swimming", "swimming"),
        ("swimming", "open_water", "open_water"),
        ("fitness_equipment", "indoor_rowing", "indoor_rowing"),
        ("training", "strength_training", "strength"),
        ("alpine_skiing", "downhill", "skiing"),
        ("hiking", "trail", "hiking"),
        ("transition", "generic", "transition"),
        ("generic", "generic", "other"),
        (250, 250, "other"),
        (None, None, "other"),
    ],
)
def test_the_pair_of_fit_names_says_the_sport(sport, sub_sport, expected):
    assert sports.from_fit(sport, sub_sport) == expected


def test_every_name_leads_to_a_sport_of_ours():
    assert set(sports._NAMES.values()) <= sports.SPORTS
    assert set(sports._FIT_SUB_SPORTS.values()) <= sports.SPORTS
    assert sports.ON_THE_SPOT <= sports.SPORTS


def test_every_sport_is_known_by_its_own_name_and_has_one_family():
    assert all(sports.from_name(sport) == sport for sport in sports.SPORTS)
    assert sum(map(len, sports.FAMILIES.values())) == len(sports.SPORTS)
    assert sports.family("trail_running") == sports.family("treadmill")
