"""The deliveries' SQL, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.fulfilment.errors import FulfilmentNotFound
from fittrack.fulfilment.models import Fulfilment, FulfilmentEvent

SQL = load_sql("fulfilment")


def insert_fulfilments(tx: Transaction, fulfilments: Sequence[Fulfilment]) -> None:
    """Store new deliveries. Raises: Unique where a position of the drawing has one already."""
    tx.run_many(SQL["insert_fulfilments"], [asdict(fulfilment) for fulfilment in fulfilments])


def insert_fulfilment_events(tx: Transaction, events: Sequence[dict[str, Any]]) -> None:
    """Log steps of deliveries."""
    tx.run_many(SQL["insert_fulfilment_events"], events)


def list_fulfilments(
    tx: Transaction,
    *,
    account_id: str | None,
    state: str | None,
    drawing_id: str | None,
    before_id: str | None,
    row_limit: int,
) -> list[Fulfilment]:
    """Return deliveries, newest first; of everybody where `account_id` is None."""
    return tx.all(
        Fulfilment,
        SQL["list_fulfilments"],
        account_id=account_id,
        state=state,
        drawing_id=drawing_id,
        before_id=before_id,
        row_limit=row_limit,
    )


def find_fulfilment(
    tx: Transaction, fulfilment_id: str, *, account_id: str | None
) -> Fulfilment | None:
    """Return one delivery, or None where it is another account's."""
    return tx.one(
        Fulfilment, SQL["find_fulfilment"], fulfilment_id=fulfilment_id, account_id=account_id
    )


def get_fulfilment(tx: Transaction, fulfilment_id: str, *, account_id: str | None) -> Fulfilment:
    """Return one delivery. Raises: FulfilmentNotFound."""
    fulfilment = find_fulfilment(tx, fulfilment_id, account_id=account_id)
    if fulfilment is None:
        raise FulfilmentNotFound
    return fulfilment


def list_fulfilment_events(tx: Transaction, fulfilment_id: str) -> list[FulfilmentEvent]:
    """Return the steps of one delivery, oldest first."""
    return tx.all(FulfilmentEvent, SQL["list_fulfilment_events"], fulfilment_id=fulfilment_id)


def list_unfinished_fulfilments(tx: Transaction, account_id: str) -> list[Fulfilment]:
    """Return a member's prizes that are still on their way."""
    return tx.all(Fulfilment, SQL["list_unfinished_fulfilments"], account_id=account_id)
