"""What winners and the staff do about prizes, each some days after the other."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from fittrack.drawings.errors import InvalidTransition
from fittrack.fulfilment import service, transitions
from fittrack.fulfilment.models import Address, Fulfilment
from tests.simulated_year.people import People

DAY = timedelta(days=1)
ADDRESS = Address("Ana Lopez", "12 River St", None, "Portland", "OR", "97201", "+1 503 555 0100")
# State -> how long somebody takes until the next step.
AFTER = {
    "winner_notified": 2 * DAY,
    "tax_hold": 3 * DAY,
    "address_confirmed": 2 * DAY,
    "shipped": 4 * DAY,
}


def tend(people: People, fulfilment_id: str, now: datetime) -> timedelta | None:
    """Take the next step of a delivery; return after how long somebody looks again, None: never."""
    held = service.get_fulfilment(fulfilment_id=fulfilment_id, account_id=None)
    if held.state not in AFTER:
        return None
    if held.delivery == "digital":
        _hand_code(people, held, now)
    elif held.state != "winner_notified" or people.claims(held.account_id):
        _step(people, held, now)
    else:
        return None  # the clocks take the prize
    after = service.get_fulfilment(fulfilment_id=fulfilment_id, account_id=None)
    return AFTER.get(after.state)


def _hand_code(people: People, held: Fulfilment, now: datetime) -> None:
    """Let the staff put a code there, and the winner look at it, if that one ever does."""
    if held.claim_from_at is None:
        transitions.edit(
            fulfilment_id=held.fulfilment_id,
            changes={"code": f"CARD-{held.fulfilment_id}"},
            revisions=None,
            actor_id=people.admin.account_id or "",
            now=now,
        )
    if people.claims(held.account_id):
        with suppress(InvalidTransition):  # it waits for a tax form first
            transitions.show_code(
                fulfilment_id=held.fulfilment_id, account_id=held.account_id, now=now
            )


def _step(people: People, held: Fulfilment, now: datetime) -> None:
    admin_id, fulfilment_id = people.admin.account_id or "", held.fulfilment_id
    if held.state == "tax_hold":
        transitions.record_tax_form(fulfilment_id=fulfilment_id, actor_id=admin_id, now=now)
    elif held.state == "shipped":
        transitions.deliver(fulfilment_id=fulfilment_id, code=None, actor_id=admin_id, now=now)
    elif held.state == "winner_notified":
        transitions.confirm_address(
            fulfilment_id=fulfilment_id,
            account_id=held.account_id,
            actor_id=held.account_id,
            address=ADDRESS,
            now=now,
        )
    else:
        shipment = {"carrier": "UPS", "tracking": None}
        transitions.ship(fulfilment_id=fulfilment_id, actor_id=admin_id, now=now, **shipment)
