"""A member's points over HTTP."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fittrack.clock import day_bounds, day_of, utc_now
from fittrack.config import current
from tests.factories_points import (
    NOON,
    give_points,
    make_activity,
    make_member,
    recompute,
    token_headers,
)

TODAY = date(2026, 6, 15)


@pytest.fixture
def ana(client, app):
    with app.app_context():
        account_id = make_member()
        return account_id, token_headers(account_id)


def test_an_activity_shows_up_as_points_and_as_a_receipt(client, ana):
    account_id, headers = ana
    make_activity(account_id, count=40, steps=12_345)

    recompute(account_id, [TODAY])

    balance = client.get("/api/v1/points/balance", headers=headers)
    assert balance.json == {"balance_points": 350, "debt_points": 0, "debt_reason": None}
    receipt = client.get(f"/api/v1/points/days/{TODAY}", headers=headers).json
    assert receipt["awarded_points"] == 350
    assert {line["rule"]: line["awarded_points"] for line in receipt["lines"]} == {
        "steps": 120,
        "light_minutes": 0,
        "moderate_minutes": 80,
        "vigorous_minutes": 0,
        "workouts": 50,
        "step_goal": 100,
        "weekly_streak": 0,
        "manual_entries": 0,
    }


def test_a_day_without_activity_has_a_receipt_without_points(client, ana):
    receipt = client.get("/api/v1/points/days/2026-06-14", headers=ana[1]).json

    assert (receipt["awarded_points"], receipt["cap_left_points"]) == (0, 1000)
    assert len(receipt["lines"]) == 8


@pytest.mark.parametrize("day", ["2026-02-30", "today", "20260615", "2026-W10-1", "0", "%00"])
def test_what_is_no_day_is_not_found(client, ana, day):
    answer = client.get(f"/api/v1/points/days/{day}", headers=ana[1])

    assert (answer.status_code, answer.json["code"]) == (404, "day_not_found")


def test_the_statement_is_paged_without_loss_or_repeat(client, ana):
    account_id, headers = ana
    for points in range(1, 8):
        give_points(account_id, points)

    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/points/transactions?limit=3{cursor}", headers=headers).json
        seen += [item["amount_points"] for item in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"

    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_the_statement_is_filtered_by_kind_and_points_day(client, ana):
    account_id, headers = ana
    give_points(account_id, 5)
    make_activity(account_id, started_at=NOON.replace(day=10), count=10)
    recompute(account_id, [date(2026, 6, 10)])

    def found(query):
        page = client.get(f"/api/v1/points/transactions?{query}", headers=headers)
        return [item["kind"] for item in page.json["items"]]

    assert found("") == ["award", "adjustment"]
    assert found("kind=award") == ["award"]
    assert found("from=2026-06-11") == ["adjustment"]
    assert found("to=2026-06-10") == ["award"]
    assert found("from=2026-06-10&to=2026-06-10&kind=adjustment") == []


@pytest.mark.parametrize(
    "query",
    [
        "kind=theft",
        "from=yesterday",
        "from=2026-06-12&to=2026-06-11",
        "limit=0",
        "limit=101",
    ],
)
def test_a_wrong_filter_is_a_422_that_names_it(client, ana, query):
    answer = client.get(f"/api/v1/points/transactions?{query}", headers=ana[1])

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/" + query.split("=")[0]


def test_a_forged_cursor_is_refused(client, ana):
    answer = client.get("/api/v1/points/transactions?cursor=AAAA", headers=ana[1])

    assert (answer.status_code, answer.json["code"]) == (400, "invalid_cursor")


def test_the_rules_are_there_to_read(client, ana):
    rules = client.get("/api/v1/points/rules", headers=ana[1]).json

    assert rules["current"] == rules["versions"][-1]
    assert rules["current"]["points_a_day"] == 1000


def test_the_streak_says_what_today_needs(client, ana):
    account_id, headers = ana
    now = utc_now()
    today = day_of(now, current().zone)
    noon = day_bounds(today, current().zone)[0]
    for back, count in ((2, 30), (1, 45), (0, 18)):
        make_activity(account_id, started_at=noon - timedelta(days=back), count=count)
    recompute(account_id, [today - timedelta(days=back) for back in range(3)], now=now)

    streak = client.get("/api/v1/points/streaks", headers=headers).json

    assert (streak["current_days"], streak["longest_days"], streak["freezes_left"]) == (2, 2, 0)
    assert (streak["active_minutes_today"], streak["missing_minutes_today"]) == (18, 12)
    states = {day["day_on"]: day["state"] for day in streak["week"]}
    assert (len(states), states[str(today)]) == (7, "to_come")


@pytest.mark.parametrize("path", ["balance", "days/2026-06-15", "transactions", "rules", "streaks"])
def test_points_need_a_signed_in_member(client, path):
    assert client.get(f"/api/v1/points/{path}").status_code == 401


def test_nobody_sees_another_members_points(client, ana, app):
    account_id, _ = ana
    give_points(account_id, 500)
    make_activity(account_id, count=40)
    recompute(account_id, [TODAY])
    with app.app_context():
        cem = token_headers(make_member())

    assert client.get("/api/v1/points/balance", headers=cem).json["balance_points"] == 0
    assert client.get("/api/v1/points/transactions", headers=cem).json["items"] == []
    assert client.get(f"/api/v1/points/days/{TODAY}", headers=cem).json["awarded_points"] == 0
