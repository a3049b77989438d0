"""Deliveries over HTTP: winners see their own and claim it, the staff does the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency, tags
from fittrack.auth import (
    PRIVILEGED,
    current_account_id,
    current_session,
    login_required,
    require_step_up,
    roles_required,
)
from fittrack.clock import utc_now
from fittrack.errors import Forbidden
from fittrack.fulfilment import service, succession, transitions, winners
from fittrack.fulfilment.models import Address, Fulfilment, ShownCode
from fittrack.fulfilment.schemas import (
    AddressSchema,
    DeclineSchema,
    DeliverSchema,
    EditFulfilmentSchema,
    FulfilmentHistorySchema,
    FulfilmentPageSchema,
    FulfilmentQuery,
    FulfilmentSchema,
    NewFulfilmentSchema,
    ShipSchema,
    ShownCodeSchema,
    WinnersQuery,
)
from fittrack.fulfilment.sealed import addresses
from fittrack.pagination import Cursor, Page

blp = Blueprint(
    "fulfillments",
    __name__,
    url_prefix="/api/v1/fulfillments",
    description="Delivery of prizes to winners",
)


@blp.get("")
@login_required
@blp.arguments(FulfilmentQuery, location="query")
@blp.response(200, FulfilmentPageSchema)
def list_fulfilments(query: dict[str, Any]) -> Page[Fulfilment]:
    """List the deliveries of my prizes, newest first; operators list everybody's."""
    return service.list_fulfilments(
        account_id=_whose(),
        state=query["state"],
        drawing_id=str(query["drawing_id"]) if query["drawing_id"] else None,
        cursor=Cursor.parse(query["cursor"], scope="fulfillments"),
        limit=query["limit"],
    )


@blp.post("")
@roles_required("admin")
@blp.arguments(NewFulfilmentSchema)
@blp.response(201, FulfilmentSchema)
def open_fulfilment(body: dict[str, Any]) -> Response:
    """Give a unit that came back to an alternate of its drawing, who is told by `notify`."""
    return idempotency.once(
        lambda reply: service.open_by_hand(
            drawing_id=str(body["drawing_id"]),
            position=body["position"],
            prize_id=str(body["prize_id"]) if body["prize_id"] else None,
            actor_id=current_account_id(),
            now=utc_now(),
            reply=reply,
        ),
        schema=FulfilmentSchema,
    )


