"""Buying tickets, and what a member holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from fittrack import archive, config, db, entropy
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.auth import AccountNotActive
from fittrack.clock import day_of, epoch_s, utc_now
from fittrack.db import Transaction
from fittrack.drawings import public_log
from fittrack.drawings import repository as drawings
from fittrack.drawings.models import Drawing
from fittrack.drawings.record import repository as record_repository
from fittrack.drawings.record import rules as record_rules
from fittrack.drawings.record import service as record
from fittrack.drawings.tickets import repository, rules
from fittrack.drawings.tickets.models import (
    Entry,
    EntryProof,
    EntrySummary,
    Holder,
    MyTickets,
    Odds,
    Purchase,
    Receipt,
    Ticket,
    Win,
)
from fittrack.drawings.verifier import Json, canonical_json
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.pagination import Cursor, Page
from fittrack.points import service as points

FIRST_ID = "0"
WITHDRAWN = "withdrawn"


def buy_tickets(
    *,
    drawing_id: str,
    account_id: str,
    ticket_count: int,
    clock: Callable[[], datetime] = utc_now,
    reply: Reply = NoReply(),
) -> Purchase:
    """Sell an account tickets of an open drawing, for points, with a signed receipt.

    Raises: DrawingNotFound, DrawingNotOpen, AccountNotActive, TicketLimitReached,
    InsufficientPoints, and the refusals of `rules.check_eligible`.
    """
    with db.transaction("buy_tickets") as tx:
        drawing = drawings.lock_drawing(tx, drawing_id)
        # Read once the drawing is held: who waited past the end of sales must see that.
        now = clock()
        rules.check_on_sale(drawing, now=now)
        held = _check_entrant(tx, drawing, account_id, wanted=ticket_count, now=now)
        entry = _new_entry(tx, drawing, account_id, ticket_count, now=now)
        receipt = _receipt(tx, entry, now=now)
        repository.insert_entries(tx, [_with_receipt(entry, receipt)])
        repository.add_units_sold(tx, drawing_id, ticket_count, now=now)
        balance_points = points.spend(
            tx,
            account_id,
            entry.price_points,
            reference_id=entry.purchase_id,
            description=f"{ticket_count} tickets of {drawing.name}",
            now=now,
        )
        purchase = Purchase(
            entry,
            receipt,
            balance_points,
            rules.odds_before(drawing, held=held),
            rules.odds_after(drawing, held=held, bought=ticket_count),
        )
        reply.record(tx, purchase)
    return purchase


def list_my_tickets(*, drawing_id: str, account_id: str, cursor: Cursor, limit: int) -> MyTickets:
    """Return a member's entries of one drawing, oldest first, with the odds as they stand.

    Raises: DrawingNotFound.
    """
    with db.reading("list_my_tickets") as tx:
        drawing = _get_public(tx, drawing_id)
        tickets = _my_tickets(tx, drawing_id, account_id, cursor=cursor, limit=limit)
        held = repository.get_units_held(tx, drawing_id, account_id)
    page = Page.of(tickets, limit=limit, cursor=cursor, key=lambda ticket: ticket.entry_id)
    return MyTickets(page.items, page.next_cursor, Odds(held, drawing.units_sold))


def list_proofs(
    *, drawing_id: str, account_id: str, cursor: Cursor, limit: int
) -> Page[EntryProof]:
    """Return the inclusion proof, with the salt, for each of a member's entries of a drawing.

    Raises: DrawingNotFound, NotPublishedYet before sales have ended.
    """
    with db.reading("list_proofs") as tx:
        drawing = _get_public(tx, drawing_id)
        record_repository.get_document(tx, drawing_id, "close")
        roots = record_repository.find_tree_roots(tx, drawing_id)
        holder = repository.find_holder(tx, drawing_id, account_id)
        tickets = _my_tickets(tx, drawing_id, account_id, cursor=cursor, limit=limit)
        page = Page.of(tickets, limit=limit, cursor=cursor, key=lambda ticket: ticket.entry_id)
        proofs = [_proof(tx, drawing, ticket, holder, roots) for ticket in page.items]
    return Page(proofs, page.next_cursor)


def list_my_entries(*, account_id: str, cursor: Cursor, limit: int) -> Page[EntrySummary]:
    """Return a member's entries of all drawings, newest first."""
    with db.reading("list_my_entries") as tx:
        rows = repository.list_my_entries(
            tx, account_id, before_id=cursor.text(default="") or None, row_limit=limit + 1
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.entry_id)


def list_my_wins(*, account_id: str, cursor: Cursor, limit: int) -> Page[Win]:
    """Return what a member won, the newest entry first."""
    after = (cursor.text(default="") or None, cursor.number(default=0, at=1))
    with db.reading("list_my_wins") as tx:
        rows = repository.list_my_wins(tx, account_id, after=after, row_limit=limit + 1)
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda win: (win.entry_id, win.position))


def withdraw_tickets(tx: Transaction, account_id: str, *, now: datetime) -> int:
    """Void, for good and without a refund, a member's tickets of all drawings that still sell.

    The entries stay in their lists, with the reason. Returns how many tickets it were.
    """
    withdrawn = 0
    for drawing_id in repository.list_entered_drawings(tx, account_id):
        drawings.lock_drawing(tx, drawing_id)
        held = repository.get_units_held(tx, drawing_id, account_id)
        if held and repository.subtract_units_sold(tx, drawing_id, held, now=now):
            repository.void_entries(tx, drawing_id, account_id, WITHDRAWN)
            withdrawn += held
    return withdrawn


