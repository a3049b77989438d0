"""A member's activities over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import db
from fittrack.activities.exports.schemas import StreamsSchema, plain_streams
from fittrack.activities.exports.service import get_streams
from fittrack.activities.models import Streams
from fittrack.activities.samples import unpack
from fittrack.activities.service import get_activity
from fittrack.dev.files import make_gpx
from tests.conformance import engines
from tests.factories_activities import NOON_AT, Member, count, execute, run_jobs, select

DAY = timedelta(days=1)
UNKNOWN_ID = "01935d2a-7c00-7000-8000-5f3c1f0b2a10"


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.fixture
def cem(client):
    return Member(client)


def days_of(page):
    return [item["day_on"] for item in page["items"]]


def statements_of(request):
    """Return the statements that a request runs on this thread's connection."""
    seen = []
    raw = db.engine().raw()
    raw.set_trace_callback(seen.append)
    try:
        assert request().status_code == 200
    finally:
        raw.set_trace_callback(None)
    return seen


def test_an_uploaded_run_stands_in_the_list(ana):
    activity_id = ana.run()

    item = ana.get("activities").json["items"][0]

    assert item["activity_id"] == activity_id
    assert (item["sport"], item["type"], item["source"]) == ("running", "workout", "file")
    assert (item["state"], item["reason_code"]) == ("accepted", None)
    assert (item["elapsed_s"], item["day_on"]) == (3600, "2025-03-10")
    assert item["has_route"] is True
    assert item["has_original"] is True


def test_the_list_runs_newest_first_and_pages_lose_and_repeat_nothing(ana):
    for day in (3, 1, 5, 2, 4):
        ana.run(started_at=NOON_AT + day * DAY, duration_s=60)

    pages, cursor = [], None
    while cursor is not None or not pages:
        page = ana.get("activities", limit=2, **({"cursor": cursor} if cursor else {})).json
        pages.append(days_of(page))
        cursor = page["next_cursor"]

    assert pages == [["2025-03-15", "2025-03-14"], ["2025-03-13", "2025-03-12"], ["2025-03-11"]]


def test_activities_of_one_instant_are_paged_one_by_one(ana):
    for seed in range(3):
        ana.run(seed=seed, duration_s=60)

    seen, cursor = [], {}
    for _ in range(3):
        page = ana.get("activities", limit=1, **cursor).json
        seen += [item["activity_id"] for item in page["items"]]
        cursor = {"cursor": page["next_cursor"]}

    assert len(set(seen)) == 3
    assert page["next_cursor"] is None


@pytest.mark.skipif(engines.name() != "sqlite", reason="only SQLite tells what it is asked")
@pytest.mark.parametrize("limit", [1, 20, 100])
def test_a_page_is_one_query_whatever_its_size(ana, limit):
    for day in range(3):
        ana.run(started_at=NOON_AT + day * DAY, duration_s=60)

    statements = statements_of(lambda: ana.get("activities", limit=limit))

    assert sum("FROM activities" in statement for statement in statements) == 1
    selects = [each for each in statements if each.lstrip().upper().startswith("SELECT")]
    assert len(selects) == 2  # who is asking, and the page


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"from": "2025-03-11"}, ["2025-03-12", "2025-03-11"]),
        ({"to": "2025-03-11"}, ["2025-03-11", "2025-03-10"]),
        ({"from": "2025-03-11", "to": "2025-03-11"}, ["2025-03-11"]),
        ({"sport": "cycling"}, ["2025-03-11"]),
        ({"type": "workout", "source": "file"}, ["2025-03-12", "2025-03-11", "2025-03-10"]),
        ({"type": "steps"}, []),
        ({"source": "manual"}, []),
    ],
)
def test_a_filter_leaves_what_it_names(ana, query, days):
    for day, sport in enumerate(["running", "cycling", "walking"]):
        ana.run(started_at=NOON_AT + day * DAY, duration_s=60, sport=sport)

    assert days_of(ana.get("activities", **query).json) == days


