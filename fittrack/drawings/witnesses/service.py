"""What sponsors do as witnesses: look up their duties, commit to many values, be reminded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fittrack import config, db
from fittrack.clock import rfc3339
from fittrack.db import Transaction
from fittrack.drawings import repository as drawings
from fittrack.drawings import rules as drawing_rules
from fittrack.drawings.conduct import values
from fittrack.drawings.errors import DrawingNotFound
from fittrack.drawings.models import PLATFORM
from fittrack.drawings.witnesses import repository, rules
from fittrack.drawings.witnesses.models import Awaited, Commitment, Duty
from fittrack.idempotency import NoReply, Reply
from fittrack.notifications import service as notifications
from fittrack.pagination import Cursor, Page
from fittrack.sponsors import service as sponsors

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
REMINDED_AT_ONCE = 500
TITLES = {
    rules.OF_DRAW: "{name} is drawn soon: reveal your value",
    rules.OF_DEADLINE: "{name} waits for your value",
}
BODIES = {
    rules.OF_DRAW: "It is drawn at {draws_at}. Your value can be shown once sales have ended and "
    "the operator has shown its own, and must be by {until}.",
    rules.OF_DEADLINE: "It can't be drawn without your value. If it has not come by {until}, the "
    "drawing is void, everybody is told why, and you are not accepted as a witness again.",
}


def list_duties(*, account_id: str, cursor: Cursor, limit: int) -> Page[Duty]:
    """Return the drawings that my sponsor witnesses and that are not over, the next draw first."""
    after = (cursor.instant(default=FIRST), cursor.text(default="0", at=1))
    with db.reading("list_duties") as tx:
        sponsor_id = sponsors.find_sponsor_of(tx, account_id) or ""
        rows = repository.list_duties(tx, sponsor_id, after=after, row_limit=limit + 1)
    return Page.of(
        rows, limit=limit, cursor=cursor, key=lambda duty: (duty.draws_at, duty.drawing_id)
    )


def commit_values(
    *,
    account_id: str,
    commitments: Sequence[Commitment],
    now: datetime,
    reply: Reply = NoReply(),
) -> list[Commitment]:
    """Register commitments to values that my sponsor keeps itself, all of them or none.

    Raises: DrawingNotFound where a draft is not one of the sponsor's, InvalidTransition, Invalid.
    """
    ordered = rules.in_order(commitments)
    with db.transaction("commit_values") as tx:
        sponsor_id = sponsors.find_sponsor_of(tx, account_id)
        for one in ordered:
            _commit(tx, one, sponsor_id=sponsor_id, now=now)
        reply.record(tx, {"items": ordered})
    return ordered


def remind_witnesses(*, now: datetime) -> None:
    """Remind sponsors that have to reveal by themselves: before the draw, before the deadline."""
    most_wait = timedelta(seconds=config.current().reveal_deadline_s)
    draws_by = now + rules.REMINDED_BEFORE_DRAW
    with db.reading("list_awaited") as tx:
        awaited = repository.list_awaited(
            tx,
            due_by=max(draws_by, now + most_wait),
            draws_by=draws_by,
            row_limit=REMINDED_AT_ONCE,
        )
    for one in awaited:
        which = rules.due_reminder(one, now=now)
        if which is not None:
            _remind(one, which, now=now)


def _commit(tx: Transaction, one: Commitment, *, sponsor_id: str | None, now: datetime) -> None:
    drawing = drawings.lock_drawing(tx, one.drawing_id)
    if sponsor_id is None or drawing.sponsor_id != sponsor_id:
        raise DrawingNotFound(drawing_id=one.drawing_id)
    drawing_rules.check_transition(drawing, "scheduled")
    edited = replace(drawing, sponsor_commitment=one.commitment, updated_at=now)
    drawings.update_draft(tx, edited)


def _remind(awaited: Awaited, which: str, *, now: datetime) -> None:
    """Tell a sponsor's people once; that they were told stands in the public history."""
    with db.transaction("remind_witness") as tx:
        drawing = drawings.lock_drawing(tx, awaited.drawing_id)
        standing = values.standing(tx, drawing, now=now)
        waits = any(source.sponsor_id == awaited.sponsor_id for source in standing.missing)
        if not waits or repository.find_event(tx, awaited.drawing_id, which):
            return
        drawings.record_event(tx, awaited.drawing_id, which, PLATFORM, now=now)
        until = awaited.reveals_until or drawing.draws_at
        words = {
            "name": drawing.name,
            "draws_at": rfc3339(drawing.draws_at),
            "until": rfc3339(until),
        }
        for account_id in sponsors.list_accounts(tx, awaited.sponsor_id):
            notifications.notify(
                tx,
                account_id,
                which,
                key=awaited.drawing_id,
                title=TITLES[which].format(**words),
                body=BODIES[which].format(**words),
                data={"drawing_id": awaited.drawing_id},
                now=now,
            )
