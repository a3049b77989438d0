"""The steps that the staff and winners take; each holds the delivery and looks at its state."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fittrack import db
from fittrack.db import Transaction
from fittrack.errors import field_error
from fittrack.fulfilment import repository, rules, steps, taxes, telling
from fittrack.fulfilment.errors import CodeNotReady, FulfilmentNotFound, NoCodeNeeded
from fittrack.fulfilment.models import Address, Fulfilment, ShownCode
from fittrack.fulfilment.sealed import addresses, codes
from fittrack.idempotency import NoReply, Reply


def notify_winner(
    *, fulfilment_id: str, actor_id: str, now: datetime, reply: Reply = NoReply()
) -> Fulfilment:
    """Tell the winner of a delivery that waits for it. Raises: FulfilmentNotFound,
    InvalidTransition.
    """
    with db.transaction("notify_winner") as tx:
        pending = repository.lock_fulfilment(tx, fulfilment_id)
        told = steps.store(tx, rules.notified(pending, now=now), actor_id=actor_id, now=now)
        telling.tell_won(tx, [told], key=fulfilment_id, now=now)
        after = steps.begin_claim(tx, steps.hold_digital(tx, told, now=now), now=now)
        reply.record(tx, after)
    return after


def confirm_address(
    *,
    fulfilment_id: str,
    account_id: str | None,
    actor_id: str,
    address: Address,
    now: datetime,
    reply: Reply = NoReply(),
) -> Fulfilment:
    """Take where a prize is to be sent; it waits where the winner's tax form is missing.

    `account_id` is the winner's, None for the staff. Raises: FulfilmentNotFound,
    InvalidTransition.
    """
    with db.transaction("confirm_address") as tx:
        fulfilment = _lock(tx, fulfilment_id, account_id)
        rules.check_transition(fulfilment, "address_confirmed")
        addresses.keep(tx, fulfilment_id, address, now=now)
        if not taxes.is_held(tx, fulfilment):
            after = _confirmed(tx, fulfilment, "prize_address_confirmed", actor_id, now=now)
        elif fulfilment.state != "tax_hold":
            after = steps.hold_for_tax(tx, fulfilment, actor_id=actor_id, now=now)
        else:  # it waits on, with another address
            after = repository.update_fulfilment(tx, replace(fulfilment, updated_at=now))
        reply.record(tx, after)
    return after


def ship(
    *,
    fulfilment_id: str,
    carrier: str,
    tracking: str | None,
    actor_id: str,
    now: datetime,
    reply: Reply = NoReply(),
) -> Fulfilment:
    """Note that a prize was handed to a carrier. Raises: FulfilmentNotFound, InvalidTransition.

    Where the winner has won so much since that a tax form is needed, it waits for that instead.
    """
    with db.transaction("ship_prize") as tx:
        fulfilment = repository.lock_fulfilment(tx, fulfilment_id)
        rules.check_transition(fulfilment, "shipped")
        held = taxes.is_held(tx, fulfilment)
        if held:
            after = steps.hold_for_tax(tx, fulfilment, actor_id=actor_id, now=now)
        else:
            given = {"carrier": carrier, "tracking": tracking, "shipped_at": now}
            moved = rules.moved(fulfilment, "shipped", now=now, **given)
            after = steps.store(tx, moved, actor_id=actor_id, now=now)
            telling.tell_step(tx, after, "prize_shipped", now=now)
            reply.record(tx, after)
    if held:
        rules.refuse(after, "shipped")
    return after


def deliver(
    *,
    fulfilment_id: str,
    code: str | None,
    actor_id: str,
    now: datetime,
    reply: Reply = NoReply(),
) -> Fulfilment:
    """Note that a prize has arrived; a digital one's code may come with it, to be shown once.

    A code that needs a tax form by now waits for that instead. Raises: FulfilmentNotFound,
    InvalidTransition, NoCodeNeeded.
    """
    with db.transaction("deliver_prize") as tx:
        fulfilment = repository.lock_fulfilment(tx, fulfilment_id)
        rules.check_transition(fulfilment, "delivered")
        if code is not None:
            _keep_code(tx, fulfilment, code, now=now)
        held = rules.is_digital(fulfilment) and taxes.is_held(tx, fulfilment)
        if held:
            after = steps.hold_for_tax(tx, fulfilment, actor_id=actor_id, now=now)
        else:
            moved = rules.moved(fulfilment, "delivered", now=now, delivered_at=now)
            after = steps.store(tx, moved, actor_id=actor_id, now=now)
            telling.tell_step(tx, after, "prize_delivered", now=now)
            reply.record(tx, after)
    if held:
        rules.refuse(after, "delivered")
    return after


def edit(
    *,
    fulfilment_id: str,
    changes: Mapping[str, Any],
    revisions: Collection[int] | None,
    actor_id: str,
    now: datetime,
) -> Fulfilment:
    """Change what the staff may: carrier, tracking number, code, and that the address is invalid.

    `revisions` are those that the editor will change, None for any. Raises: FulfilmentNotFound,
    StaleFulfilment, InvalidTransition, NoCodeNeeded, Invalid.
    """
    with db.transaction("edit_fulfilment") as tx:
        fulfilment = repository.lock_fulfilment(tx, fulfilment_id)
        rules.check_revision(fulfilment, revisions)
        after = _with_shipment(tx, fulfilment, changes, now=now)
        if changes.get("code") is not None:
            _keep_code(tx, after, changes["code"], now=now)
            after = steps.begin_claim(tx, after, now=now)
        if changes.get("state", after.state) != after.state:
            after = _invalidate(tx, after, actor_id, now=now)
    return after


def show_code(*, fulfilment_id: str, account_id: str, now: datetime) -> ShownCode:
    """Return the code of a digital prize to its winner, this once; with it the prize is delivered.

    Raises: FulfilmentNotFound, InvalidTransition, CodeNotReady.
    """
    with db.transaction("show_code") as tx:
        fulfilment = _lock(tx, fulfilment_id, account_id)
        if fulfilment.state != "delivered":
            rules.check_transition(fulfilment, "delivered")
        held = fulfilment.state != "delivered" and taxes.is_held(tx, fulfilment)
        if held:
            after = steps.hold_for_tax(tx, fulfilment, actor_id=None, now=now)
        else:
            code = _take_code(tx, fulfilment, account_id, now=now)
    if held:
        rules.refuse(after, "delivered")
    return ShownCode(fulfilment_id, code)


def record_tax_form(
    *, fulfilment_id: str, actor_id: str, now: datetime, reply: Reply = NoReply()
) -> Fulfilment:
    """Note that the winner's form for this payer and year is on file; what waited goes on.

    All that the member has not got yet is held first, so that nothing can begin to wait beside it.
    Repeating it is harmless. Raises: FulfilmentNotFound.
    """
    with db.transaction("record_tax_form") as tx:
        fulfilment = repository.get_fulfilment(tx, fulfilment_id, account_id=None)
        case = taxes.case_of(tx, fulfilment)
        open_ones = repository.list_unfinished_fulfilments(tx, case.account_id)
        held = [repository.lock_fulfilment(tx, each.fulfilment_id) for each in open_ones]
        taxes.record(tx, case, actor_id=actor_id, now=now)
        for each in held:
            if each.state == "tax_hold" and taxes.case_of(tx, each) == case:
                _release(tx, each, actor_id, now=now)
        after = repository.get_fulfilment(tx, fulfilment_id, account_id=None)
        reply.record(tx, after)
    return after


def _lock(tx: Transaction, fulfilment_id: str, account_id: str | None) -> Fulfilment:
    """Return a delivery, held; another member's is not found. Raises: FulfilmentNotFound."""
    fulfilment = repository.lock_fulfilment(tx, fulfilment_id)
    if account_id is not None and fulfilment.account_id != account_id:
        raise FulfilmentNotFound
    return fulfilment


