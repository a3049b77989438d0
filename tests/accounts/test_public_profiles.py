"""What others see of a member: as much as the member lets them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack.accounts.profiles import rules
from fittrack.accounts.profiles.models import PRIVACIES
from fittrack.activities.sharing import service as sharing
from fittrack.clock import utc_now
from fittrack.ids import new_id
from tests.accounts.test_pictures import jpeg
from tests.factories_accounts import login, make_account
from tests.factories_activities import NOON_AT, Member


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.fixture
def cem(client):
    return Member(client)


def choose(client, member, **privacy):
    body = {"privacy": privacy}
    answer = client.patch("/api/v1/users/me/preferences", json=body, headers=member.headers)
    assert answer.status_code == 200


def public(viewer, owner, part="public"):
    return viewer.get(f"users/{owner.account_id}/{part}")


def test_a_public_profile_shows_what_the_member_tells(client, ana, cem):
    told = {"display_name": "Ana_Nova", "bio": "Hello", "sex": "female"}
    body = told | {"fitness_level": "advanced", "weight_kg": 61.25, "max_hr_bpm": 187}
    client.patch("/api/v1/users/me/profile", json=body, headers=ana.headers)
    ana.run(duration_s=1800)
    choose(client, ana, activities="public", start_end_hidden_m=50)

    seen = public(cem, ana)

    shown = seen.json
    assert shown["totals"].pop("points_earned") == ana.balance() > 0
    assert shown["totals"].pop("distance_m") > 1000
    assert 600 < shown["totals"].pop("moving_s") < 1800
    assert shown == {
        "account_id": ana.account_id,
        "display_name": "Ana_Nova",
        "bio": "Hello",
        "image_url": None,
        "tier": "F-30-39-ADV",
        "fitness_level": "advanced",
        "totals": {"activity_count": 1},
    }
    for secret in ("61.25", "187", "1990", '"CA"', "@example.com", "New_York"):
        assert secret not in seen.text


def test_totals_are_for_those_whom_the_member_lets_see_them(client, ana, cem):
    ana.run(duration_s=1800)
    nothing = {"activity_count": None, "distance_m": None, "moving_s": None}
    assert public(cem, ana).json["totals"].items() >= nothing.items()  # friends alone, at first
    assert public(ana, ana).json["totals"]["activity_count"] == 1

    choose(client, ana, leaderboards="private", activities="public")
    assert public(cem, ana).json["totals"]["points_earned"] is None
    assert public(cem, ana).json["totals"]["activity_count"] == 1


@pytest.mark.parametrize("privacy", ["friends", "private"])
def test_a_hidden_profile_looks_like_none(client, ana, cem, privacy):
    client.put(
        "/api/v1/users/me/profile/image",
        data=jpeg(),
        headers=ana.headers,
        content_type="image/jpeg",
    )
    choose(client, ana, profile=privacy)

    hidden, unknown = public(cem, ana), cem.get(f"users/{new_id()}/public")

    assert (hidden.status_code, hidden.json["code"]) == (404, "profile_not_found")
    same = ("type", "title", "status", "detail", "code")
    assert {key: hidden.json[key] for key in same} == {key: unknown.json[key] for key in same}
    assert hidden.json.keys() == unknown.json.keys()
    assert public(cem, ana, "image").json["code"] == "image_not_found"
    assert public(ana, ana).status_code == public(ana, ana, "image").status_code == 200


@pytest.mark.parametrize("status", ["pending", "suspended", "erased"])
def test_who_is_not_active_is_not_shown(client, database, ana, cem, status):
    database.raw().execute(
        "UPDATE accounts SET status = ? WHERE account_id = ?", (status, ana.account_id)
    )
    assert public(cem, ana).status_code == public(cem, ana, "image").status_code == 404


def test_a_stranger_without_a_session_sees_nobody(client, ana):
    for part in ("public", "image"):
        assert client.get(f"/api/v1/users/{ana.account_id}/{part}").status_code == 401


@pytest.mark.parametrize("privacy", PRIVACIES)
def test_the_owner_sees_everything_and_friends_what_is_not_private(privacy):
    assert rules.may_see(privacy, is_own=True)
    assert rules.may_see(privacy, is_own=False, is_friend=True) == (privacy != "private")
    assert rules.may_see(privacy, is_own=False) == (privacy == "public")


def test_held_and_replaced_activities_count_in_no_total(client, database, ana, cem):
    kept = ana.run(duration_s=1200)
    held = ana.run(duration_s=600, started_at=NOON_AT + timedelta(hours=2))
    database.raw().execute("UPDATE activities SET state = 'held' WHERE activity_id = ?", (held,))
    choose(client, ana, activities="public")
    assert public(ana, ana).json["totals"]["moving_s"] == 1200
    assert public(cem, ana).json["totals"]["activity_count"] == 1
    database.raw().execute(
        "UPDATE activities SET state = 'accepted', duplicate_of_id = ? WHERE activity_id = ?",
        (kept, held),
    )
    assert public(cem, ana).json["totals"]["activity_count"] == 1


def test_a_signed_in_admin_sees_no_more_of_a_hidden_profile(client, ana):
    choose(client, ana, profile="private")
    admin = login(client, make_account(role="admin"))
    answer = client.get(f"/api/v1/users/{ana.account_id}/public", headers=admin)
    assert answer.status_code == 404


def test_totals_tell_others_no_more_than_the_list_does(client, ana, cem, monkeypatch):
    """What is hidden of each track would else be the difference, and the way home with it."""
    monkeypatch.setattr(sharing, "MOST_CUT_AT_ONCE", 2)
    choose(client, ana, activities="public", start_end_hidden_m=50)
    for day in range(3):
        ana.run(duration_s=1800, started_at=NOON_AT + timedelta(days=day), seed=day)
    hidden = ana.run(duration_s=1800, started_at=NOON_AT + timedelta(days=5), seed=8)
    ana.patch(f"activities/{hidden}", {"visibility": "private"})
    ana.post("activities", {"sport": "yoga", "started_at": soon_ago(), "elapsed_s": 600})
    whole = public(ana, ana).json["totals"]

    first = public(cem, ana).json["totals"]
    then = public(cem, ana).json["totals"]
    items = public(cem, ana, "activities").json["items"]

    assert (whole["activity_count"], then["activity_count"]) == (5, 4)
    assert then["distance_m"] == pytest.approx(sum(each["distance_m"] or 0 for each in items))
    assert then["moving_s"] == sum(each["moving_s"] for each in items)
    assert first["distance_m"] < then["distance_m"] < whole["distance_m"] * 3 / 4
    assert public(cem, ana).json["totals"] == then


def soon_ago():
    return (utc_now() - timedelta(hours=1)).isoformat()


def test_of_a_track_that_is_hidden_altogether_no_distance_is_told(client, ana, cem):
    choose(client, ana, activities="public")
    ana.run(duration_s=120)
    for _ in range(2):
        assert public(cem, ana).json["totals"]["distance_m"] == 0
