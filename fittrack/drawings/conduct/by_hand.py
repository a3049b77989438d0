"""Steps that an admin asks for: those that a worker would take, and none before its time."""

from __future__ import annotations

from datetime import datetime

from fittrack import config, db
from fittrack.clock import utc_now
from fittrack.db import Transaction
from fittrack.drawings import repository, rules
from fittrack.drawings.conduct import service as conduct
from fittrack.drawings.conduct.service import Clock
from fittrack.drawings.errors import RevealsMissing, SecondAdminRequired
from fittrack.drawings.models import Actor, DrawingDetails
from fittrack.idempotency import NoReply, Reply

ASKED_TO_DRAW = "asked_to_draw"


def open_drawing(
    *, drawing_id: str, actor: Actor, clock: Clock = utc_now, reply: Reply = NoReply()
) -> DrawingDetails:
    """Open a drawing that is due. Raises: DrawingNotFound, InvalidTransition, NotDue."""
    _record_asked(drawing_id, "open", "asked_to_open", actor, now=clock())
    conduct.take_step("open_drawing", drawing_id=drawing_id, now=clock())
    return _answer(drawing_id, reply)


def close_drawing(
    *, drawing_id: str, actor: Actor, clock: Clock = utc_now, reply: Reply = NoReply()
) -> DrawingDetails:
    """Close a drawing that is due. Raises: DrawingNotFound, InvalidTransition, NotDue."""
    _record_asked(drawing_id, "closed", "asked_to_close", actor, now=clock())
    conduct.take_step("close_drawing", drawing_id=drawing_id, now=clock())
    return _answer(drawing_id, reply)


def execute_drawing(
    *, drawing_id: str, actor: Actor, clock: Clock = utc_now, reply: Reply = NoReply()
) -> DrawingDetails:
    """Draw a drawing that is due; prizes above a configured value take two admins.

    Raises: DrawingNotFound, InvalidTransition, NotDue, SecondAdminRequired, RevealsMissing.
    """
    _record_asked(drawing_id, "completed", ASKED_TO_DRAW, actor, now=clock())
    _check_second_admin(drawing_id, actor)
    conduct.advance_drawing(drawing_id=drawing_id, clock=clock)
    with db.reading("get_drawing") as tx:
        drawing = repository.get_drawing(tx, drawing_id)
    if drawing.status == "closed":
        raise RevealsMissing(reveal_deadline_at=drawing.reveal_deadline_at)
    return _answer(drawing_id, reply)


def _record_asked(drawing_id: str, to: str, action: str, actor: Actor, *, now: datetime) -> None:
    """Record that an admin asked for a step; none is taken before it is due."""
    with db.transaction("record_manual_step") as tx:
        drawing = repository.lock_drawing(tx, drawing_id)
        due = {"open": drawing.opens_at, "closed": drawing.closes_at, "completed": drawing.draws_at}
        rules.check_due(drawing, to, due_at=due[to], now=now)
        repository.record_event(tx, drawing_id, action, actor, now=now)


def _check_second_admin(drawing_id: str, actor: Actor) -> None:
    """Raises: SecondAdminRequired until another admin has asked for the same draw."""
    limit_cents = config.current().second_admin_cents
    with db.reading("find_other_asker") as tx:
        total_cents = rules.total_cents(repository.list_prizes(tx, drawing_id))
        if total_cents > limit_cents and not _other_asked(tx, drawing_id, actor):
            raise SecondAdminRequired(total_value_cents=total_cents, limit_cents=limit_cents)


def _other_asked(tx: Transaction, drawing_id: str, actor: Actor) -> bool:
    other = repository.find_other_asker(
        tx, drawing_id, action=ASKED_TO_DRAW, actor_id=actor.account_id or ""
    )
    return other is not None


def _answer(drawing_id: str, reply: Reply) -> DrawingDetails:
    """Store the answer for a repeated request; the steps themselves have committed by then."""
    with db.transaction("answer_manual_step") as tx:
        drawing = repository.get_drawing(tx, drawing_id)
        details = DrawingDetails(drawing, repository.list_prizes(tx, drawing_id))
        reply.record(tx, details)
    return details
