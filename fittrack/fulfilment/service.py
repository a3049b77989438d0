"""Prizes on their way to winners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from fittrack import archive, db
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.db import Transaction
from fittrack.fulfilment import repository, rules
from fittrack.fulfilment.models import Award, Fulfilment, FulfilmentHistory
from fittrack.ids import new_id
from fittrack.notifications import service as notifications
from fittrack.pagination import Cursor, Page


def open_for_winners(
    tx: Transaction, drawing_id: str, awards: Sequence[Award], *, now: datetime
) -> None:
    """Open one delivery per prize unit and tell each winner once, in the draw's transaction.

    Raises: Unique where the drawing's deliveries are open already.
    """
    fulfilments = [rules.opened(new_id(), drawing_id, award, now=now) for award in awards]
    repository.insert_fulfilments(tx, fulfilments)
    repository.insert_fulfilment_events(tx, list(_opening_steps(fulfilments, now=now)))
    for account_id, won in rules.by_winner(fulfilments).items():
        notifications.notify(
            tx,
            account_id,
            "prize_won",
            key=drawing_id,
            title=rules.notice_title(won),
            body=rules.notice_body(won),
            data={"drawing_id": drawing_id, "fulfilment_id": won[0].fulfilment_id},
            now=now,
        )


def list_unfinished(tx: Transaction, account_id: str) -> list[Fulfilment]:
    """Return, within the caller's transaction, a member's prizes that are still on their way."""
    return repository.list_unfinished_fulfilments(tx, account_id)


def list_fulfilments(
    *,
    account_id: str | None,
    state: str | None,
    drawing_id: str | None,
    cursor: Cursor,
    limit: int,
) -> Page[Fulfilment]:
    """Return deliveries, newest first; of everybody where `account_id` is None."""
    with db.reading("list_fulfilments") as tx:
        rows = repository.list_fulfilments(
            tx,
            account_id=account_id,
            state=state,
            drawing_id=drawing_id,
            before_id=cursor.text(default="") or None,
            row_limit=limit + 1,
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.fulfilment_id)


def get_fulfilment(*, fulfilment_id: str, account_id: str | None) -> FulfilmentHistory:
    """Return one delivery with its steps; `account_id` None may see everybody's.

    Raises: FulfilmentNotFound.
    """
    with db.reading("get_fulfilment") as tx:
        fulfilment = repository.get_fulfilment(tx, fulfilment_id, account_id=account_id)
        events = repository.list_fulfilment_events(tx, fulfilment_id)
    return FulfilmentHistory(**asdict(fulfilment), events=events)


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield a member's prizes with the steps of their deliveries."""
    yield archive.json_list("drawings/prizes.json", _with_steps(account_id))


def _with_steps(account_id: str) -> Iterator[list[dict[str, Any]]]:
    def read(tx: Transaction, before_id: str | None) -> list[dict[str, Any]]:
        won = repository.list_fulfilments(
            tx,
            account_id=account_id,
            state=None,
            drawing_id=None,
            before_id=before_id,
            row_limit=PAGE_ROWS,
        )
        return [{**asdict(each), "steps": _steps(tx, each)} for each in won]

    return archive.pages("export_prizes", read, lambda each: str(each["fulfilment_id"]))


def _steps(tx: Transaction, fulfilment: Fulfilment) -> list[dict[str, Any]]:
    """Return the steps of a delivery; who of the staff took one is nothing of the winner's."""
    events = repository.list_fulfilment_events(tx, fulfilment.fulfilment_id)
    return [{"state": event.state, "occurred_at": event.occurred_at} for event in events]


def _opening_steps(fulfilments: Iterable[Fulfilment], *, now: datetime) -> Iterable[dict[str, Any]]:
    for fulfilment in fulfilments:
        for step_no, state in enumerate(rules.OPENING, start=1):
            yield {
                "fulfilment_id": fulfilment.fulfilment_id,
                "step_no": step_no,
                "state": state,
                "actor_id": None,
                "occurred_at": now,
            }
