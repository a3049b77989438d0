"""Reviews and whatever else befalls the same records, in any order, end alike."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fittrack import db
from fittrack.activities import service as activities
from fittrack.activities.editing import service as editing
from fittrack.points import service as points
from fittrack.points.audit import audit_ledger
from fittrack.reviews import days, repository, service, spread, steps
from fittrack.reviews import rules as review_rules
from fittrack.reviews.models import Reason
from tests.activities import records
from tests.factories_accounts import make_account
from tests.points.shares import examples
from tests.reviews.reviewers import DAY_ON, FAR_AT

HONEST_MPS, FAST_MPS = 2.8, 9.0
DAYS = [DAY_ON + timedelta(days=number) for number in range(3)]
SHARE = hypothesis_settings(
    max_examples=examples(6),
)
# What befalls a record once it is there; a review may be decided, appealed and decided again.
verdicts = st.sampled_from(
    [(), ("accepted",), ("rejected",), ("rejected", "appeal"), ("rejected", "appeal", "accepted")]
)
record_stories = st.tuples(
    st.integers(0, 5),  # half hours after noon
    st.integers(0, 2),  # day
    st.sampled_from([HONEST_MPS, FAST_MPS]),
    verdicts,
    st.sampled_from([(), ("edit",), ("delete",), ("edit", "delete")]),
)
day_stories = st.tuples(st.integers(0, 2), verdicts)
Move = tuple[int, str]


def hold(account_id: str, day_on: date) -> None:
    """Hold a day as the periodic run does."""
    reason = Reason(spread.CODE, spread.WORDS, {"day_points": 400})
    with db.transaction("hold_day_for_test") as tx:
        points.hold_member(tx, account_id, now=FAR_AT)
        steps.open_day_review(tx, account_id, day_on, reason, now=FAR_AT)
        days.settle_day(tx, account_id, day_on, now=FAR_AT)


class Story:
    """One member and the records that a set of stories tells of."""

    def __init__(self, reviewer_id: str, record_stories: list, day_stories: list) -> None:
        self.account_id, self.reviewer_id = make_account(), reviewer_id
        self.records, self.days = record_stories, day_stories
        self.activity_ids: dict[int, str] = {}

    def moves(self) -> list[list[Move]]:
        """Return what happens, each record's and each day's own moves in their order."""
        told = [
            [(at, each) for each in ("arrive", *(verdict if speed == FAST_MPS else ()), *rest)]
            for at, (_, _, speed, verdict, rest) in enumerate(self.records)
        ]
        first = len(told)
        held = [
            [(first + at, each) for each in ("hold", *verdict)]
            for at, (_, verdict) in enumerate(self.days)
        ]
        return [*told, *held]

    def make(self, move: Move) -> None:
        """Let one thing happen."""
        at, kind = move
        if at >= len(self.records):
            self._make_day(DAYS[self.days[at - len(self.records)][0]], kind)
        elif kind == "arrive":
            self._arrive(at)
        elif kind == "edit":
            changes = {"sport": "trail_running", "name": "Home"}
            editing.edit_activity(changes=changes, now=FAR_AT, **self._whose(at))
        elif kind == "delete":
            activities.delete_activity(now=FAR_AT, **self._whose(at))
        else:
            with db.reading("find_review_for_test") as tx:
                review = steps.find_review(tx, self.activity_ids[at])
            self._decide(review.review_id, kind)

    def _whose(self, at: int) -> dict[str, str]:
        return {"activity_id": self.activity_ids[at], "account_id": self.account_id}

    def _arrive(self, at: int) -> None:
        half_hours, day, speed_mps, *_ = self.records[at]
        self.activity_ids[at] = records.add(
            self.account_id,
            start_min=day * 1440 + half_hours * 30,
            distance_m=speed_mps * 3600 + at,  # no two are alike
            avg_speed_mps=speed_mps,
            now=FAR_AT,
        )

    def _make_day(self, day_on: date, kind: str) -> None:
        if kind == "hold":
            hold(self.account_id, day_on)
        else:
            key = review_rules.day_subject(self.account_id, day_on).key
            with db.reading("find_review_for_test") as tx:
                review = repository.find_review_of(tx, key)
            self._decide(review.review_id, kind)

    def _decide(self, review_id: str, kind: str) -> None:
        if kind == "appeal":
            service.appeal(
                review_id=review_id, account_id=self.account_id, text="It was me.", now=FAR_AT
            )
        else:
            service.decide_review(
                review_id=review_id,
                state=kind,
                reason="Seen.",
                actor_id=self.reviewer_id,
                now=FAR_AT,
            )

    def receipts(self) -> list:
        """Return what all days came to, without ids."""
        found = [points.get_day(account_id=self.account_id, day_on=day_on) for day_on in DAYS]
        return [
            (each.awarded_points, each.run_days, bool(each.review_id), each.lines) for each in found
        ]


def interleaved(moves: list[list[Move]], seed: int) -> list[Move]:
    """Return all moves in an order that chance decides; those of one list stay in theirs."""
    left, chance, told = [list(each) for each in moves], Random(seed), []
    while left := [each for each in left if each]:
        told.append(chance.choice(left).pop(0))
    return told


@SHARE
@given(
    st.lists(record_stories, min_size=2, max_size=5),
    st.lists(day_stories, max_size=2, unique_by=lambda story: story[0]),
    st.integers(0, 2**32),
)
def test_reviews_in_any_order_with_anything_else_end_alike(database, told, held, seed):
    reviewer_id = make_account(role="admin")
    outcomes = []
    for order in (seed, seed + 1):
        story = Story(reviewer_id, told, held)
        for move in interleaved(story.moves(), order):
            story.make(move)
        outcomes.append(story.receipts())

    assert outcomes[0] == outcomes[1]
    assert audit_ledger(now=FAR_AT, is_deep=True).is_clean
    assert records.days_that_differ(story.account_id) == []
