"""Computed figures through HTTP."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import orjson
import pytest

from fittrack import db
from fittrack.activities import repository
from fittrack.activities.analysis import service
from fittrack.activities.analysis.recompute import recompute_metrics
from fittrack.activities.analysis.rereading import reread_activity
from fittrack.activities.analysis.rules import METRICS_VERSION
from fittrack.activities.belongings import service as belongings
from fittrack.clock import utc_now
from tests.activities.makers import fit_records, fit_session, make_fit
from tests.factories_activities import NOON_AT, Member, count, execute, select

ABSENT = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.fixture
def ben(client):
    return Member(client)


def bring_run(member, duration_s=1800, *, speed_mps=3.0, hr_bpm=150, days=0, **session):
    """Upload a FIT run at one pace and return its activity's id; no two go the same way."""
    start = NOON_AT + timedelta(days=days)
    records = fit_records(start, range(duration_s + 1), speed_mps=speed_mps)
    records = beating(records, hr_bpm, Random(f"{member.account_id} {days} {speed_mps}"))
    stated = {"total_timer_time": duration_s, "total_distance": duration_s * speed_mps, **session}
    content = make_fit([*records, fit_session(start, duration_s, **stated)])
    return member.upload(("run.fit", content))["files"][0]["activity_ids"][0]


