"""Security events in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.accounts.security_events.models import OldEvent, SecurityEvent
from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.ids import new_id

SQL = load_sql("accounts")


def insert_security_event(
    tx: Transaction,
    account_id: str,
    session_id: str | None,
    kind: str,
    *,
    remote_address: str | None = None,
    happened_at: datetime,
) -> None:
    """Note what the account's owner should be able to look up."""
    tx.run(
        SQL["insert_security_event"],
        event_id=new_id(),
        account_id=account_id,
        session_id=session_id,
        kind=kind,
        remote_address=remote_address,
        happened_at=happened_at,
    )


def list_security_events(
    tx: Transaction, account_id: str, *, before_id: str, row_limit: int
) -> list[SecurityEvent]:
    """Return a member's events, newest first, before one of them."""
    return tx.all(
        SecurityEvent,
        SQL["list_security_events"],
        account_id=account_id,
        before_id=before_id,
        row_limit=row_limit,
    )


def list_old_security_events(
    tx: Transaction, *, before_at: datetime, row_limit: int
) -> list[OldEvent]:
    """Return the oldest events of before an instant."""
    return tx.all(
        OldEvent, SQL["list_old_security_events"], before_at=before_at, row_limit=row_limit
    )


def delete_security_events(tx: Transaction, events: list[OldEvent]) -> int:
    """Forget events and return how many."""
    return tx.run_many(SQL["delete_security_events"], [asdict(event) for event in events])