def test_a_day_ends_at_midnight_of_the_platforms_zone(ana):
    # 23:59 in New York, which is the next day in UTC.
    ana.run(started_at=NOON_AT.replace(day=11, hour=3, minute=59), duration_s=30)

    assert days_of(ana.get("activities", **{"from": "2025-03-10", "to": "2025-03-10"}).json) == [
        "2025-03-10"
    ]


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"from": "0001-01-01", "to": "9999-12-31"}, ["2025-03-10"]),
        ({"from": "9999-12-31"}, []),
        ({"to": "0001-01-01"}, []),
    ],
)
def test_the_calendars_own_ends_may_be_asked_for(ana, query, days):
    ana.run(duration_s=60)

    assert days_of(ana.get("activities", **query).json) == days


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"sport": "quidditch"}, "/sport"),
        ({"type": "nap"}, "/type"),
        ({"source": "rumour"}, "/source"),
        ({"from": "yesterday"}, "/from"),
        ({"from": "2025-03-12", "to": "2025-03-11"}, "/from"),
        ({"limit": 101}, "/limit"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_bad_filter_is_named(ana, query, pointer):
    answer = ana.get("activities", **query)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert answer.json["errors"][0]["pointer"] == pointer


def test_a_forged_cursor_is_refused(ana):
    answer = ana.get("activities", cursor="AAAA")

    assert (answer.status_code, answer.json["code"]) == (400, "invalid_cursor")


def test_an_activity_has_its_figures_and_laps(ana):
    activity_id = ana.run(hr_bpm=150)

    activity = ana.get(f"activities/{activity_id}").json

    assert activity["started_at"].startswith("2025-03-10T16:00:00")
    assert (activity["avg_hr_bpm"], activity["max_hr_bpm"]) == (150, 150)
    assert 8_000 < activity["distance_m"] < 13_000
    assert activity["avg_speed_mps"] == pytest.approx(activity["distance_m"] / 3600, abs=0.01)
    assert activity["sample_count"] == 3601
    assert activity["laps"] == []


def test_an_activity_has_an_etag_that_saves_sending_it_again(ana):
    path = f"/api/v1/activities/{ana.run(duration_s=60)}"
    etag = ana.client.get(path, headers=ana.headers).headers["ETag"]

    again = ana.client.get(path, headers={**ana.headers, "If-None-Match": etag})

    assert (again.status_code, again.data) == (304, b"")


def test_streams_give_back_every_sample(ana):
    activity_id = ana.run(duration_s=600, hr_bpm=140)

    streams = ana.get(f"activities/{activity_id}/streams").json

    assert streams["sample_count"] == 601
    assert streams["at_ms"] == [second * 1000 for second in range(601)]
    assert streams["hr_bpm"] == [140] * 601
    assert len(streams["latitude_deg"]) == len(streams["altitude_m"]) == 601
    assert streams["power_w"] is None


@pytest.mark.parametrize("points", [2, 7, 100, 601, 5000])
def test_streams_are_thinned_to_the_points_asked_for_with_both_ends(ana, points):
    activity_id = ana.run(duration_s=600)

    streams = ana.get(f"activities/{activity_id}/streams", points=points).json

    assert len(streams["at_ms"]) == min(points, 601)
    assert (streams["at_ms"][0], streams["at_ms"][-1]) == (0, 600_000)
    assert streams["sample_count"] == 601


def test_streams_are_what_their_schema_says(ana, app):
    activity_id = ana.run(duration_s=60)
    streams = get_streams(activity_id=activity_id, viewer_id=ana.account_id, points=None)

    plain = plain_streams(streams)

    assert StreamsSchema().dump(plain) == plain
    assert isinstance(streams, Streams)


@pytest.mark.parametrize("points", ["1", "100001", "many"])
def test_a_bad_number_of_points_is_named(ana, points):
    answer = ana.get(f"activities/{ana.run(duration_s=60)}/streams", points=points)

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/points")


def test_the_original_comes_back_byte_for_byte(ana):
    content = make_gpx(NOON_AT, 60)
    activity_id = ana.upload(("früh am Morgen.gpx", content))["files"][0]["activity_ids"][0]

    answer = ana.get(f"activities/{activity_id}/export", format="original")

    assert answer.data == content
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''fr%C3%BCh%20am%20Morgen.gpx"
    )
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_an_activity_that_came_from_no_file_has_no_original(ana):
    activity_id = ana.run(duration_s=60)
    execute("UPDATE activities SET original_file_id = NULL")

    answer = ana.get(f"activities/{activity_id}/export")

    assert (answer.status_code, answer.json["code"]) == (404, "original_not_kept")


