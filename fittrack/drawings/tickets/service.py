"""Buying tickets, and what a member holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from fittrack import archive, db
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.clock import utc_now
from fittrack.db import Transaction
from fittrack.drawings import repository as drawings
from fittrack.drawings.models import Drawing
from fittrack.drawings.play import service as play
from fittrack.drawings.record import repository as record_repository
from fittrack.drawings.record import rules as record_rules
from fittrack.drawings.tickets import entering, repository, rules
from fittrack.drawings.tickets.entering import Wish
from fittrack.drawings.tickets.errors import TicketNotFound
from fittrack.drawings.tickets.models import (
    EntryProof,
    EntrySummary,
    Holder,
    MyTickets,
    Odds,
    Purchase,
    Receipt,
    Ticket,
    TicketDetails,
    TicketFilter,
    Win,
)
from fittrack.drawings.verifier import Json
from fittrack.idempotency import NoReply, Reply
from fittrack.pagination import Cursor, Page
from fittrack.points import service as points

FIRST_ID, LAST_ID = "0", "g"


def buy_tickets(
    *,
    drawing_id: str,
    account_id: str,
    ticket_count: int,
    rules_sha256: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    reply: Reply = NoReply(),
) -> Purchase:
    """Sell an account tickets of an open drawing, for points, with a signed receipt.

    Who enters accepts the official rules; who names others by `rules_sha256` is refused.
    Raises: MonthlyLimitReached, InsufficientPoints, and the refusals of `entering.check`.
    """
    wish = Wish(drawing_id, account_id, "paid", ticket_count, rules_sha256)
    with db.transaction("buy_tickets") as tx:
        drawing = drawings.lock_drawing(tx, drawing_id)
        # Read once the drawing is held: who waited past the end of sales must see that.
        now = clock()
        held = entering.check(tx, wish, drawing, now=now)
        price_points = ticket_count * drawing.ticket_price_points
        play.check_month(tx, account_id, price_points=price_points, now=now)
        entered = entering.enter(tx, wish, drawing, held=held, now=now)
        balance_points = points.spend(
            tx,
            account_id,
            price_points,
            reference_id=entered.entry.purchase_id,
            description=f"{ticket_count} tickets of {drawing.name}",
            now=now,
        )
        purchase = replace(entered, balance_points=balance_points)
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
            tx, account_id, before_id=cursor.text(default=LAST_ID), row_limit=limit + 1
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.entry_id)


def list_my_wins(*, account_id: str, cursor: Cursor, limit: int) -> Page[Win]:
    """Return what a member won, the newest entry first."""
    after = (cursor.text(default=LAST_ID), cursor.number(default=0, at=1))
    with db.reading("list_my_wins") as tx:
        rows = repository.list_my_wins(tx, account_id, after=after, row_limit=limit + 1)
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda win: (win.entry_id, win.position))


def list_tickets(*, wanted: TicketFilter, cursor: Cursor, limit: int) -> Page[TicketDetails]:
    """Return entries, newest first: a member's, a drawing's, or everybody's."""
    with db.reading("list_tickets") as tx:
        rows = _tickets(tx, wanted, before_id=cursor.text(default=LAST_ID), row_limit=limit + 1)
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.entry_id)


def get_ticket(*, entry_id: str, account_id: str | None) -> TicketDetails:
    """Return one entry; `account_id` None may see everybody's. Raises: TicketNotFound."""
    with db.reading("get_ticket") as tx:
        ticket = repository.find_ticket(tx, entry_id)
    if ticket is None or account_id not in {None, ticket.account_id}:
        raise TicketNotFound(ticket_id=entry_id)
    return ticket


def erase_member(tx: Transaction, account_id: str) -> None:
    """Let nobody tell any more which tags of drawings were an erased member's.

    Entries, lists and picks stay as they are: they name tags and the account's id.
    """
    play.erase_member(tx, account_id)
    repository.erase_salts(tx, account_id)


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield a member's entries, with their receipts and what opens their tags, and the wins."""
    yield archive.json_list("drawings/entries.json", _held_entries(account_id))
    yield archive.json_list("drawings/wins.json", _wins(account_id))
    yield from play.export_member(account_id)


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
            tx, account_id, after=after or (LAST_ID, 0), row_limit=PAGE_ROWS
        ),
        lambda win: (win.entry_id, win.position),
    )


def _tickets(
    tx: Transaction, wanted: TicketFilter, *, before_id: str, row_limit: int
) -> list[TicketDetails]:
    """Return entries by the statement whose index serves what is asked for."""
    read = repository.list_tickets
    if wanted.account_id is not None:
        read = repository.list_tickets_of_member
    elif wanted.drawing_id is not None:
        read = repository.list_tickets_of_drawing
    return read(tx, wanted, before_id=before_id, row_limit=row_limit)


def stored_receipt(ticket: Ticket | TicketDetails) -> Receipt | None:
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
