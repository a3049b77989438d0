"""Units, privacy and the choice to compete in OPEN; and figures in the units of who reads them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.accounts.steps import pointers
from tests.factories_accounts import login, make_account

PREFERENCES = "/api/v1/users/me/preferences"
PROFILE = "/api/v1/users/me/profile"
FIRST = {
    "units": {"mass": "kg", "length": "cm", "distance": "km", "energy": "kcal"},
    "privacy": {
        "profile": "public",
        "activities": "friends",
        "leaderboards": "public",
        "start_end_hidden_m": 200,
    },
    "competes_in_open": False,
}


@pytest.fixture
def ana(client):
    return login(client, make_account())


def patch(client, headers, body, **more):
    return client.patch(PREFERENCES, json=body, headers={**headers, **more})


def test_preferences_begin_metric_and_with_hidden_routes(client, ana):
    assert client.get(PREFERENCES, headers=ana).json == FIRST


def test_what_is_absent_stays_down_to_each_choice(client, ana):
    patch(client, ana, {"units": {"mass": "lb"}, "privacy": {"profile": "private"}})
    changed = patch(client, ana, {"units": {"energy": "kJ"}, "competes_in_open": True}).json

    assert changed["units"] == FIRST["units"] | {"mass": "lb", "energy": "kJ"}
    assert changed["privacy"] == FIRST["privacy"] | {"profile": "private"}
    assert changed["competes_in_open"] is True
    assert client.get(PREFERENCES, headers=ana).json == changed
    for nothing in ({}, {"units": {}}, {"privacy": {}}):
        assert patch(client, ana, nothing).json == changed


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"units": {"mass": "st"}}, "/units/mass"),
        ({"units": {"volume": "l"}}, "/units/volume"),
        ({"units": None}, "/units"),
        ({"units": {"mass": None}}, "/units/mass"),
        ({"privacy": {"profile": "everyone"}}, "/privacy/profile"),
        ({"privacy": {"start_end_hidden_m": 2001}}, "/privacy/start_end_hidden_m"),
        ({"privacy": {"start_end_hidden_m": -1}}, "/privacy/start_end_hidden_m"),
        ({"privacy": {"start_end_hidden_m": "5"}}, "/privacy/start_end_hidden_m"),
        ({"privacy": []}, "/privacy"),
        ({"competes_in_open": "true"}, "/competes_in_open"),
        ({"competes_in_open": 1}, "/competes_in_open"),
        ({"competes_in_open": None}, "/competes_in_open"),
        ({"is_in_open": True}, "/is_in_open"),
    ],
)
def test_what_is_no_choice_is_named_and_changes_nothing(client, ana, body, pointer):
    answer = patch(client, ana, {"units": {"length": "in"}} | body)
    assert answer.status_code == 422, answer.json
    assert pointers(answer) == [pointer]
    assert client.get(PREFERENCES, headers=ana).json == FIRST


def test_a_stale_tag_changes_nothing_and_the_profile_has_another(client, ana):
    tag = client.get(PREFERENCES, headers=ana).headers["ETag"]
    client.patch(PROFILE, json={"bio": "Hello"}, headers=ana)
    newer = patch(client, ana, {"competes_in_open": True}, **{"If-Match": tag})
    stale = patch(client, ana, {"competes_in_open": False}, **{"If-Match": tag})
    assert (newer.status_code, stale.status_code) == (200, 412)
    assert stale.json["code"] == "preferences_changed"


def test_of_parallel_choices_with_one_tag_one_wins(app, client, ana):
    tag = client.get(PREFERENCES, headers=ana).headers["ETag"]

    def choose(hidden_m):
        body, headers = {"privacy": {"start_end_hidden_m": hidden_m}}, {**ana, "If-Match": tag}
        with app.test_client() as own:
            return own.patch(PREFERENCES, json=body, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(choose, range(300, 308))) == [200] + [412] * 7


def test_figures_are_shown_in_the_preferred_units_and_sent_in_metric(client, ana):
    client.patch(PROFILE, json={"height_m": 1.8, "weight_kg": 70}, headers=ana)
    patch(client, ana, {"units": {"mass": "lb"}})

    def shown(**query):
        profile = client.get(PROFILE, headers=ana, query_string=query).json
        assert (profile["height_m"], profile["weight_kg"]) == (1.8, 70)
        return profile["display"]

    lb = {"value": 154.3, "unit": "lb"}
    assert shown() == {"height": {"value": 180.0, "unit": "cm"}, "weight": lb}
    assert shown(units="imperial") == {"height": {"value": 70.9, "unit": "in"}, "weight": lb}
    assert shown(units="metric")["weight"] == {"value": 70.0, "unit": "kg"}


@pytest.mark.parametrize("query", ["units=stone", "units=", "units=metric&units=metric", "unit=kg"])
def test_other_units_are_refused(client, ana, query):
    assert client.get(f"{PROFILE}?{query}", headers=ana).status_code == 422
