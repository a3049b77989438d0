"""The steps that time takes; each is a transaction that holds the drawing and looks again.

Any number of workers may run them at once, and any may be killed: a step is done whole or not at
all, and whoever comes second finds that it is no longer due.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from fittrack import config, db, queues
from fittrack.clock import epoch_s, utc_now
from fittrack.db import Transaction
from fittrack.drawings import protocol, repository, rules
from fittrack.drawings.conduct import announcements, carrying, refunds, values
from fittrack.drawings.conduct.models import Standing
from fittrack.drawings.models import PLATFORM, Drawing
from fittrack.drawings.record import repository as record_repository
from fittrack.drawings.record import rules as record_rules
from fittrack.drawings.record import service as record
from fittrack.drawings.record.models import Pick
from fittrack.drawings.rounds import relay
from fittrack.drawings.rounds import rules as round_rules
from fittrack.drawings.rounds import service as rounds
from fittrack.drawings.rounds.models import Beacon
from fittrack.drawings.rounds.rules import RoundRefused
from fittrack.drawings.tickets import repository as tickets
from fittrack.drawings.tickets import rules as ticket_rules
from fittrack.drawings.verifier import Json
from fittrack.fulfilment import service as fulfilment
from fittrack.fulfilment.models import Award

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
DUE_ROWS = 500


def advance_drawing(*, drawing_id: str, clock: Clock = utc_now) -> list[str]:
    """Take every step of a drawing that is due and return their names. Safe to run at any time.

    It stops at half of a job's time limit; what is still due then is taken up by the next run.
    """
    taken: list[str] = []
    ends_s = time.monotonic() + config.current().job_timeout_s / 2
    while time.monotonic() < ends_s:
        step = find_next_step(drawing_id=drawing_id, now=clock())
        if step is None:
            break
        take_step(step, drawing_id=drawing_id, now=clock())
        taken.append(step)
    return taken


def take_step(step: str, *, drawing_id: str, now: datetime) -> None:
    """Take one step of a drawing, unless it is no longer due."""
    STEPS[step](drawing_id, now)


def find_next_step(*, drawing_id: str, now: datetime) -> str | None:
    """Return the name of the step that is due, or None."""
    with db.reading("find_next_step") as tx:
        drawing = repository.find_drawing(tx, drawing_id)
        return None if drawing is None else _standing(tx, drawing, now=now).step


def wake_due_drawings(*, now: datetime) -> int:
    """Wake the worker for every drawing that is due, and return how many there are."""
    with db.reading("list_due_drawings") as tx:
        due = repository.list_due_drawings(tx, now=now, row_limit=DUE_ROWS)
    for drawing_id in due:
        queues.wake_due("advance_drawing", drawing_id)
    return len(due)


def _open(drawing_id: str, now: datetime) -> None:
    with db.transaction("open_drawing") as tx:
        drawing = _hold(tx, drawing_id, "open_drawing", now=now)
        if drawing is None:
            return
        repository.update_status(tx, drawing, "open", due_at=drawing.closes_at, now=now)
        repository.record_event(tx, drawing_id, "opened", PLATFORM, now=now)


def _close(drawing_id: str, now: datetime) -> None:
    """Freeze the list of entries under its signed root; from here on nothing changes.

    The list is hashed before the drawing is held: nothing is sold any more, and that its revision
    and counts are those of the list is checked. Were they not, the step is still due.
    """
    with db.reading("list_entries") as tx:
        listed = repository.get_drawing(tx, drawing_id)
        entries = [ticket_rules.as_listed(row) for row in tickets.list_for_close(tx, drawing_id)]
        terms = record.get_body(tx, drawing_id, "terms")
    close = protocol.build_close(terms, entries, closed_at=epoch_s(now))
    frozen = record_rules.freeze(drawing_id, entries)
    with db.transaction("close_drawing") as tx:
        drawing = _hold(tx, drawing_id, "close_drawing", now=now)
        if drawing is None or drawing != listed:
            return
        record.store_frozen(tx, drawing_id, frozen)
        deadline_at = rules.deadline_after_close(
            drawing, reveal_s=config.current().reveal_deadline_s, now=now
        )
        repository.update_reveal_deadline(tx, drawing_id, deadline_at)
        beacon = rounds.find_beacon(tx, drawing_id)
        due_at = rules.reveals_from(drawing, beacon, closed_at=now)
        repository.update_status(tx, drawing, "closed", due_at=due_at, now=now)
        repository.record_event(
            tx, drawing_id, "closed", PLATFORM, now=now, entries_root=close["entries_root"]
        )
        announcements.tell_witnesses(tx, drawing, close, reveals_from=due_at, now=now)
        values.check_before_round(tx, record.publish(tx, drawing_id, "close", close, now=now))


def _reveal_kept_value(drawing_id: str, now: datetime) -> None:
    """Reveal the next value that is kept here; that it is read is recorded before it is."""
    with db.transaction("record_reading") as tx:
        drawing = _hold(tx, drawing_id, "reveal_kept_value", now=now)
        if drawing is None:
            return
        source = _standing(tx, drawing, now=now).missing[0]
        values.record_reading(tx, source, PLATFORM, now=now)
    with db.transaction("reveal_kept_value") as tx:
        drawing = _hold(tx, drawing_id, "reveal_kept_value", now=now)
        if drawing is None or _standing(tx, drawing, now=now).missing[0] != source:
            return
        values.reveal(tx, source, values.read_kept(tx, source), PLATFORM, now=now)
        values.await_next(tx, drawing, now=now)


def _fetch_round(drawing_id: str, now: datetime) -> None:
    """Fetch the beacon's round while nothing is held; a relay that is away is asked again later."""
    with db.reading("find_beacon") as tx:
        beacon = rounds.find_beacon(tx, drawing_id)
    if beacon is None:
        raise LookupError(f"{drawing_id} has no beacon")
    try:
        reveal = relay.fetch(beacon)
    except RoundRefused as refusal:
        _ask_again(beacon, str(refusal), now=now)
        return
    with db.transaction("fetch_round") as tx:
        drawing = _hold(tx, drawing_id, "fetch_round", now=now)
        if drawing is None:
            return
        repository.record_event(
            tx, drawing_id, "revealed", PLATFORM, now=now, source_id=beacon.source_id
        )
        repository.update_due_at(tx, drawing_id, drawing.draws_at)
        rounds.publish(tx, beacon, reveal, now=now)


