"""What a day's activities come to: each minute once, each step from its best source."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.clock import day_bounds
from fittrack.points.models import Body, DayActivity, DayMinutes, Effort, MaxHrValue
from fittrack.points.tally import age_on, intensity_of, max_hr_tenths_of, tallies_of, tally_of
from fittrack.points.versions import VERSIONS
from tests.factories_points import LIGHT, MODERATE, VIGOROUS, minutes

DAY = date(2026, 6, 15)
NOON = datetime(2026, 6, 15, 16, tzinfo=UTC)
ANA = Body(date(1986, 1, 1), (MaxHrValue(date.min, 200),))
ZONE = ZoneInfo("America/New_York")


def activity(name="a", *, type="workout", source="file", moving_s=0, steps=None, day_on=DAY):
    return DayActivity(name, day_on, type, source, moving_s, steps)


def block(count, intensity=MODERATE, hr_bpm=None, *, source="file", start=NOON, day_on=DAY):
    return DayMinutes(day_on, source, minutes(start, count, intensity, hr_bpm))


def effort(activities=(), blocks=()) -> Effort:
    return tally_of(DAY, activities, blocks, ANA).recorded


def test_a_minute_counts_once_at_its_highest_intensity():
    slow, fast = block(30, LIGHT), block(10, VIGOROUS, start=NOON + timedelta(minutes=5))

    assert effort(blocks=[slow, fast, slow]) == Effort(light_minutes=20, vigorous_minutes=10)


@pytest.mark.parametrize(
    ("hr_bpm", "intensity"), [(99, LIGHT), (100, MODERATE), (140, MODERATE), (141, VIGOROUS)]
)
def test_the_bounds_of_the_intensities_belong_to_moderate(hr_bpm, intensity):
    assert intensity_of(hr_bpm, LIGHT, 2000, VERSIONS[0]) == intensity


def test_a_heart_rate_beats_the_speed_and_speed_stands_in_for_it():
    assert intensity_of(190, LIGHT, 2000, VERSIONS[0]) == VIGOROUS
    assert intensity_of(90, VIGOROUS, 2000, VERSIONS[0]) == LIGHT
    assert intensity_of(None, VIGOROUS, 2000, VERSIONS[0]) == VIGOROUS
    assert intensity_of(0, MODERATE, 2000, VERSIONS[0]) == MODERATE
    assert intensity_of(190, LIGHT, None, VERSIONS[0]) == LIGHT


def test_the_maximum_heart_rate_follows_the_age_of_that_day():
    born = Body(date(1986, 6, 15), (MaxHrValue(date.min, None),))

    assert max_hr_tenths_of(born, date(2026, 6, 14)) == 2080 - 7 * 39
    assert max_hr_tenths_of(born, date(2026, 6, 15)) == 2080 - 7 * 40
    assert max_hr_tenths_of(ANA, DAY) == 2000
    assert max_hr_tenths_of(Body(None, (MaxHrValue(date.min, None),)), DAY) is None


def test_each_day_is_rated_by_the_maximum_heart_rate_that_held_then():
    values = (MaxHrValue(date(1900, 1, 1), 190), MaxHrValue(DAY, 200))
    ana = Body(date(1986, 1, 1), values)

    assert max_hr_tenths_of(ana, date(1800, 1, 1)) == 1900
    assert max_hr_tenths_of(ana, DAY - timedelta(days=1)) == 1900
    assert max_hr_tenths_of(ana, DAY) == 2000
    assert max_hr_tenths_of(ana, DAY + timedelta(days=1)) == 2000


def test_who_is_born_on_29_february_is_older_on_1_march():
    assert age_on(date(2004, 2, 29), date(2025, 2, 28)) == 20
    assert age_on(date(2004, 2, 29), date(2025, 3, 1)) == 21


@pytest.mark.parametrize(("moving_s", "workouts"), [(1_199, 0), (1_200, 1)])
def test_a_workout_is_one_of_20_minutes_or_longer(moving_s, workouts):
    assert effort([activity(moving_s=moving_s)]).workouts == workouts
    assert effort([activity(moving_s=moving_s, type="active_minutes")]).workouts == 0


def test_a_daily_record_beats_the_steps_of_workouts():
    walk, run = activity("a", steps=4_000), activity("b", steps=3_000)
    records = [activity("c", type="steps", steps=5_000), activity("d", type="steps", steps=6_000)]

    assert effort([walk, run]).steps == 7_000
    assert effort([walk, *records, run]).steps == 6_000


def test_manual_entries_stand_apart_from_what_was_recorded():
    tally = tally_of(
        DAY,
        [
            activity("a", moving_s=1_800, steps=3_000),
            activity("b", moving_s=1_800, steps=900, source="manual"),
        ],
        [block(30, LIGHT), block(40, VIGOROUS, source="manual")],
        ANA,
    )

    assert tally.recorded == Effort(3_000, 30, 0, 0, 1)
    assert tally.with_manual == Effort(3_900, 0, 0, 40, 2)


def test_a_manual_step_record_takes_nothing_away():
    tally = tally_of(
        DAY,
        [activity("a", steps=9_000), activity("b", type="steps", steps=10, source="manual")],
        [],
        ANA,
    )

    assert tally.with_manual.steps == tally.recorded.steps == 9_000


def test_each_day_gets_its_own():
    next_day = DAY + timedelta(days=1)

    tallies = tallies_of(
        [DAY, next_day],
        [activity("a", moving_s=3_600)],
        [block(30), block(10, start=NOON + timedelta(hours=12), day_on=next_day)],
        ANA,
    )

    assert tallies[DAY].recorded == Effort(moderate_minutes=30, workouts=1)
    assert tallies[next_day].recorded == Effort(moderate_minutes=10)


@pytest.mark.parametrize(
    ("day_on", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (DAY, 24)]
)
def test_a_day_has_as_many_minutes_as_the_clocks_give_it(day_on, hours):
    start, end = day_bounds(day_on, ZONE)
    whole_day = block((end - start) // timedelta(minutes=1), LIGHT, start=start, day_on=day_on)

    tally = tally_of(day_on, [], [whole_day, whole_day], ANA)

    assert tally.recorded.light_minutes == hours * 60


blocks = st.builds(
    block,
    st.integers(0, 90),
    st.sampled_from([LIGHT, MODERATE, VIGOROUS]),
    st.sampled_from([None, 80, 120, 180]),
    source=st.sampled_from(["file", "manual", "connection"]),
    start=st.integers(0, 300).map(lambda n: NOON + timedelta(minutes=n)),
)
activities = st.builds(
    activity,
    st.uuids().map(str),
    type=st.sampled_from(["workout", "steps", "active_minutes"]),
    source=st.sampled_from(["file", "manual", "connection"]),
    moving_s=st.integers(0, 5_000),
    steps=st.none() | st.integers(0, 30_000),
)


@given(st.lists(activities, max_size=6), st.lists(blocks, max_size=6), st.randoms())
def test_neither_order_nor_repetition_of_minutes_matters(given_activities, given_blocks, random):
    expected = tally_of(DAY, given_activities, given_blocks, ANA)
    random.shuffle(given_activities)
    again = given_blocks * 2
    random.shuffle(again)

    assert tally_of(DAY, given_activities, again, ANA) == expected


@given(st.lists(blocks, max_size=6))
def test_no_minute_is_counted_twice(given_blocks):
    covered = {minute[0] for given_block in given_blocks for minute in given_block.minutes_json}

    assert tally_of(DAY, [], given_blocks, ANA).with_manual.active_minutes == len(covered)
