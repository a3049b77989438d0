"""The own profile over HTTP: what it holds, how it is edited, and what follows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fittrack import clock
from fittrack.clock import utc_now
from fittrack.ids import new_id
from tests.accounts.steps import pointers
from tests.factories_accounts import login, make_account

PROFILE = "/api/v1/users/me/profile"
TODAY = clock.utc_now().date()


@pytest.fixture
def ana(client):
    return login(client, make_account())


def patch(client, headers, body, **more):
    return client.patch(PROFILE, json=body, headers={**headers, **more})


def test_a_new_profile_is_empty_and_open(client, ana):
    profile = client.get(PROFILE, headers=ana).json

    assert profile["tier"] == "OPEN"
    assert profile["goals"] == []
    empty = ("bio", "sex", "fitness_level", "height_m", "weight_kg", "max_hr_bpm", "image_url")
    assert {profile[name] for name in empty} == {None}
    assert profile["display"] == {"height": None, "weight": None}


def test_every_part_of_a_profile_is_kept_as_it_was_sent(client, ana):
    sent = {
        "display_name": "Ana_Nova",
        "bio": "Runs\nalong the river 🏃🏽‍♀️",
        "sex": "female",
        "fitness_level": "advanced",
        "goals": ["endurance", "weight_loss"],
        "height_m": 1.723,
        "weight_kg": 64.5,
        "max_hr_bpm": 186,
        "resting_hr_bpm": 54,
        "time_zone": "America/Los_Angeles",
    }

    answer = patch(client, ana, sent)

    assert answer.status_code == 200
    assert answer.json == client.get(PROFILE, headers=ana).json
    assert answer.json.items() >= (sent | {"goals": ["weight_loss", "endurance"]}).items()
    assert answer.json["tier"] == "F-30-39-ADV"
    assert answer.json["effective_max_hr_bpm"] == 186
    assert answer.json["effective_max_hr_source"] == "own"
    assert client.get("/api/v1/users/me", headers=ana).json["display_name"] == "Ana_Nova"


def test_what_is_absent_stays_and_null_clears(client, ana):
    patch(client, ana, {"bio": "Hello", "height_m": 1.8, "goals": ["endurance"], "sex": "male"})

    profile = patch(client, ana, {"bio": None, "goals": None, "sex": None}).json

    assert (profile["bio"], profile["goals"], profile["sex"]) == (None, [], None)
    assert profile["height_m"] == 1.8