def beating(records, hr_bpm, chance):
    """Return records of a heart that beats a little above or below this, somewhere of its own."""
    around = [-1, 0, 1] * (len(records) // 3 + 1)
    chance.shuffle(around)
    north = chance.uniform(0, 8)
    return [
        (
            name,
            {
                **fields,
                "position_lat": fields["position_lat"] + north,
                "heart_rate": hr_bpm if hr_bpm == 0xFF else hr_bpm + beat,
            },
        )
        for (name, fields), beat in zip(records, around, strict=False)
    ]


def bring_ride(member, watts, *, days=0, sport=2):
    """Upload a FIT ride of these watts, one a second, and return its activity's id."""
    start = NOON_AT + timedelta(days=days)
    records = [
        (
            "record",
            {"timestamp": start + timedelta(seconds=at), "power": each, "distance": at * 8.0},
        )
        for at, each in enumerate(watts)
    ]
    session = fit_session(start, len(watts) - 1, total_timer_time=len(watts) - 1, sport=sport)
    content = make_fit([*records, session])
    return member.upload(("ride.fit", content))["files"][0]["activity_ids"][0]


def set_heart(member, *, max_hr_bpm=200, resting_hr_bpm=40, sex="male"):
    execute(
        "UPDATE profiles SET max_hr_bpm = :max_hr_bpm, resting_hr_bpm = :resting_hr_bpm,"
        " sex = :sex WHERE account_id = :account_id",
        account_id=member.account_id,
        max_hr_bpm=max_hr_bpm,
        resting_hr_bpm=resting_hr_bpm,
        sex=sex,
    )


def test_a_run_is_split_by_kilometres_and_by_miles(ana):
    activity_id = bring_run(ana)

    by_km = ana.get(f"activities/{activity_id}/splits").json
    by_mile = ana.get(f"activities/{activity_id}/splits", unit="mile").json

    assert [split["distance_m"] for split in by_km["splits"]] == [1000] * 5 + [400]
    assert [split["is_partial"] for split in by_km["splits"]] == [False] * 5 + [True]
    assert by_km["splits"][0]["elapsed_s"] == pytest.approx(333.3, abs=0.1)
    assert by_km["splits"][0]["avg_hr_bpm"] == pytest.approx(150, abs=0.3)
    assert by_km["splits"][0]["ascent_m"] == 0
    assert [split["distance_m"] for split in by_mile["splits"]] == [1609.34] * 3 + [571.97]


def test_another_unit_is_refused_by_name(ana):
    answer = ana.get(f"activities/{bring_run(ana, 60)}/splits", unit="furlong")

    assert answer.status_code == 422


def test_time_in_zones_follows_the_members_own_maximum(ana):
    activity_id = bring_run(ana, hr_bpm=150)
    set_heart(ana, max_hr_bpm=200)

    found = ana.get(f"activities/{activity_id}/zones").json

    assert [zone["time_s"] for zone in found["zones"]] == [0, 0, 1800, 0, 0]
    assert found["hr_time_s"] == 1800
    assert found["heart"] == {
        "max_hr_bpm": 200,
        "max_hr_source": "own",
        "resting_hr_bpm": 40,
        "resting_hr_source": "own",
    }


def test_without_an_own_maximum_it_is_that_of_the_age(ana):
    activity_id = bring_run(ana)
    execute("UPDATE profiles SET max_hr_bpm = NULL, resting_hr_bpm = NULL")

    heart = ana.get(f"activities/{activity_id}/zones").json["heart"]

    assert (heart["max_hr_source"], heart["resting_hr_source"]) == ("age", "assumed")
    assert 150 < heart["max_hr_bpm"] < 208


def test_who_tells_neither_age_nor_maximum_has_no_zones(ana):
    activity_id = bring_run(ana)
    execute("UPDATE profiles SET max_hr_bpm = NULL")
    execute("UPDATE accounts SET date_of_birth_on = NULL")

    found = ana.get(f"activities/{activity_id}/zones").json

    assert (found["zones"], found["trimp"]) == (None, None)
    assert found["hr_time_s"] == 1800


def test_the_training_impulse_is_banisters(ana):
    activity_id = bring_run(ana, 1800, hr_bpm=130)
    set_heart(ana)

    assert ana.get(f"activities/{activity_id}/metrics").json["trimp"] == 31.8


@pytest.mark.driver
def test_a_summary_without_samples_weighs_its_mean_heart_rate(ana):
    content = make_fit([fit_session(NOON_AT, 1800, total_timer_time=1800, avg_heart_rate=130)])
    activity_id = ana.upload(("swim.fit", content))["files"][0]["activity_ids"][0]
    set_heart(ana)

    assert ana.get(f"activities/{activity_id}/metrics").json["trimp"] == 31.8
    assert ana.get(f"activities/{activity_id}/splits").json["splits"] == []


def test_a_run_shows_its_efforts_and_its_uptake(ana):
    activity_id = bring_run(ana, 1800, speed_mps=200 / 60, hr_bpm=160)
    set_heart(ana)

    found = ana.get(f"activities/{activity_id}/metrics").json

    assert [effort["effort"] for effort in found["efforts"]] == ["400m", "1km", "1mi", "5km"]
    assert found["efforts"][1]["time_s"] == pytest.approx(300, abs=0.01)
    assert found["vo2max_ml_kg_min"] == pytest.approx(56.8, abs=0.1)
    assert found["vo2max_method"] == "heart_rate"
    assert found["vdot"] == pytest.approx(38.3, abs=0.2)
    assert found["metrics_version"] == METRICS_VERSION
    assert found["power"] is None


def test_without_a_heart_rate_the_pace_gives_the_uptake(ana):
    activity_id = bring_run(ana, 1800, speed_mps=200 / 60, hr_bpm=0xFF)

    found = ana.get(f"activities/{activity_id}/metrics").json

    assert found["vo2max_method"] == "performance"
    assert found["vo2max_ml_kg_min"] == found["vdot"]


def test_an_hour_at_threshold_power_is_a_stress_of_a_hundred(ana):
    bring_ride(ana, [300] * 1801)
    activity_id = bring_ride(ana, [285] * 3601, days=1)

    power = ana.get(f"activities/{activity_id}/metrics").json["power"]

    assert power["threshold_w"] == 285
    assert power["normalised_w"] == 285
    assert power["intensity_factor"] == 1
    assert power["training_stress"] == 100


def test_twenty_minutes_of_91_days_ago_say_nothing_of_threshold_power(ana):
    bring_ride(ana, [300] * 1801)
    last = bring_ride(ana, [200] * 1801, days=90)
    first = bring_ride(ana, [200] * 1801, days=89)

    threshold_w = [
        ana.get(f"activities/{each}/metrics").json["power"]["threshold_w"] for each in (first, last)
    ]

    assert threshold_w == [285, 190]


@pytest.mark.driver
def test_a_runners_power_says_nothing_of_a_riders_threshold(ana):
    bring_ride(ana, [400] * 1801, sport=1)
    activity_id = bring_ride(ana, [300] * 1801, days=1)

    assert ana.get(f"activities/{activity_id}/metrics").json["power"]["threshold_w"] == 285


def test_a_ride_estimates_no_uptake(ana):
    activity_id = bring_run(ana, sport=2)
    set_heart(ana)

    found = ana.get(f"activities/{activity_id}/metrics").json

    assert (found["vo2max_ml_kg_min"], found["vo2max_method"], found["vdot"]) == (None, None, None)


def test_a_laps_figures_are_those_of_its_samples(ana):
    records = [
        *fit_records(NOON_AT, range(300), hr_bpm=120),
        *fit_records(NOON_AT, range(300, 601), hr_bpm=160),
    ]
    laps = [
        (
            "lap",
            {
                "timestamp": end,
                "start_time": start,
                "total_elapsed_time": 300,
                "total_distance": 900,
            },
        )
        for start, end in (
            (NOON_AT, NOON_AT + timedelta(seconds=300)),
            (NOON_AT + timedelta(seconds=300), NOON_AT + timedelta(seconds=600)),
        )
    ]
    content = make_fit([*records, *laps, fit_session(NOON_AT, 600, total_timer_time=600)])
    activity_id = ana.upload(("laps.fit", content))["files"][0]["activity_ids"][0]

    found = ana.get(f"activities/{activity_id}/laps").json["laps"]

    assert [lap["lap_no"] for lap in found] == [1, 2]
    assert [lap["distance_m"] for lap in found] == [900, 900]
    assert [lap["measured"]["distance_m"] for lap in found] == pytest.approx([900, 900], abs=1)
    assert [lap["measured"]["avg_hr_bpm"] for lap in found] == pytest.approx([120, 160], abs=0.5)
    assert [lap["measured"]["avg_speed_mps"] for lap in found] == pytest.approx([3, 3], abs=0.01)


@pytest.mark.parametrize("part", ["metrics", "zones", "splits", "laps"])
def test_others_see_no_figures_and_nobody_does_without_login(ana, ben, client, part):
    activity_id = bring_run(ana, 120)

    assert ben.get(f"activities/{activity_id}/{part}").status_code == 404
    assert ana.get(f"activities/{ABSENT}/{part}").status_code == 404
    assert client.get(f"/api/v1/activities/{activity_id}/{part}").status_code == 401
    assert ana.get(f"activities/{activity_id}/{part}").status_code == 200


def records_of(member, **query):
    found = member.get("activities/records", **query).json["records"]
    return {(record["sport"], record["effort"]): record for record in found}


def test_a_record_tells_by_how_much_it_was_broken(ana):
    first = bring_run(ana, speed_mps=2.5)
    bring_run(ana, speed_mps=2.4, days=1)
    best = bring_run(ana, speed_mps=4.0, days=2)

    record = records_of(ana)["running", "1km"]

    assert (record["activity_id"], record["time_s"]) == (best, 250)
    assert [step["activity_id"] for step in record["history"]] == [best, first]
    assert [step["improved_by"] for step in record["history"]] == [150, None]
    assert record["set_at"].startswith("2025-03-12T16:00:00")


def test_records_are_the_same_in_whatever_order_activities_arrive(ana, ben):
    for member, days in ((ana, (0, 1, 2)), (ben, (2, 0, 1))):
        for day in days:
            bring_run(member, speed_mps=2.5 + day / 10, days=day)

    def told(member):
        return [
            (record["effort"], record["time_s"], len(record["history"]))
            for record in member.get("activities/records").json["records"]
        ]

    assert told(ana) == told(ben)
    assert ("1km", 370.37, 3) in told(ana)


def test_who_equals_a_record_does_not_break_it(ana):
    first = bring_run(ana)
    bring_run(ana, days=1)

    record = records_of(ana)["running", "1km"]

    assert record["activity_id"] == first
    assert len(record["history"]) == 1


def test_a_deleted_record_gives_way_to_the_former(ana):
    former = bring_run(ana, speed_mps=2.5)
    best = bring_run(ana, speed_mps=4.0, days=1)
    ana.delete(f"activities/{best}")

    assert records_of(ana)["running", "1km"]["activity_id"] == former
    assert count("activity_metrics") == 1
    assert select("SELECT DISTINCT activity_id FROM activity_efforts", "activity_id") == [(former,)]


@pytest.mark.parametrize(
    "change",
    ["state = 'held'", "state = 'rejected'", "duplicate_of_id = activity_id"],
)
def test_what_does_not_count_holds_no_record(ana, change):
    former = bring_run(ana, speed_mps=2.5)
    best = bring_run(ana, speed_mps=4.0, days=1)
    execute(f"UPDATE activities SET {change} WHERE activity_id = :activity_id", activity_id=best)

    assert records_of(ana)["running", "1km"]["activity_id"] == former


def test_the_best_power_is_the_highest(ana):
    bring_ride(ana, [200] * 400)
    best = bring_ride(ana, [250] * 400, days=1)
    bring_ride(ana, [240] * 400, days=2)

    record = records_of(ana)["cycling", "power_5min"]

    assert (record["activity_id"], record["power_w"], record["time_s"]) == (best, 250, None)
    assert [step["improved_by"] for step in record["history"]] == [50, None]


def test_records_of_one_sport_can_be_asked_for(ana):
    bring_run(ana)
    bring_ride(ana, [200] * 400, days=1)

    assert {sport for sport, _ in records_of(ana)} == {"running", "cycling"}
    assert {sport for sport, _ in records_of(ana, sport="cycling")} == {"cycling"}
    assert ana.get("activities/records", sport="chess").status_code == 422


def test_nobody_sees_anothers_records_or_load(ana, ben):
    bring_run(ana)

    assert ben.get("activities/records").json["records"] == []
    load = ben.get("activities/training-load", **{"from": "2025-03-10", "to": "2025-03-11"}).json
    assert [day["load"] for day in load["days"]] == [0, 0]


def test_training_load_sums_impulses_by_day(ana):
    bring_run(ana, 1800, hr_bpm=130)
    bring_run(ana, 1800, hr_bpm=130, days=1)
    set_heart(ana)

    found = ana.get("activities/training-load", **{"from": "2025-03-10", "to": "2025-03-12"}).json

    assert [day["load"] for day in found["days"]] == pytest.approx([31.8, 31.8, 0], abs=0.05)
    assert [day["day_on"] for day in found["days"]] == ["2025-03-10", "2025-03-11", "2025-03-12"]
    assert found["days"][0]["fitness"] == pytest.approx(31.8 / 42, abs=0.01)
    assert found["days"][1]["form"] == pytest.approx(31.8 / 42 - 31.8 / 7, abs=0.01)
    assert found["unrated_count"] == 0


def test_training_load_by_power_is_training_stress(ana):
    bring_ride(ana, [300] * 1801)
    bring_ride(ana, [285] * 3601, days=1)

    days = {"from": "2025-03-10", "to": "2025-03-11"}
    by_power = ana.get("activities/training-load", load="tss", **days).json
    by_heart = ana.get("activities/training-load", **days).json

    assert by_power["days"][1]["load"] == 100
    assert by_power["unrated_count"] == 0
    assert [day["load"] for day in by_heart["days"]] == [0, 0]
    assert by_heart["unrated_count"] == 2


@pytest.mark.parametrize("change", ["state = 'held'", "duplicate_of_id = activity_id"])
@pytest.mark.parametrize("load", ["trimp", "tss"])
def test_what_does_not_count_is_no_load(ana, change, load):
    bring_ride(ana, [300] * 1801)
    execute(f"UPDATE activities SET {change}, avg_hr_bpm = 130")
    recompute_metrics(before_version=METRICS_VERSION + 1, progress=quietly)
    days = {"from": "2025-03-10", "to": "2025-03-10"}

    found = ana.get("activities/training-load", load=load, **days).json

    assert (found["days"][0]["load"], found["unrated_count"]) == (0, 0)


@pytest.mark.driver
def test_stress_is_that_of_the_threshold_of_its_time(ana):
    bring_ride(ana, [300] * 1801)
    bring_ride(ana, [200] * 1801, days=90)
    day = "2025-06-08"

    found = ana.get("activities/training-load", load="tss", **{"from": day, "to": day}).json

    assert found["days"][0]["load"] == pytest.approx(100 / 2 * (200 / 190) ** 2, abs=0.1)


def test_only_the_days_that_are_asked_for_count_as_unrated(ana):
    bring_ride(ana, [300] * 1801)
    days = {"from": "2025-03-11", "to": "2025-03-12"}

    assert ana.get("activities/training-load", **days).json["unrated_count"] == 0


def test_the_last_six_weeks_are_shown_unasked(ana):
    days = ana.get("activities/training-load").json["days"]

    assert len(days) == 42


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2025-03-10"},
        {"from": "2025-03-11", "to": "2025-03-10"},
        {"from": "2024-03-10", "to": "2025-03-12"},
        {"to": "0001-01-05"},
        {"from": "x", "to": "2025-03-10"},
        {"to": "2025-03-10", "load": "miles"},
    ],
)
def test_days_that_can_not_be_told_are_refused(ana, query):
    assert ana.get("activities/training-load", **query).status_code == 422


