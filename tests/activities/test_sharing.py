"""Other members' activities, as far as they show them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack.activities.sharing import service
from fittrack.activities.sharing.models import Cut
from fittrack.dev.files import make_gpx
from tests.factories_activities import NOON_AT, Member, count, execute

RUN_S = 3600
# However the member's secret grid lies, laps of 800 m across reach out of what hides these ends.
HIDDEN_M = 100
FORMATS = ("gpx", "tcx", "geojson")


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.fixture
def ben(client):
    return Member(client)


def show_all(member, hidden_m=0):
    execute(
        "UPDATE profiles SET activities_privacy = 'public', start_end_hidden_m = :hidden_m"
        " WHERE account_id = :account_id",
        hidden_m=hidden_m,
        account_id=member.account_id,
    )


def edit(member, activity_id, **changes):
    path = f"/api/v1/activities/{activity_id}"
    answer = member.client.patch(path, headers=member.headers, json=changes)
    assert answer.status_code == 200, answer.json
    return answer.json


def hide(member, lat, lon, radius_m=300):
    body = {"name": "Home", "latitude_deg": lat, "longitude_deg": lon, "radius_m": radius_m}
    return member.client.post("/api/v1/users/me/privacy-zones", headers=member.headers, json=body)


def outputs(activity_id):
    """Return every way in which an activity's positions could come out."""
    path = f"activities/{activity_id}"
    return [
        (path, {}),
        (f"{path}/streams", {}),
        (f"{path}/route.svg", {}),
        (f"{path}/elevation.svg", {}),
        *((f"{path}/export", {"format": name}) for name in FORMATS),
    ]


def listed(viewer, owner):
    return viewer.get(f"users/{owner.account_id}/activities").json["items"]


def test_nobody_sees_what_is_for_friends_until_there_are_friends(ana, ben):
    activity_id = ana.run(duration_s=600)

    for path, query in outputs(activity_id):
        answer = ben.get(path, **query)
        assert (answer.status_code, answer.json["code"]) == (404, "activity_not_found"), path
    assert listed(ben, ana) == []


def test_a_public_activity_is_seen_in_every_form(ana, ben):
    show_all(ana)
    activity_id = ana.run(duration_s=600)

    for path, query in outputs(activity_id):
        assert ben.get(path, **query).status_code == 200, path
    assert [item["activity_id"] for item in listed(ben, ana)] == [activity_id]


def test_an_activitys_own_visibility_comes_before_the_preferences(ana, ben):
    show_all(ana)
    hidden, shown = ana.run(duration_s=600), ana.run(started_at=NOON_AT + timedelta(days=1), seed=1)
    assert edit(ana, hidden, visibility="private")["visibility"] == "private"
    execute("UPDATE profiles SET activities_privacy = 'private'")
    edit(ana, shown, visibility="public")

    assert ben.get(f"activities/{hidden}").status_code == 404
    assert [item["activity_id"] for item in listed(ben, ana)] == [shown]


@pytest.mark.parametrize(
    "change",
    [
        "state = 'held'",
        "state = 'rejected'",
        "is_owner_only = 1",
        "visibility = 'friends'",
    ],
)
def test_what_does_not_count_or_is_its_owners_alone_is_nobody_elses(ana, ben, change):
    show_all(ana)
    activity_id = ana.run(duration_s=600)
    execute(f"UPDATE activities SET {change}")

    assert ben.get(f"activities/{activity_id}").status_code == 404
    assert listed(ben, ana) == []
    assert ana.get(f"activities/{activity_id}").status_code == 200


def test_a_copy_is_not_shown_beside_what_it_copies(ana, ben):
    show_all(ana)
    ana.run(duration_s=600)
    ana.run(duration_s=590)

    assert len(ana.get("activities").json["items"]) >= 1
    assert len(listed(ben, ana)) == 1


def test_health_equipment_and_notes_are_nobody_elses(ana, ben):
    show_all(ana)
    activity_id = ana.run(duration_s=600)
    edit(ana, activity_id, notes="felt bad")

    seen, streams = (ben.get(f"activities/{activity_id}{end}").json for end in ("", "/streams"))

    for name in ("notes", "device", "calories_kcal", "avg_hr_bpm", "max_hr_bpm", "steps"):
        assert seen[name] is None, name
    assert seen["distance_m"] == ana.get(f"activities/{activity_id}").json["distance_m"]
    assert streams["hr_bpm"] is None
    refused = ben.get(f"activities/{activity_id}/heart-rate.svg")
    assert (refused.status_code, refused.json["code"]) == (404, "not_measured")
    for name in FORMATS:
        assert b"heart" not in ben.get(f"activities/{activity_id}/export", format=name).data.lower()


