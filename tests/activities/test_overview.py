"""Summary, calendar, heatmap and the latest activity."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fittrack import config
from fittrack.activities.overview import rules
from fittrack.activities.overview.service import get_summary
from fittrack.activities.pictures.polyline import encoded
from fittrack.points.streaks import run_on
from tests.factories_activities import NOON_AT, Member, execute

DAY = timedelta(days=1)
# NOON_AT is a Monday.
MONDAY = date(2025, 3, 10)


@pytest.fixture
def ana(client):
    return Member(client)


def summary(member, now=NOON_AT + timedelta(hours=6)):
    return get_summary(account_id=member.account_id, now=now)


def test_today_week_and_month_hold_what_was_done_in_them(ana):
    for days in (0, -1, -9, -20):
        ana.run(started_at=NOON_AT + days * DAY, duration_s=1800, seed=-days)

    found = summary(ana)

    counts = [period.workout_count for period in (found.today, found.week, found.month)]
    assert counts == [1, 1, 3]
    assert (found.week.from_on, found.month.from_on) == (MONDAY, date(2025, 3, 1))
    one = ana.get("activities/latest").json
    assert found.today.distance_m == one["distance_m"]
    assert found.month.active_minutes == 3 * found.today.active_minutes > 0


def test_a_week_that_began_in_another_month_is_whole(ana):
    """2025-05-01 is a Thursday."""
    ana.run(started_at=NOON_AT + 50 * DAY)
    now = NOON_AT + 52 * DAY

    found = summary(ana, now)

    assert found.month.from_on == date(2025, 5, 1)
    assert (found.week.workout_count, found.month.workout_count) == (1, 0)


def test_points_and_what_is_left_of_the_day_agree_with_the_receipt(ana):
    ana.run(duration_s=3600)

    found, receipt = summary(ana), ana.get(f"points/days/{MONDAY}").json

    assert found.today.points == receipt["awarded_points"] > 0
    assert found.cap_left_points == receipt["cap_left_points"]
    assert found.cap_points == receipt["cap_points"]
    assert found.today.active_minutes == receipt["active_minutes"]


def test_held_and_deleted_activities_are_not_counted(ana):
    ana.run(duration_s=1800)
    execute("UPDATE activities SET state = 'held'")

    assert summary(ana).today.workout_count == 0


def test_a_run_of_days_goes_on_until_today_is_over(ana):
    for days in (-2, -1):
        ana.run(started_at=NOON_AT + days * DAY, duration_s=3600, seed=-days)
    before = summary(ana)
    ana.run(duration_s=3600)
    after = summary(ana)

    assert (before.run_days, before.is_active_today) == (2, False)
    assert (after.run_days, after.is_active_today) == (3, True)
    assert summary(ana, NOON_AT + 2 * DAY).run_days == 0


def test_a_day_of_a_wrong_clock_is_not_part_of_the_run():
    active = {MONDAY - DAY: 40, MONDAY + 9 * DAY: 40}

    assert run_on(MONDAY, active).run_days == 1


def test_the_summary_of_who_did_nothing_is_all_zeros(ana):
    answer = ana.get("activities/summary")

    assert answer.status_code == 200
    assert answer.json["month"]["points"] == answer.json["run_days"] == 0
    assert answer.json["cap_left_points"] == answer.json["cap_points"] > 0


def test_a_calendar_has_every_day_of_its_month(ana):
    ana.run(duration_s=1800)
    ana.run(started_at=NOON_AT + timedelta(hours=3), duration_s=1800, seed=1)

    found = ana.get("activities/calendar", month="2025-03").json

    assert found["month"] == "2025-03"
    assert [day["day_on"] for day in found["days"]] == [
        str(date(2025, 3, 1) + at * DAY) for at in range(31)
    ]
    done = {day["day_on"]: day for day in found["days"] if day["activity_count"]}
    assert list(done) == [str(MONDAY)]
    assert done[str(MONDAY)]["activity_count"] == 2
    assert done[str(MONDAY)]["moving_s"] == 3600
    assert done[str(MONDAY)]["points"] == summary(ana).today.points


def test_the_calendar_of_this_month_needs_no_name(ana):
    assert len(ana.get("activities/calendar").json["days"]) in {28, 29, 30, 31}


@pytest.mark.parametrize("month", ["2025-13", "2025-1", "25-01", "0001-01", "2101-01", "x" * 99])
def test_what_is_no_month_is_refused(ana, month):
    assert ana.get("activities/calendar", month=month).status_code == 422


def test_the_latest_activity_is_the_one_that_started_last(ana):
    ana.run(started_at=NOON_AT + DAY, duration_s=600, seed=1)
    latest = ana.run(started_at=NOON_AT + 2 * DAY, duration_s=600, seed=2)
    ana.run(duration_s=600)

    assert ana.get("activities/latest").json["activity_id"] == latest


def test_who_did_nothing_has_no_latest_activity(ana):
    answer = ana.get("activities/latest")

    assert (answer.status_code, answer.json["code"]) == (404, "activity_not_found")


def line(*places):
    return encoded([(round(lat * 1e7), round(lon * 1e7)) for lat, lon in places])


def test_a_route_counts_once_in_each_cell_that_it_comes_by():
    there_and_back = line((52.0, 13.0), (52.02, 13.0), (52.0, 13.0))

    cells, is_complete = rules.visited([there_and_back, line((52.0, 13.0))], 200)

    assert is_complete
    assert {cell.activity_count for cell in cells[1:]} == {1}
    assert cells[0].activity_count == 2
    assert 11 <= len(cells) <= 13
    assert cells[0].latitude_deg == pytest.approx(52.0, abs=0.002)
    assert cells[0].longitude_deg == pytest.approx(13.0, abs=0.003)


def test_a_route_over_the_antimeridian_does_not_go_round_the_world():
    cells, _ = rules.visited([line((0.0, 179.99), (0.0, -179.99))], 200)

    assert len(cells) < 20
    assert all(abs(cell.longitude_deg) > 179.9 for cell in cells)


def test_a_leap_leaves_no_trail():
    cells, _ = rules.visited([line((0.0, 0.0), (0.0, 90.0))], 200)

    assert len(cells) == 2


def test_more_cells_than_an_answer_holds_are_said_to_be_missing():
    lines = [line((at / 100, 0.0), (at / 100, 0.15)) for at in range(150)]

    cells, is_complete = rules.visited(lines, 100)

    assert (len(cells), is_complete) == (rules.MOST_CELLS, False)


def test_a_heatmap_shows_the_days_asked_for(ana):
    ana.run(duration_s=3600)
    ana.run(started_at=NOON_AT + 10 * DAY, duration_s=3600, seed=1)

    found = ana.get("activities/heatmap", **{"from": "2025-03-01", "to": "2025-03-12"}).json

    assert (found["activity_count"], found["is_complete"]) == (1, True)
    assert {cell["activity_count"] for cell in found["cells"]} == {1}
    both = ana.get("activities/heatmap", **{"from": "2025-03-01", "to": "2025-04-12"}).json
    assert both["activity_count"] == 2
    assert len(both["cells"]) > len(found["cells"])


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2025-03-02", "to": "2025-03-01"},
        {"from": "2024-01-01", "to": "2025-03-01"},
        {"cell_m": "99"},
        {"cell_m": "10001"},
        {"to": "9999-12-31"},
        {"from": "0001-01-01"},
    ],
)
def test_a_heatmap_is_bounded(ana, query):
    assert ana.get("activities/heatmap", **query).status_code == 422


def test_a_heatmap_and_a_calendar_are_the_members_own(ana, client):
    ana.run(duration_s=1800)
    ben = Member(client)

    assert ben.get("activities/heatmap", to="2025-03-12").json["cells"] == []
    days = ben.get("activities/calendar", month="2025-03").json["days"]
    assert sum(day["activity_count"] for day in days) == 0


def test_days_are_points_days_of_the_platform(ana):
    """Half past midnight in New York is a new day, though in UTC it is the same."""
    ana.run(started_at=NOON_AT + timedelta(hours=12, minutes=30), duration_s=600)

    assert config.current().zone.key == "America/New_York"
    assert summary(ana, NOON_AT + timedelta(hours=13)).today.workout_count == 1
    assert summary(ana, NOON_AT).today.workout_count == 0
