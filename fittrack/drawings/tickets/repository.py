"""The tickets' SQL, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.drawings.errors import DrawingNotOpen
from fittrack.drawings.tickets.models import (
    Disqualification,
    Entrant,
    Entry,
    EntrySummary,
    FreeEntry,
    HeldEntry,
    Holder,
    ListedEntry,
    RefundableEntry,
    Ticket,
    TicketDetails,
    TicketFilter,
    Win,
    Winner,
)

SQL = load_sql("drawings")


@dataclass(frozen=True, slots=True)
class DrawingId:
    """A drawing, by its id."""

    drawing_id: str


@dataclass(frozen=True, slots=True)
class EntrantId:
    """An account that holds entries of a drawing."""

    account_id: str


def get_entrant(tx: Transaction, drawing_id: str, account_id: str, *, now_at: datetime) -> Entrant:
    """Return what decides whether an account may enter. Raises: LookupError."""
    entrant = tx.one(
        Entrant, SQL["get_entrant"], drawing_id=drawing_id, account_id=account_id, now_at=now_at
    )
    if entrant is None:
        raise LookupError(f"there is no account {account_id}")
    return entrant


def find_insider(tx: Transaction, drawing_id: str) -> str | None:
    """Return one of the people of a drawing's sponsors who holds entries of it, or None."""
    found = tx.value(SQL["find_insider"], drawing_id=drawing_id)
    return None if found is None else str(found)


def find_holder(tx: Transaction, drawing_id: str, account_id: str) -> Holder | None:
    """Return a member's tag in a drawing, or None before the first entry."""
    return tx.one(Holder, SQL["find_holder"], drawing_id=drawing_id, account_id=account_id)


def insert_holders(tx: Transaction, holders: Sequence[Holder]) -> None:
    """Give members their tags in a drawing."""
    tx.run_many(SQL["insert_holders"], _rows(Holder, holders))


