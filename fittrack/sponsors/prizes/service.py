"""Inventories of prizes: who offers what, and the units that drawings take out of them.

The counters move by guarded updates in the transactions that schedule, cancel and draw, so that a
unit is promised once. `reserved` is what scheduled drawings hold, `awarded` what was won.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from fittrack import db
from fittrack.db import Transaction
from fittrack.errors import field_error
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.pagination import Cursor, Page
from fittrack.sponsors import service as sponsors
from fittrack.sponsors.errors import SponsorNotFound
from fittrack.sponsors.prizes import repository, rules
from fittrack.sponsors.prizes.errors import PrizeNotFound, UnitsTaken
from fittrack.sponsors.prizes.models import Editor, InventoryPrize

AUDITED_ROWS = 200


def create_prize(
    *, fields: Mapping[str, Any], editor: Editor, now: datetime, reply: Reply = NoReply()
) -> InventoryPrize:
    """Offer a prize: a sponsor's people of their own, an admin of any sponsor or of the operator.

    Raises: Invalid, SponsorNotFound.
    """
    with db.transaction("create_prize") as tx:
        prize = InventoryPrize(
            inventory_prize_id=new_id(),
            **{**fields, "sponsor_id": _offering_sponsor(tx, fields["sponsor_id"], editor)},
            reserved_units=0,
            awarded_units=0,
            is_active=True,
            revision=1,
            created_at=now,
            updated_at=now,
        )
        repository.insert_inventory_prize(tx, prize)
        reply.record(tx, prize)
    return prize


def edit_prize(
    *,
    prize_id: str,
    changes: Mapping[str, Any],
    revisions: Collection[int] | None,
    editor: Editor,
    now: datetime,
) -> InventoryPrize:
    """Change an offered prize; drawings that were scheduled keep their own terms.

    Raises: PrizeNotFound, StalePrize, UnitsTaken.
    """
    with db.transaction("edit_prize") as tx:
        prize = _lock_own(tx, prize_id, editor)
        rules.check_revision(prize, revisions)
        repository.update_inventory_prize(tx, rules.edited(prize, changes, now=now))
        return repository.get_inventory_prize(tx, prize_id)


def withdraw_prize(
    *, prize_id: str, revisions: Collection[int] | None, editor: Editor, now: datetime
) -> None:
    """Offer a prize no longer; what drawings hold of it stays theirs.

    Raises: PrizeNotFound, StalePrize.
    """
    edit_prize(
        prize_id=prize_id,
        changes={"is_active": False},
        revisions=revisions,
        editor=editor,
        now=now,
    )


def get_prize(*, prize_id: str, sees_all: bool, account_id: str | None) -> InventoryPrize:
    """Return an offered prize; a withdrawn one only to its sponsor's people and the staff.

    Raises: PrizeNotFound.
    """
    with db.reading("get_prize") as tx:
        prize = repository.get_inventory_prize(tx, prize_id)
        own = sponsors.find_sponsor_of(tx, account_id) if account_id else None
        rules.check_visible(prize, sees_all=sees_all, own_sponsor_id=own)
    return prize


def list_prizes(
    *,
    sponsor_id: str | None,
    kind: str | None,
    sees_all: bool,
    account_id: str | None,
    cursor: Cursor,
    limit: int,
) -> Page[InventoryPrize]:
    """Return offered prizes, newest first; with withdrawn ones to whose they are."""
    with db.reading("list_prizes") as tx:
        rows = repository.list_inventory_prizes(
            tx,
            sponsor_id=sponsor_id,
            kind=kind,
            with_withdrawn=sees_all,
            own_sponsor_id=sponsors.find_sponsor_of(tx, account_id) if account_id else None,
            before_id=cursor.text(default="") or None,
            row_limit=limit + 1,
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.inventory_prize_id)


def check_named(
    tx: Transaction, pointer: str, inventory_prize_id: str | None, *, sponsor_id: str | None
) -> None:
    """Check that the inventory that a draft's prize names is there, and is its own sponsor's.

    `pointer` is where the prize stands in the body. Raises: Invalid, naming the field.
    """
    if inventory_prize_id is None:
        return
    found = repository.find_inventory_prize(tx, inventory_prize_id)
    if found is None:
        where = f"{pointer}/inventory_prize_id"
        raise field_error(where, "There is no such prize in an inventory.")
    if found.sponsor_id is not None and found.sponsor_id != sponsor_id:
        raise field_error(f"{pointer}/sponsor_id", "The prize is another sponsor's.")


def check_left(tx: Transaction, drawing_id: str) -> None:
    """Check, and hold, that what a drawing's prizes take out of inventories is left there.

    Raises: UnitsTaken.
    """
    for inventory_prize_id, units in _units_of(tx, drawing_id).items():
        rules.check_left(repository.lock_inventory_prize(tx, inventory_prize_id), units)


def reserve(tx: Transaction, drawing_id: str) -> None:
    """Reserve what the prizes of a drawing that is being scheduled take. Raises: UnitsTaken."""
    for inventory_prize_id, units in _units_of(tx, drawing_id).items():
        if not repository.add_reserved_units(tx, inventory_prize_id, units):
            raise UnitsTaken(prize_id=inventory_prize_id, wanted=units)


def release(tx: Transaction, drawing_id: str) -> None:
    """Give back what a scheduled drawing had reserved: it was cancelled or aborted."""
    for inventory_prize_id, units in _units_of(tx, drawing_id).items():
        repository.subtract_reserved_units(tx, inventory_prize_id, units)


def award(tx: Transaction, drawing_id: str, won: Mapping[str, int]) -> None:
    """Note, in the draw's transaction, how many units of each prize were won; the rest is free.

    `won` counts the units by the drawing's prize.
    """
    named = repository.list_scheduled_units(tx, drawing_id)
    reserved = rules.by_inventory(named)
    for inventory_prize_id, units in reserved.items():
        awarded = sum(
            won.get(each.prize_id, 0)
            for each in named
            if each.inventory_prize_id == inventory_prize_id
        )
        repository.add_awarded_units(tx, inventory_prize_id, reserved=units, awarded=awarded)


def give_back(tx: Transaction, prize_id: str) -> None:
    """Let a unit of a drawing's prize that nobody gets return to its inventory, if it has one."""
    inventory_prize_id = repository.find_inventory_of(tx, prize_id)
    if inventory_prize_id is not None:
        repository.subtract_awarded_units(tx, inventory_prize_id)


