"""Drawings for admins, sponsors and everybody: draft, schedule, cancel, commit, reveal, look up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fittrack import config, crypto, db, queues
from fittrack.clock import utc_now
from fittrack.db import Transaction
from fittrack.drawings import repository, rules, scheduling
from fittrack.drawings.conduct import values
from fittrack.drawings.conduct.service import Clock
from fittrack.drawings.errors import (
    DrawingHoldsEntries,
    DrawingNotFound,
    NotAWitness,
    NotPublishedYet,
    StaleDrawing,
    ValueRequired,
)
from fittrack.drawings.models import (
    Actor,
    Drawing,
    DrawingDetails,
    HistoryEvent,
    OfficialRules,
    Prize,
    Source,
)
from fittrack.drawings.record import auditing
from fittrack.drawings.record import service as record
from fittrack.drawings.templates import repository as made
from fittrack.errors import Problem, field_error
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.pagination import Cursor, Page
from fittrack.sponsors import service as sponsors
from fittrack.sponsors.prizes import service as inventory

LAST_ID = "g"
LAST_AT = datetime(9999, 12, 31, tzinfo=UTC)


def create_drawing(
    *, fields: Mapping[str, Any], actor: Actor, now: datetime, reply: Reply = NoReply()
) -> DrawingDetails:
    """Store a new draft; `fields` are those of the API, prizes included. Raises: Invalid."""
    with db.transaction("create_drawing") as tx:
        details = add_draft(tx, fields, actor=actor, now=now)
        reply.record(tx, details)
    return details


def add_draft(
    tx: Transaction, fields: Mapping[str, Any], *, actor: Actor, now: datetime
) -> DrawingDetails:
    """Store a new draft; a step. Raises: Invalid."""
    details = checked_draft(tx, fields, actor=actor, now=now)
    repository.insert_drawing(tx, details.drawing)
    _insert_prizes(tx, details.prizes)
    return details


def checked_draft(
    tx: Transaction, fields: Mapping[str, Any], *, actor: Actor, now: datetime
) -> DrawingDetails:
    """Return a draft that could be stored; a step, read-only. Raises: Invalid."""
    drawing = rules.new_draft(new_id(), _with_defaults(fields), actor=actor, now=now)
    prizes = _new_prizes(drawing.drawing_id, fields["prizes"])
    _check_draft(drawing, prizes)
    _check_sponsors(tx, drawing, prizes)
    return DrawingDetails(drawing, prizes)


def edit_drawing(
    *,
    drawing_id: str,
    changes: Mapping[str, Any],
    revisions: Collection[int] | None,
    actor: Actor,
    now: datetime,
) -> DrawingDetails:
    """Change a draft, or the description and image of a scheduled drawing.

    `revisions` are those that the editor will change, None for any. Raises: DrawingNotFound,
    StaleDrawing, DrawingFrozen, Invalid.
    """
    with db.transaction("edit_drawing") as tx:
        drawing = repository.lock_drawing(tx, drawing_id)
        rules.check_editable(drawing, changes, revisions=revisions)
        edited = rules.edited(drawing, changes, now=now)
        if drawing.status == "draft":
            _update_draft(tx, edited, changes.get("prizes"))
            made.update_taken_over(tx, drawing_id)
        elif not repository.update_appearance(tx, edited):
            raise StaleDrawing(revision=drawing.revision)
        else:
            details = rules.described(drawing, changes)
            repository.record_event(tx, drawing_id, "edited", actor, now=now, **details)
        return _details(tx, drawing_id)


def delete_drawing(*, drawing_id: str, revisions: Collection[int] | None) -> None:
    """Forget a draft; `revisions` are those that will be deleted, None for any.

    Raises: DrawingNotFound, StaleDrawing, InvalidTransition, DrawingHoldsEntries.
    """
    with db.transaction("delete_drawing") as tx:
        drawing = repository.lock_drawing(tx, drawing_id)
        rules.check_revision(drawing, revisions)
        rules.check_transition(drawing, "scheduled")
        if drawing.carried_from_id is not None:
            raise DrawingHoldsEntries(carried_from_id=drawing.carried_from_id)
        made.erase_made_drawing(tx, drawing_id)
        repository.delete_prizes(tx, drawing_id)
        repository.delete_drawing(tx, drawing_id)


def schedule_drawing(
    *, drawing_id: str, actor: Actor, now: datetime, reply: Reply = NoReply()
) -> DrawingDetails:
    """Sign and freeze a draft's terms. Raises: DrawingNotFound, as `scheduling.schedule`."""
    with db.transaction("schedule_drawing") as tx:
        scheduling.schedule(tx, repository.lock_drawing(tx, drawing_id), actor, now=now)
        details = _details(tx, drawing_id)
        reply.record(tx, details)
    return details


