"""Reviewers, their member and purchases at the same moment, in real processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping

import pytest

from fittrack import config, db
from fittrack.activities import service as activities
from fittrack.activities.editing import service as editing
from fittrack.errors import Problem
from fittrack.ids import new_id
from fittrack.points import service as points
from fittrack.points.audit import audit_ledger
from fittrack.reviews import service, steps
from tests.activities import records
from tests.conformance import engines
from tests.factories_accounts import make_account
from tests.factories_activities import select
from tests.reviews.reviewers import FAR_AT

pytestmark = pytest.mark.skipif(
    engines.name() != "sqlite", reason="opens the file from other processes"
)
FORK = multiprocessing.get_context("fork")
PRICE_POINTS = 40
Work = Callable[[], object]


def at_once(url: str, settings: config.Config, works: Mapping[str, Work]) -> dict[str, str]:
    """Do all works at the same moment, each in a process; return what ended each, or nothing."""
    gate, results = FORK.Barrier(len(works)), FORK.Queue()

    def run(name: str, work: Work) -> None:
        config.use(settings)
        db.bind(url, synchronous="OFF")
        gate.wait(30)
        try:
            work()
        except Problem as problem:
            results.put((name, problem.code))
        else:
            results.put((name, ""))

    processes = [FORK.Process(target=run, args=work) for work in works.items()]
    for process in processes:
        process.start()
    ended = dict(results.get(timeout=60) for _ in processes)
    for process in processes:
        process.join()
    return ended


@pytest.fixture
def url(database):
    return f"sqlite:///{database.path}"


@pytest.fixture
def ana(database):
    """A member with a day that counts, and a record of it that is held."""
    account_id = make_account()
    records.add(account_id, start_min=-240, now=FAR_AT)
    return account_id


@pytest.fixture
def held(ana):
    activity_id = records.add(ana, distance_m=36_000.0, avg_speed_mps=10.0, now=FAR_AT)
    with db.reading("find_review_for_test") as tx:
        return steps.find_review(tx, activity_id)


def decide(review_id: str, state: str) -> Work:
    actor_id = make_account(role="admin")
    return lambda: service.decide_review(
        review_id=review_id, state=state, reason="Seen.", actor_id=actor_id, now=FAR_AT
    )


def spend(account_id: str) -> None:
    with db.transaction("spend_for_test") as tx:
        points.spend(
            tx, account_id, PRICE_POINTS, reference_id=new_id(), description="d", now=FAR_AT
        )


def check_all(account_id: str) -> None:
    """All days are awarded as the rules say, and the books are proved."""
    assert records.days_that_differ(account_id) == []
    found = audit_ledger(now=FAR_AT, is_deep=True).findings.kept
    assert {each.check for each in found} <= {"purchase_entry"}  # no drawing sold what was bought


def events(review_id: str) -> list[str]:
    statement = "SELECT kind FROM review_events WHERE review_id = :review_id"
    return sorted(kind for (kind,) in select(statement, "kind", review_id=review_id))


def test_of_two_reviewers_at_the_same_moment_one_decides(url, settings, ana, held):
    works = {
        f"{state} {number}": decide(held.review_id, state)
        for state in ("accepted", "rejected")
        for number in range(3)
    }

    ended = at_once(url, settings, works)

    (event,) = set(events(held.review_id)) - {"opened"}
    assert len(events(held.review_id)) == 2
    for name, code in ended.items():
        assert code == ("" if name.startswith(event) else "review_decided")
    check_all(ana)


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_a_decision_beside_all_that_its_member_may_do_leaves_all_right(
    url, settings, ana, held, state
):
    own = {"activity_id": held.activity_id, "account_id": ana}
    works = {
        "decide": decide(held.review_id, state),
        "appeal": lambda: service.appeal(
            review_id=held.review_id, account_id=ana, text="It was me.", now=FAR_AT
        ),
        "edit": lambda: editing.edit_activity(changes={"sport": "hiking"}, now=FAR_AT, **own),
        "delete": lambda: activities.delete_activity(now=FAR_AT, **own),
        "bring": lambda: records.add(ana, start_min=70, now=FAR_AT),
        "buy": lambda: spend(ana),
        "buy too": lambda: spend(ana),
    }

    ended = at_once(url, settings, works)

    assert {ended[name] for name in ("bring", "buy", "buy too", "delete")} == {""}
    assert ended["decide"] in {"", "review_decided"}
    assert ended["edit"] in {"", "activity_not_found"}
    assert ended["appeal"] in {"", "nothing_to_appeal"}
    check_all(ana)
