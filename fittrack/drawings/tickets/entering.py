"""Steps that every entry takes, paid or free: who enters, the tag, the receipt, the count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from fittrack import entropy
from fittrack.clock import epoch_s
from fittrack.db import Transaction
from fittrack.drawings import public_log
from fittrack.drawings.models import Drawing
from fittrack.drawings.record import service as record
from fittrack.drawings.tickets import eligibility, repository, rules
from fittrack.drawings.tickets.models import Entry, Holder, Purchase, Receipt
from fittrack.drawings.verifier import canonical_json
from fittrack.ids import new_id
from fittrack.points import service as points


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to enter what: `kind` is paid or free, `accepted_sha256` names the rules."""

    drawing_id: str
    account_id: str
    kind: str
    ticket_count: int
    accepted_sha256: str | None = None


def check(tx: Transaction, wish: Wish, drawing: Drawing, *, now: datetime) -> int:
    """Check a wish against a held drawing, and return how many tickets the member holds already.

    The member's points are held from here on: limits and exclusions wait, or are seen.
    Raises: DrawingNotFound, DrawingNotOpen, OtherRules, the refusals of
    `eligibility.check_at_entry`.
    """
    rules.check_on_sale(drawing, now=now)
    rules.check_rules_accepted(drawing, wish.accepted_sha256)
    points.hold_member(tx, wish.account_id, now=now)
    return eligibility.check_at_entry(
        tx, drawing, wish.account_id, ticket_count=wish.ticket_count, now=now
    )


def enter(tx: Transaction, wish: Wish, drawing: Drawing, *, held: int, now: datetime) -> Purchase:
    """Store what was checked, and return what its member gets; the balance is told once it's paid.

    Raises: DrawingNotOpen.
    """
    entry = _new_entry(tx, wish, drawing, now=now)
    receipt = _receipt(tx, entry, now=now)
    repository.insert_entries(tx, [_with_receipt(entry, receipt)])
    repository.add_units_sold(tx, drawing.drawing_id, entry.units, now=now)
    before = rules.odds_before(drawing, held=held)
    after = rules.odds_after(drawing, held=held, bought=entry.units)
    return Purchase(entry, receipt, 0, before, after)


def _new_entry(tx: Transaction, wish: Wish, drawing: Drawing, *, now: datetime) -> Entry:
    entry_id = new_id()
    price_points = drawing.ticket_price_points if wish.kind == "paid" else 0
    return Entry(
        entry_id=entry_id,
        drawing_id=drawing.drawing_id,
        account_id=wish.account_id,
        holder=_holder(tx, drawing.drawing_id, wish.account_id).holder,
        kind=wish.kind,
        units=wish.ticket_count,
        price_points=wish.ticket_count * price_points,
        receipt_text=None,
        receipt_signature=None,
        void_reason=None,
        purchase_id=entry_id,
        carried_from_id=None,
        refunded_at=None,
        entered_at=now,
        rules_sha256=drawing.rules_sha256,
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