def _ask_again(beacon: Beacon, kind: str, *, now: datetime) -> None:
    logger.warning("a round is not there", extra={"drawing_id": beacon.drawing_id, "kind": kind})
    with db.transaction("await_round") as tx:
        drawing = _hold(tx, beacon.drawing_id, "fetch_round", now=now)
        if drawing is not None:
            again_at = round_rules.next_try_at(drawing, beacon, now=now)
            repository.update_due_at(tx, beacon.drawing_id, again_at)


def _fix_draw_time(drawing_id: str, now: datetime) -> None:
    """Store when the drawing counts as drawn, before anything is computed from it."""
    with db.transaction("fix_draw_time") as tx:
        drawing = _hold(tx, drawing_id, "fix_draw_time", now=now)
        if drawing is not None:
            repository.update_drawn_at(tx, drawing_id, rules.draw_time(drawing, now=now))


def _draw(drawing_id: str, now: datetime) -> None:
    """Draw the winners: computed from what nobody can change, then stored in one transaction."""
    result, picks = _compute(drawing_id)
    with db.transaction("draw_winners") as tx:
        drawing = _hold(tx, drawing_id, "draw_winners", now=now)
        if drawing is None:
            return
        record_repository.insert_picks(tx, picks)
        repository.update_status(tx, drawing, "completed", due_at=None, now=now)
        repository.record_event(tx, drawing_id, "drawn", PLATFORM, now=now, seed=result["seed"])
        fulfilment.open_for_winners(tx, drawing_id, _awards(tx, drawing_id), now=now)
        record.publish(tx, drawing_id, "result", result, now=now)
    logger.info("drawing completed", extra={"drawing_id": drawing_id})


def _compute(drawing_id: str) -> tuple[Json, list[Pick]]:
    """Return the result and the picks with their winning tickets, the same at every call."""
    with db.reading("compute_result") as tx:
        drawing = repository.get_drawing(tx, drawing_id)
        entries = record.list_entries(tx, drawing_id, entry_count=drawing.entry_count)
        terms, close = (record.get_body(tx, drawing_id, kind) for kind in ("terms", "close"))
        reveals = [
            record_rules.parsed(row.body_text) for row in record.list_reveals(tx, drawing_id)
        ]
    if drawing.drawn_at is None:
        raise LookupError(f"{drawing_id} has no time of drawing")
    drawn = protocol.draw(terms, close, entries, reveals, drawn_at=epoch_s(drawing.drawn_at))
    return drawn.result, list(record_rules.picks(drawn, protocol.first_ticket_numbers(entries)))


def _awards(tx: Transaction, drawing_id: str) -> list[Award]:
    return [
        Award(
            prize_id=winner.prize_id,
            entry_id=winner.entry_id,
            account_id=winner.account_id,
            position=winner.position,
            prize_name=winner.prize_name,
            is_digital=winner.prize_kind == "digital",
        )
        for winner in tickets.list_winners(tx, drawing_id)
    ]


def _abort(drawing_id: str, now: datetime) -> None:
    """Void a drawing whose reveal did not come, and carry its entries over to a new one.

    What is carried is made before the drawing is held; were it another by then, the step is due.
    """
    carried = carrying.load(drawing_id)
    with db.transaction("abort_drawing") as tx:
        drawing = _hold(tx, drawing_id, "abort_drawing", now=now)
        if drawing is not None and drawing == carried.drawing:
            carrying.abort(tx, _standing(tx, drawing, now=now), carried, now=now)


def _schedule_carried(drawing_id: str, now: datetime) -> None:
    """Schedule the drawing that took over the entries of an aborted one, if it has a witness."""
    with db.transaction("schedule_carried_drawing") as tx:
        drawing = _hold(tx, drawing_id, "schedule_carried_drawing", now=now)
        if drawing is not None:
            carrying.schedule(tx, drawing, now=now)


def _hold(tx: Transaction, drawing_id: str, step: str, *, now: datetime) -> Drawing | None:
    """Return the drawing, held, if the step is still due; else None."""
    drawing = repository.lock_drawing(tx, drawing_id)
    return drawing if _standing(tx, drawing, now=now).step == step else None


def _standing(tx: Transaction, drawing: Drawing, *, now: datetime) -> Standing:
    """Return a drawing with its sources, what they revealed, and the step that is due."""
    return values.standing(tx, drawing, now=now)


STEPS: Mapping[str, Callable[[str, datetime], None]] = {
    "schedule_carried_drawing": _schedule_carried,
    "open_drawing": _open,
    "close_drawing": _close,
    "reveal_kept_value": _reveal_kept_value,
    "fetch_round": _fetch_round,
    "fix_draw_time": _fix_draw_time,
    "draw_winners": _draw,
    "abort_drawing": _abort,
    "refund_entries": refunds.refund_entries,
}
