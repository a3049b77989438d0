"""The deliveries' SQL, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.drawings.errors import DrawingNotFound
from fittrack.fulfilment.errors import FulfilmentNotFound
from fittrack.fulfilment.models import (
    Alternate,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentId,
    HeldDrawing,
    PrizeWinner,
    TaxCase,
)

SQL = load_sql("fulfilment")
_OPENED = (
    "fulfilment_id",
    "drawing_id",
    "position",
    "prize_id",
    "entry_id",
    "account_id",
    "prize_name",
    "delivery",
    "state",
    "won_at",
    "notified_at",
    "updated_at",
    "claim_from_at",
    "due_at",
    "forfeit_reason",
    "replaces_id",
)
_MOVING = (
    "fulfilment_id",
    "revision",
    "state",
    "notified_at",
    "claim_from_at",
    "warned_at",
    "due_at",
    "carrier",
    "tracking",
    "shipped_at",
    "delivered_at",
    "code_shown_at",
    "forfeit_reason",
    "updated_at",
)


def insert_fulfilments(tx: Transaction, fulfilments: Sequence[Fulfilment]) -> None:
    """Store new deliveries. Raises: Unique where a position of the drawing has one already."""
    tx.run_many(SQL["insert_fulfilments"], [_columns(each, _OPENED) for each in fulfilments])


def insert_fulfilment_events(tx: Transaction, events: Sequence[dict[str, Any]]) -> None:
    """Log steps of deliveries."""
    tx.run_many(SQL["insert_fulfilment_events"], events)


def record_fulfilment_event(
    tx: Transaction, fulfilment: Fulfilment, *, actor_id: str | None, now: datetime
) -> None:
    """Log that a delivery that is held has come to its state."""
    tx.run(
        SQL["record_fulfilment_event"],
        fulfilment_id=fulfilment.fulfilment_id,
        state=fulfilment.state,
        actor_id=actor_id,
        occurred_at=now,
    )


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


def lock_fulfilment(tx: Transaction, fulfilment_id: str) -> Fulfilment:
    """Return one delivery held until the transaction ends. Raises: FulfilmentNotFound."""
    fulfilment = tx.one(Fulfilment, SQL["lock_fulfilment"], fulfilment_id=fulfilment_id)
    if fulfilment is None:
        raise FulfilmentNotFound
    return fulfilment


def update_fulfilment(tx: Transaction, fulfilment: Fulfilment) -> Fulfilment:
    """Store a delivery that is held, and return it with the revision that it has now."""
    if tx.run(SQL["update_fulfilment"], **_columns(fulfilment, _MOVING)) != 1:
        raise LookupError(f"{fulfilment.fulfilment_id} changed while it was held")
    return replace(fulfilment, revision=fulfilment.revision + 1)


def list_fulfilment_events(tx: Transaction, fulfilment_id: str) -> list[FulfilmentEvent]:
    """Return the steps of one delivery, oldest first."""
    return tx.all(FulfilmentEvent, SQL["list_fulfilment_events"], fulfilment_id=fulfilment_id)


def list_unfinished_fulfilments(tx: Transaction, account_id: str) -> list[Fulfilment]:
    """Return a member's prizes that are still on their way."""
    return tx.all(Fulfilment, SQL["list_unfinished_fulfilments"], account_id=account_id)


def list_due_fulfilments(tx: Transaction, *, now: datetime, row_limit: int) -> list[str]:
    """Return the ids of deliveries that need the scheduler, the oldest first."""
    rows = tx.all(FulfilmentId, SQL["list_due_fulfilments"], now_at=now, row_limit=row_limit)
    return [row.fulfilment_id for row in rows]


def lock_drawing_of(tx: Transaction, drawing_id: str) -> HeldDrawing:
    """Return a drawing held until the transaction ends: its alternates are served one by one.

    Raises: DrawingNotFound.
    """
    drawing = tx.one(HeldDrawing, SQL["lock_drawing_of"], drawing_id=drawing_id)
    if drawing is None:
        raise DrawingNotFound(drawing_id=drawing_id)
    return drawing


def find_next_alternate(tx: Transaction, drawing_id: str) -> Alternate | None:
    """Return the first alternate of a held drawing that no prize has passed to yet, or None."""
    return tx.one(Alternate, SQL["find_next_alternate"], drawing_id=drawing_id)


def find_alternate(tx: Transaction, drawing_id: str, position: int) -> Alternate | None:
    """Return the alternate at one position of a drawing, or None."""
    return tx.one(Alternate, SQL["find_alternate"], drawing_id=drawing_id, position=position)


def find_at_position(tx: Transaction, drawing_id: str, position: int) -> str | None:
    """Return the delivery to one pick of a drawing, or None."""
    found = tx.value(SQL["find_at_position"], drawing_id=drawing_id, position=position)
    return None if found is None else str(found)


def find_returned_unit(tx: Transaction, drawing_id: str, *, prize_id: str | None) -> str | None:
    """Return a forfeited delivery of a drawing whose unit was passed on to nobody, or None."""
    found = tx.value(SQL["find_returned_unit"], drawing_id=drawing_id, prize_id=prize_id)
    return None if found is None else str(found)


def get_won_cents(
    tx: Transaction, account_id: str, payer_key: str, *, from_at: datetime, until_at: datetime
) -> int:
    """Return the value of what a member won from one payer in a span of time, US cents."""
    won = tx.value(
        SQL["get_won_cents"],
        account_id=account_id,
        payer_key=payer_key,
        from_at=from_at,
        until_at=until_at,
    )
    return int(won)


def get_payer(tx: Transaction, prize_id: str) -> str:
    """Return the key of who pays for a prize: a sponsor's id, or `operator`."""
    return str(tx.value(SQL["get_payer"], prize_id=prize_id))


def insert_tax_form(tx: Transaction, case: TaxCase, *, actor_id: str, now: datetime) -> None:
    """Note that a form is on file. Raises: Unique where it is already."""
    tx.run(SQL["insert_tax_form"], **asdict(case), actor_id=actor_id, recorded_at=now)


def find_tax_form(tx: Transaction, case: TaxCase) -> datetime | None:
    """Return since when a form is on file, or None."""
    found: datetime | None = tx.value(SQL["find_tax_form"], **asdict(case))
    return found


def list_prize_winners(
    tx: Transaction, drawing_id: str | None, *, after_id: str, row_limit: int
) -> list[PrizeWinner]:
    """Return who won what, of one drawing or of all, after a delivery."""
    return tx.all(
        PrizeWinner,
        SQL["list_prize_winners"],
        drawing_id=drawing_id,
        after_id=after_id,
        row_limit=row_limit,
    )


def _columns(fulfilment: Fulfilment, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(fulfilment, name) for name in names}
