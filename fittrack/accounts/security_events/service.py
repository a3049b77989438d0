"""Security events: recorded in the transaction of what happened, shown to the account's owner."""

from __future__ import annotations

from datetime import datetime, timedelta

from fittrack import db
from fittrack.accounts.security_events import repository
from fittrack.accounts.security_events.models import EventKind, SecurityEvent
from fittrack.db import Transaction
from fittrack.pagination import Cursor, Page

KEPT = timedelta(days=400)
BATCH_ROWS = 500
BATCHES = 40
AFTER_ANY_ID = "~"


def record_security_event(
    tx: Transaction,
    account_id: str,
    kind: EventKind,
    *,
    session_id: str | None = None,
    remote_address: str | None = None,
    now: datetime,
) -> None:
    """Note, in the caller's transaction, what the account's owner should be able to look up."""
    repository.insert_security_event(
        tx,
        account_id,
        session_id,
        EventKind(kind).value,
        remote_address=remote_address,
        happened_at=now,
    )


def list_security_events(*, account_id: str, cursor: Cursor, limit: int) -> Page[SecurityEvent]:
    """Return a member's own events, newest first."""
    with db.reading("list_security_events") as tx:
        rows = repository.list_security_events(
            tx, account_id, before_id=cursor.text(default=AFTER_ANY_ID), row_limit=limit + 1
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda event: event.event_id)


def delete_old_events(*, now: datetime) -> int:
    """Forget events of more than 400 days ago, in small transactions, and return how many."""
    deleted = 0
    for _ in range(BATCHES):
        with db.transaction("delete_old_security_events") as tx:
            events = repository.list_old_security_events(
                tx, before_at=now - KEPT, row_limit=BATCH_ROWS
            )
            deleted += repository.delete_security_events(tx, events)
        if len(events) < BATCH_ROWS:
            break
    return deleted