def test_why_a_reviewer_let_an_activity_count_is_nobody_elses(ana, ben):
    show_all(ana)
    activity_id = ana.run(duration_s=600)
    execute("UPDATE activities SET reason_code = 'speed'")

    assert ana.get(f"activities/{activity_id}").json["reason_code"] == "speed"
    assert ben.get(f"activities/{activity_id}").json["reason_code"] is None


def test_the_original_file_is_nobody_elses(ana, ben):
    show_all(ana)
    activity_id = ana.run(duration_s=600)

    assert ben.get(f"activities/{activity_id}/export", format="original").status_code == 404


def test_figures_are_those_of_what_is_shown(ana, ben):
    """Whoever knew the whole distance knew how far behind the cut the member lives."""
    show_all(ana, hidden_m=HIDDEN_M)
    activity_id = ana.run(duration_s=RUN_S)

    mine, seen = (member.get(f"activities/{activity_id}").json for member in (ana, ben))
    streams = ben.get(f"activities/{activity_id}/streams").json

    assert seen["distance_m"] < mine["distance_m"] - 300
    assert seen["elapsed_s"] < mine["elapsed_s"]
    assert seen["elapsed_s"] == round(streams["at_ms"][-1] / 1000)
    assert seen["started_at"] > mine["started_at"]
    assert seen["created_at"] == seen["updated_at"] == seen["ended_at"]
    assert seen["laps"] == []
    assert seen["sample_count"] == len(streams["at_ms"])
    assert listed(ben, ana)[0]["distance_m"] == seen["distance_m"]
    assert listed(ben, ana)[0]["started_at"] == seen["started_at"]


def test_no_output_shows_a_position_within_a_zone(ana, ben):
    show_all(ana)
    activity_id = ana.run(duration_s=RUN_S)
    streams = ana.get(f"activities/{activity_id}/streams").json
    lat, lon = streams["latitude_deg"][1800], streams["longitude_deg"][1800]
    assert hide(ana, lat, lon, 100).status_code == 201

    kept = ben.get(f"activities/{activity_id}/streams").json
    near = [
        1
        for y, x in zip(kept["latitude_deg"], kept["longitude_deg"], strict=True)
        if abs(y - lat) < 0.0006 and abs(x - lon) < 0.0006
    ]
    assert near == []
    assert 0 < len(kept["at_ms"]) < len(streams["at_ms"])
    inside = f"{lat:.7f}"
    for name in FORMATS:
        content = ben.get(f"activities/{activity_id}/export", format=name).text
        assert inside not in content
    mine, seen = (member.get(f"activities/{activity_id}").json for member in (ana, ben))
    assert seen["polyline"] != mine["polyline"]
    assert ben.get(f"activities/{activity_id}/route.svg").text != (
        ana.get(f"activities/{activity_id}/route.svg").text
    )


def blind_all():
    """Let no samples be read any more: what is shown then was kept."""
    execute("UPDATE activity_samples SET block_bytes = :block_bytes", block_bytes=b"none")


def test_what_is_left_of_a_track_is_cut_once_for_lists_and_details(ana, ben):
    show_all(ana, hidden_m=HIDDEN_M)
    activity_id = ana.run(duration_s=RUN_S)
    first = listed(ben, ana)
    assert first[0]["distance_m"] < ana.get(f"activities/{activity_id}").json["distance_m"]

    blind_all()

    assert listed(ben, ana) == first
    assert ben.get(f"activities/{activity_id}").json["distance_m"] == first[0]["distance_m"]


@pytest.mark.parametrize("is_hidden", [False, True])
def test_whole_and_wholly_hidden_tracks_are_kept_for_lists_too(ana, ben, is_hidden):
    show_all(ana, hidden_m=2000 if is_hidden else 0)
    ana.run(duration_s=600)
    first = listed(ben, ana)
    assert (first[0]["polyline"] is None) == is_hidden

    blind_all()

    assert listed(ben, ana) == first


@pytest.mark.parametrize("change", ["zone made", "zone deleted", "more at the ends"])
def test_what_was_kept_of_a_cut_is_not_shown_after_another_choice(ana, ben, change):
    # Where the ends are hidden, a zone changes nothing; how far that is, differs by member.
    show_all(ana, hidden_m=HIDDEN_M)
    activity_id = ana.run(duration_s=RUN_S)
    shown = ben.get(f"activities/{activity_id}/streams").json
    at = len(shown["at_ms"]) // 2
    middle = shown["latitude_deg"][at], shown["longitude_deg"][at]
    zone = hide(ana, *middle, 100).json if change == "zone deleted" else {}
    before = listed(ben, ana)

    if change == "zone made":
        hide(ana, *middle, 100)
    elif change == "zone deleted":
        ana.delete(f"users/me/privacy-zones/{zone['zone_id']}")
    else:
        show_all(ana, hidden_m=400)

    after = listed(ben, ana)
    assert after[0]["polyline"] != before[0]["polyline"]
    detail = ben.get(f"activities/{activity_id}").json
    shown = ben.get(f"activities/{activity_id}/streams").json
    assert after[0]["sample_count"] == detail["sample_count"] == len(shown["at_ms"])


