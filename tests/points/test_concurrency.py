"""Real processes on one database file: nothing lost, nothing doubled, nothing below zero."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

import pytest

from fittrack import db
from fittrack.ids import new_id
from fittrack.points import ledger, service
from fittrack.points.audit import audit_ledger
from fittrack.points.errors import InsufficientPoints, PurchaseNotFound
from tests.conformance import engines
from tests.factories_points import (
    NOON,
    balance_of,
    give_points,
    make_activity,
    make_member,
    recompute,
    set_state,
)

FORK = multiprocessing.get_context("fork")
PROCESSES = 64
PRICE = 7
# No drawing sold these tickets.
WITHOUT_DRAWINGS = {"purchase_entry"}


def in_processes(count: int, url: str, work: Callable[[int], int]) -> list[int]:
    """Let processes do something at the same moment, each on a connection of its own."""
    if engines.name() != "sqlite":
        pytest.skip("opens the file from other processes")
    gate, results = FORK.Barrier(count), FORK.Queue()

    def run(number: int) -> None:
        db.bind(url, synchronous="OFF")
        gate.wait(60)
        results.put(work(number))

    processes = [FORK.Process(target=run, args=(number,)) for number in range(count)]
    for process in processes:
        process.start()
    done = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert {process.exitcode for process in processes} == {0}
    return done


@pytest.fixture
def url(database):
    return f"sqlite:///{database.path}"


def buy(account_id: str, reference_id: str) -> bool:
    try:
        with db.transaction("buy") as tx:
            service.spend(
                tx, account_id, PRICE, reference_id=reference_id, description="d", now=NOON
            )
    except InsufficientPoints:
        return False
    return True


def purchases() -> int:
    rows = (
        db.engine()
        .raw()
        .execute("SELECT COUNT(*) FROM ledger_transactions WHERE kind = 'ticket_purchase'")
    )
    return int(rows.fetchone()[0])


def test_64_processes_spend_one_balance_to_the_last_purchase_it_covers(url):
    ana = make_member(points=1_000)

    sold = in_processes(PROCESSES, url, lambda _: sum(buy(ana, new_id()) for _ in range(5)))

    assert sum(sold) == purchases() == 1_000 // PRICE
    assert balance_of(ana) == 1_000 % PRICE
    assert set(audit_ledger(now=NOON).findings.counts) <= WITHOUT_DRAWINGS


def test_of_two_purchases_at_the_same_moment_one_succeeds_if_there_are_points_for_one(url):
    ana = make_member(points=PRICE)

    assert sorted(in_processes(2, url, lambda _: buy(ana, new_id()))) == [0, 1]
    assert balance_of(ana) == 0


def test_one_purchase_tried_by_many_is_paid_once(url):
    ana = make_member(points=1_000)

    in_processes(16, url, lambda _: buy(ana, "the-same"))

    assert balance_of(ana) == 1_000 - PRICE
    assert purchases() == 1


def test_days_recomputed_by_many_are_awarded_once(url):
    ana = make_member()
    days = [date(2026, 6, 15) + timedelta(days=n) for n in range(8)]
    for n in range(8):
        make_activity(ana, started_at=NOON + timedelta(days=n), count=30)

    in_processes(16, url, lambda number: recompute(ana, days[number % 8 :]) is None)

    assert balance_of(ana) == 8 * 110 + 250
    assert audit_ledger(now=NOON, is_deep=True).findings.kept == []


def test_anything_at_once_on_the_same_members_leaves_the_books_in_order(url):
    """Awards, corrections, purchases, refunds, adjustments and reversals cross each other."""
    members = [make_member(points=100) for _ in range(3)]
    walks = [make_activity(member, count=30) for member in members]

    def meddle(number: int) -> int:
        for n in range(12):
            member, walk = members[(number + n) % 3], walks[(number + n) % 3]
            step = (number * 5 + n) % 5
            if step == 0:
                buy(member, f"{member}-{n % 4}")
            elif step == 1:
                give_points(member, 40 - number * 6)
            elif step == 2:
                set_state(walk, "deleted" if number % 2 else "accepted")
                recompute(member, [date(2026, 6, 15)])
            elif step == 3:
                give_back(f"{member}-{n % 4}")
            else:
                undo(number % 3 + 1)
        return number

    assert sorted(in_processes(16, url, meddle)) == list(range(16))

    for member in members:
        recompute(member, [date(2026, 6, 15)])
    found = audit_ledger(now=NOON, is_deep=True).findings
    assert set(found.counts) <= WITHOUT_DRAWINGS | {"refund_reversal"}, found.kept


def give_back(reference_id: str) -> None:
    with suppress(PurchaseNotFound), db.transaction("give_back") as tx:
        service.refund(tx, reference_id=reference_id, description="d", now=NOON)


def undo(sequence_no: int) -> None:
    with db.transaction("undo") as tx:
        ledger.reverse(
            tx,
            sequence_no,
            kind="reversal",
            description="d",
            actor="admin",
            day_on=date(2026, 6, 15),
            now=NOON,
        )


def test_accounts_opened_by_many_are_opened_once(url):
    ana = make_member()

    def open_accounts(_: int) -> int:
        with db.transaction("open_accounts") as tx:
            service.open_accounts(tx, ana, now=NOON)
        return 1

    assert in_processes(8, url, open_accounts) == [1] * 8
    assert balance_of(ana) == 0
