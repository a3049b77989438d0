"""Prizes on their way to winners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from fittrack import archive, db
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.clock import utc_now
from fittrack.db import Transaction
from fittrack.drawings.tickets import eligibility
from fittrack.fulfilment import repository, rules, steps, succession, telling
from fittrack.fulfilment.errors import (
    AlternateServed,
    NotAnAlternate,
    NoUnitLeft,
    WinnerNotEligible,
)
from fittrack.fulfilment.models import Award, Fulfilment, FulfilmentHistory
from fittrack.fulfilment.sealed import addresses
from fittrack.fulfilment.sealed import repository as sealed
from fittrack.fulfilment.succession import Clock
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.pagination import Cursor, Page
from fittrack.sponsors.prizes import service as inventory

READINGS_SHOWN = 500


def open_for_winners(
    tx: Transaction, drawing_id: str, awards: Sequence[Award], *, now: datetime
) -> None:
    """Open one delivery per prize unit and tell each winner once, in the draw's transaction.

    Who may not win any more is passed over: the unit goes to the next alternate, or returns.
    Raises: Unique where the drawing's deliveries are open already.
    """
    refusals = _refusals(tx, drawing_id, awards, now=now)
    fulfilments = [
        rules.opened(new_id(), drawing_id, award, refusals[award.account_id], now=now)
        for award in awards
    ]
    steps.open_all(tx, fulfilments, actor_id=None, now=now)
    inventory.award(tx, drawing_id, rules.units_won(awards))
    won = [each for each in fulfilments if each.state != "forfeited"]
    for deliveries in rules.by_winner(won).values():
        telling.tell_won(tx, deliveries, key=drawing_id, now=now)
    for each in won:
        steps.hold_digital(tx, each, now=now)
    for each in fulfilments:
        if each.state == "forfeited":
            succession.pass_on(tx, each, actor_id=None, now=now)


def open_by_hand(
    *,
    drawing_id: str,
    position: int,
    prize_id: str | None,
    actor_id: str,
    now: datetime,
    reply: Reply = NoReply(),
) -> Fulfilment:
    """Open the delivery of a unit that came back to an alternate; the winner is told by `notify`.

    Raises: DrawingNotFound, NotAnAlternate, AlternateServed, NoUnitLeft, WinnerNotEligible,
    UnitsTaken.
    """
    with db.transaction("open_by_hand") as tx:
        fulfilment = _inherited(tx, drawing_id, position, prize_id, now=now)
        steps.open_all(tx, [fulfilment], actor_id=actor_id, now=now)
        inventory.take_again(tx, fulfilment.prize_id)
        succession.record(tx, fulfilment, "prize_passed_on", actor_id=actor_id, now=now)
        reply.record(tx, fulfilment)
    return fulfilment


def list_unfinished(tx: Transaction, account_id: str) -> list[Fulfilment]:
    """Return, within the caller's transaction, a member's prizes that are still on their way."""
    return repository.list_unfinished_fulfilments(tx, account_id)


def erase_member(
    tx: Transaction, account_id: str, *, row_limit: int, clock: Clock = utc_now
) -> int:
    """Forfeit what an erased member can't receive any more, one a time; then forget addresses.

    Returns how many deliveries were forfeited.
    """
    unfinished = repository.list_unfinished_fulfilments(tx, account_id)
    waiting = [each.fulfilment_id for each in unfinished if each.state != "shipped"]
    if waiting and row_limit:
        succession.give_up_erased(tx, waiting[0], now=clock())
        return 1
    sealed.erase_addresses(tx, account_id)
    sealed.erase_codes(tx, account_id)
    sealed.erase_tracking(tx, account_id)
    return 0


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

    Who of the staff did what only the staff is told. Raises: FulfilmentNotFound.
    """
    with db.reading("get_fulfilment") as tx:
        fulfilment = repository.get_fulfilment(tx, fulfilment_id, account_id=account_id)
        events = repository.list_fulfilment_events(tx, fulfilment_id)
        readings = sealed.list_address_readings(tx, fulfilment_id, row_limit=READINGS_SHOWN)
    affirmed_at = rules.affirmed_at(fulfilment, events)
    if account_id is not None:
        events, readings = [replace(event, actor_id=None) for event in events], []
    return FulfilmentHistory(
        **asdict(fulfilment),
        events=tuple(events),
        address_readings=tuple(readings),
        affirmed_at=affirmed_at,
    )


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
        return [_taken_along(tx, each) for each in won]

    return archive.pages("export_prizes", read, lambda each: str(each["fulfilment_id"]))


def _taken_along(tx: Transaction, fulfilment: Fulfilment) -> dict[str, Any]:
    """Return a delivery with its steps and address; who of the staff took a step is not told."""
    events = repository.list_fulfilment_events(tx, fulfilment.fulfilment_id)
    taken = [{"state": event.state, "occurred_at": event.occurred_at} for event in events]
    address = addresses.find(tx, fulfilment.fulfilment_id)
    return {
        **asdict(fulfilment),
        "steps": taken,
        "address": asdict(address) if address else None,
    }


def _refusals(
    tx: Transaction, drawing_id: str, awards: Sequence[Award], *, now: datetime
) -> dict[str, str | None]:
    """Return for each winner why nothing can be awarded, None where it can."""
    return {
        account_id: eligibility.check_at_award(tx, drawing_id, account_id, now=now)
        for account_id in sorted({award.account_id for award in awards})
    }


def _inherited(
    tx: Transaction, drawing_id: str, position: int, prize_id: str | None, *, now: datetime
) -> Fulfilment:
    """Return a pending delivery of a returned unit of a drawing, which is held."""
    repository.lock_drawing_of(tx, drawing_id)
    heir = repository.find_alternate(tx, drawing_id, position)
    if heir is None:
        raise NotAnAlternate
    if repository.find_at_position(tx, drawing_id, position) is not None:
        raise AlternateServed
    lost_id = repository.find_returned_unit(tx, drawing_id, prize_id=prize_id)
    if lost_id is None:
        raise NoUnitLeft
    refusal = eligibility.check_at_award(tx, drawing_id, heir.account_id, now=now)
    if refusal is not None:
        raise WinnerNotEligible(reason=refusal)
    lost = repository.lock_fulfilment(tx, lost_id)
    return rules.inherited(new_id(), lost, heir, now=now)
