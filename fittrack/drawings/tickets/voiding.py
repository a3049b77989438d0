"""Taking a member's tickets out of a drawing before its close: withdrawn, excluded, disqualified.

Void entries stay in the list with their reason and 0 units; nothing is voided after the close.
What is to be given back is given back by a job, each entry by its own mirror.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from fittrack import config, db, queues
from fittrack.accounts.administration.actions import record_action
from fittrack.accounts.errors import AccountNotFound
from fittrack.clock import utc_now
from fittrack.db import Transaction
from fittrack.db.errors import ForeignKey, Unique
from fittrack.drawings import repository as drawings
from fittrack.drawings.errors import DrawingNotOpen
from fittrack.drawings.models import Actor, Drawing
from fittrack.drawings.play import service as play
from fittrack.drawings.tickets import repository, rules
from fittrack.drawings.tickets.errors import AlreadyDisqualified
from fittrack.drawings.tickets.models import Disqualification, RefundableEntry, Withdrawal
from fittrack.idempotency import NoReply, Reply
from fittrack.notifications import service as notifications
from fittrack.points import service as points
from fittrack.queues import Lease

BATCH_ROWS = 200
# Whose tickets are taken out is nobody's business: the public history names no account.
MEMBER = Actor(None, "member")


def withdraw_tickets(tx: Transaction, account_id: str, *, now: datetime) -> int:
    """Void, for good and without a refund, a member's tickets of all drawings that still sell.

    The entries stay in their lists, with the reason. Returns how many tickets it were.
    """
    withdrawn = 0
    for drawing_id in repository.list_entered_drawings(tx, account_id):
        drawing = drawings.lock_drawing(tx, drawing_id)
        withdrawn += _void(tx, drawing, account_id, rules.WITHDRAWN, MEMBER, now=now) or 0
    return withdrawn


def withdraw_my_tickets(
    *,
    drawing_id: str,
    account_id: str,
    clock: Callable[[], datetime] = utc_now,
) -> Withdrawal:
    """Void, for good and without a refund, a member's own tickets of a drawing that still sells.

    Raises: DrawingNotFound, DrawingNotOpen.
    """
    with db.transaction("withdraw_my_tickets") as tx:
        drawing = drawings.lock_drawing(tx, drawing_id)
        now = clock()
        rules.check_voidable(drawing, now=now)
        voided = _void(tx, drawing, account_id, rules.WITHDRAWN, MEMBER, now=now)
    return Withdrawal(drawing_id, _counted(drawing, voided))


def disqualify(
    *,
    drawing_id: str,
    account_id: str,
    reason_code: str,
    actor: Actor,
    clock: Callable[[], datetime] = utc_now,
    reply: Reply = NoReply(),
) -> Disqualification:
    """Shut a member out of a drawing that still sells, void its tickets and give the points back.

    Raises: DrawingNotFound, DrawingNotOpen, AlreadyDisqualified, AccountNotFound.
    """
    with db.transaction("disqualify") as tx:
        drawing = drawings.lock_drawing(tx, drawing_id)
        now = clock()
        rules.check_voidable(drawing, now=now)
        voided = _void(tx, drawing, account_id, reason_code, actor, now=now)
        decided = Disqualification(
            drawing_id=drawing_id,
            account_id=account_id,
            reason_code=reason_code,
            voided_units=_counted(drawing, voided),
            decided_by_id=actor.account_id or "",
            decided_at=now,
        )
        _insert(tx, decided)
        _tell(tx, drawing, decided)
        if voided:
            enqueue_refunds(tx, drawing_id, account_id, now=now)
        told = {"drawing_id": drawing_id, "reason": reason_code}
        record_action(
            tx, account_id, "disqualified", actor_id=actor.account_id, after=told, now=now
        )
        reply.record(tx, decided)
    return decided


def take_member_out(
    lease: Lease, *, account_id: str, clock: Callable[[], datetime] = utc_now
) -> None:
    """Void the tickets that a member who is excluded holds in drawings that still sell.

    One transaction a drawing; the points are given back by jobs of their own. Safe to run twice,
    and late: what is entered once the exclusion is over stays.
    """
    with db.reading("list_entered_drawings") as tx:
        entered = repository.list_entered_drawings(tx, account_id)
    for drawing_id in entered:
        with db.transaction("take_member_out") as tx:
            drawing, now = drawings.lock_drawing(tx, drawing_id), clock()
            if play.is_excluded(tx, account_id, now=now) and _void(
                tx, drawing, account_id, rules.GIVEN_BACK, MEMBER, now=now
            ):
                enqueue_refunds(tx, drawing_id, account_id, now=now)
    with db.transaction("finish_taking_out") as tx:
        queues.finish(tx, lease, now=clock())


def refund_void_entries(
    lease: Lease, *, drawing_id: str, account_id: str, clock: Callable[[], datetime] = utc_now
) -> None:
    """Give back what a member paid for entries that were voided; withdrawn ones stay paid.

    One transaction an entry: nobody's balance must wait behind the head of the ledger's chain. It
    stops at half of a job's time limit; what is left then is another job's.
    """
    ends_s = time.monotonic() + config.current().job_timeout_s / 2
    is_done = False
    while not is_done and time.monotonic() < ends_s:
        is_done = _refund_batch(drawing_id, account_id, clock=clock)
    with db.transaction("finish_void_refunds") as tx:
        if not is_done:
            enqueue_refunds(tx, drawing_id, account_id, now=clock())
        queues.finish(tx, lease, now=clock())


def enqueue_refunds(tx: Transaction, drawing_id: str, account_id: str, *, now: datetime) -> None:
    """Have a job give back what a member's void entries of a drawing cost."""
    key = f"{drawing_id}/{account_id}/{now.isoformat()}"
    queues.enqueue(
        tx, "refund_void_entries", key, now=now, drawing_id=drawing_id, account_id=account_id
    )


