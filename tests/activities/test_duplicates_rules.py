"""Which record of a workout counts: a function of the set of records alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.activities.duplicates.models import LONGEST, Candidate, Span
from fittrack.activities.duplicates.rules import (
    choose,
    clusters,
    is_same_workout,
    metric_count,
    preference,
    stretches,
)

NOON_AT = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NEW_YORK = ZoneInfo("America/New_York")


def record(name="a", start_min=0, length_min=60, **over):
    """Return a recorded run that began `start_min` minutes after noon."""
    started_at = NOON_AT + start_min * MINUTE
    plain = Candidate(
        activity_id=name,
        type="workout",
        file_format="gpx",
        state="accepted",
        duplicate_of_id=None,
        sport="running",
        source_kind="file",
        origin_key=f"file:{name}:1",
        content_sha256=name * 8,
        started_at=started_at,
        ended_at=started_at + length_min * MINUTE,
        day_on=started_at.date(),
        elapsed_s=length_min * 60,
        moving_s=length_min * 60,
        distance_cm=1_000_000,
        ascent_m=None,
        calories_kcal=None,
        steps=None,
        avg_hr_bpm=None,
        avg_cadence_rpm=None,
        avg_power_w=None,
        lap_count=0,
        position_count=0,
    )
    return replace(plain, **over)


def replaced(*records, **over):
    """Return the pairs of a record and the one that replaces it."""
    return {key: value for key, value in choose(records, **over).items() if value is not None}


@pytest.mark.parametrize(
    ("start_min", "length_min", "is_same"),
    [
        (0, 60, True),
        (30, 60, True),  # half of each
        (31, 60, False),
        (50, 20, True),  # half of the shorter one
        (51, 20, False),
        (10, 5, True),  # all of the shorter one
        (60, 60, False),  # one after the other
        (-20, 1000, True),
        (30, 0, True),  # an instant within
        (60, 0, True),
        (61, 0, False),
    ],
)
def test_two_records_are_one_workout_from_half_of_the_shorter_one_on(
    start_min, length_min, is_same
):
    one, other = record(), record("b", start_min, length_min)

    assert is_same_workout(one, other) is is_same
    assert is_same_workout(other, one) is is_same


@pytest.mark.parametrize(
    ("sport", "other", "is_same"),
    [
        ("running", "trail_running", True),
        ("cycling", "mtb", True),
        ("running", "cycling", False),
        ("running", "hiking", False),
        ("other", "rowing", True),
        ("other", "other", True),
    ],
)
def test_only_the_same_kind_of_sport_is_compared(sport, other, is_same):
    assert is_same_workout(record(sport=sport), record("b", sport=other)) is is_same


def test_the_legs_of_one_file_are_told_apart_by_their_sports():
    whole = record("a", sport="other", origin_key="file:triathlon:1")
    leg = record("b", 10, 20, sport="running", origin_key="file:triathlon:2")
    again = record("c", 12, 20, sport="trail_running", origin_key="file:triathlon:3")

    assert replaced(whole, leg) == {}
    assert replaced(leg, again) == {"c": "b"}
    assert replaced(whole, replace(leg, origin_key="file:elsewhere:2")) == {"b": "a"}
    typed = {"source_kind": "manual", "content_sha256": None}
    one, other = (
        record(name, sport=sport, origin_key=f"manual:{name}", **typed)
        for name, sport in (("a", "other"), ("b", "running"))
    )
    assert len(replaced(one, other)) == 1


def test_the_primary_connection_comes_before_more_metrics():
    watch = record("a", source_kind="connection", origin_key="connection:watch:77")
    rich = record("b", avg_hr_bpm=140, calories_kcal=500)

    assert replaced(watch, rich) == {"a": "b"}
    assert replaced(watch, rich, primary_connection_id="watch") == {"b": "a"}
    assert replaced(watch, rich, primary_connection_id="scale") == {"a": "b"}


def test_more_metrics_come_before_the_smaller_hash():
    assert replaced(record("b", avg_hr_bpm=140), record("a")) == {"a": "b"}


def test_among_equals_the_smaller_hash_counts_and_of_one_file_the_first_place():
    assert replaced(record("b"), record("a")) == {"b": "a"}
    tenth = record("c", content_sha256="aa", origin_key="file:x:10")
    second = record("d", content_sha256="aa", origin_key="file:x:2")
    assert replaced(tenth, second) == {"c": "d"}


def test_the_hash_of_a_record_without_a_file_does_not_depend_on_its_id():
    typed = record(source_kind="manual", content_sha256=None, origin_key="manual:a")
    again = replace(typed, activity_id="b", origin_key="manual:b")

    assert preference(typed, None)[:-1] == preference(again, None)[:-1]
    assert preference(typed, None) != preference(replace(typed, elapsed_s=1), None)


def test_what_was_typed_in_gives_way_to_what_was_recorded():
    typed = record(
        "a",
        source_kind="manual",
        content_sha256=None,
        avg_hr_bpm=150,
        calories_kcal=700,
        ascent_m=200,
        steps=9000,
    )

    assert metric_count(typed) == 0
    assert replaced(typed, record("b", distance_cm=None, position_count=100)) == {"a": "b"}


def test_a_zero_measures_nothing():
    assert metric_count(record(steps=0, calories_kcal=0, distance_cm=0, position_count=1)) == 0


def test_a_record_that_is_replaced_replaces_nothing():
    best = record("a", 0, 60, avg_hr_bpm=140, calories_kcal=500)
    middle = record("b", 30, 60, avg_hr_bpm=140)
    last = record("c", 60, 60)

    assert replaced(best, middle, last) == {"b": "a"}
    assert replaced(middle, last) == {"c": "b"}


def test_the_most_preferred_of_several_is_named():
    early, late = record("b", 0, 40), record("a", 45, 40, calories_kcal=100)
    long = record("c", 10, 60, distance_cm=None)

    assert replaced(early, late, long) == {"c": "a"}


@pytest.mark.parametrize("state", ["rejected", "deleted"])
def test_a_record_that_is_rejected_or_deleted_replaces_nothing(state):
    gone = record("a", avg_hr_bpm=140, state=state)

    assert replaced(gone, record("b")) == {}
    assert choose([gone, record("b")]) == {"a": None, "b": None}


def test_a_second_copy_is_no_way_round_a_hold():
    assert replaced(record("a", avg_hr_bpm=140, state="held"), record("b")) == {"b": "a"}


def test_a_clock_that_ran_away_reaches_a_week_and_no_further():
    endless = record("a", 0, 60 * 24 * 365 * 60, avg_hr_bpm=140)
    week_min = LONGEST // MINUTE

    assert replaced(endless, record("b", week_min - 60)) == {"b": "a"}
    assert replaced(endless, record("b", week_min + 1)) == {}


def test_days_side_by_side_are_one_stretch_through_the_change_of_the_clocks():
    march = [date(2026, 3, day) for day in (9, 7, 8, 20, 7)]

    assert stretches(march, NEW_YORK) == [
        Span(datetime(2026, 3, 7, 5, tzinfo=UTC), datetime(2026, 3, 10, 4, tzinfo=UTC)),
        Span(datetime(2026, 3, 20, 4, tzinfo=UTC), datetime(2026, 3, 21, 4, tzinfo=UTC)),
    ]


sports = st.sampled_from(["running", "treadmill", "cycling", "other"])
states = st.sampled_from(["accepted", "accepted", "accepted", "held", "rejected", "deleted"])


@st.composite
def record_sets(draw):
    """Return up to 12 records within a day, many of them of the same moments."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 16), st.integers(0, 12), sports, states, st.booleans(), st.booleans()
            ),
            max_size=12,
        )
    )
    return [
        record(
            chr(ord("a") + place),
            start_min=start * 15,
            length_min=length * 15,
            sport=sport,
            state=state,
            avg_hr_bpm=140 if has_heart else None,
            origin_key=f"connection:{'watch' if is_watch else 'phone'}:{place}",
        )
        for place, (start, length, sport, state, has_heart, is_watch) in enumerate(rows)
    ]


