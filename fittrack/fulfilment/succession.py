"""When a winner does not get a prize: the next alternate does, else it returns to the sponsor.

All of it happens while the drawing is held, so that an alternate is served once, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fittrack import db, queues
from fittrack.clock import utc_now
from fittrack.db import Transaction
from fittrack.drawings.conduct import announcements
from fittrack.drawings.tickets import eligibility
from fittrack.fulfilment import repository, rules, steps, telling
from fittrack.fulfilment.models import Alternate, Fulfilment
from fittrack.fulfilment.sealed import addresses, codes
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.sponsors.prizes import service as inventory

Clock = Callable[[], datetime]
DUE_ROWS = 500


def wake_due_fulfilments(*, now: datetime) -> int:
    """Wake the worker for every delivery whose winner's time is half or wholly over."""
    with db.reading("list_due_fulfilments") as tx:
        due = repository.list_due_fulfilments(tx, now=now, row_limit=DUE_ROWS)
    for fulfilment_id in due:
        queues.wake_due("advance_fulfilment", fulfilment_id)
    return len(due)


def advance_fulfilment(*, fulfilment_id: str, clock: Clock = utc_now) -> str | None:
    """Warn a winner who does not claim, or pass the prize on; return which of them it was.

    Safe to run at any time and by many at once: each looks again once it holds the delivery.
    """
    with db.transaction("advance_fulfilment") as tx:
        fulfilment = _hold(tx, fulfilment_id)
        now = clock()
        step = rules.clock_step(fulfilment, now=now)
        if step == "forfeit":
            give_up(tx, fulfilment, rules.NOT_CLAIMED, actor_id=None, now=now)
        elif step == "warn":
            warned = repository.update_fulfilment(tx, rules.warned(fulfilment, now=now))
            telling.tell_step(tx, warned, "prize_reminder", now=now)
        elif fulfilment.due_at is not None and fulfilment.due_at <= now:
            repository.update_fulfilment(tx, rules.rescheduled(fulfilment))
    return step


def forfeit(
    *, fulfilment_id: str, actor_id: str, now: datetime, reply: Reply = NoReply()
) -> Fulfilment:
    """Take a prize from its winner, by an admin, and pass it on.

    Raises: FulfilmentNotFound, InvalidTransition.
    """
    with db.transaction("forfeit_prize") as tx:
        fulfilment = _hold(tx, fulfilment_id)
        after = give_up(tx, fulfilment, rules.BY_OPERATOR, actor_id=actor_id, now=now)
        reply.record(tx, after)
    return after


def decline(
    *, fulfilment_id: str, actor_id: str, reason: str, now: datetime, reply: Reply = NoReply()
) -> Fulfilment:
    """Let a winner give a prize up, and pass it on: unwanted, or of a household that can't win.

    Raises: FulfilmentNotFound for anybody else's, InvalidTransition.
    """
    with db.transaction("decline_prize") as tx:
        fulfilment = _hold(tx, fulfilment_id, account_id=actor_id)
        after = give_up(tx, fulfilment, reason, actor_id=actor_id, now=now)
        reply.record(tx, after)
    return after


def give_up(
    tx: Transaction, fulfilment: Fulfilment, reason: str, *, actor_id: str | None, now: datetime
) -> Fulfilment:
    """Forfeit a held delivery of a held drawing, tell its winner and pass the prize on.

    Raises: InvalidTransition.
    """
    lost = rules.forfeited(fulfilment, reason, now=now)
    after = steps.store(tx, lost, actor_id=actor_id, now=now)
    addresses.forget(tx, fulfilment.fulfilment_id)
    telling.tell_step(tx, after, "prize_forfeited", now=now)
    # What a winner gives up the platform passes on: the public history knows no other role.
    staff_id = None if actor_id == fulfilment.account_id else actor_id
    pass_on(tx, after, actor_id=staff_id, now=now)
    return after


def give_up_erased(tx: Transaction, fulfilment_id: str, *, now: datetime) -> None:
    """Forfeit a prize whose winner is gone, unless it was sent in this moment."""
    fulfilment = _hold(tx, fulfilment_id)
    if "forfeited" in rules.allowed(fulfilment):
        give_up(tx, fulfilment, rules.ACCOUNT_DELETED, actor_id=None, now=now)


def pass_on(
    tx: Transaction, lost: Fulfilment, *, actor_id: str | None, now: datetime
) -> Fulfilment | None:
    """Give a forfeited unit of a held drawing to the next alternate who may win.

    Where none is left, or the drawing says so, it returns to where it came from: None.
    """
    drawing = repository.lock_drawing_of(tx, lost.drawing_id)
    record(tx, lost, "prize_forfeited", actor_id=actor_id, now=now)
    first = lost
    while rules.passes_on(first, drawing.unclaimed_to):
        heir = repository.find_next_alternate(tx, lost.drawing_id)
        if heir is None:
            break
        given = _give(tx, lost, heir, actor_id=actor_id, now=now)
        if given.state != "forfeited":
            codes.move(tx, first.fulfilment_id, given.fulfilment_id, now=now)
            return steps.begin_claim(tx, given, now=now)
        lost = given
    codes.forget(tx, first.fulfilment_id)
    inventory.give_back(tx, lost.prize_id)
    record(tx, lost, "prize_returned", actor_id=actor_id, now=now)
    return None


def record(
    tx: Transaction, fulfilment: Fulfilment, action: str, *, actor_id: str | None, now: datetime
) -> None:
    """Add to the public history what became of a prize unit, by position and never by name."""
    details: dict[str, object] = {"position": fulfilment.position}
    if fulfilment.forfeit_reason is not None:
        details["reason"] = rules.public_reason(fulfilment.forfeit_reason)
    announcements.record_prize(
        tx, fulfilment.drawing_id, action, actor_id=actor_id, now=now, **details
    )


def _give(
    tx: Transaction, lost: Fulfilment, heir: Alternate, *, actor_id: str | None, now: datetime
) -> Fulfilment:
    """Open an alternate's delivery; it is forfeited at once where the alternate may not win."""
    pending = rules.inherited(new_id(), lost, heir, now=now)
    refusal = eligibility.check_at_award(tx, lost.drawing_id, heir.account_id, now=now)
    if refusal is not None:
        given = rules.forfeited(pending, refusal, now=now)
        steps.open_all(tx, [given], actor_id=actor_id, now=now)
        record(tx, given, "prize_forfeited", actor_id=actor_id, now=now)
        return given
    given = rules.notified(pending, now=now)
    steps.open_all(tx, [given], actor_id=actor_id, now=now)
    record(tx, given, "prize_passed_on", actor_id=actor_id, now=now)
    telling.tell_won(tx, [given], key=given.fulfilment_id, now=now)
    return steps.hold_digital(tx, given, now=now)


def _hold(tx: Transaction, fulfilment_id: str, *, account_id: str | None = None) -> Fulfilment:
    """Return a delivery (an account's only), held after its drawing. Raises: FulfilmentNotFound."""
    found = repository.get_fulfilment(tx, fulfilment_id, account_id=account_id)
    repository.lock_drawing_of(tx, found.drawing_id)
    return repository.lock_fulfilment(tx, fulfilment_id)
