"""Points for other domains and for the API: earn, spend, give back, look up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from fittrack import archive, config, db
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.clock import day_of
from fittrack.db import Transaction
from fittrack.pagination import Cursor, Page
from fittrack.points import days as points_days
from fittrack.points import ledger, repository
from fittrack.points.adjustments import repository as adjustments
from fittrack.points.audit_models import Report
from fittrack.points.errors import PurchaseNotFound
from fittrack.points.models import (
    Balance,
    Body,
    DayAward,
    DayReceipt,
    MaxHrValue,
    Request,
    Run,
    StatementLine,
    Streak,
)
from fittrack.points.streaks import run_on, streak_on
from fittrack.points.versions import RulesVersion, all_versions, version_on

FIRST_PAGE_BEFORE_NO = 10**15
# Before any day that a member can have.
BEFORE_ALL_ON = date(1900, 1, 1)


def open_accounts(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Open a new member's ledger accounts, empty; harmless where they are open."""
    ledger.open_accounts(tx, account_id, now=now)


def hold_member(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Hold a member's points until the transaction ends, before anything that earns them moves."""
    ledger.lock_member(tx, account_id, now=now)


def read_balance(tx: Transaction, account_id: str) -> int:
    """Return what a member can spend, in the caller's transaction."""
    return ledger.read_member(tx, account_id)[0]


def find_body(tx: Transaction, account_id: str) -> Body | None:
    """Return what a member's days are rated by, or None for who is unknown or erased."""
    return points_days.find_body(tx, account_id)


def recompute_days(
    tx: Transaction, account_id: str, days: Iterable[date], *, now: datetime
) -> None:
    """Award points days anew after anything that they depend on has changed.

    Later days whose streak moves are awarded anew too; the ledger gets the differences. Days are
    points days, in the platform's time zone. Repeating it changes nothing.
    """
    wanted = sorted(set(days))
    if wanted:
        ledger.lock_member(tx, account_id, now=now)
        points_days.recompute(tx, account_id, wanted, now=now)


def recompute_member(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Award every day of a member anew after what rates them all was put right."""
    ledger.lock_member(tx, account_id, now=now)
    points_days.recompute(tx, account_id, points_days.every_day(tx, account_id), now=now)


def change_max_hr(
    tx: Transaction,
    account_id: str,
    *,
    before_bpm: int | None,
    after_bpm: int | None,
    now: datetime,
) -> None:
    """Let a new maximum heart rate hold from today on; earlier days keep what held then.

    To be called in the transaction that changes the profile. None is what the age says.
    """
    today_on = _today(now)
    ledger.lock_member(tx, account_id, now=now)
    if not repository.list_max_hr_values(tx, account_id):
        repository.insert_max_hr_value(tx, account_id, MaxHrValue(BEFORE_ALL_ON, before_bpm))
    value = MaxHrValue(today_on, after_bpm)
    if not repository.update_max_hr_value(tx, account_id, value):
        repository.insert_max_hr_value(tx, account_id, value)
    # Clocks that are wrong have made days that lie ahead; they follow too.
    states = repository.list_day_states(tx, account_id)
    ahead = [state.day_on for state in states if state.day_on > today_on]
    points_days.recompute(tx, account_id, [today_on, *ahead], now=now)


def erase_member(tx: Transaction, account_id: str, *, actor_id: str, now: datetime) -> None:
    """Take what an erased member could spend or owes, and forget heart rates and admins' reasons.

    The ledger stays as it is, under the account's id; `erase_days` does the rest in batches.
    """
    ledger.sweep(tx, account_id, actor=actor_id, day_on=_today(now), now=now)
    adjustments.erase_adjustments(tx, account_id)
    repository.erase_max_hr_values(tx, account_id)


def erase_days(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    """Leave of an erased member's days nothing but their points; return how many days it were."""
    return points_days.erase(tx, account_id, row_limit=row_limit)


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield a member's balance, the statement, every day with its receipt, and the heart rates."""
    with db.reading("export_points") as tx:
        spendable, debt = ledger.read_member(tx, account_id)
        max_hr_values = repository.list_max_hr_values(tx, account_id)
    yield archive.json_object("points/balance.json", Balance(spendable, debt, None))
    yield archive.json_list("points/statement.json", _statement(account_id))
    yield archive.json_list("points/days.json", _days(account_id))
    yield archive.json_object("points/max_heart_rates.json", max_hr_values)


def _statement(account_id: str) -> Iterator[list[StatementLine]]:
    return archive.pages(
        "export_statement",
        lambda tx, before_no: _lines(tx, account_id, before_no=before_no, row_limit=PAGE_ROWS),
        lambda line: line.sequence_no,
    )


def _days(account_id: str) -> Iterator[list[DayAward]]:
    return archive.pages(
        "export_days",
        lambda tx, after_on: repository.list_days_after(
            tx, account_id, after_on=after_on or BEFORE_ALL_ON, row_limit=PAGE_ROWS
        ),
        lambda day: day.day_on,
    )


def spend(
    tx: Transaction,
    account_id: str,
    amount_points: int,
    *,
    reference_id: str,
    description: str,
    now: datetime,
) -> int:
    """Take the price of a purchase and return the balance after it; once per reference.

    Call it late: the head of the ledger's chain stays locked until the caller's commit.
    Raises: InsufficientPoints, with nothing changed; ValueError for a price below 1.
    """
    if amount_points < 1:
        raise ValueError(f"a purchase of {amount_points} points")
    request = Request(
        kind="ticket_purchase",
        account_id=account_id,
        house=ledger.TICKETS,
        amount_points=-amount_points,
        reference_id=reference_id,
        idempotency_key=_purchase_key(reference_id),
        description=description,
        actor=account_id,
        day_on=_today(now),
    )
    return ledger.post(tx, request, now=now)


def refund(tx: Transaction, *, reference_id: str, description: str, now: datetime) -> int:
    """Give a purchase's price back by its mirror, once, and return the balance after it.

    Raises: PurchaseNotFound.
    """
    purchase = repository.find_posted(tx, _purchase_key(reference_id))
    if purchase is None:
        raise PurchaseNotFound(reference_id=reference_id)
    return ledger.reverse(
        tx,
        purchase.sequence_no,
        kind="ticket_refund",
        description=description,
        actor=ledger.SYSTEM,
        day_on=_today(now),
        now=now,
    )


def grant(
    tx: Transaction,
    account_id: str,
    amount_points: int,
    *,
    reference_id: str,
    reason: str,
    actor_id: str,
    now: datetime,
) -> int:
    """Adjust a member's points by hand, up or down, and return the balance; once per reference.

    A downward one takes what there is and books the rest as debt; an upward one pays debt first.
    Raises: ValueError for an adjustment by nothing.
    """
    if amount_points == 0:
        raise ValueError("an adjustment by nothing")
    request = Request(
        kind="adjustment",
        account_id=account_id,
        house=ledger.ADJUSTMENTS,
        amount_points=amount_points,
        reference_id=reference_id,
        idempotency_key=f"adjustment/{reference_id}",
        description=reason,
        actor=actor_id,
        day_on=_today(now),
        may_owe=True,
    )
    return ledger.post(tx, request, now=now)


def get_balance(*, account_id: str) -> Balance:
    """Return what a member can spend, and what they owe and why."""
    with db.reading("get_balance") as tx:
        spendable, debt = ledger.read_member(tx, account_id)
        reason = None
        if debt:
            reason = repository.find_debt_reason(tx, account_id, ledger.debt_id(account_id))
    return Balance(spendable, debt, reason)


def get_day(*, account_id: str, day_on: date) -> DayReceipt:
    """Return how a points day was awarded, rule by rule; a day without activity has empty lines."""
    with db.reading("get_day") as tx:
        stored = repository.list_day_awards(tx, account_id, day_on, day_on)
        review_id = repository.list_held_days(tx, account_id).get(day_on)
    return points_days.receipt_on(account_id, day_on, next(iter(stored), None), review_id=review_id)


def list_days(tx: Transaction, account_id: str, first_on: date, last_on: date) -> list[DayAward]:
    """Return what the days of a range were awarded, in the caller's transaction."""
    return repository.list_day_awards(tx, account_id, first_on, last_on)


def get_run(tx: Transaction, account_id: str, *, today_on: date) -> Run:
    """Return a member's run of active days as it stands today, in the caller's transaction."""
    states = repository.list_day_states(tx, account_id)
    return run_on(today_on, {state.day_on: state.active_minutes for state in states})


def get_streak(*, account_id: str, now: datetime) -> Streak:
    """Return a member's streak as it stands today."""
    with db.reading("get_streak") as tx:
        states = repository.list_day_states(tx, account_id)
    return streak_on(_today(now), {state.day_on: state.active_minutes for state in states})


def list_rules(*, now: datetime) -> tuple[RulesVersion, list[RulesVersion]]:
    """Return the rules of today, and every version there is."""
    return version_on(_today(now)), list(all_versions())


def list_transactions(
    *,
    account_id: str,
    kind: str | None,
    from_on: date | None,
    to_on: date | None,
    cursor: Cursor,
    limit: int,
) -> Page[StatementLine]:
    """Return a member's statement, newest first; both ends of the range of points days count."""
    with db.reading("list_transactions") as tx:
        rows = _lines(
            tx,
            account_id,
            before_no=cursor.number(default=FIRST_PAGE_BEFORE_NO),
            kind=kind,
            from_on=from_on,
            to_on=to_on,
            row_limit=limit + 1,
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda line: line.sequence_no)


def _lines(
    tx: Transaction,
    account_id: str,
    *,
    before_no: int | None,
    kind: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    row_limit: int,
) -> list[StatementLine]:
    return repository.list_transactions(
        tx,
        account_id,
        spendable_account_id=ledger.spendable_id(account_id),
        debt_account_id=ledger.debt_id(account_id),
        before_no=FIRST_PAGE_BEFORE_NO if before_no is None else before_no,
        kind=kind,
        from_on=from_on,
        to_on=to_on,
        row_limit=row_limit,
    )


def _purchase_key(reference_id: str) -> str:
    return f"purchase/{reference_id}"


def _today(now: datetime) -> date:
    return day_of(now, config.current().zone)


def record_audit(tx: Transaction, report: Report, *, now: datetime) -> None:
    """Keep, in the caller's transaction, what an audit came to, for those who watch."""
    repository.insert_ledger_audit(
        tx,
        finished_at=now,
        transactions=report.transactions,
        findings=sum(report.findings.counts.values()),
    )