def reference(records, primary_connection_id):
    """Return the choice by the sentence of the product, word for word."""
    counting, chosen = [], {each.activity_id: None for each in records}
    for each in sorted(records, key=lambda one: preference(one, primary_connection_id)):
        if each.state not in {"accepted", "held"}:
            continue
        better = next((one for one in counting if is_same_workout(one, each)), None)
        if better is None:
            counting.append(each)
        else:
            chosen[each.activity_id] = better.activity_id
    return chosen


@given(record_sets(), st.randoms(use_true_random=False), st.sampled_from([None, "watch"]))
def test_the_order_of_arrival_changes_nothing(records, chance, primary):
    shuffled = list(records)
    chance.shuffle(shuffled)

    found = choose(shuffled, primary_connection_id=primary)

    assert found == reference(records, primary)


@given(record_sets())
def test_choosing_within_groups_is_choosing_from_all(records):
    whole = choose(records)

    apart = {key: value for group in clusters(records) for key, value in choose(group).items()}

    assert apart == whole


@given(record_sets())
def test_a_choice_is_consistent(records):
    chosen, by_id = choose(records), {each.activity_id: each for each in records}
    for activity_id, better_id in chosen.items():
        if better_id is not None:
            assert chosen[better_id] is None
            assert is_same_workout(by_id[activity_id], by_id[better_id])
    counting = [
        each
        for each in records
        if chosen[each.activity_id] is None and each.state in {"accepted", "held"}
    ]
    assert not any(
        is_same_workout(one, other) for one in counting for other in counting if one is not other
    )


def test_a_chain_of_ten_thousand_is_chosen_from_in_a_moment():
    chain = [record(f"{place:05}", start_min=place * 40, length_min=60) for place in range(10_000)]

    chosen = choose(chain)

    assert len(list(clusters(chain))) == 1
    assert not any(chosen.values())


def day_of_steps(name, steps, **over):
    return record(name, **{"type": "steps", "file_format": "apple", "steps": steps, **over})


def test_of_files_with_the_steps_of_one_day_the_one_with_more_counts():
    later = 20 * 60  # the next day
    few, many = day_of_steps("a", 3000), day_of_steps("b", 5000, start_min=90)
    next_day = day_of_steps("c", 100, start_min=later)
    for order in permutations([few, many, next_day, record("d")]):
        assert replaced(*order) == {"a": "b"}


@pytest.mark.parametrize(
    "other", [{"file_format": "fit"}, {"source_kind": "connection"}, {"state": "deleted"}]
)
def test_steps_of_another_source_or_that_are_gone_replace_nothing(other):
    assert replaced(day_of_steps("a", 3000), day_of_steps("b", 5000, **other)) == {}