def cancel_drawing(
    *, drawing_id: str, reason: str, actor: Actor, now: datetime, reply: Reply = NoReply()
) -> DrawingDetails:
    """Cancel a drawing as long as nothing is revealed; a job refunds every paid entry.

    Raises: DrawingNotFound, InvalidTransition, AlreadyRevealed.
    """
    with db.transaction("cancel_drawing") as tx:
        drawing = repository.lock_drawing(tx, drawing_id)
        rules.check_cancellable(drawing, is_revealing=bool(record.list_reveals(tx, drawing_id)))
        due_at = now if drawing.entry_count else None
        if drawing.sequence_no is not None:
            inventory.release(tx, drawing_id)
        repository.update_status(tx, drawing, "cancelled", due_at=due_at, now=now)
        repository.record_event(tx, drawing_id, "cancelled", actor, now=now, reason=reason)
        if drawing.is_public:
            body = {"v": "FTD1", "drawing_id": drawing_id, "reason": reason}
            record.append_log(tx, drawing_id, "cancel", body, now=now)
        details = _details(tx, drawing_id)
        reply.record(tx, details)
        tx.after_commit(lambda: queues.wake_due("advance_drawing", drawing_id))
    return details


def commit_value(
    *,
    drawing_id: str,
    account_id: str,
    commitment: str,
    now: datetime,
    reply: Reply = NoReply(),
) -> DrawingDetails:
    """Register the commitment to a value that the drawing's sponsor keeps itself, while a draft.

    Raises: DrawingNotFound, NotAWitness, InvalidTransition.
    """
    with db.transaction("commit_value") as tx:
        drawing = repository.lock_drawing(tx, drawing_id)
        sponsor_id = sponsors.find_sponsor_of(tx, account_id)
        if sponsor_id is None or drawing.sponsor_id != sponsor_id:
            raise _no_witness(drawing, sponsor_id)
        rules.check_transition(drawing, "scheduled")
        edited = replace(drawing, sponsor_commitment=commitment, updated_at=now)
        repository.update_draft(tx, edited)
        details = _details(tx, drawing_id)
        reply.record(tx, details)
    return details


def reveal_value(
    *,
    drawing_id: str,
    account_id: str,
    value: bytes | None,
    clock: Clock = utc_now,
    reply: Reply = NoReply(),
) -> DrawingDetails:
    """Reveal a sponsor's value: the one that it keeps, or by its order the one kept for it.

    Repeating it is harmless. Raises: DrawingNotFound, NotAWitness, RevealNotDue, RevealTooLate,
    ValueRequired, CommitmentMismatch.
    """
    actor = Actor(account_id, "sponsor")
    source = _own_source(drawing_id, account_id, value, actor, now=clock())
    with db.transaction("reveal_value") as tx:
        drawing = repository.lock_drawing(tx, drawing_id)
        now = clock()
        if source.source_id not in {one.source_id for one in record.list_reveals(tx, drawing_id)}:
            standing = values.standing(tx, drawing, now=now)
            values.check_turn(standing, source, now=now)
            shown = value or values.read_kept(tx, source)
            values.reveal(tx, source, shown, actor, now=now)
            values.await_next(tx, drawing, now=now)
        details = _details(tx, drawing_id)
        reply.record(tx, details)
        tx.after_commit(lambda: queues.wake_due("advance_drawing", drawing_id))
    return details


