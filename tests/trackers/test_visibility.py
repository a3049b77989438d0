"""What Strava sends is for its member alone: walked over everything that can be asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest

from fittrack import db
from fittrack.clock import utc_now
from fittrack.simulator.trackers.histories import Workout
from tests.factories_accounts import login, make_account
from tests.factories_activities import execute, statement
from tests.factories_trackers import EMAIL, connect, sync


@dataclass(frozen=True, slots=True)
class Row:
    """An activity, and how it stands."""

    activity_id: str
    state: str


TITLE = "Zebra crossing"
NUMBER, FAST_NUMBER = 9_007_199_254_741_777, 9_007_199_254_741_778
# What a leak would hold, in any unit that we write: title, start, times, distance, pace.
IDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MARKS = re.compile(
    r"Zebra|T\d\d:43:2[17]|\b27(?:11|23)(?:\.0)?\b|7654|66543|\b282[34]\b|\b2454\d\b|\b2\.82\d"
)


def workout(number, started_at, distance_m):
    return Workout(
        number=number,
        name=TITLE,
        sport="Run",
        started_at=started_at,
        elapsed_s=2723,
        moving_s=2711,
        distance_m=distance_m,
        ascent_m=12.0,
        avg_hr_bpm=141,
        max_hr_bpm=160,
        calories_kcal=432,
        updated_at=started_at,
        uploaded_at=started_at,
    )


@pytest.fixture
def ana_id(client, strava):
    """Return a member who shows all she can, with one honest run at Strava and one impossible."""
    account = strava.account(EMAIL)
    account.workouts.clear()
    start_at = (utc_now() - timedelta(days=2)).replace(hour=5, minute=43, second=21, microsecond=0)
    account.workouts[NUMBER] = workout(NUMBER, start_at, 7654.3)
    later_at = start_at + timedelta(hours=6, seconds=6)
    account.workouts[FAST_NUMBER] = workout(FAST_NUMBER, later_at, 66543.2)
    ana_id = make_account()
    connection = connect(client, login(client, ana_id), "strava")
    assert sync(connection, now=utc_now()).outcome == "done"
    execute(
        "UPDATE profiles SET activities_privacy = 'public', profile_privacy = 'public'"
        " WHERE account_id = :account_id",
        account_id=ana_id,
    )
    execute("UPDATE activities SET visibility = 'public'")
    return ana_id


def test_nobody_else_sees_what_strava_sent(client, app, ana_id):
    with db.reading("look") as tx:
        rows = tx.all(Row, statement("SELECT activity_id, state FROM activities", {}))
    assert {row.state for row in rows} == {"accepted", "held"}
    ana = login(client, ana_id)
    assert MARKS.search(client.get("/api/v1/activities", headers=ana).text)
    reviews = client.get("/api/v1/admin/reviews", headers=login(client, make_account(role="admin")))
    assert len(reviews.json["items"]) == 1
    own = client.get("/api/v1/reviews", headers=ana).json["items"][0]["reasons"]
    assert all(reason["evidence"] for reason in own), own
    assert not any(reason["evidence"] for reason in reviews.json["items"][0]["reasons"])
    ids = {
        "activity_id": [row.activity_id for row in rows],
        "account_id": [ana_id],
        "review_id": [item["review_id"] for item in reviews.json["items"]],
    }
    found = {
        (role, path)
        for role in ("user", "auditor", "admin")
        for path, answer in walked(client, app, login(client, make_account(role=role)), ids)
        if MARKS.search(IDS.sub("", answer))
    }
    assert not found


def walked(client, app, headers, ids):
    """Ask for everything with a member's ids in its place; yield where and what was answered."""
    asked = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or "/api/v1/" not in rule.rule or not rule.endpoint:
            continue
        for path in filled(rule, ids):
            formats = ("gpx", "tcx", "geojson") if path.endswith("/export") else ()
            for query in ("", *(f"?format={name}" for name in formats)):
                answer = client.get(path + query, headers=headers)
                asked += 1
                yield path + query, answer.text
    assert asked > 80


def filled(rule, ids):
    paths = [re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule.rule)]
    for name in rule.arguments:
        values = ids.get(name, ["01935d2a-7c00-7000-8000-5f3c1f0b2a10"])
        paths = [
            re.sub(rf"<(?:[^:>]*:)?{name}>", value, path) for path in paths for value in values
        ]
    return paths


def test_a_reviewers_decision_tells_no_more(client, ana_id):
    admin = login(client, make_account(role="admin"))
    review_id = client.get("/api/v1/admin/reviews", headers=admin).json["items"][0]["review_id"]
    path = f"/api/v1/admin/reviews/{review_id}/reject"
    answer = client.post(path, json={"reason": "This was driven, not run."}, headers=admin)
    assert answer.status_code == 200, answer.json
    assert not MARKS.search(answer.text)