def erase_member(tx: Transaction, account_id: str) -> None:
    """Let nobody tell any more which tags of drawings were an erased member's.

    Entries, lists and picks stay as they are: they name tags and the account's id.
    """
    repository.erase_salts(tx, account_id)


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield a member's entries, with their receipts and what opens their tags, and the wins."""
    yield archive.json_list("drawings/entries.json", _held_entries(account_id))
    yield archive.json_list("drawings/wins.json", _wins(account_id))


def _held_entries(account_id: str) -> Iterator[list[Json]]:
    found = archive.pages(
        "export_entries",
        lambda tx, after_id: repository.list_held_entries(
            tx, account_id, after_id=after_id or FIRST_ID, row_limit=PAGE_ROWS
        ),
        lambda entry: entry.entry_id,
    )
    for entries in found:
        yield [rules.as_taken_along(entry) for entry in entries]


def _wins(account_id: str) -> Iterator[list[Win]]:
    return archive.pages(
        "export_wins",
        lambda tx, after: repository.list_my_wins(
            tx, account_id, after=after or (None, 0), row_limit=PAGE_ROWS
        ),
        lambda win: (win.entry_id, win.position),
    )


def _check_entrant(
    tx: Transaction, drawing: Drawing, account_id: str, *, wanted: int, now: datetime
) -> int:
    """Check eligibility and limit and return how many tickets the member holds already."""
    entrant = repository.get_entrant(tx, drawing.drawing_id, account_id, now_at=now)
    if entrant.status != "active":
        raise AccountNotActive(status_of_account=entrant.status)
    today_on = day_of(now, config.current().zone)
    rules.check_eligible(drawing, entrant, today_on=today_on, now=now)
    held = repository.get_units_held(tx, drawing.drawing_id, account_id)
    rules.check_limit(drawing, held=held, wanted=wanted)
    return held


def _new_entry(
    tx: Transaction, drawing: Drawing, account_id: str, ticket_count: int, *, now: datetime
) -> Entry:
    entry_id = new_id()
    return Entry(
        entry_id=entry_id,
        drawing_id=drawing.drawing_id,
        account_id=account_id,
        holder=_holder(tx, drawing.drawing_id, account_id).holder,
        kind="paid",
        units=ticket_count,
        price_points=ticket_count * drawing.ticket_price_points,
        receipt_text=None,
        receipt_signature=None,
        void_reason=None,
        purchase_id=entry_id,
        carried_from_id=None,
        refunded_at=None,
        entered_at=now,
    )


def _holder(tx: Transaction, drawing_id: str, account_id: str) -> Holder:
    """Return a member's tag in a drawing, made at the first entry; the drawing is held."""
    holder = repository.find_holder(tx, drawing_id, account_id)
    if holder is None:
        holder = rules.new_holder(drawing_id, account_id, entropy.random_bytes(rules.SALT_BYTES))
        repository.insert_holders(tx, [holder])
    return holder


def _receipt(tx: Transaction, entry: Entry, *, now: datetime) -> Receipt:
    body = public_log.build_receipt(
        entry.drawing_id,
        rules.as_listed(entry),
        issued_at=epoch_s(now),
        log=record.get_log_head(tx),
    )
    return Receipt(body, record.sign_for(tx, entry.drawing_id, "receipt", body))


def _with_receipt(entry: Entry, receipt: Receipt) -> Entry:
    text = canonical_json(receipt.receipt).decode()
    return replace(entry, receipt_text=text, receipt_signature=receipt.sig)


def stored_receipt(ticket: Ticket) -> Receipt | None:
    """Return a ticket's receipt; entries carried over from another drawing have none."""
    if ticket.receipt_text is None or ticket.receipt_signature is None:
        return None
    return Receipt(record_rules.parsed(ticket.receipt_text), ticket.receipt_signature)


def _get_public(tx: Transaction, drawing_id: str) -> Drawing:
    """Return a drawing that all may know of. Raises: DrawingNotFound."""
    return drawings.get_published(tx, drawing_id)


def _my_tickets(
    tx: Transaction, drawing_id: str, account_id: str, *, cursor: Cursor, limit: int
) -> list[Ticket]:
    return repository.list_my_tickets(
        tx, drawing_id, account_id, after_id=cursor.text(default=FIRST_ID), row_limit=limit + 1
    )


def _proof(
    tx: Transaction, drawing: Drawing, ticket: Ticket, holder: Holder | None, roots: list[bytes]
) -> EntryProof:
    if ticket.position is None or holder is None:
        raise LookupError(f"{ticket.entry_id} is not in the frozen list")
    first, end = record_rules.run_of(ticket.position)
    run = record_repository.list_frozen_entries(
        tx, drawing.drawing_id, first_position=first, end_position=end
    )
    proof = record_rules.proof(
        [record_rules.entry_of(row) for row in run],
        roots,
        index=ticket.position,
        tree_size=drawing.entry_count,
    )
    salt = (holder.salt_bytes or b"").hex()
    return EntryProof(ticket.entry_id, holder.account_id, salt, proof, stored_receipt(ticket))
