"""What all steps of deliveries share: the delivery is held, stored, logged. In a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fittrack.db import Transaction
from fittrack.fulfilment import repository, rules, taxes, telling
from fittrack.fulfilment.models import Fulfilment
from fittrack.fulfilment.sealed import codes


def store(tx: Transaction, after: Fulfilment, *, actor_id: str | None, now: datetime) -> Fulfilment:
    """Store a held delivery in its new state, log the step and return it."""
    stored = repository.update_fulfilment(tx, after)
    repository.record_fulfilment_event(tx, stored, actor_id=actor_id, now=now)
    return stored


def open_all(
    tx: Transaction, fulfilments: Sequence[Fulfilment], *, actor_id: str | None, now: datetime
) -> None:
    """Store new deliveries with the steps that they have taken so far.

    Raises: Unique where a position of the drawing has one already.
    """
    repository.insert_fulfilments(tx, fulfilments)
    repository.insert_fulfilment_events(
        tx,
        [
            {
                "fulfilment_id": fulfilment.fulfilment_id,
                "step_no": step_no,
                "state": state,
                "actor_id": actor_id,
                "occurred_at": now,
            }
            for fulfilment in fulfilments
            for step_no, state in enumerate(rules.steps_to(fulfilment.state), start=1)
        ],
    )


def begin_claim(tx: Transaction, fulfilment: Fulfilment, *, now: datetime) -> Fulfilment:
    """Let the time of a digital prize's winner begin where its code is there; tell the winner."""
    is_ready = fulfilment.state == "winner_notified" and codes.is_kept(tx, fulfilment.fulfilment_id)
    if not rules.is_digital(fulfilment) or not is_ready:
        return fulfilment
    ready = repository.update_fulfilment(tx, rules.claimable(fulfilment, now=now))
    telling.tell_step(tx, ready, "prize_code_ready", now=now)
    return ready


def hold_for_tax(
    tx: Transaction, fulfilment: Fulfilment, *, actor_id: str | None, now: datetime
) -> Fulfilment:
    """Let a held delivery wait for its winner's tax form, and tell the winner."""
    held = store(tx, rules.moved(fulfilment, "tax_hold", now=now), actor_id=actor_id, now=now)
    telling.tell_step(tx, held, "prize_tax_hold", payer=taxes.payer_name(tx, held), now=now)
    return held


def hold_digital(tx: Transaction, fulfilment: Fulfilment, *, now: datetime) -> Fulfilment:
    """Let a digital prize wait from the start where a form is needed: it has no address to wait."""
    if not rules.is_digital(fulfilment) or not taxes.is_held(tx, fulfilment):
        return fulfilment
    return hold_for_tax(tx, fulfilment, actor_id=None, now=now)
