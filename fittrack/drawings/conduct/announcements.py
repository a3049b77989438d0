"""Telling everyone who entered a drawing, in batches that may be repeated."""

from __future__ import annotations

from datetime import datetime

from fittrack import db, queues
from fittrack.clock import rfc3339
from fittrack.db import Transaction
from fittrack.drawings import repository
from fittrack.drawings.conduct import prize_log
from fittrack.drawings.models import PLATFORM, Actor, Drawing
from fittrack.drawings.tickets import repository as tickets
from fittrack.drawings.verifier import Json, object_hash
from fittrack.notifications import service as notifications
from fittrack.queues import Lease
from fittrack.sponsors import service as sponsors

BATCH_ROWS = 500
ABORTED = "drawing_aborted"


def tell_entrants(*, drawing_id: str, carried_to_id: str, lease: Lease, now: datetime) -> None:
    """Tell everyone who entered an aborted drawing, once each; the last batch ends the job.

    Whoever was told is left out, so that a run that was cut short is taken up where it ended.
    """
    with db.reading("get_drawing") as tx:
        drawing = repository.get_drawing(tx, drawing_id)
    is_done = False
    while not is_done:
        with db.transaction("tell_entrants") as tx:
            batch = tickets.list_untold_entrants(tx, drawing_id, kind=ABORTED, row_limit=BATCH_ROWS)
            for account_id in batch:
                _tell_aborted(tx, drawing, account_id, carried_to_id=carried_to_id, now=now)
            is_done = len(batch) < BATCH_ROWS
            if is_done:
                queues.finish(tx, lease, now=now)


def tell_witnesses(
    tx: Transaction, drawing: Drawing, close: Json, *, reveals_from: datetime, now: datetime
) -> None:
    """Send a close's hash to the people of the sponsor that is to reveal: their copy dates it."""
    if drawing.sponsor_id is None:
        return
    close_hash = object_hash("close", close).hex()
    for account_id in sponsors.list_accounts(tx, drawing.sponsor_id):
        notifications.notify(
            tx,
            account_id,
            "drawing_closed",
            key=drawing.drawing_id,
            title=f"Sales of {drawing.name} have ended",
            body=f"The entries are frozen under the close hash {close_hash}. Keep it: it shows "
            f"that the list came before any value was revealed. Reveal yours from "
            f"{rfc3339(reveals_from)} on.",
            data={"drawing_id": drawing.drawing_id, "close_hash": close_hash},
            now=now,
        )


def record_prize(
    tx: Transaction,
    drawing_id: str,
    action: str,
    *,
    actor_id: str | None,
    now: datetime,
    **details: object,
) -> None:
    """Add what became of a prize to the public history of a held drawing; a job logs it."""
    actor = Actor(actor_id, "admin") if actor_id else PLATFORM
    repository.record_event(tx, drawing_id, action, actor, now=now, **details)
    prize_log.enqueue(tx, drawing_id, now=now)


def _tell_aborted(
    tx: Transaction, drawing: Drawing, account_id: str, *, carried_to_id: str, now: datetime
) -> None:
    notifications.notify(
        tx,
        account_id,
        ABORTED,
        key=drawing.drawing_id,
        title=f"{drawing.name} could not be drawn",
        body="A source of randomness was not revealed in time. Your entries go on in a new one.",
        data={"drawing_id": drawing.drawing_id, "carried_to_id": carried_to_id},
        now=now,
    )
