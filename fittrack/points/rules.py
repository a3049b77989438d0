"""What a day is worth: a pure function of its tally, the run of active days, and the rules.

Every rule leaves one line in the receipt. A rule's own limit cuts first, then the cap of the day in
the order of the lines: steps, active minutes, workouts, goal, streak, manual entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fittrack.points.models import Award, Effort, ReceiptLine, Tally
from fittrack.points.versions import RulesVersion

DAY_CAP = "points_a_day"
REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Earning:
    """What one rule gives before the cap of the day; `limit` names the rule's own, where it cut."""

    rule: str
    input: dict[str, int]
    earned_points: int
    allowed_points: int
    limit: str


def award_of(tally: Tally, run_days: int, rules: RulesVersion) -> Award:
    """Return what a day is worth, with its receipt.

    `run_days` is the length of the run of active days that this day ends, 0 where it is not active.
    """
    lines = tuple(_capped(_earnings(tally, run_days, rules), rules.points_a_day))
    return Award(
        rules_version=rules.version,
        awarded_points=sum(line.awarded_points for line in lines),
        forfeited_points=sum(line.forfeited_points for line in lines),
        lines=lines,
    )


def withheld(award: Award) -> Award:
    """Return an award of which nothing is paid: the day waits for a review, or was rejected."""
    lines = tuple(_withheld(line) if line.awarded_points else line for line in award.lines)
    forfeited_points = sum(line.forfeited_points for line in lines)
    return replace(award, awarded_points=0, forfeited_points=forfeited_points, lines=lines)


def _withheld(line: ReceiptLine) -> ReceiptLine:
    return replace(
        line,
        awarded_points=0,
        forfeited_points=line.earned_points,
        capped_by=(*line.capped_by, REVIEW),
    )


def is_active_day(active_minutes: int, rules: RulesVersion) -> bool:
    """Tell whether a day counts for the run; manual minutes are not among these."""
    return active_minutes >= rules.active_day_minutes


def _earnings(tally: Tally, run_days: int, rules: RulesVersion) -> Iterator[Earning]:
    yield from _effort_earnings(tally.recorded, rules)
    yield _streak(run_days, rules)
    yield _manual(tally, rules)


def _effort_earnings(effort: Effort, rules: RulesVersion) -> Iterator[Earning]:
    """Yield what an effort gives by itself: steps, minutes, workouts and the step goal."""
    yield _steps(effort.steps, rules)
    yield _minutes("light_minutes", effort.light_minutes, rules.light_points)
    yield _minutes("moderate_minutes", effort.moderate_minutes, rules.moderate_points)
    yield _minutes("vigorous_minutes", effort.vigorous_minutes, rules.vigorous_points)
    yield _workouts(effort.workouts, rules)
    yield _goal(effort.steps, rules)


def _steps(steps: int, rules: RulesVersion) -> Earning:
    counted = min(steps, rules.steps_a_day)
    return _earning(
        "steps",
        {"steps": steps},
        steps // rules.steps_per_unit * rules.unit_points,
        counted // rules.steps_per_unit * rules.unit_points,
        "steps_a_day",
    )


def _minutes(rule: str, minutes: int, points: int) -> Earning:
    return _earning(rule, {"minutes": minutes}, minutes * points, minutes * points)


def _workouts(workouts: int, rules: RulesVersion) -> Earning:
    counted = min(workouts, rules.workouts_a_day)
    return _earning(
        "workouts",
        {"workouts": workouts},
        workouts * rules.workout_points,
        counted * rules.workout_points,
        "workouts_a_day",
    )


def _goal(steps: int, rules: RulesVersion) -> Earning:
    points = rules.goal_points if steps >= rules.goal_steps else 0
    return _earning("step_goal", {"steps": steps}, points, points)


def _streak(run_days: int, rules: RulesVersion) -> Earning:
    is_due = run_days > 0 and run_days % rules.streak_days == 0
    points = rules.streak_points if is_due else 0
    return _earning("weekly_streak", {"run_days": run_days}, points, points)


def _manual(tally: Tally, rules: RulesVersion) -> Earning:
    """Return what the manual entries add to the recorded effort, within their own limit."""
    points = _worth(tally.with_manual, rules) - _worth(tally.recorded, rules)
    allowed = min(points, rules.manual_points_a_day)
    return _earning("manual_entries", _added(tally), points, allowed, "manual_points_a_day")


def _worth(effort: Effort, rules: RulesVersion) -> int:
    return sum(earning.allowed_points for earning in _effort_earnings(effort, rules))


def _added(tally: Tally) -> dict[str, int]:
    recorded, together = tally.recorded, tally.with_manual
    return {
        "steps": together.steps - recorded.steps,
        "minutes": together.active_minutes - recorded.active_minutes,
        "workouts": together.workouts - recorded.workouts,
    }


def _earning(
    rule: str, given: dict[str, int], earned: int, allowed: int, limit: str = ""
) -> Earning:
    return Earning(rule, given, earned, allowed, limit if allowed < earned else "")


def _capped(earnings: Iterable[Earning], cap_points: int) -> Iterator[ReceiptLine]:
    """Yield the receipt's lines; each takes what the ones before it left of the cap."""
    left = cap_points
    for earning in earnings:
        awarded = min(earning.allowed_points, left)
        left -= awarded
        cuts = (earning.limit, DAY_CAP if awarded < earning.allowed_points else "")
        yield ReceiptLine(
            rule=earning.rule,
            input=earning.input,
            earned_points=earning.earned_points,
            awarded_points=awarded,
            forfeited_points=earning.earned_points - awarded,
            capped_by=tuple(cut for cut in cuts if cut),
        )