def _void(
    tx: Transaction,
    drawing: Drawing,
    account_id: str,
    reason: str,
    actor: Actor,
    *,
    now: datetime,
) -> int | None:
    """Void what a member holds in a held drawing; return the tickets, None where it sells no more.

    The count moves by an update that itself demands that the drawing still sells.
    """
    held = repository.get_units_held(tx, drawing.drawing_id, account_id)
    if not held:
        return 0
    if not repository.subtract_units_sold(tx, drawing.drawing_id, held, now=now):
        return None
    repository.void_entries(tx, drawing.drawing_id, account_id, reason)
    drawings.record_event(
        tx, drawing.drawing_id, "tickets_voided", actor, now=now, reason=reason, tickets=held
    )
    return held


def _refund_batch(drawing_id: str, account_id: str, *, clock: Callable[[], datetime]) -> bool:
    """Give back a batch and return whether it was the last."""
    with db.reading("list_void_paid_entries") as tx:
        name = drawings.get_drawing(tx, drawing_id).name
        batch = repository.list_void_paid_entries(tx, drawing_id, account_id, row_limit=BATCH_ROWS)
    for entry in batch:
        with db.transaction("refund_void_entry") as tx:
            _refund(tx, entry, drawing_name=name, now=clock())
    return len(batch) < BATCH_ROWS


def _refund(tx: Transaction, entry: RefundableEntry, *, drawing_name: str, now: datetime) -> None:
    if repository.update_refunded_at(tx, entry.entry_id, now=now):
        points.refund(
            tx,
            reference_id=entry.purchase_id,
            description=f"Refund of tickets of {drawing_name}",
            now=now,
        )


def _counted(drawing: Drawing, voided: int | None) -> int:
    if voided is None:
        raise DrawingNotOpen(drawing_id=drawing.drawing_id, drawing_status=drawing.status)
    return voided


def _tell(tx: Transaction, drawing: Drawing, decided: Disqualification) -> None:
    notifications.notify(
        tx,
        decided.account_id,
        "disqualified",
        key=decided.drawing_id,
        title=f"You are disqualified from {drawing.name}",
        body="Your tickets are void; what you paid for them is given back.",
        data={"drawing_id": decided.drawing_id, "reason": decided.reason_code},
        now=decided.decided_at,
    )


def _insert(tx: Transaction, decided: Disqualification) -> None:
    try:
        repository.insert_disqualification(tx, decided)
    except Unique as error:
        raise AlreadyDisqualified(drawing_id=decided.drawing_id) from error
    except ForeignKey as error:
        raise AccountNotFound(account_id=decided.account_id) from error
