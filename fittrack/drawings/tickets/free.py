"""Free entries: one a person, drawing and points day, by the form or by an operator from mail.

A free entry is one ticket. It passes every check of a purchase but the price, counts against the
same limit and stands in the list as any other: nothing there tells how a ticket was obtained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from fittrack import config, db
from fittrack.accounts.administration.actions import record_action
from fittrack.accounts.errors import AccountNotFound
from fittrack.clock import day_of, utc_now
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.drawings import repository as drawings
from fittrack.drawings.models import Actor, Drawing
from fittrack.drawings.tickets import entering, repository, rules
from fittrack.drawings.tickets.entering import Wish
from fittrack.drawings.tickets.errors import FreeEntryUsed, MemberRefused
from fittrack.drawings.tickets.models import Entry, FreeEntry, Purchase
from fittrack.errors import Forbidden
from fittrack.idempotency import NoReply, Reply
from fittrack.points import service as points

Clock = Callable[[], datetime]
TICKETS = 1


def enter_free(
    *,
    drawing_id: str,
    account_id: str,
    rules_sha256: str | None = None,
    clock: Clock = utc_now,
    reply: Reply = NoReply(),
) -> Purchase:
    """Enter an account into an open drawing with today's free ticket, with a signed receipt.

    Raises: FreeEntryUsed, and the refusals of `entering.check`.
    """
    wish = Wish(drawing_id, account_id, "free", TICKETS, rules_sha256)
    with db.transaction("enter_free") as tx:
        drawing = drawings.lock_drawing(tx, drawing_id)
        now = clock()
        held = entering.check(tx, wish, drawing, now=now)
        entered = _enter(tx, wish, drawing, held=held, entered_on=_today(now), by=None, now=now)
        balance_points = points.read_balance(tx, account_id)
        purchase = replace(entered, balance_points=balance_points)
        reply.record(tx, purchase)
    return purchase


def enter_from_mail(
    *,
    drawing_id: str,
    account_id: str,
    received_on: date | None,
    actor: Actor,
    clock: Clock = utc_now,
    reply: Reply = NoReply(),
) -> Entry:
    """Enter a member whose free entry came by mail, for the day on which it came in.

    Raises: AccountNotFound, DrawingNotFound, DrawingNotOpen, FreeEntryUsed, TicketLimitReached,
    MemberRefused with the code of the refusal that the member would get, Invalid.
    """
    wish = Wish(drawing_id, account_id, "free", TICKETS)
    with db.transaction("enter_from_mail") as tx:
        drawing = drawings.lock_drawing(tx, drawing_id)
        now = clock()
        held = _check_for(tx, wish, drawing, now=now)
        came_on = received_on or _today(now)
        zone = config.current().zone
        rules.check_received(drawing, came_on, today_on=_today(now), zone=zone)
        by = actor.account_id
        entered = _enter(tx, wish, drawing, held=held, entered_on=came_on, by=by, now=now)
        told = {"drawing_id": drawing_id, "entry_id": entered.entry.entry_id}
        record_action(tx, account_id, "entered_from_mail", actor_id=by, after=told, now=now)
        reply.record(tx, entered.entry)
    return entered.entry


def _enter(
    tx: Transaction,
    wish: Wish,
    drawing: Drawing,
    *,
    held: int,
    entered_on: date,
    by: str | None,
    now: datetime,
) -> Purchase:
    """Store a free entry, and that the day's is used. Raises: FreeEntryUsed, DrawingNotOpen."""
    entered = entering.enter(tx, wish, drawing, held=held, now=now)
    used = FreeEntry(
        drawing_id=drawing.drawing_id,
        account_id=wish.account_id,
        entered_on=entered_on,
        entry_id=entered.entry.entry_id,
        entered_by_id=by,
        created_at=now,
    )
    try:
        repository.insert_free_entry(tx, used)
    except Unique as error:
        raise FreeEntryUsed(entered_on=entered_on) from error
    return entered


def _check_for(tx: Transaction, wish: Wish, drawing: Drawing, *, now: datetime) -> int:
    """Check another's wish; what the member would be forbidden is no wrong of the operator's."""
    try:
        repository.get_entrant(tx, wish.drawing_id, wish.account_id, now_at=now)
    except LookupError as error:
        raise AccountNotFound(account_id=wish.account_id) from error
    try:
        return entering.check(tx, wish, drawing, now=now)
    except Forbidden as refusal:
        raise MemberRefused(refusal=refusal.code, reason=refusal.title()) from refusal


def _today(now: datetime) -> date:
    return day_of(now, config.current().zone)
