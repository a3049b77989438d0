"""The audit names every corruption that can be planted in the ledger by SQL."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from fittrack import db, queues, worker
from fittrack.clock import utc_now
from fittrack.ids import new_id
from fittrack.points import jobs, service
from fittrack.points.audit import audit_ledger
from tests.conformance import engines
from tests.factories_points import (
    NOON,
    execute,
    give_points,
    insert,
    make_activity,
    make_member,
    recompute,
    set_state,
)

TODAY = date(2026, 6, 15)


@pytest.fixture
def ana(database):
    """A member with a life behind her: an award, a correction, a purchase, a refund, a debt."""
    account_id = make_member(points=100)
    walk = make_activity(account_id, count=60)
    recompute(account_id, [TODAY])
    bought, returned = make_purchase(account_id, 200), make_purchase(account_id, 10)
    give_back(returned)
    set_state(walk, "deleted")
    recompute(account_id, [TODAY])
    assert bought
    return account_id


def make_purchase(account_id: str, points: int) -> str:
    purchase_id = new_id()
    with db.transaction("buy") as tx:
        service.spend(
            tx, account_id, points, reference_id=purchase_id, description="Tickets", now=NOON
        )
    make_entry(account_id, purchase_id, points)
    return purchase_id


def make_entry(account_id: str, purchase_id: str, points: int) -> None:
    _without_foreign_keys()
    insert(
        "entries",
        entry_id=new_id(),
        drawing_id=new_id(),
        account_id=account_id,
        holder="h",
        kind="paid",
        units=1,
        price_points=points,
        purchase_id=purchase_id,
        entered_at="2026-06-15T16:00:00.000000Z",
    )
    execute("PRAGMA foreign_keys = ON")


def give_back(purchase_id: str) -> None:
    with db.transaction("give_back") as tx:
        service.refund(tx, reference_id=purchase_id, description="Cancelled", now=NOON)
    at = "2026-06-15T16:00:00.000000Z"
    execute("UPDATE entries SET refunded_at = ? WHERE purchase_id = ?", at, purchase_id)


def found(**options) -> set[str]:
    return set(audit_ledger(now=NOON, **options).findings.counts)


def unprotect(*tables: str) -> None:
    """Take away what protects a table: triggers, keys and checks, as one with the file could."""
    _without_foreign_keys()
    for table in tables:
        for statement in (
            f"CREATE TABLE copy_of_{table} AS SELECT * FROM {table}",
            f"DROP TABLE {table}",
            f"ALTER TABLE copy_of_{table} RENAME TO {table}",
        ):
            execute(statement)


def _without_foreign_keys() -> None:
    execute("PRAGMA foreign_keys = OFF")


def test_a_ledger_with_a_life_behind_it_is_clean(ana):
    report = audit_ledger(now=NOON, is_deep=True)

    assert report.findings.kept == []
    assert (report.transactions, report.postings) == (6, 13)


@pytest.mark.parametrize("since_no", [1, 2, 6, 7])
def test_a_clean_ledger_is_clean_from_any_transaction_on(ana, since_no):
    report = audit_ledger(now=NOON, since_no=since_no)

    assert report.is_clean
    assert report.transactions == max(0, 7 - since_no)


@pytest.mark.parametrize("since_no", [8, 1000])
def test_an_audit_that_begins_beyond_the_end_says_so(app, ana, since_no):
    run = app.test_cli_runner().invoke(args=["ledger", "audit", "--since", str(since_no)])

    assert run.exit_code == 1
    assert f"since: the ledger ends with transaction 6, before {since_no}" in run.stdout


PLANTED = {
    "transaction_sum": "UPDATE ledger_postings SET amount_points = 7 WHERE sequence_no = 1",
    "total_sum": "UPDATE ledger_postings SET amount_points = 7 WHERE sequence_no = 1"
    " AND ledger_account_id LIKE 'house%'",
    "balance_sum": "UPDATE ledger_accounts SET balance_points = 5 WHERE kind = 'spendable'",
    "balance_after": "UPDATE ledger_postings SET balance_after_points = 1 WHERE sequence_no = 3"
    " AND ledger_account_id LIKE '%spendable'",
    "below_zero": "UPDATE ledger_postings SET amount_points = -5000 WHERE sequence_no = 1"
    " AND ledger_account_id LIKE '%spendable'",
    "posting_owner": "UPDATE ledger_transactions SET account_id = 'ben' WHERE sequence_no = 2",
    "sequence_gap": "DELETE FROM ledger_transactions WHERE sequence_no = 3",
    "lost_posting": "DELETE FROM ledger_transactions WHERE sequence_no = 3",
    "hash_chain": "UPDATE ledger_transactions SET description = 'x' WHERE sequence_no = 2",
    "chain_head": "DELETE FROM ledger_transactions WHERE sequence_no = 6",
    "repeated_key": "UPDATE ledger_transactions SET idempotency_key ="
    " (SELECT idempotency_key FROM ledger_transactions WHERE sequence_no = 1)"
    " WHERE sequence_no = 2",
    "reversal_mirror": "UPDATE ledger_postings SET amount_points = 11 WHERE sequence_no = 5"
    " AND ledger_account_id LIKE '%spendable'",
    "repeated_reversal": "UPDATE ledger_transactions SET reverses_no = 4 WHERE sequence_no = 6",
    "day_award": "UPDATE day_awards SET awarded_points = 20",
    "day_cap": "UPDATE day_awards SET awarded_points = 1001",
    "purchase_entry": "UPDATE entries SET price_points = 1 WHERE price_points = 200",
    "entry_purchase": "UPDATE entries SET purchase_id = 'other' WHERE price_points = 200",
    "refund_reversal": "UPDATE entries SET refunded_at = NULL",
}


@pytest.mark.parametrize("check", PLANTED)
def test_a_planted_corruption_is_named(ana, check):
    unprotect("ledger_accounts", "ledger_transactions", "ledger_postings", "day_awards", "entries")
    assert found() == set()

    execute(PLANTED[check])

    assert check in found()


@pytest.mark.skipif(engines.name() == "bench", reason="serves no value of another type")
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("ledger_transactions", "created_at"),
        ("ledger_transactions", "day_on"),
        ("ledger_postings", "amount_points"),
        ("day_awards", "receipt_json"),
        ("outbox", "due_at"),
    ],
)
def test_a_value_that_nobody_can_read_is_named(ana, table, column):
    unprotect(table)
    with db.transaction("decide") as tx:
        queues.enqueue(tx, "send_mail", "1", now=NOON)

    execute(f"UPDATE {table} SET {column} = 'x'")

    assert "unreadable" in found(is_deep=True)


def test_a_purchase_that_did_not_pay_the_house_is_named(ana):
    unprotect("ledger_postings")

    execute(
        "UPDATE ledger_postings SET ledger_account_id = 'house/adjustments'"
        " WHERE ledger_account_id = 'house/tickets' AND amount_points = 200"
    )

    assert "purchase_entry" in found()


def test_a_purchase_without_an_entry_is_named(ana):
    unprotect("entries")
    execute("DELETE FROM entries WHERE price_points = 200")

    assert found() == {"purchase_entry"}


def test_an_entry_that_nobody_paid_is_named(ana):
    make_entry(ana, new_id(), 5)

    assert found() == {"entry_purchase"}


def test_two_entries_of_one_purchase_are_named(ana):
    give_points(ana, 500)
    purchase_id = make_purchase(ana, 1)
    make_entry(ana, purchase_id, 1)

    assert found() == {"entry_purchase"}


def test_a_refund_without_a_reversal_is_named(ana):
    unprotect("entries")
    execute("UPDATE entries SET refunded_at = '2026-06-15T16:00:00.000000Z'")

    assert found() == {"refund_reversal"}


def test_a_rewritten_chain_does_not_fit_its_successors(ana):
    unprotect("ledger_transactions")
    execute("UPDATE ledger_transactions SET content_hash = ? WHERE sequence_no = 2", "0" * 64)

    numbers = [f.sequence_no for f in audit_ledger(now=NOON).findings.kept]
    assert numbers == [2, 3]


def test_only_a_deep_audit_sees_an_award_that_nothing_earned(ana):
    make_activity(ana, started_at=NOON - timedelta(days=3), count=45)

    assert found() == set()
    assert found(is_deep=True) == {"day_recomputed"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE day_awards SET receipt_json = '[]'",
        "UPDATE day_awards SET active_minutes = 500",
        "UPDATE day_awards SET run_days = 7",
        "UPDATE activities SET state = 'accepted'",
    ],
)
def test_only_a_deep_audit_sees_a_day_that_was_tampered_with(ana, statement):
    execute(statement)

    assert found() == set()
    assert found(is_deep=True) == {"day_recomputed"}


def test_a_deep_audit_looks_at_drawings_too(ana):
    unprotect("drawing_log_head")
    execute("UPDATE drawing_log_head SET head = ?", "f" * 64)

    assert found() == set()
    assert found(is_deep=True) == {"drawing"}


def test_a_job_that_nobody_does_is_named(ana):
    with db.transaction("enqueue") as tx:
        queues.enqueue(tx, "no_such_job", "1", now=NOON, due_at=NOON + timedelta(minutes=1))

    assert found() == {"outbox_kind"}


def test_a_job_that_waits_for_long_is_named(ana):
    long_ago = NOON - timedelta(hours=2)
    with db.transaction("enqueue") as tx:
        queues.enqueue(tx, "send_mail", "1", now=long_ago - timedelta(days=1), due_at=long_ago)

    assert found() == {"outbox_age"}


def test_the_command_tells_by_its_exit_status_whether_all_is_well(app, ana):
    run = app.test_cli_runner().invoke

    clean = run(args=["ledger", "audit", "--json"])
    execute("UPDATE day_awards SET awarded_points = 20")
    wrong = run(args=["ledger", "audit"])
    deep = run(args=["ledger", "audit", "--deep", "--json", "--since", "2"])

    assert (clean.exit_code, json.loads(clean.stdout)["clean"]) == (0, True)
    assert (wrong.exit_code, "day_award:" in wrong.stdout) == (1, True)
    report = json.loads(deep.stdout)
    assert (deep.exit_code, report["since"], report["counts"]["day_award"]) == (1, 2, 1)


def test_the_nightly_audit_is_a_job_that_logs_what_is_wrong(ana, caplog):
    for night in range(2):
        execute("UPDATE day_awards SET awarded_points = ?", 20 * night)
        jobs.start_audit(now=utc_now() - timedelta(seconds=1))
        (job,) = queues.list_due(now=utc_now())
        worker.run_outbox(job.outbox_id)

    records = [record for record in caplog.records if "the ledger" in record.message]
    assert [(record.levelname, record.counts) for record in records] == [
        ("ERROR", {"day_award": 1})
    ]
