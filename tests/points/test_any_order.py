"""Whatever way the same things come in, they end in the same awards, receipts and ranks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fittrack import config, db
from fittrack.clock import day_of
from fittrack.ids import new_id
from fittrack.points import days, repository, service
from fittrack.points.errors import InsufficientPoints
from tests.factories_points import (
    LIGHT,
    MODERATE,
    NOON,
    VIGOROUS,
    execute,
    make_activity,
    make_member,
    recompute,
)
from tests.points.shares import examples
from tests.points.test_ledger import rows

DAY = timedelta(days=1)
ALL_DAYS = [date(2026, 6, 15) + n * DAY for n in range(14)]


@dataclass(frozen=True)
class Form:
    """What an activity is, as its record says at some moment."""

    day: int
    minute: int
    count: int
    intensity: int
    hr_bpm: int | None
    source_kind: str
    kind: str
    steps: int | None
    state: str

    @property
    def started_at(self):
        return NOON + timedelta(days=self.day, minutes=self.minute)

    @property
    def days(self):
        first = day_of(self.started_at, config.current().zone)
        return {first, first + DAY}


forms = st.builds(
    Form,
    day=st.integers(0, 11),
    minute=st.integers(0, 719),  # up to midnight, and over it
    count=st.sampled_from([5, 30, 60, 400]),
    intensity=st.sampled_from([LIGHT, MODERATE, VIGOROUS]),
    hr_bpm=st.sampled_from([None, 90, 130, 139, 190]),
    source_kind=st.sampled_from(["file", "file", "connection", "manual"]),
    kind=st.sampled_from(["workout", "workout", "steps"]),
    steps=st.sampled_from([None, 4_000, 12_500, 30_000]),
    state=st.sampled_from(["accepted", "accepted", "accepted", "held", "rejected", "deleted"]),
)
# Which activity, what it is for a while (or None: what it was), and whether it comes twice.
steps = st.tuples(st.integers(0, 9), st.none() | forms, st.booleans())
# From which day on which maximum heart rate holds, in the order in which they are told.
changes = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from([None, 180, 190, 210])), max_size=3
).map(lambda found: sorted(found, key=lambda change: change[0]))


class Life:
    """A member to whom things happen."""

    def __init__(self) -> None:
        self.account_id = make_member(max_hr_bpm=200)
        self.ids: dict[int, str] = {}
        self.forms: dict[int, Form] = {}
        self.max_hr_bpm: int | None = 200
        self.spent_points = 0

    def bring(self, number: int, form: Form) -> None:
        """Let an activity come in, or be edited, held, decided on or deleted."""
        activity_id = self.ids.setdefault(number, new_id())
        execute("DELETE FROM activity_minutes WHERE activity_id = ?", activity_id)
        execute("DELETE FROM activities WHERE activity_id = ?", activity_id)
        make_activity(
            self.account_id,
            activity_id=activity_id,
            started_at=form.started_at,
            count=0 if form.kind == "steps" else form.count,
            intensity=form.intensity,
            hr_bpm=form.hr_bpm,
            source_kind=form.source_kind,
            type=form.kind,
            steps=form.steps,
            state=form.state,
        )
        before, self.forms[number] = self.forms.get(number, form), form
        recompute(self.account_id, sorted(before.days | form.days))

    def pass_through(self, number: int, form: Form | None) -> None:
        """Let an activity be something for a while, or come once more as it is."""
        if form is not None:
            self.bring(number, form)
        elif number in self.forms:
            recompute(self.account_id, sorted(self.forms[number].days))

    def change_max_hr(self, day: int, max_hr_bpm: int | None) -> None:
        before, self.max_hr_bpm = self.max_hr_bpm, max_hr_bpm
        execute(
            "UPDATE profiles SET max_hr_bpm = ? WHERE account_id = ?", max_hr_bpm, self.account_id
        )
        with db.transaction("change_profile") as tx:
            service.change_max_hr(
                tx,
                self.account_id,
                before_bpm=before,
                after_bpm=max_hr_bpm,
                now=NOON + timedelta(days=day),
            )

    def result(self) -> list[tuple]:
        """Return every day that is worth something or could have been, without its history."""
        with db.reading("check") as tx:
            found = repository.list_day_awards(tx, self.account_id, date.min, date.max)
        return [
            (row.day_on, row.awarded_points, row.run_days, row.tally_json, row.receipt_json)
            for row in found
            if any(any(effort.values()) for effort in row.tally_json.values())
        ]

    def ranks(self) -> list[tuple]:
        """Return what the boards count for the member."""
        return rows(
            "SELECT period, starts_on, board_code, points, active_days FROM standings"
            f" WHERE account_id = '{self.account_id}' AND points > 0 ORDER BY 1, 2, 3"
        )

    def buy(self, points: int) -> None:
        """Spend points, if there are enough, so that a later correction may leave debt."""
        with suppress(InsufficientPoints), db.transaction("buy") as tx:
            service.spend(
                tx, self.account_id, points, reference_id=new_id(), description="d", now=NOON
            )
            self.spent_points += points

    def net_points(self) -> int:
        """Return all that was ever awarded: what there is and was spent, less what is owed."""
        balance = service.get_balance(account_id=self.account_id)
        assert min(balance.balance_points, balance.debt_points) >= 0
        return balance.balance_points - balance.debt_points + self.spent_points


@pytest.fixture
def open_boards(database):
    """Let no period freeze: what comes in later than that rightly counts for less."""
    given = config.current()
    config.use(replace(given, board_grace_s=10**8))
    yield
    config.use(given)


def at_once(finals: list[Form], max_hrs: list[tuple]) -> Life:
    """Return a member of whom everything is known at once."""
    life = Life()
    for number, form in enumerate(finals):
        life.bring(number, form)
    for change in max_hrs:
        life.change_max_hr(*change)
    recompute(life.account_id, ALL_DAYS)
    return life


def on_the_way(finals: list[Form], way: list[tuple], max_hrs: list[tuple], random: Random) -> Life:
    """Return a member of whom the same is known in the end, after all kinds of detours."""
    life, told = Life(), list(max_hrs)
    for number, form, is_twice in way:
        if told and random.random() < 0.1:
            life.change_max_hr(*told.pop(0))
        life.buy(random.randint(1, 300))
        for _ in range(1 + is_twice):
            life.pass_through(number, form if number < len(finals) else None)
    for number in random.sample(range(len(finals)), len(finals)):
        life.bring(number, finals[number])
    for change in told:
        life.change_max_hr(*change)
    return life


@hypothesis_settings(
    max_examples=examples(8),
)
@given(
    finals=st.lists(forms, min_size=1, max_size=10),
    way=st.lists(steps, max_size=50),
    max_hrs=changes,
    seed=st.integers(0, 10_000),
)
def test_the_end_does_not_depend_on_the_way_there(open_boards, finals, way, max_hrs, seed):
    """Ana does it all at once; Ben's comes in any order, again, wrongly at first, for a while."""
    ana = at_once(finals, max_hrs)
    ben = on_the_way(finals, way, max_hrs, Random(seed))

    assert ben.result() == ana.result()
    assert ben.ranks() == ana.ranks()
    awarded = [points for _, points, *_ in ana.result()]
    assert ben.net_points() == ana.net_points() == sum(awarded)
    assert max(awarded, default=0) <= 1_000
    with db.reading("check") as tx:
        assert days.differing(tx, ana.account_id, now=NOON) == []
        assert days.differing(tx, ben.account_id, now=NOON) == []
