"""Refunds after a cancellation: each entry by its own mirror, in a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from fittrack import db
from fittrack.db import Transaction
from fittrack.drawings import repository
from fittrack.drawings.models import Drawing
from fittrack.drawings.tickets import repository as tickets
from fittrack.drawings.tickets.models import RefundableEntry
from fittrack.notifications import service as notifications
from fittrack.points import service as points

BATCH_ROWS = 500
CANCELLED = "drawing_cancelled"


def refund_entries(drawing_id: str, now: datetime) -> None:
    """Refund a batch of what has not been refunded; the step is due until everyone is told.

    One transaction an entry: members' balances must not be locked behind the ledger's head.
    """
    with db.reading("list_refundable_entries") as tx:
        drawing = repository.get_drawing(tx, drawing_id)
        batch = tickets.list_refundable_entries(tx, drawing_id, row_limit=BATCH_ROWS)
    for entry in batch:
        _refund(drawing, entry, now=now)
    if not batch:
        _tell_the_others(drawing, now=now)


def _tell_the_others(drawing: Drawing, *, now: datetime) -> None:
    """Tell a batch of those who had nothing to be refunded; after the last one all is done."""
    with db.transaction("tell_cancelled") as tx:
        batch = tickets.list_untold_entrants(
            tx, drawing.drawing_id, kind=CANCELLED, row_limit=BATCH_ROWS
        )
        for account_id in batch:
            _tell(tx, drawing, account_id, "It will not be drawn, and your entries end.", now=now)
        if len(batch) < BATCH_ROWS:
            repository.update_due_at(tx, drawing.drawing_id, None)


def _refund(drawing: Drawing, entry: RefundableEntry, *, now: datetime) -> None:
    with db.transaction("refund_entry") as tx:
        if not tickets.update_refunded_at(tx, entry.entry_id, now=now):
            return
        what = "All tickets that you bought for this drawing are refunded."
        _tell(tx, drawing, entry.account_id, what, now=now)
        points.refund(
            tx,
            reference_id=entry.purchase_id,
            description=f"Refund of tickets of {drawing.name}",
            now=now,
        )


def _tell(tx: Transaction, drawing: Drawing, account_id: str, what: str, *, now: datetime) -> None:
    notifications.notify(
        tx,
        account_id,
        CANCELLED,
        key=drawing.drawing_id,
        title=f"{drawing.name} was cancelled",
        body=what,
        data={"drawing_id": drawing.drawing_id},
        now=now,
    )