@blp.get("/winners.csv")
@roles_required("admin")
@blp.arguments(WinnersQuery, location="query")
@blp.response(200, content_type="text/csv")
def list_winners(query: dict[str, Any]) -> Response:
    """Return the list of winners as a file; names as their privacy allows, else initials."""
    drawing_id = str(query["drawing_id"]) if query["drawing_id"] else None
    rows = winners.winners_csv(drawing_id=drawing_id)
    response = Response(rows, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="winners.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blp.get("/<uuid:fulfilment_id>")
@login_required
@blp.response(200, FulfilmentHistorySchema)
def get_fulfilment(fulfilment_id: UUID) -> Response:
    """Return one delivery with its steps."""
    found = service.get_fulfilment(fulfilment_id=str(fulfilment_id), account_id=_whose())
    response = idempotency.answer(idempotency.render(FulfilmentHistorySchema, found), 200)
    return tags.set_version(response, found.revision)


@blp.put("/<uuid:fulfilment_id>")
@roles_required("admin")
@blp.arguments(EditFulfilmentSchema)
@blp.response(200, FulfilmentSchema)
def edit_fulfilment(body: dict[str, Any], fulfilment_id: UUID) -> Response:
    """Change carrier, tracking number or code, or say that the address is invalid."""
    after = transitions.edit(
        fulfilment_id=str(fulfilment_id),
        changes=body,
        revisions=tags.expected_versions(),
        actor_id=current_account_id(),
        now=utc_now(),
    )
    response = idempotency.answer(idempotency.render(FulfilmentSchema, after), 200)
    return tags.set_version(response, after.revision)


@blp.post("/<uuid:fulfilment_id>/notify")
@roles_required("admin")
@blp.response(200, FulfilmentSchema)
def notify_winner(fulfilment_id: UUID) -> Response:
    """Tell a winner who was not told yet; the time to claim begins."""
    return _step(transitions.notify_winner, fulfilment_id)


@blp.post("/<uuid:fulfilment_id>/confirm-address")
@login_required
@blp.arguments(AddressSchema)
@blp.response(200, FulfilmentSchema)
def confirm_address(body: dict[str, Any], fulfilment_id: UUID) -> Response:
    """Say where my prize is to be sent; an admin may write down what a winner says.

    Whoever claims affirms to be none of those whom the official rules exclude, nor of their
    households; who is gives the prize up by `decline`.
    """
    return _step(
        transitions.confirm_address,
        fulfilment_id,
        account_id=_winner_or_admin(),
        address=Address(**body),
    )


@blp.post("/<uuid:fulfilment_id>/address")
@login_required
@blp.response(200, AddressSchema)
def read_address(fulfilment_id: UUID) -> Address:
    """Return where a prize is sent, to its winner or an admin after a fresh second factor."""
    account_id = _winner_or_admin()
    require_step_up(now=utc_now())
    return addresses.read_address(
        fulfilment_id=str(fulfilment_id),
        account_id=account_id,
        actor_id=current_account_id(),
        now=utc_now(),
    )


@blp.post("/<uuid:fulfilment_id>/code")
@login_required
@blp.response(200, ShownCodeSchema)
def show_code(fulfilment_id: UUID) -> ShownCode:
    """Show me the code of my digital prize, this once; needs a fresh second factor.

    Whoever takes it affirms what who confirms an address does.
    """
    require_step_up(now=utc_now())
    return transitions.show_code(
        fulfilment_id=str(fulfilment_id), account_id=current_account_id(), now=utc_now()
    )


@blp.post("/<uuid:fulfilment_id>/ship")
@roles_required("admin")
@blp.arguments(ShipSchema)
@blp.response(200, FulfilmentSchema)
def ship(body: dict[str, Any], fulfilment_id: UUID) -> Response:
    """Note who carries a prize, and the number by which it can be followed."""
    return _step(transitions.ship, fulfilment_id, **body)


@blp.post("/<uuid:fulfilment_id>/deliver")
@roles_required("admin")
@blp.arguments(DeliverSchema)
@blp.response(200, FulfilmentSchema)
def deliver(body: dict[str, Any], fulfilment_id: UUID) -> Response:
    """Note that a prize has arrived; a digital one's code may come with it."""
    return _step(transitions.deliver, fulfilment_id, **body)


@blp.post("/<uuid:fulfilment_id>/tax-form")
@roles_required("admin")
@blp.response(200, FulfilmentSchema)
def record_tax_form(fulfilment_id: UUID) -> Response:
    """Note that the winner's tax form is on file; all prizes that waited for it go on."""
    return _step(transitions.record_tax_form, fulfilment_id)


@blp.post("/<uuid:fulfilment_id>/forfeit")
@roles_required("admin")
@blp.response(200, FulfilmentSchema)
def forfeit(fulfilment_id: UUID) -> Response:
    """Take a prize from its winner; the next alternate gets it, or it returns to the sponsor."""
    return _step(succession.forfeit, fulfilment_id)


@blp.post("/<uuid:fulfilment_id>/decline")
@login_required
@blp.arguments(DeclineSchema)
@blp.response(200, FulfilmentSchema)
def decline(body: dict[str, Any], fulfilment_id: UUID) -> Response:
    """Give my prize up: I am of a household that can't win, or do not want it; for good."""
    return _step(succession.decline, fulfilment_id, reason=body["reason"])


def _step(step: Callable[..., Fulfilment], fulfilment_id: UUID, **given: Any) -> Response:
    """Take a step of a delivery once per key, as whoever is signed in."""
    return idempotency.once(
        lambda reply: step(
            fulfilment_id=str(fulfilment_id),
            actor_id=current_account_id(),
            now=utc_now(),
            reply=reply,
            **given,
        ),
        schema=FulfilmentSchema,
        status=200,
    )


def _whose() -> str | None:
    """Return the account whose deliveries the caller may see, None for everybody's."""
    session = current_session()
    sees_all = session.role in PRIVILEGED and session.has_second_factor
    return None if sees_all else session.account_id


def _winner_or_admin() -> str | None:
    """Return the account whose deliveries the caller may touch, None for an admin.

    Raises: Forbidden for an auditor, StepUpRequired for an admin.
    """
    session = current_session()
    if session.role == "auditor":
        raise Forbidden
    if session.role != "admin" or not session.has_second_factor:
        return session.account_id
    require_step_up(now=utc_now())
    return None
