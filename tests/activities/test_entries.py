"""What members type in: bounds, points, and what a recording does to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import clock, config
from fittrack.clock import utc_now
from tests.activities import records
from tests.factories_activities import Member, count, select

NOON_AT = utc_now().replace(hour=16, minute=0, second=0, microsecond=0) - timedelta(days=2)


@pytest.fixture
def ana(client):
    return Member(client)


def entry(**over):
    """Return a body: an hour of weights at noon in New York, two days ago."""
    plain = {
        "type": "workout",
        "sport": "strength",
        "started_at": NOON_AT.isoformat(),
        "elapsed_s": 3600,
    }
    return {**plain, **over}


def day_of(member, answer):
    return member.get(f"points/days/{answer.json['day_on']}").json


def refused_fields(answer):
    assert answer.status_code == 422, answer.json
    return [error["pointer"] for error in answer.json["errors"]]


def test_an_entry_is_an_activity_that_was_typed_in(ana):
    answer = ana.post("activities", entry(name="Weights", distance_m=0, avg_hr_bpm=118))

    assert answer.status_code == 201
    shown = ana.get(f"activities/{answer.json['activity_id']}").json
    assert shown == answer.json
    assert (shown["source"], shown["state"], shown["sport"]) == ("manual", "accepted", "strength")
    assert (shown["elapsed_s"], shown["moving_s"], shown["avg_hr_bpm"]) == (3600, 3600, 118)
    assert (shown["has_original"], shown["has_route"], shown["duplicate_ids"]) == (False, False, [])


def test_an_entry_earns_its_minutes_and_the_bonus_up_to_a_hundred(ana):
    light = ana.post("activities", entry(elapsed_s=1500))
    assert day_of(ana, light)["awarded_points"] == 25 + 50

    hard = ana.post(
        "activities",
        entry(intensity="vigorous", started_at=(NOON_AT + timedelta(hours=2)).isoformat()),
    )

    assert day_of(ana, hard)["awarded_points"] == 100
    assert ana.balance() == 100


def test_entries_alone_never_make_a_day_active(ana):
    answer = ana.post("activities", entry(elapsed_s=7200))

    assert day_of(ana, answer)["is_active_day"] is False
    assert day_of(ana, answer)["run_days"] == 0


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ({"intensity": "moderate"}, 20),
        ({"intensity": "vigorous"}, 30),
        ({"sport": "running", "distance_m": 1800}, 30),  # 3 m/s
        ({"sport": "yoga"}, 10),
        ({"avg_hr_bpm": 190, "intensity": "light"}, 30),  # what was measured counts
    ],
)
def test_minutes_are_rated_by_heart_rate_else_by_word_else_by_speed(ana, said, points):
    answer = ana.post("activities", entry(type="active_minutes", elapsed_s=600, **said))

    assert answer.status_code == 201
    assert day_of(ana, answer)["awarded_points"] == points


def test_typed_steps_earn_as_steps_and_take_no_minutes(ana):
    body = {"type": "steps", "started_at": NOON_AT.isoformat(), "steps": 6_500}
    answer = ana.post("activities", body)
    assert ana.post("activities", {**body, "elapsed_s": 3600}).status_code == 201

    assert answer.status_code == 201
    assert count("activity_minutes") == 0
    assert (answer.json["sport"], answer.json["elapsed_s"]) == ("walking", 0)
    assert day_of(ana, answer)["awarded_points"] == 60
    assert day_of(ana, answer)["active_minutes"] == 0


def test_an_entry_of_what_was_recorded_too_does_not_count(ana):
    typed = ana.post("activities", entry(sport="running")).json["activity_id"]
    recorded = ana.run(started_at=NOON_AT + timedelta(minutes=5))

    assert ana.get(f"activities/{typed}").json["duplicate_of_id"] == recorded
    assert ana.get(f"activities/{recorded}").json["duplicate_ids"] == [typed]
    ana.delete(f"activities/{recorded}")
    assert ana.get(f"activities/{typed}").json["duplicate_of_id"] is None
    assert ana.balance() == 100


def test_the_zone_of_the_start_is_kept_and_utc_says_nothing(ana):
    day_on, before_on = NOON_AT.date(), NOON_AT.date() - timedelta(days=1)
    berlin = ana.post("activities", entry(started_at=f"{day_on}T07:00:00+01:00"))
    assert (berlin.json["started_at"], berlin.json["utc_offset_s"]) == (
        f"{day_on}T06:00:00Z",
        3600,
    )
    odd = ana.post("activities", entry(started_at=f"{day_on}T07:00:00+23:00"))
    assert (odd.json["started_at"], odd.json["utc_offset_s"]) == (f"{before_on}T08:00:00Z", None)
    assert ana.post("activities", entry()).json["utc_offset_s"] is None
    assert ana.post("activities", entry(utc_offset_s=-18_000)).json["utc_offset_s"] == -18_000


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ({"sport": None}, ["/sport"]),
        ({"sport": "quidditch"}, ["/sport"]),
        ({"type": "nap"}, ["/type"]),
        ({"started_at": None}, ["/started_at"]),
        ({"started_at": "2026-11-02T07:00:00"}, ["/started_at"]),
        ({"started_at": "0001-01-01T00:00:00Z"}, ["/started_at"]),
        ({"started_at": "9999-12-31T23:59:59Z"}, ["/started_at"]),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, ["/started_at"]),
        ({"started_at": "9999-12-31T23:59:59-14:00"}, ["/started_at"]),
        ({"elapsed_s": 0}, ["/elapsed_s"]),
        ({"elapsed_s": 86_401}, ["/elapsed_s"]),
        ({"elapsed_s": 60.5}, ["/elapsed_s"]),
        ({"elapsed_s": "60"}, ["/elapsed_s"]),
        ({"moving_s": 3601}, ["/moving_s"]),
        ({"avg_hr_bpm": 150, "max_hr_bpm": 149}, ["/max_hr_bpm"]),
        ({"avg_hr_bpm": 29}, ["/avg_hr_bpm"]),
        ({"distance_m": -1}, ["/distance_m"]),
        ({"steps": 200_001}, ["/steps"]),
        ({"intensity": "brutal"}, ["/intensity"]),
        ({"name": "n" * 201}, ["/name"]),
        ({"notes": "n" * 4001}, ["/notes"]),
        ({"type": "steps"}, ["/steps"]),
        ({"state": "accepted"}, ["/state"]),
        ({"moving_s": 9000, "avg_hr_bpm": 90, "max_hr_bpm": 80}, ["/moving_s", "/max_hr_bpm"]),
    ],
)
def test_what_can_not_be_is_refused_by_its_name(ana, said, pointers):
    body = {key: value for key, value in entry(**said).items() if value is not None}

    assert refused_fields(ana.post("activities", body)) == pointers
    assert count("activities") == 0


@pytest.mark.parametrize(
    ("after", "elapsed_s", "pointers"),
    [
        (timedelta(hours=1), 60, ["/started_at"]),
        (-timedelta(minutes=30), 3600, ["/elapsed_s"]),
        (-timedelta(days=367), 60, ["/started_at"]),
    ],
)
def test_an_entry_lies_within_the_last_year(ana, after, elapsed_s, pointers):
    started_at = (utc_now() + after).isoformat()

    answer = ana.post("activities", entry(started_at=started_at, elapsed_s=elapsed_s))

    assert refused_fields(answer) == pointers


def test_texts_are_kept_without_what_can_not_be_seen(ana):
    answer = ana.post(
        "activities", entry(name=" a\u202e\tb\n👩‍🚀 ", notes="one\r\ntwo\x0b three\n\n")
    )

    assert answer.json["name"] == "a b 👩‍🚀"
    assert answer.json["notes"] == "one\ntwo three"
    assert ana.post("activities", entry(name="\n ", notes="")).json["name"] is None


def test_the_same_key_makes_one_entry(ana):
    answers = [ana.post("activities", entry(), Idempotency_Key="weights-1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert count("activities") == 1
    assert (
        ana.post("activities", entry(elapsed_s=60), Idempotency_Key="weights-1").status_code == 422
    )


def test_an_entry_over_midnight_gives_each_day_its_minutes(ana):
    day_on, before_on = NOON_AT.date(), NOON_AT.date() - timedelta(days=1)
    midnight_at = clock.day_bounds(day_on, config.current().zone)[0]
    started_at = (midnight_at - timedelta(minutes=10)).isoformat()

    ana.post("activities", entry(type="active_minutes", started_at=started_at, elapsed_s=1800))

    days = [ana.get(f"points/days/{day}").json["awarded_points"] for day in (before_on, day_on)]
    assert days == [10, 20]
    assert records.days_that_differ(ana.account_id) == []


def names(page):
    return [item["name"] for item in page.json["items"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("RIVER", ["By the river"]),
        ("straße", ["Lange Straße"]),
        ("STRASSE", ["Lange Straße"]),
        ("100%", ["100% done"]),
        ("wet", ["By the river"]),
        ("lake", []),
    ],
)
def test_the_list_is_searched_in_names_and_notes_in_any_case(ana, asked, found):
    for name, notes in (("By the river", "Very wet."), ("Lange Straße", None), ("100% done", "")):
        ana.post("activities", entry(name=name, notes=notes))

    assert names(ana.get("activities", q=asked)) == found


def test_a_search_follows_a_change_and_a_deletion(ana):
    activity_id = ana.post("activities", entry(name="River")).json["activity_id"]
    ana.patch(f"activities/{activity_id}", {"name": "Lake"})

    assert names(ana.get("activities", q="river")) == []
    assert names(ana.get("activities", q="lake")) == ["Lake"]
    ana.delete(f"activities/{activity_id}")
    assert select("SELECT search_text FROM activities", "search_text") == [(None,)]


def test_the_list_shows_copies_unless_they_are_to_be_hidden(ana):
    ana.post("activities", entry(name="Typed", sport="running"))
    ana.run(started_at=NOON_AT, duration_s=1800)

    assert sorted(names(ana.get("activities"))) == ["Morning run", "Typed"]
    assert names(ana.get("activities", duplicates="hidden")) == ["Morning run"]
    assert ana.get("activities", duplicates="perhaps").status_code == 422