def test_the_last_day_of_the_calendar_is_a_day(ana):
    bring_run(ana, 120)

    answer = ana.get("activities/training-load", **{"from": "9999-12-31", "to": "9999-12-31"})

    assert answer.status_code == 200


def test_a_change_of_the_profile_needs_no_recomputing(ana):
    activity_id = bring_run(ana, 1800, hr_bpm=130)
    set_heart(ana, resting_hr_bpm=40)
    before = ana.get(f"activities/{activity_id}/metrics").json["trimp"]
    set_heart(ana, resting_hr_bpm=60)

    after = ana.get(f"activities/{activity_id}/metrics").json["trimp"]

    assert after < before


def test_a_new_maximum_heart_rate_leaves_the_zones_of_earlier_days(ana):
    activity_id = bring_run(ana, hr_bpm=150)
    set_heart(ana, max_hr_bpm=200)
    profile = ana.get("users/me/profile")
    answer = ana.client.patch(
        "/api/v1/users/me/profile",
        headers={**ana.headers, "If-Match": profile.headers["ETag"]},
        json={"max_hr_bpm": 160},
    )
    assert answer.status_code == 200

    assert ana.get(f"activities/{activity_id}/zones").json["heart"]["max_hr_bpm"] == 200


def quietly(due, _total):
    return due