def test_a_deleted_activity_is_gone_with_all_it_recorded_and_its_points(ana):
    activity_id = ana.run()
    earned_points = ana.balance()

    answer = ana.delete(f"activities/{activity_id}")

    assert (answer.status_code, answer.data) == (204, b"")
    assert earned_points > 0
    assert ana.balance() == 0
    assert ana.get("activities").json["items"] == []
    assert ana.get(f"activities/{activity_id}").status_code == 404
    assert ana.delete(f"activities/{activity_id}").status_code == 404
    for table in ("activity_samples", "activity_minutes", "activity_laps", "original_files"):
        assert count(table) == 0


def test_of_a_deleted_activity_no_figure_stays_behind(ana):
    figures = "distance_cm", "avg_hr_bpm", "max_hr_bpm", "ascent_m", "avg_speed_mmps", "device"
    query = f"SELECT {', '.join(figures)} FROM activities"
    activity_id = ana.run(hr_bpm=150)
    assert None not in select(query, *figures)[0]

    ana.delete(f"activities/{activity_id}")

    assert select(query, *figures) == [(None,) * len(figures)]


def test_a_deleted_activity_comes_in_again_with_its_file(ana):
    first = ana.run()
    earned_points = ana.balance()
    ana.delete(f"activities/{first}")

    second = ana.run()

    assert second != first
    assert ana.balance() == earned_points
    assert [item["activity_id"] for item in ana.get("activities").json["items"]] == [second]


def test_an_upload_forgets_what_its_owner_deleted(ana):
    upload = ana.upload(("run.gpx", make_gpx(NOON_AT, 60)))
    ana.delete(f"activities/{upload['files'][0]['activity_ids'][0]}")

    again = ana.get(f"imports/{upload['import_id']}").json

    assert (again["files"][0]["state"], again["files"][0]["activity_ids"]) == ("created", [])


@pytest.mark.parametrize("path", ["", "/streams", "/export"])
def test_another_members_activity_is_not_there(ana, cem, path):
    activity_id = ana.run(duration_s=60)

    answer = cem.get(f"activities/{activity_id}{path}")

    assert (answer.status_code, answer.json["code"]) == (404, "activity_not_found")


def test_another_members_activity_can_not_be_deleted(ana, cem):
    activity_id = ana.run(duration_s=60)

    assert cem.delete(f"activities/{activity_id}").status_code == 404
    assert ana.get(f"activities/{activity_id}").status_code == 200


@pytest.mark.parametrize(
    "activity_id", [UNKNOWN_ID, "nonsense", "00000000-0000-0000-0000-00000000000"]
)
def test_an_unknown_or_malformed_id_is_404(ana, activity_id):
    for path in ("", "/streams", "/export"):
        assert ana.get(f"activities/{activity_id}{path}").status_code == 404
    assert ana.delete(f"activities/{activity_id}").status_code == 404
    assert ana.get(f"imports/{activity_id}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "activities"),
        ("POST", "activities/files"),
        ("GET", f"activities/{UNKNOWN_ID}"),
        ("DELETE", f"activities/{UNKNOWN_ID}"),
        ("GET", f"activities/{UNKNOWN_ID}/streams"),
        ("GET", f"activities/{UNKNOWN_ID}/export"),
        ("GET", "imports"),
        ("GET", f"imports/{UNKNOWN_ID}"),
    ],
)
def test_nothing_of_it_is_open_to_strangers(client, method, path):
    answer = client.open(f"/api/v1/{path}", method=method)

    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


def test_the_stored_block_holds_what_the_file_held(ana):
    activity_id = ana.run(duration_s=120, hr_bpm=133)

    ((block,),) = select("SELECT block_bytes FROM activity_samples", "block_bytes")

    samples = unpack(block)
    detail = get_activity(activity_id=activity_id, account_id=ana.account_id)
    assert samples.hr_bpm == [133] * 121
    assert detail.activity.position_count == 121
    assert run_jobs() == 0
