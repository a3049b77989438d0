"""Use cases of adjusting points by hand: one admin for a little, two for more and for reversals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fittrack import config, db
from fittrack.accounts.administration.actions import record_action
from fittrack.accounts.administration.errors import AccountErased
from fittrack.clock import day_of
from fittrack.db import Transaction
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.notifications.service import notify
from fittrack.pagination import Cursor, Page
from fittrack.points import ledger
from fittrack.points import repository as books
from fittrack.points.adjustments import repository, rules
from fittrack.points.adjustments.errors import AlreadyReversed, NotReversible, TransactionNotFound
from fittrack.points.adjustments.models import Adjusted, Adjustment, AdjustmentFilter
from fittrack.points.models import Request

AFTER_ANY_ID = "~"
# What the books say of it for good; the reason is the member's, and goes with them.
IN_THE_BOOKS = "Adjustment by an admin"
REVERSED_IN_THE_BOOKS = "Reversal of transaction {} by two admins"

Decide = Callable[[Adjustment], Adjustment]


def request_adjustment(
    *,
    account_id: str,
    amount_points: int,
    reason: str,
    actor_id: str,
    now: datetime,
    reply: Reply = NoReply(),
) -> Adjusted:
    """Add points to a member or take some, at once or after another admin has confirmed.

    Beyond the balance a debit takes what there is, and the rest is debt.
    Raises: AccountNotFound, AccountErased, OwnAccount.
    """
    rules.check_actor(account_id, actor_id)
    wanted = _new(account_id, amount_points, reason, actor_id, now=now)
    with db.transaction("request_adjustment") as tx:
        _hold_member(tx, account_id, now=now)
        if _needs_second_admin(tx, wanted, now=now):
            adjusted = _ask(tx, wanted, now=now)
        else:
            adjustment = rules.posted(wanted, now=now)
            repository.insert_adjustment(tx, adjustment)
            adjusted = _post(tx, adjustment, actor_id=actor_id, now=now)
        reply.record(tx, adjusted)
    return adjusted


def request_reversal(
    *,
    transaction_id: str,
    reason: str,
    actor_id: str,
    now: datetime,
    reply: Reply = NoReply(),
) -> Adjusted:
    """Ask another admin to undo an adjustment, whatever its amount.

    Raises: TransactionNotFound, NotReversible, AlreadyReversed, OwnAccount, AccountErased.
    """
    with db.transaction("request_reversal") as tx:
        sequence_no = books.find_sequence_no(tx, transaction_id)
        if sequence_no is None:
            raise TransactionNotFound(transaction_id=transaction_id)
        target = books.get_ledger_transaction(tx, sequence_no)
        rules.check_actor(target.account_id, actor_id)
        _hold_member(tx, target.account_id, now=now)
        amount = _amount_to_reverse(tx, target.account_id, target.kind, sequence_no)
        wanted = _new(
            target.account_id, -amount, reason, actor_id, reverses_no=sequence_no, now=now
        )
        adjusted = _ask(tx, wanted, now=now)
        reply.record(tx, adjusted)
    return adjusted


def confirm_adjustment(
    *, adjustment_id: str, actor_id: str, now: datetime, reply: Reply = NoReply()
) -> Adjusted:
    """Post, as a second admin, what another one asked for; of two at once one does.

    Raises: AdjustmentNotFound, OwnAccount, AnotherAdminConfirms, AdjustmentDecided,
    AlreadyReversed, AccountErased.
    """
    with db.transaction("confirm_adjustment") as tx:
        adjustment = _decide(
            tx,
            adjustment_id,
            lambda found: rules.confirmed(found, actor_id=actor_id, now=now),
            now=now,
        )
        adjusted = _post(tx, adjustment, actor_id=actor_id, now=now)
        reply.record(tx, adjusted)
    return adjusted


def decline_adjustment(
    *, adjustment_id: str, actor_id: str, now: datetime, reply: Reply = NoReply()
) -> Adjusted:
    """Let an adjustment that waits not happen. Raises: AdjustmentNotFound, AdjustmentDecided,
    AccountErased.
    """
    with db.transaction("decline_adjustment") as tx:
        adjustment = _decide(
            tx,
            adjustment_id,
            lambda found: rules.declined(found, actor_id=actor_id, now=now),
            now=now,
        )
        _note(tx, "points_adjustment_declined", adjustment, actor_id=actor_id, now=now)
        adjusted = _with_balance(tx, adjustment)
        reply.record(tx, adjusted)
    return adjusted


def list_adjustments(
    *, wanted: AdjustmentFilter, cursor: Cursor, limit: int, now: datetime
) -> Page[Adjustment]:
    """Return adjustments, newest first."""
    with db.reading("list_adjustments") as tx:
        rows = repository.list_adjustments(
            tx,
            account_id=wanted.account_id,
            state=wanted.state,
            before_id=cursor.text(default=AFTER_ANY_ID),
            now_at=now,
            row_limit=limit + 1,
        )
    found = [rules.shown(row, now=now) for row in rows]
    return Page.of(found, limit=limit, cursor=cursor, key=lambda row: row.adjustment_id)


def get_adjustment(*, adjustment_id: str, now: datetime) -> Adjustment:
    """Return one adjustment. Raises: AdjustmentNotFound."""
    with db.reading("get_adjustment") as tx:
        return rules.shown(repository.get_adjustment(tx, adjustment_id), now=now)


def _new(
    account_id: str,
    amount_points: int,
    reason: str,
    actor_id: str,
    *,
    reverses_no: int | None = None,
    now: datetime,
) -> Adjustment:
    return Adjustment(
        adjustment_id=new_id(),
        account_id=account_id,
        amount_points=amount_points,
        reverses_no=reverses_no,
        reason=reason,
        state="pending",
        requested_by_id=actor_id,
        requested_at=now,
        expires_at=None,
        decided_by_id=None,
        decided_at=None,
    )


def _hold_member(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Hold a member's points; whoever is being erased is gone once they are held."""
    repository.get_account_status(tx, account_id)
    ledger.lock_member(tx, account_id, now=now)
    if repository.get_account_status(tx, account_id) == "erased":
        raise AccountErased(account_id=account_id)