def get_drawing(
    *, drawing_id: str, with_drafts: bool, sponsor_account_id: str | None = None
) -> DrawingDetails:
    """Return a drawing with its prizes; a draft only on demand, or to its sponsor's people.

    Raises: DrawingNotFound.
    """
    with db.reading("get_drawing") as tx:
        if not with_drafts and not _is_sponsored_by(tx, drawing_id, sponsor_account_id):
            repository.get_published(tx, drawing_id)
        return _details(tx, drawing_id)


def get_rules(
    *, drawing_id: str, with_drafts: bool, sponsor_account_id: str | None = None
) -> OfficialRules:
    """Return a drawing's official rules; those of a draft as they would be signed now.

    Raises: DrawingNotFound, NotPublishedYet.
    """
    with db.reading("get_rules") as tx:
        sees_draft = with_drafts or _is_sponsored_by(tx, drawing_id, sponsor_account_id)
        if not sees_draft:
            repository.get_published(tx, drawing_id)
        signed = record.find_rules(tx, drawing_id)
        if signed is None and not sees_draft:
            raise NotPublishedYet(drawing_id=drawing_id)
        text = signed.body_text if signed else _unsigned_rules(tx, drawing_id)
    return OfficialRules(text, crypto.digest(text), is_signed=signed is not None)


def list_drawings(
    *, status: str | None, type_: str | None, with_drafts: bool, cursor: Cursor, limit: int
) -> Page[DrawingDetails]:
    """Return drawings with their prizes, the latest draw first."""
    before = (cursor.instant(default=LAST_AT), cursor.text(default=LAST_ID, at=1))
    with db.reading("list_drawings") as tx:
        rows = repository.list_drawings(
            tx,
            status=status,
            type_=type_,
            with_drafts=with_drafts,
            before=before,
            row_limit=limit + 1,
        )
        page = Page.of(
            rows, limit=limit, cursor=cursor, key=lambda row: (row.draws_at, row.drawing_id)
        )
        prizes = repository.list_prizes_of_page(tx, page.items, status=status, type_=type_)
    items = [DrawingDetails(drawing, prizes[drawing.drawing_id]) for drawing in page.items]
    return Page(items, page.next_cursor)


def list_events(*, drawing_id: str, cursor: Cursor, limit: int) -> Page[HistoryEvent]:
    """Return a drawing's public history, oldest first. Raises: DrawingNotFound."""
    with db.reading("list_events") as tx:
        repository.get_published(tx, drawing_id)
        rows = repository.list_events(
            tx, drawing_id, after_no=cursor.number(default=0), row_limit=limit + 1
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.event_no)


def audit(tx: Transaction) -> list[str]:
    """Return what is wrong with drawings, their lists, results and log; a step, read-only."""
    return [*auditing.audit(tx), *inventory.audit(tx)]