def take_again(tx: Transaction, prize_id: str) -> None:
    """Give away a unit of a drawing's prize that had returned. Raises: UnitsTaken."""
    inventory_prize_id = repository.find_inventory_of(tx, prize_id)
    if inventory_prize_id is not None and not repository.add_returned_unit(tx, inventory_prize_id):
        raise UnitsTaken(prize_id=inventory_prize_id, wanted=1)


def audit(tx: Transaction) -> Iterator[str]:
    """Yield which inventories count other units than drawings and deliveries come to."""
    after_id = "0"
    while rows := repository.audit_inventories(tx, after_id=after_id, row_limit=AUDITED_ROWS):
        yield from _findings(rules.wrong_in(row) for row in rows)
        after_id = rows[-1].inventory_prize_id


def _findings(found: Iterable[str | None]) -> Iterator[str]:
    return (finding for finding in found if finding is not None)


def _units_of(tx: Transaction, drawing_id: str) -> Mapping[str, int]:
    return rules.by_inventory(repository.list_scheduled_units(tx, drawing_id))


def _offering_sponsor(tx: Transaction, named: str | None, editor: Editor) -> str | None:
    """Return whose prize a new one is. Raises: SponsorNotFound, Invalid."""
    if not editor.is_admin:
        own = sponsors.find_sponsor_of(tx, editor.account_id)
        if own is None or named not in {None, own}:
            raise SponsorNotFound(sponsor_id=named)
        return own
    if named is not None and sponsors.find_sponsor(tx, named) is None:
        raise field_error("/sponsor_id", "There is no such sponsor.")
    return named


def _lock_own(tx: Transaction, prize_id: str, editor: Editor) -> InventoryPrize:
    """Return a prize that the editor looks after, held. Raises: PrizeNotFound."""
    prize = repository.lock_inventory_prize(tx, prize_id)
    own = None if editor.is_admin else sponsors.find_sponsor_of(tx, editor.account_id)
    if not editor.is_admin and (own is None or prize.sponsor_id != own):
        raise PrizeNotFound(prize_id=prize_id)
    return prize