def test_figures_of_an_older_version_are_computed_anew(ana):
    bring_run(ana)
    bring_run(ana, days=1)
    execute("UPDATE activity_metrics SET metrics_version = 0, hr_times_json = '[]'")
    execute("DELETE FROM activity_efforts")

    assert recompute_metrics(progress=quietly) == 2
    assert recompute_metrics(progress=quietly) == 0
    assert records_of(ana)["running", "1km"]["time_s"] == pytest.approx(333.333)
    rows = select("SELECT metrics_version FROM activity_metrics", "metrics_version")
    assert rows == [(METRICS_VERSION,)] * 2


def reread(activity_id, account_id):
    return reread_activity(activity_id, account_id, now=utc_now())


@pytest.mark.driver
@pytest.mark.parametrize("recompute", [None, reread])
def test_what_came_in_before_lines_and_marks_gets_them(ana, recompute):
    activity_id = ana.run(duration_s=1800)
    statement = "SELECT kind, mark_no FROM activity_marks ORDER BY kind, mark_no"
    marks, line = select(statement, "kind", "mark_no"), polyline(ana, activity_id)
    execute("UPDATE activity_metrics SET metrics_version = 1")
    execute("UPDATE activities SET polyline = NULL")
    execute("DELETE FROM activity_marks")
    assert polyline(ana, activity_id) is None

    recompute_metrics(progress=quietly, recompute=recompute)

    assert polyline(ana, activity_id) == line is not None
    assert select(statement, "kind", "mark_no") == marks != []
    assert ana.get(f"activities/{activity_id}").json["state"] == "accepted"


