"""Drawn drawings and their deliveries, driven through the services and over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fittrack import db
from fittrack.clock import utc_now
from fittrack.fulfilment import rules, service, succession, transitions
from fittrack.fulfilment.models import Address, Fulfilment
from fittrack.pagination import Cursor
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account
from tests.kernel.statements import statement

LIST = "/api/v1/fulfillments"
ADDRESS = {
    "name": "Ana Lopez",
    "line1": "12 River Street",
    "line2": "Apartment 4",
    "city": "Portland",
    "state": "OR",
    "postal_code": "97201",
    "phone": "+1 503 555 0100",
}
SHIPMENT = {"carrier": "UPS", "tracking": "1Z999AA10123456784"}


def draw(*, players: int = 3, now: datetime | None = None, **over: Any) -> Any:
    """Return a drawing in which so many members hold a ticket each, drawn."""
    drawing = make.make_open(now or make.start(), **over)
    for _ in range(players):
        make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.draws_at)
    drawn = make.get(drawing)
    assert drawn.status == "completed"
    return drawn


def deliveries(drawing: Any) -> list[Fulfilment]:
    """Return a drawing's deliveries in the order of the picks."""
    page = service.list_fulfilments(
        account_id=None,
        state=None,
        drawing_id=drawing.drawing_id,
        cursor=Cursor("t"),
        limit=1_000,
    )
    return sorted(page.items, key=lambda each: each.position)


def get(fulfilment: Fulfilment) -> Fulfilment:
    """Return a delivery as it is now."""
    return service.get_fulfilment(fulfilment_id=fulfilment.fulfilment_id, account_id=None)


def states(drawing: Any) -> list[str]:
    """Return the states of a drawing's deliveries in the order of the picks."""
    return [each.state for each in deliveries(drawing)]


def advance(fulfilment: Fulfilment, now: datetime) -> str | None:
    """Take what is due of a delivery at an instant."""
    return succession.advance_fulfilment(fulfilment_id=fulfilment.fulfilment_id, clock=lambda: now)


def confirm(fulfilment: Fulfilment, **over: Any) -> Fulfilment:
    """Let a winner give the address."""
    return transitions.confirm_address(
        fulfilment_id=fulfilment.fulfilment_id,
        account_id=fulfilment.account_id,
        actor_id=fulfilment.account_id,
        address=Address(**ADDRESS | over),
        now=utc_now(),
    )


def events(fulfilment: Fulfilment) -> list[str]:
    """Return the states that a delivery has gone through."""
    found = service.get_fulfilment(fulfilment_id=fulfilment.fulfilment_id, account_id=None)
    return [event.state for event in found.events]


def put_into(fulfilment: Fulfilment, state: str) -> Fulfilment:
    """Put a delivery into a state, whatever way leads there."""
    with db.transaction("put_into_state") as tx:
        tx.run(
            statement(
                "UPDATE fulfilments SET state = :state, revision = 1"
                " WHERE fulfilment_id = :fulfilment_id"
            ),
            state=state,
            fulfilment_id=fulfilment.fulfilment_id,
        )
    return get(fulfilment)


class Staff:
    """An admin at the deliveries' door, with a session of the winner's beside it."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.headers = login(client, make_account(role="admin"))

    def post(self, fulfilment: Fulfilment, step: str, body: Any = None) -> Any:
        """Return the answer to a step."""
        path = f"{LIST}/{fulfilment.fulfilment_id}/{step}"
        return self.client.post(path, headers=self.headers, json={} if body is None else body)

    def put(self, fulfilment: Fulfilment, body: Any, **headers: str) -> Any:
        """Return the answer to an edit."""
        path = f"{LIST}/{fulfilment.fulfilment_id}"
        return self.client.put(path, headers=self.headers | headers, json=body)

    def as_winner(self, fulfilment: Fulfilment, step: str, body: Any = None) -> Any:
        """Return the answer to a step that the winner takes."""
        headers = login(self.client, fulfilment.account_id)
        path = f"{LIST}/{fulfilment.fulfilment_id}/{step}"
        return self.client.post(path, headers=headers, json=body)


ALL_STATES = rules.STATES