def _with_defaults(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new drawing's fields with what the settings say where nothing was given."""
    settings = config.current()
    lead = timedelta(seconds=settings.close_lead_s)
    given = {name: value for name, value in fields.items() if value is not None}
    excluded = [state for state in settings.excluded_states.split(",") if state]
    defaults = {
        "closes_at": fields["draws_at"] - lead,
        "excluded_states_json": excluded,
        "min_ages_json": settings.state_ages,
    }
    return {**fields, **defaults, **given}


def _own_source(
    drawing_id: str, account_id: str, value: bytes | None, actor: Actor, *, now: datetime
) -> Source:
    """Return the sponsor's source; that a kept value will be read is committed first."""
    with db.transaction("record_reading") as tx:
        drawing = repository.lock_drawing(tx, drawing_id)
        sponsor_id = sponsors.find_sponsor_of(tx, account_id)
        standing = values.standing(tx, drawing, now=now)
        own = [one for one in standing.sources if one.sponsor_id and one.sponsor_id == sponsor_id]
        if not own:
            raise _no_witness(drawing, sponsor_id)
        [source] = own
        if source.custody == "sponsor" and value is None:
            raise ValueRequired
        if value is None and source.source_id not in standing.revealed:
            values.check_turn(standing, source, now=now)
            values.record_reading(tx, source, actor, now=now)
    return source


def _no_witness(drawing: Drawing, sponsor_id: str | None) -> Problem:
    """Return the refusal of who is no witness; of another's draft it does not tell that it is."""
    is_own = sponsor_id is not None and drawing.sponsor_id == sponsor_id
    if not drawing.is_public and not is_own:
        return DrawingNotFound(drawing_id=drawing.drawing_id)
    return NotAWitness()


def _is_sponsored_by(tx: Transaction, drawing_id: str, account_id: str | None) -> bool:
    if account_id is None:
        return False
    sponsor_id = sponsors.find_sponsor_of(tx, account_id)
    return (
        sponsor_id is not None and repository.get_drawing(tx, drawing_id).sponsor_id == sponsor_id
    )


def _details(tx: Transaction, drawing_id: str) -> DrawingDetails:
    drawing = repository.get_drawing(tx, drawing_id)
    return DrawingDetails(drawing, repository.list_prizes(tx, drawing_id))


def _unsigned_rules(tx: Transaction, drawing_id: str) -> str:
    """Return a draft's rules; times and values may change until they are signed."""
    drawing = repository.get_drawing(tx, drawing_id)
    return scheduling.render_rules(tx, drawing, repository.list_prizes(tx, drawing_id))


def _update_draft(
    tx: Transaction, edited: Drawing, prize_fields: Sequence[Mapping[str, Any]] | None
) -> None:
    prizes = repository.list_prizes(tx, edited.drawing_id)
    if prize_fields is not None:
        prizes = _new_prizes(edited.drawing_id, prize_fields)
    _check_draft(edited, prizes)
    _check_sponsors(tx, edited, prizes)
    if not repository.update_draft(tx, edited):
        raise StaleDrawing(revision=edited.revision)
    if prize_fields is not None:
        repository.delete_prizes(tx, edited.drawing_id)
        _insert_prizes(tx, prizes)


def _new_prizes(drawing_id: str, prize_fields: Sequence[Mapping[str, Any]]) -> list[Prize]:
    return [
        Prize(prize_id=new_id(), drawing_id=drawing_id, rank_no=rank_no, **fields)
        for rank_no, fields in enumerate(prize_fields, start=1)
    ]


def _insert_prizes(tx: Transaction, prizes: Sequence[Prize]) -> None:
    for prize in prizes:
        repository.insert_prize(tx, prize)


def _check_draft(drawing: Drawing, prizes: Sequence[Prize]) -> None:
    rules.check_times(drawing)
    rules.check_units(prizes, drawing.alternates)


def _check_sponsors(tx: Transaction, drawing: Drawing, prizes: Sequence[Prize]) -> None:
    """Raises: Invalid, naming the field whose sponsor is not there."""
    named = {"/sponsor_id": drawing.sponsor_id}
    named |= {f"/prizes/{prize.rank_no - 1}/sponsor_id": prize.sponsor_id for prize in prizes}
    for pointer, sponsor_id in named.items():
        if sponsor_id is not None and sponsors.find_sponsor(tx, sponsor_id) is None:
            raise field_error(pointer, "There is no such sponsor.")
    for prize in prizes:
        pointer = f"/prizes/{prize.rank_no - 1}"
        inventory.check_named(tx, pointer, prize.inventory_prize_id, sponsor_id=prize.sponsor_id)