def polyline(member, activity_id):
    return member.get(f"activities/{activity_id}").json["polyline"]


def test_figures_of_an_older_version_are_not_shown(ana):
    activity_id = bring_run(ana)
    execute("UPDATE activity_metrics SET metrics_version = 0, hr_times_json = '[]'")

    assert ana.get(f"activities/{activity_id}/zones").json["hr_time_s"] == 1800


def test_activities_without_figures_get_them(ana):
    activity_id = bring_run(ana)
    execute("DELETE FROM activity_efforts")
    execute("DELETE FROM activity_metrics")

    assert ana.get(f"activities/{activity_id}/zones").json["hr_time_s"] == 1800
    assert recompute_metrics(progress=quietly) == 1
    assert count("activity_metrics") == 1


def test_recomputing_goes_on_where_it_was_stopped(ana):
    for day in range(3):
        bring_run(ana, 60, days=day)
    execute("UPDATE activity_metrics SET metrics_version = 0")

    def stopped(due, total):
        assert total == 3
        yield next(iter(due))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recompute_metrics(progress=stopped)

    assert recompute_metrics(progress=quietly) == 2


def test_recomputing_can_be_for_one_member(ana, ben):
    bring_run(ana, 60)
    bring_run(ben, 60)
    execute("UPDATE activity_metrics SET metrics_version = 0")

    assert recompute_metrics(account_id=ana.account_id, progress=quietly) == 1