def _needs_second_admin(tx: Transaction, wanted: Adjustment, *, now: datetime) -> bool:
    alone = repository.sum_posted_alone(
        tx,
        wanted.account_id,
        actor_id=wanted.requested_by_id,
        since_at=now - rules.COUNTED_TOGETHER,
    )
    most = config.current().second_admin_points
    return rules.needs_second_admin(wanted.amount_points, alone, most)


def _amount_to_reverse(tx: Transaction, account_id: str, kind: str, sequence_no: int) -> int:
    """Return what an adjustment moved in all for its member.

    Raises: NotReversible, AlreadyReversed.
    """
    postings = books.list_postings(tx, sequence_no)
    if kind != "adjustment" or any(p.ledger_account_id == ledger.ERASED for p in postings):
        raise NotReversible(kind=kind)
    _check_not_reversed(tx, sequence_no)
    own = {ledger.debt_id(account_id), ledger.spendable_id(account_id)}
    return sum(p.amount_points for p in postings if p.ledger_account_id in own)


def _check_not_reversed(tx: Transaction, sequence_no: int) -> None:
    reversed_by = ledger.find_reversal(tx, sequence_no)
    if reversed_by is not None:
        raise AlreadyReversed(sequence_no=reversed_by)


def _ask(tx: Transaction, wanted: Adjustment, *, now: datetime) -> Adjusted:
    """Let an adjustment wait for another admin."""
    adjustment = rules.pending(wanted, now=now)
    repository.insert_adjustment(tx, adjustment)
    _note(
        tx,
        "points_adjustment_requested",
        adjustment,
        actor_id=adjustment.requested_by_id,
        now=now,
    )
    return _with_balance(tx, adjustment)


def _decide(tx: Transaction, adjustment_id: str, decide: Decide, *, now: datetime) -> Adjustment:
    """Hold the member, then the adjustment, and store what is decided about it."""
    found = repository.get_adjustment(tx, adjustment_id)
    _hold_member(tx, found.account_id, now=now)
    adjustment = decide(repository.lock_adjustment(tx, adjustment_id))
    repository.update_adjustment(tx, adjustment)
    return adjustment


def _post(tx: Transaction, adjustment: Adjustment, *, actor_id: str, now: datetime) -> Adjusted:
    """Note an adjustment, tell its member, and post it last, for that holds the chain's head."""
    if adjustment.reverses_no is not None:
        _check_not_reversed(tx, adjustment.reverses_no)
    _note(tx, "points_adjusted", adjustment, actor_id=actor_id, now=now)
    _tell(tx, adjustment, now=now)
    if adjustment.reverses_no is None:
        ledger.post(tx, _request_of(adjustment, now=now), now=now)
    else:
        _reverse(tx, adjustment, adjustment.reverses_no, now=now)
    return _with_balance(tx, adjustment)


def _request_of(adjustment: Adjustment, *, now: datetime) -> Request:
    return Request(
        kind="adjustment",
        account_id=adjustment.account_id,
        house=ledger.ADJUSTMENTS,
        amount_points=adjustment.amount_points,
        reference_id=adjustment.adjustment_id,
        idempotency_key=f"adjustment/{adjustment.adjustment_id}",
        description=IN_THE_BOOKS,
        actor=adjustment.requested_by_id,
        day_on=day_of(now, config.current().zone),
        may_owe=True,
    )


def _reverse(tx: Transaction, adjustment: Adjustment, sequence_no: int, *, now: datetime) -> None:
    ledger.reverse(
        tx,
        sequence_no,
        kind="reversal",
        description=REVERSED_IN_THE_BOOKS.format(sequence_no),
        actor=adjustment.requested_by_id,
        day_on=day_of(now, config.current().zone),
        reference_id=adjustment.adjustment_id,
        now=now,
    )


def _with_balance(tx: Transaction, adjustment: Adjustment) -> Adjusted:
    spendable_points, debt_points = ledger.read_member(tx, adjustment.account_id)
    return Adjusted(adjustment, spendable_points, debt_points)


def _note(
    tx: Transaction, kind: str, adjustment: Adjustment, *, actor_id: str, now: datetime
) -> None:
    """Note in the account's history what an admin did, with the one who asked for it."""
    record_action(
        tx,
        adjustment.account_id,
        kind,
        actor_id=actor_id,
        after={
            "adjustment_id": adjustment.adjustment_id,
            "amount_points": adjustment.amount_points,
            "requested_by_id": adjustment.requested_by_id,
        },
        now=now,
    )


def _tell(tx: Transaction, adjustment: Adjustment, *, now: datetime) -> None:
    amount = adjustment.amount_points
    what = f"added {amount}" if amount > 0 else f"took {-amount}"
    notify(
        tx,
        adjustment.account_id,
        "points_adjusted",
        key=adjustment.adjustment_id,
        title=f"FitTrack {what} points",
        body=f"The reason: {adjustment.reason}",
        data={"adjustment_id": adjustment.adjustment_id, "amount_points": amount},
        now=now,
    )