def test_a_cut_of_samples_that_were_replaced_is_not_kept(ana):
    activity_id = ana.run(duration_s=600)

    service._keep("key", {activity_id: Cut(b"digest of others", {})})

    assert count("shared_figures") == 0


def test_what_others_saw_goes_with_the_activity(ana, ben):
    show_all(ana, hidden_m=200)
    activity_id = ana.run(duration_s=600)
    assert listed(ben, ana)
    assert count("shared_figures") == 1

    ana.delete(f"activities/{activity_id}")

    assert count("shared_figures") == 0


def test_the_owner_sees_everything(ana):
    before = ana.run(duration_s=RUN_S)
    streams = ana.get(f"activities/{before}/streams").json
    hide(ana, streams["latitude_deg"][0], streams["longitude_deg"][0], 2000)

    assert ana.get(f"activities/{before}/streams").json == streams


def test_a_route_that_lies_in_hidden_places_altogether_is_not_shown(ana, ben):
    show_all(ana, hidden_m=2000)
    activity_id = ana.run(duration_s=600)

    seen = ben.get(f"activities/{activity_id}").json
    assert (seen["distance_m"], seen["polyline"], seen["has_route"]) == (None, None, False)
    assert ben.get(f"activities/{activity_id}/route.svg").json["code"] == "no_positions"
    assert ben.get(f"activities/{activity_id}/streams").json["at_ms"] == []


def test_without_a_secret_nothing_of_a_route_is_shown(ana, ben):
    show_all(ana, hidden_m=200)
    activity_id = ana.run(duration_s=600)
    execute("DELETE FROM privacy_grids")

    assert ben.get(f"activities/{activity_id}/streams").json["at_ms"] == []


def test_pages_of_a_member_lose_and_repeat_nothing_and_tell_no_time(ana, ben):
    show_all(ana, hidden_m=200)
    days = [NOON_AT + timedelta(days=at) for at in range(5)]
    ids = [ana.run(started_at=day, duration_s=600, seed=at) for at, day in enumerate(days)]

    seen, cursor = [], {}
    for _ in range(3):
        page = ben.get(f"users/{ana.account_id}/activities", limit=2, **cursor).json
        seen += [item["activity_id"] for item in page["items"]]
        cursor = {"cursor": page["next_cursor"]}

    assert seen == ids[::-1]
    assert page["next_cursor"] is None


@pytest.mark.parametrize("change", ["profile_privacy = 'private'", "profile_privacy = 'friends'"])
def test_a_member_who_is_not_to_be_seen_is_not_there(ana, ben, change):
    show_all(ana)
    execute(f"UPDATE profiles SET {change} WHERE account_id = :id", id=ana.account_id)

    refused = ben.get(f"users/{ana.account_id}/activities")

    assert (refused.status_code, refused.json["code"]) == (404, "member_not_found")
    assert ana.get(f"users/{ana.account_id}/activities").status_code == 200


def test_zones_are_made_listed_and_deleted_by_their_owner_alone(ana, ben):
    made = hide(ana, 52.5, 13.4).json

    assert ana.get("users/me/privacy-zones").json["items"] == [made]
    assert ben.get("users/me/privacy-zones").json["items"] == []
    assert set(made) == {
        *("zone_id", "name", "latitude_deg", "longitude_deg", "radius_m", "created_at")
    }
    refused = ben.delete(f"users/me/privacy-zones/{made['zone_id']}")
    assert (refused.status_code, refused.json["code"]) == (404, "privacy_zone_not_found")
    assert ana.delete(f"users/me/privacy-zones/{made['zone_id']}").status_code == 204
    assert ana.get("users/me/privacy-zones").json["items"] == []


def test_a_member_has_20_zones_at_most(ana):
    for _ in range(20):
        assert hide(ana, 52.5, 13.4).status_code == 201

    refused = hide(ana, 52.5, 13.4)
    assert (refused.status_code, refused.json["code"]) == (409, "too_many_privacy_zones")


@pytest.mark.parametrize(("lat", "lon", "radius_m"), [(91, 0, 300), (0, 181, 300), (0, 0, 99)])
def test_a_zone_off_the_globe_or_too_small_is_refused(ana, lat, lon, radius_m):
    assert hide(ana, lat, lon, radius_m).status_code == 422


def test_a_list_item_has_the_route_as_a_polyline(ana):
    ana.upload(("run.gpx", make_gpx(NOON_AT, 600)))

    assert len(ana.get("activities").json["items"][0]["polyline"]) > 10
