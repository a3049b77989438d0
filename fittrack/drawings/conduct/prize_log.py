"""What became of prizes in the public log: an alternate's step is a record of its own (FTD1, 6).

The log's head is the last lock that a transaction takes, and steps of deliveries hold more after
they were noted. So a job appends them: the history's events that the log does not have, in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fittrack import db, queues
from fittrack.db import Transaction
from fittrack.drawings import repository
from fittrack.drawings.models import HistoryEvent
from fittrack.drawings.record import repository as record_repository
from fittrack.drawings.record import service as record
from fittrack.drawings.verifier import Json
from fittrack.ids import new_id
from fittrack.queues import Lease

EVENT_ROWS = 500
NOT_ELIGIBLE = "not_eligible"
# What an event of the history is in the log; one of these types each.
TYPES: Mapping[str, str] = {
    "prize_forfeited": "forfeit",
    "prize_passed_on": "award",
    "prize_returned": "return",
}
DISQUALIFY = "disqualify"


def enqueue(tx: Transaction, drawing_id: str, *, now: datetime) -> None:
    """Have the steps that a drawing's prizes have taken so far logged, after the commit."""
    queues.enqueue(tx, "log_prize_steps", new_id(), now=now, drawing_id=drawing_id)


def log_prize_steps(lease: Lease, *, drawing_id: str, now: datetime) -> None:
    """Append what the log lacks of a drawing's prizes. Safe to run twice, and by many at once."""
    with db.transaction("log_prize_steps") as tx:
        repository.lock_drawing(tx, drawing_id)
        logged = record_repository.count_prize_records(tx, drawing_id)
        events = repository.list_prize_events(tx, drawing_id, row_limit=logged + EVENT_ROWS)
        for event in events[logged:]:
            body = _body(drawing_id, event)
            record.append_log(tx, drawing_id, _type(event), body, now=now)
        if len(events) == logged + EVENT_ROWS:
            enqueue(tx, drawing_id, now=now)
        queues.finish(tx, lease, now=now)


def _type(event: HistoryEvent) -> str:
    is_refused = (event.details_json or {}).get("reason") == NOT_ELIGIBLE
    is_lost = event.action == "prize_forfeited"
    return DISQUALIFY if is_lost and is_refused else TYPES[event.action]


def _body(drawing_id: str, event: HistoryEvent) -> Json:
    """Return what a record stands for: the pick by its position, and why; nobody's name."""
    return {
        "v": "FTD1",
        "drawing_id": drawing_id,
        "event_no": event.event_no,
        **(event.details_json or {}),
    }
