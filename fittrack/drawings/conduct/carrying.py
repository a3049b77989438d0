"""When a reveal does not come: the drawing is void, and its entries go on in a new one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from fittrack import config, db, entropy, queues
from fittrack.db import Transaction
from fittrack.drawings import repository, rules, scheduling
from fittrack.drawings.conduct.models import Standing
from fittrack.drawings.models import PLATFORM, Drawing
from fittrack.drawings.play import service as play
from fittrack.drawings.record import service as record
from fittrack.drawings.tickets import repository as tickets
from fittrack.drawings.tickets import rules as ticket_rules
from fittrack.drawings.tickets.models import Entry, Holder
from fittrack.errors import Problem
from fittrack.ids import new_id
from fittrack.sponsors import service as sponsors
from fittrack.sponsors.prizes import service as inventory


@dataclass(frozen=True, slots=True)
class Load:
    """What a successor takes over, made before the drawing is held: a closed list is final.

    `drawing_id` is the successor's; `drawing` is the one whose entries these are, as it was read.
    """

    drawing_id: str
    drawing: Drawing
    holders: list[Holder]
    entries: list[Entry]


def load(drawing_id: str) -> Load:
    """Return every entry of a closed drawing that counts, as its successor will hold it.

    Each keeps the reference of what was paid for it; tags are new, being bound to the drawing.
    """
    successor_id = new_id()
    with db.reading("list_entries") as tx:
        drawing = repository.get_drawing(tx, drawing_id)
        listed = tickets.list_entries(tx, drawing_id)
    entries = [entry for entry in listed if not entry.void_reason]
    holders = {
        account_id: ticket_rules.new_holder(
            successor_id, account_id, entropy.random_bytes(ticket_rules.SALT_BYTES)
        )
        for account_id in sorted({entry.account_id for entry in entries})
    }
    carried = [_carried(entry, holders[entry.account_id]) for entry in entries]
    return Load(successor_id, drawing, list(holders.values()), carried)


def abort(tx: Transaction, standing: Standing, carried: Load, *, now: datetime) -> None:
    """Abort a held drawing, bar who withheld, carry the entries over and have everyone told."""
    drawing = standing.drawing
    withheld = standing.withheld
    if standing.withholder_id is not None:
        sponsors.bar(tx, standing.withholder_id, now=now)
    inventory.release(tx, drawing.drawing_id)
    successor = _successor(tx, drawing, carried, now=now) if drawing.entry_count else None
    carried_to = successor.drawing_id if successor else None
    repository.update_status(tx, drawing, "aborted", due_at=None, now=now)
    repository.record_event(
        tx,
        drawing.drawing_id,
        "aborted",
        PLATFORM,
        now=now,
        withheld=withheld,
        carried_to=carried_to,
    )
    if carried_to is not None:
        queues.enqueue(
            tx,
            "tell_entrants",
            drawing.drawing_id,
            now=now,
            drawing_id=drawing.drawing_id,
            carried_to_id=carried_to,
        )
    body = {
        "v": "FTD1",
        "drawing_id": drawing.drawing_id,
        "withheld": withheld,
        "carried_to": carried_to,
    }
    record.append_log(tx, drawing.drawing_id, "abort", body, now=now)


def schedule(tx: Transaction, drawing: Drawing, *, now: datetime) -> None:
    """Schedule a held successor, with a standing witness where its own is barred.

    One that had no witness needs none: the rules name a drawing's witness as who supplies it.
    Where that is refused (no witness is left for prizes of this value) it waits for an admin.
    """
    sales_s = config.current().carried_sales_s
    timed = rules.retimed(drawing, sales_s=sales_s, now=now)
    ready = rules.edited(timed, {"sponsor_id": _witness_id(tx, drawing)}, now=now)
    repository.update_draft(tx, ready)
    repository.update_due_at(tx, drawing.drawing_id, None)
    try:
        scheduling.check(tx, ready, now=now)
    except Problem as problem:
        repository.record_event(
            tx, drawing.drawing_id, "waits_for_an_admin", PLATFORM, now=now, code=problem.code
        )
    else:
        scheduling.schedule(tx, ready, PLATFORM, now=now)


def _witness_id(tx: Transaction, drawing: Drawing) -> str | None:
    if drawing.sponsor_id is None:
        return None
    own = sponsors.find_sponsor(tx, drawing.sponsor_id)
    if own is None or not own.may_witness:
        own = sponsors.find_standing_witness(tx)
    return own.sponsor_id if own else None


def _successor(tx: Transaction, drawing: Drawing, carried: Load, *, now: datetime) -> Drawing:
    successor = rules.carried_over(
        drawing, drawing_id=carried.drawing_id, sales_s=config.current().carried_sales_s, now=now
    )
    repository.insert_drawing(tx, successor)
    for prize in repository.list_prizes(tx, drawing.drawing_id):
        # Who supplies it stays the same where another witness steps in.
        supplier_id = prize.sponsor_id or drawing.sponsor_id
        repository.insert_prize(
            tx,
            replace(
                prize,
                prize_id=new_id(),
                drawing_id=successor.drawing_id,
                sponsor_id=supplier_id,
            ),
        )
    _carry_entries(tx, carried, now=now)
    repository.record_event(
        tx,
        successor.drawing_id,
        "carried_over",
        PLATFORM,
        now=now,
        carried_from=drawing.drawing_id,
    )
    return successor


def _carry_entries(tx: Transaction, carried: Load, *, now: datetime) -> None:
    """Store what a successor takes over, but for who may not enter it any more."""
    successor_id = carried.drawing_id
    tickets.insert_holders(tx, carried.holders)
    tickets.erase_carried_salts(tx, successor_id)
    tickets.insert_entries(tx, carried.entries)
    units = sum(entry.units for entry in carried.entries)
    tickets.add_units_carried(tx, successor_id, units, entry_count=len(carried.entries))
    tickets.carry_disqualifications(
        tx, from_drawing_id=carried.drawing.drawing_id, to_drawing_id=successor_id
    )
    play.take_excluded_out(tx, successor_id, now=now)


def _carried(entry: Entry, holder: Holder) -> Entry:
    return replace(
        entry,
        entry_id=new_id(),
        drawing_id=holder.drawing_id,
        holder=holder.holder,
        receipt_text=None,
        receipt_signature=None,
        carried_from_id=entry.entry_id,
    )
