"""Telling everyone who entered a drawing, in batches that may be repeated."""

from __future__ import annotations

from datetime import datetime

from fittrack import db, queues
from fittrack.drawings import repository
from fittrack.drawings.models import Drawing
from fittrack.drawings.tickets import repository as tickets
from fittrack.drawings.tickets.service import FIRST_ID
from fittrack.notifications import service as notifications
from fittrack.queues import Lease

BATCH_ROWS = 500


def tell_entrants(*, drawing_id: str, lease: Lease, now: datetime) -> None:
    """Tell everyone who entered an aborted drawing, once each; the last batch ends the job."""
    with db.reading("get_drawing") as tx:
        drawing = repository.get_drawing(tx, drawing_id)
    after_id: str | None = FIRST_ID
    while after_id is not None:
        with db.transaction("tell_entrants") as tx:
            batch = tickets.list_entrants(tx, drawing_id, after_id=after_id, row_limit=BATCH_ROWS)
            for account_id in batch:
                _tell_aborted(tx, drawing, account_id, now=now)
            after_id = batch[-1] if len(batch) == BATCH_ROWS else None
            if after_id is None:
                queues.finish(tx, lease, now=now)


def _tell_aborted(tx: db.Transaction, drawing: Drawing, account_id: str, *, now: datetime) -> None:
    notifications.notify(
        tx,
        account_id,
        "drawing_aborted",
        key=drawing.drawing_id,
        title=f"{drawing.name} could not be drawn",
        body="A source of randomness was not revealed in time. Your entries go on in a new one.",
        data={"drawing_id": drawing.drawing_id},
        now=now,
    )