def test_what_goes_while_it_is_recomputed_stays_gone(ana):
    activity_id = bring_run(ana, 60)
    execute("UPDATE activity_metrics SET metrics_version = 0")

    def deleted_meanwhile(due, _total):
        for each in due:
            ana.delete(f"activities/{activity_id}")
            yield each

    assert recompute_metrics(progress=deleted_meanwhile) == 0
    assert count("activity_metrics") == count("activity_efforts") == 0


def test_an_activity_of_another_sport_is_measured_as_that(ana):
    activity_id = bring_run(ana)
    execute("UPDATE activities SET sport = 'strength'")
    with db.transaction("remeasure") as tx:
        service.remeasure(tx, repository.lock_activity(tx, activity_id, ana.account_id))

    assert records_of(ana) == {}


def test_a_member_takes_the_figures_along(ana, ben):
    activity_id = bring_run(ana)
    bring_run(ben)
    (file,) = [f for f in belongings.export_member(ana.account_id) if f.name == "figures.json"]

    (figures,) = orjson.loads(b"".join(file.pieces))

    assert figures["metrics"]["activity_id"] == activity_id
    assert [effort["effort_code"] for effort in figures["efforts"]] == [
        "1km",
        "1mi",
        "400m",
        "5km",
    ]


def test_an_erased_member_leaves_no_figures(ana, ben):
    bring_run(ana)
    kept = bring_run(ben)
    with db.transaction("erase_for_test") as tx:
        belongings.erase_member(tx, ana.account_id, row_limit=100)

    assert select("SELECT activity_id FROM activity_metrics", "activity_id") == [(kept,)]
    assert select("SELECT DISTINCT activity_id FROM activity_efforts", "activity_id") == [(kept,)]


@pytest.mark.driver
def test_the_command_tells_how_many_it_recomputed(ana, app):
    bring_run(ana, 60)
    run = app.test_cli_runner().invoke

    assert run(args=["activities", "recompute"]).output == "0 activities recomputed\n"
    again = run(args=["activities", "recompute", "--version", str(METRICS_VERSION)])
    assert again.output.endswith("1 activities recomputed\n")


def test_the_command_knows_members_by_their_address(ana, ben, app):
    bring_run(ana, 60)
    bring_run(ben, 60)
    ((email,),) = select(
        "SELECT email FROM accounts WHERE account_id = :account_id",
        "email",
        account_id=ana.account_id,
    )
    words = ["activities", "recompute", "--version", str(METRICS_VERSION), "--account"]
    run = app.test_cli_runner().invoke

    assert run(args=[*words, email]).output.endswith("1 activities recomputed\n")
    stranger = run(args=[*words, "nobody@example.com"])
    assert (stranger.exit_code, stranger.output) == (1, "Error: nobody has this address\n")