def _confirmed(
    tx: Transaction, fulfilment: Fulfilment, kind: str, actor_id: str, *, now: datetime
) -> Fulfilment:
    moved = rules.moved(fulfilment, "address_confirmed", now=now)
    after = steps.store(tx, moved, actor_id=actor_id, now=now)
    telling.tell_step(tx, after, kind, now=now)
    return after


def _release(tx: Transaction, held: Fulfilment, actor_id: str, *, now: datetime) -> None:
    """Let a prize go on that waited for its form."""
    if not rules.is_digital(held):
        _confirmed(tx, held, "prize_tax_cleared", actor_id, now=now)
        return
    moved = rules.moved(held, "winner_notified", now=now)
    after = steps.store(tx, moved, actor_id=actor_id, now=now)
    telling.tell_step(tx, after, "prize_tax_cleared", now=now)
    steps.begin_claim(tx, after, now=now)


def _with_shipment(
    tx: Transaction, fulfilment: Fulfilment, changes: Mapping[str, Any], *, now: datetime
) -> Fulfilment:
    """Return a delivery with another carrier or tracking number. Raises: Invalid."""
    named = {name: changes[name] for name in ("carrier", "tracking") if name in changes}
    if all(getattr(fulfilment, name) == value for name, value in named.items()):
        return fulfilment
    if fulfilment.shipped_at is None:
        raise field_error(f"/{min(named)}", "This prize was not shipped yet.")
    return repository.update_fulfilment(tx, replace(fulfilment, **named, updated_at=now))


def _invalidate(
    tx: Transaction, fulfilment: Fulfilment, actor_id: str, *, now: datetime
) -> Fulfilment:
    """Ask the winner for another address, and forget the one that does not work."""
    moved = rules.moved(fulfilment, "address_invalid", now=now)
    asked = rules.claimable(moved, now=now)
    after = steps.store(tx, asked, actor_id=actor_id, now=now)
    addresses.forget(tx, fulfilment.fulfilment_id)
    telling.tell_step(tx, after, "prize_address_invalid", now=now)
    return after


def _keep_code(tx: Transaction, fulfilment: Fulfilment, code: str, *, now: datetime) -> None:
    """Raises: NoCodeNeeded."""
    if not rules.is_digital(fulfilment) or fulfilment.state == "forfeited":
        raise NoCodeNeeded(delivery=fulfilment.delivery, state=fulfilment.state)
    codes.keep(tx, fulfilment.fulfilment_id, code, now=now)


def _take_code(tx: Transaction, fulfilment: Fulfilment, account_id: str, *, now: datetime) -> str:
    """Return the code of a held delivery, which is gone then. Raises: CodeNotReady."""
    code = codes.take(tx, fulfilment.fulfilment_id)
    if code is None:
        raise CodeNotReady(shown_at=fulfilment.code_shown_at)
    if fulfilment.state == "delivered":
        repository.update_fulfilment(tx, replace(fulfilment, code_shown_at=now, updated_at=now))
        return code
    given = {"delivered_at": now, "code_shown_at": now}
    moved = rules.moved(fulfilment, "delivered", now=now, **given)
    steps.store(tx, moved, actor_id=account_id, now=now)
    return code
