"""What a day is worth, rule by rule, without a database."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.points import ledger
from fittrack.points.models import Award, Effort, Tally
from fittrack.points.rules import award_of
from fittrack.points.versions import VERSIONS, version_on

RULES = VERSIONS[0]


def awarded(effort: Effort, run_days: int = 0, manual: Effort | None = None) -> Award:
    return award_of(Tally(effort, manual or effort), run_days, RULES)


def line_of(award: Award, rule: str):
    return next(line for line in award.lines if line.rule == rule)


@pytest.mark.parametrize(
    ("steps", "points"), [(0, 0), (999, 0), (1_000, 10), (1_999, 10), (9_999, 90), (20_999, 200)]
)
def test_each_full_thousand_of_steps_earns_10_up_to_20_000(steps, points):
    assert line_of(awarded(Effort(steps=steps)), "steps").awarded_points == points


def test_steps_over_the_limit_are_shown_as_forfeited():
    line = line_of(awarded(Effort(steps=25_400)), "steps")

    assert (line.earned_points, line.awarded_points, line.forfeited_points) == (250, 200, 50)
    assert line.capped_by == ("steps_a_day",)


def test_minutes_earn_1_2_and_3_by_intensity():
    award = awarded(Effort(light_minutes=10, moderate_minutes=20, vigorous_minutes=30))

    assert line_of(award, "light_minutes").awarded_points == 10
    assert line_of(award, "moderate_minutes").awarded_points == 40
    assert line_of(award, "vigorous_minutes").awarded_points == 90


@pytest.mark.parametrize(("workouts", "points"), [(0, 0), (1, 50), (3, 150), (4, 150)])
def test_a_workout_earns_50_three_times_a_day(workouts, points):
    assert line_of(awarded(Effort(workouts=workouts)), "workouts").awarded_points == points


@pytest.mark.parametrize(("steps", "points"), [(9_999, 0), (10_000, 100), (20_000, 100)])
def test_the_step_goal_earns_100_once(steps, points):
    assert line_of(awarded(Effort(steps=steps)), "step_goal").awarded_points == points


@pytest.mark.parametrize(
    ("run_days", "points"), [(0, 0), (6, 0), (7, 250), (8, 0), (14, 250), (21, 250)]
)
def test_each_seventh_day_of_a_run_earns_250(run_days, points):
    assert line_of(awarded(Effort(), run_days), "weekly_streak").awarded_points == points


def test_manual_entries_earn_at_most_100_a_day():
    award = awarded(Effort(), manual=Effort(vigorous_minutes=60, workouts=1))

    line = line_of(award, "manual_entries")
    assert (line.earned_points, line.awarded_points) == (230, 100)
    assert line.capped_by == ("manual_points_a_day",)
    assert award.awarded_points == 100


def test_manual_entries_earn_only_what_they_add():
    recorded = Effort(steps=9_000, moderate_minutes=30)
    together = Effort(steps=10_000, moderate_minutes=40)

    line = line_of(awarded(recorded, manual=together), "manual_entries")

    assert line.input == {"steps": 1_000, "minutes": 10, "workouts": 0}
    assert (line.earned_points, line.awarded_points) == (10 + 20 + 100, 100)


def test_a_fourth_workout_by_hand_adds_nothing_to_three_recorded_ones():
    award = awarded(Effort(workouts=3), manual=Effort(workouts=4))

    assert line_of(award, "manual_entries").earned_points == 0


def test_the_cap_of_the_day_cuts_the_last_rules_first():
    effort = Effort(steps=20_000, vigorous_minutes=200, workouts=3)

    award = awarded(effort, 7, replace(effort, moderate_minutes=50))

    assert [(line.rule, line.awarded_points, line.forfeited_points) for line in award.lines] == [
        ("steps", 200, 0),
        ("light_minutes", 0, 0),
        ("moderate_minutes", 0, 0),
        ("vigorous_minutes", 600, 0),
        ("workouts", 150, 0),
        ("step_goal", 50, 50),
        ("weekly_streak", 0, 250),
        ("manual_entries", 0, 100),
    ]
    assert line_of(award, "step_goal").capped_by == ("points_a_day",)
    assert (award.awarded_points, award.forfeited_points) == (1_000, 400)


def test_a_line_names_every_limit_that_cut_it():
    award = awarded(Effort(vigorous_minutes=320, workouts=5))

    assert line_of(award, "workouts").awarded_points == 40
    assert line_of(award, "workouts").capped_by == ("workouts_a_day", "points_a_day")


counts = st.integers(0, 1_500)
efforts = st.builds(
    Effort,
    steps=st.integers(0, 100_000),
    light_minutes=counts,
    moderate_minutes=counts,
    vigorous_minutes=counts,
    workouts=st.integers(0, 12),
)


@given(efforts, efforts, st.integers(0, 400))
def test_no_day_is_worth_more_than_the_cap_or_less_than_nothing(recorded, added, run_days):
    together = Effort(
        recorded.steps + added.steps,
        recorded.light_minutes + added.light_minutes,
        recorded.moderate_minutes + added.moderate_minutes,
        recorded.vigorous_minutes + added.vigorous_minutes,
        recorded.workouts + added.workouts,
    )

    award = award_of(Tally(recorded, together), run_days, RULES)

    assert 0 <= award.awarded_points <= 1_000
    assert award.awarded_points == sum(line.awarded_points for line in award.lines)
    assert award.forfeited_points == sum(line.forfeited_points for line in award.lines)
    assert line_of(award, "manual_entries").awarded_points <= 100
    for line in award.lines:
        assert line.earned_points == line.awarded_points + line.forfeited_points
        assert min(line.awarded_points, line.forfeited_points) >= 0
        assert bool(line.capped_by) == (line.forfeited_points > 0)


def test_every_day_has_a_version_of_the_rules():
    assert version_on(date(1, 1, 1)) is RULES
    assert version_on(date(9999, 12, 31)) is VERSIONS[-1]


def test_no_version_was_edited_since_it_was_used():
    """A changed figure is a new version with a day of its own, never another number here."""
    fingerprints = [ledger.hash_of(asdict(rules))[:16] for rules in VERSIONS]

    assert fingerprints == ["cfd710d987a297f4"]


def test_versions_are_numbered_and_dated_in_order():
    assert [rules.version for rules in VERSIONS] == list(range(1, len(VERSIONS) + 1))
    assert sorted(VERSIONS, key=lambda rules: rules.effective_on) == list(VERSIONS)