def insert_entries(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Store entries."""
    tx.run_many(SQL["insert_entries"], _rows(Entry, entries))


def add_units_sold(tx: Transaction, drawing_id: str, units: int, *, now: datetime) -> None:
    """Count an entry. Raises: DrawingNotOpen unless the drawing sells at this moment."""
    if tx.run(SQL["add_units_sold"], drawing_id=drawing_id, units=units, now_at=now) != 1:
        raise DrawingNotOpen(drawing_id=drawing_id)


def add_units_carried(tx: Transaction, drawing_id: str, units: int, *, entry_count: int) -> None:
    """Count the entries carried over into a new draft."""
    tx.run(SQL["add_units_carried"], drawing_id=drawing_id, units=units, entry_count=entry_count)


def get_units_held(tx: Transaction, drawing_id: str, account_id: str) -> int:
    """Return how many tickets a member holds in a drawing."""
    held = tx.value(SQL["get_units_held"], drawing_id=drawing_id, account_id=account_id)
    return int(held)


def list_entries(tx: Transaction, drawing_id: str) -> list[Entry]:
    """Return all entries of a drawing in canonical order."""
    return tx.all(Entry, SQL["list_entries"], drawing_id=drawing_id)


def list_for_close(tx: Transaction, drawing_id: str) -> list[ListedEntry]:
    """Return what the close lists of a drawing's entries, in canonical order."""
    return tx.all(ListedEntry, SQL["list_for_close"], drawing_id=drawing_id)


def list_refundable_entries(
    tx: Transaction, drawing_id: str, *, row_limit: int
) -> list[RefundableEntry]:
    """Return paid entries that have not been refunded, in order."""
    return tx.all(
        RefundableEntry,
        SQL["list_refundable_entries"],
        drawing_id=drawing_id,
        row_limit=row_limit,
    )


def update_refunded_at(tx: Transaction, entry_id: str, *, now: datetime) -> bool:
    """Mark an entry refunded and tell whether this was the first time."""
    return tx.run(SQL["update_refunded_at"], entry_id=entry_id, refunded_at=now) == 1


def list_my_tickets(
    tx: Transaction, drawing_id: str, account_id: str, *, after_id: str, row_limit: int
) -> list[Ticket]:
    """Return a member's entries of one drawing, oldest first."""
    return tx.all(
        Ticket,
        SQL["list_my_tickets"],
        drawing_id=drawing_id,
        account_id=account_id,
        after_id=after_id,
        row_limit=row_limit,
    )


def list_my_entries(
    tx: Transaction, account_id: str, *, before_id: str, row_limit: int
) -> list[EntrySummary]:
    """Return a member's entries of all drawings, newest first."""
    return tx.all(
        EntrySummary,
        SQL["list_my_entries"],
        account_id=account_id,
        before_id=before_id,
        row_limit=row_limit,
    )


def list_my_wins(
    tx: Transaction, account_id: str, *, after: tuple[str, int], row_limit: int
) -> list[Win]:
    """Return what a member won, the newest entry first, after the one that `after` names."""
    before_id, after_position = after
    return tx.all(
        Win,
        SQL["list_my_wins"],
        account_id=account_id,
        before_id=before_id,
        after_position=after_position,
        row_limit=row_limit,
    )


def list_winners(tx: Transaction, drawing_id: str) -> list[Winner]:
    """Return the prize units of a drawing with the accounts that won them."""
    return tx.all(Winner, SQL["list_winners"], drawing_id=drawing_id)


def list_void_paid_entries(
    tx: Transaction, drawing_id: str, account_id: str, *, row_limit: int
) -> list[RefundableEntry]:
    """Return a member's void entries of a drawing whose points are to be given back, in order."""
    return tx.all(
        RefundableEntry,
        SQL["list_void_paid_entries"],
        drawing_id=drawing_id,
        account_id=account_id,
        row_limit=row_limit,
    )


def insert_free_entry(tx: Transaction, used: FreeEntry) -> None:
    """Use up a member's free entry of a day. Raises: Unique where it is used."""
    tx.run(SQL["insert_free_entry"], **asdict(used))


def is_free_entry_used(
    tx: Transaction, drawing_id: str, account_id: str, *, entered_on: date
) -> bool:
    """Tell whether a member's free entry of a day is used."""
    used = tx.value(
        SQL["is_free_entry_used"],
        drawing_id=drawing_id,
        account_id=account_id,
        entered_on=entered_on,
    )
    return bool(used)


def insert_disqualification(tx: Transaction, decided: Disqualification) -> None:
    """Shut a member out of a drawing. Raises: Unique where that is done, ForeignKey."""
    tx.run(SQL["insert_disqualification"], **asdict(decided))


def carry_disqualifications(tx: Transaction, *, from_drawing_id: str, to_drawing_id: str) -> None:
    """Keep whom a drawing shut out away from the one that takes over its entries."""
    tx.run(
        SQL["carry_disqualifications"],
        from_drawing_id=from_drawing_id,
        to_drawing_id=to_drawing_id,
    )


def find_ticket(tx: Transaction, entry_id: str) -> TicketDetails | None:
    """Return one entry with all that is known of it, or None."""
    return tx.one(TicketDetails, SQL["find_ticket"], entry_id=entry_id)


def list_tickets(
    tx: Transaction, wanted: TicketFilter, *, before_id: str, row_limit: int
) -> list[TicketDetails]:
    """Return entries of everybody, newest first."""
    return tx.all(
        TicketDetails,
        SQL["list_tickets"],
        kind=wanted.kind,
        is_void=wanted.is_void,
        before_id=before_id,
        row_limit=row_limit,
    )


def list_tickets_of_drawing(
    tx: Transaction, wanted: TicketFilter, *, before_id: str, row_limit: int
) -> list[TicketDetails]:
    """Return entries of one drawing, newest first."""
    return tx.all(
        TicketDetails,
        SQL["list_tickets_of_drawing"],
        drawing_id=wanted.drawing_id,
        kind=wanted.kind,
        is_void=wanted.is_void,
        before_id=before_id,
        row_limit=row_limit,
    )


def list_tickets_of_member(
    tx: Transaction, wanted: TicketFilter, *, before_id: str, row_limit: int
) -> list[TicketDetails]:
    """Return entries of one member, of one drawing or of all, newest first."""
    return tx.all(
        TicketDetails,
        SQL["list_tickets_of_member"],
        **asdict(wanted),
        before_id=before_id,
        row_limit=row_limit,
    )


def list_untold_entrants(
    tx: Transaction, drawing_id: str, *, kind: str, row_limit: int
) -> list[str]:
    """Return members of a drawing who have no notice of a kind about it, by their ids."""
    rows = tx.all(
        EntrantId,
        SQL["list_untold_entrants"],
        drawing_id=drawing_id,
        kind=kind,
        row_limit=row_limit,
    )
    return [row.account_id for row in rows]


def erase_salts(tx: Transaction, account_id: str) -> None:
    """Let nobody tell any more which tags of drawings were an erased member's."""
    tx.run(SQL["erase_salts"], account_id=account_id)


def erase_carried_salts(tx: Transaction, drawing_id: str) -> None:
    """Do the same to the fresh tags of a drawing whose members were erased before."""
    tx.run(SQL["erase_carried_salts"], drawing_id=drawing_id)


def list_entered_drawings(tx: Transaction, account_id: str) -> list[str]:
    """Return the drawings that still sell and in which a member holds entries, by their ids."""
    rows = tx.all(DrawingId, SQL["list_entered_drawings"], account_id=account_id)
    return [row.drawing_id for row in rows]


def void_entries(tx: Transaction, drawing_id: str, account_id: str, void_reason: str) -> None:
    """Let a member's entries of a drawing count no more; they stay, with the reason."""
    tx.run(
        SQL["void_entries"],
        drawing_id=drawing_id,
        account_id=account_id,
        void_reason=void_reason,
    )


def subtract_units_sold(tx: Transaction, drawing_id: str, units: int, *, now: datetime) -> bool:
    """Take void tickets out of a drawing's count, and return whether it still sells."""
    return tx.run(SQL["subtract_units_sold"], drawing_id=drawing_id, units=units, now_at=now) == 1


def list_held_entries(
    tx: Transaction, account_id: str, *, after_id: str, row_limit: int
) -> list[HeldEntry]:
    """Return a member's entries with what opens their tags, the oldest first."""
    return tx.all(
        HeldEntry,
        SQL["list_held_entries"],
        account_id=account_id,
        after_id=after_id,
        row_limit=row_limit,
    )


def _rows(kind: type[Any], values: Sequence[Any]) -> list[dict[str, Any]]:
    """Return dataclasses as binds; an abort carries over 100,000, asdict would copy each deeply."""
    names = [field.name for field in fields(kind)]
    return [{name: getattr(value, name) for name in names} for value in values]
