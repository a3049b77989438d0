"""Drawings over HTTP: public reads, an admin's work, a sponsor's commitment and reveal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_smorest import Blueprint

from fittrack import auth, idempotency, tags
from fittrack.auth import current_account_id, current_session, require_step_up, roles_required
from fittrack.clock import utc_now
from fittrack.drawings import rules_page, service
from fittrack.drawings.conduct import by_hand
from fittrack.drawings.errors import RevealOfAnotherDrawing
from fittrack.drawings.fair.routes import PLAIN_POLICY
from fittrack.drawings.models import Actor, DrawingDetails, HistoryEvent, OfficialRules
from fittrack.drawings.schemas import (
    CancelSchema,
    CommitmentSchema,
    DrawingPageSchema,
    DrawingQuery,
    DrawingSchema,
    EditDrawingSchema,
    HistoryEventPageSchema,
    NewDrawingSchema,
    RevealSchema,
    RulesQuery,
)
from fittrack.extensions import limit_public_reads
from fittrack.pagination import Cursor, Page, PageQuery

blp = Blueprint(
    "drawings",
    __name__,
    url_prefix="/api/v1/drawings",
    description="Prize drawings that anyone can verify",
)


@blp.get("")
@limit_public_reads
@blp.arguments(DrawingQuery, location="query")
@blp.response(200, DrawingPageSchema)
def list_drawings(query: dict[str, Any]) -> Page[DrawingDetails]:
    """List drawings, the latest draw first; admins see drafts too."""
    status = query["status"]
    return service.list_drawings(
        status=status,
        type_=query["type"],
        with_drafts=_sees_drafts(),
        cursor=Cursor.parse(query["cursor"], scope=f"drawings/{status}/{query['type']}"),
        limit=query["limit"],
    )


@blp.get("/<uuid:drawing_id>")
@limit_public_reads
@blp.response(200, DrawingSchema)
def get_drawing(drawing_id: UUID) -> Response:
    """Return a drawing with its prizes."""
    details = service.get_drawing(
        drawing_id=str(drawing_id),
        with_drafts=_sees_drafts(),
        sponsor_account_id=_sponsor_account_id(),
    )
    return _tagged(details)


@blp.get("/<uuid:drawing_id>/history")
@limit_public_reads
@blp.arguments(PageQuery, location="query")
@blp.response(200, HistoryEventPageSchema)
def list_events(query: dict[str, Any], drawing_id: UUID) -> Page[HistoryEvent]:
    """List what happened to a drawing, oldest first."""
    return service.list_events(
        drawing_id=str(drawing_id),
        cursor=Cursor.parse(query["cursor"], scope=f"history/{drawing_id}"),
        limit=query["limit"],
    )


@blp.get("/<uuid:drawing_id>/rules")
@limit_public_reads
@blp.arguments(RulesQuery, location="query")
@blp.response(200, content_type="text/plain")
def get_rules(query: dict[str, Any], drawing_id: UUID) -> Response:
    """Return the official rules: the very bytes whose SHA-256 is in the signed terms, or a page.

    A browser gets the page, whoever asks for no form the text. Who may see a draft is shown the
    rules as they would be signed now.
    """
    rules = service.get_rules(
        drawing_id=str(drawing_id),
        with_drafts=_sees_drafts(),
        sponsor_account_id=_sponsor_account_id(),
    )
    response = _rules_page(rules) if _wants_page(query["format"]) else _rules_text(rules)
    response.vary.add("Accept")
    return response


@blp.post("")
@roles_required("admin")
@blp.arguments(NewDrawingSchema)
@blp.response(201, DrawingSchema)
def create_drawing(body: dict[str, Any]) -> Response:
    """Draft a drawing."""
    return idempotency.once(
        lambda reply: service.create_drawing(
            fields=body, actor=_admin(), now=utc_now(), reply=reply
        ),
        schema=DrawingSchema,
    )


@blp.patch("/<uuid:drawing_id>")
@roles_required("admin")
@blp.arguments(EditDrawingSchema)
@blp.response(200, DrawingSchema)
def edit_drawing(body: dict[str, Any], drawing_id: UUID) -> Response:
    """Change a draft, or the description and image of a scheduled drawing."""
    details = service.edit_drawing(
        drawing_id=str(drawing_id),
        changes=body,
        revisions=tags.expected_versions(),
        actor=_admin(),
        now=utc_now(),
    )
    return _tagged(details)


@blp.delete("/<uuid:drawing_id>")
@roles_required("admin")
@blp.response(204)
def delete_drawing(drawing_id: UUID) -> None:
    """Delete a draft."""
    service.delete_drawing(drawing_id=str(drawing_id), revisions=tags.expected_versions())


@blp.post("/<uuid:drawing_id>/schedule")
@roles_required("admin")
@blp.response(200, DrawingSchema)
def schedule_drawing(drawing_id: UUID) -> Response:
    """Sign and freeze a draft's terms; needs a fresh second factor."""
    require_step_up(now=utc_now())
    return idempotency.once(
        lambda reply: service.schedule_drawing(
            drawing_id=str(drawing_id), actor=_admin(), now=utc_now(), reply=reply
        ),
        schema=DrawingSchema,
        status=200,
    )


@blp.post("/<uuid:drawing_id>/cancel")
@roles_required("admin")
@blp.arguments(CancelSchema)
@blp.response(200, DrawingSchema)
def cancel_drawing(body: dict[str, Any], drawing_id: UUID) -> Response:
    """Cancel a drawing before anything is revealed; every paid entry is refunded."""
    require_step_up(now=utc_now())
    return idempotency.once(
        lambda reply: service.cancel_drawing(
            drawing_id=str(drawing_id),
            reason=body["reason"],
            actor=_admin(),
            now=utc_now(),
            reply=reply,
        ),
        schema=DrawingSchema,
        status=200,
    )


@blp.post("/<uuid:drawing_id>/open")
@roles_required("admin")
@blp.response(200, DrawingSchema)
def open_drawing(drawing_id: UUID) -> Response:
    """Open a drawing that is due; nobody opens early."""
    return _asked(by_hand.open_drawing, drawing_id)


@blp.post("/<uuid:drawing_id>/close")
@roles_required("admin")
@blp.response(200, DrawingSchema)
def close_drawing(drawing_id: UUID) -> Response:
    """Close a drawing that is due; nobody closes early or extends."""
    return _asked(by_hand.close_drawing, drawing_id)


@blp.post("/<uuid:drawing_id>/execute")
@roles_required("admin")
@blp.response(200, DrawingSchema)
def execute_drawing(drawing_id: UUID) -> Response:
    """Draw a drawing that is due; needs a fresh second factor, and two admins for much."""
    require_step_up(now=utc_now())
    return _asked(by_hand.execute_drawing, drawing_id)


@blp.post("/<uuid:drawing_id>/commitments")
@roles_required("sponsor")
@blp.arguments(CommitmentSchema)
@blp.response(200, DrawingSchema)
def commit_value(body: dict[str, str], drawing_id: UUID) -> Response:
    """Register the commitment to a value that my sponsor keeps itself, before scheduling."""
    return idempotency.once(
        lambda reply: service.commit_value(
            drawing_id=str(drawing_id),
            account_id=current_account_id(),
            commitment=body["commitment"],
            now=utc_now(),
            reply=reply,
        ),
        schema=DrawingSchema,
        status=200,
    )


@blp.post("/<uuid:drawing_id>/reveals")
@roles_required("sponsor")
@blp.arguments(RevealSchema)
@blp.response(200, DrawingSchema)
def reveal_value(body: dict[str, Any], drawing_id: UUID) -> Response:
    """Reveal my sponsor's value: the one given, or without one the value kept for it.

    Raises: RevealOfAnotherDrawing.
    """
    if body["drawing_id"] not in (None, str(drawing_id)):
        raise RevealOfAnotherDrawing
    value = bytes.fromhex(body["value"]) if body["value"] else None
    return idempotency.once(
        lambda reply: service.reveal_value(
            drawing_id=str(drawing_id), account_id=current_account_id(), value=value, reply=reply
        ),
        schema=DrawingSchema,
        status=200,
    )


def _wants_page(form: str | None) -> bool:
    accepted = request.accept_mimetypes
    return (form or accepted.best_match(("text/plain", "text/html"))) in {"html", "text/html"}


def _rules_text(rules: OfficialRules) -> Response:
    response = Response(rules.text, content_type="text/plain; charset=utf-8")
    response.set_etag(rules.sha256)
    return response


def _rules_page(rules: OfficialRules) -> Response:
    style_url = url_for("static", filename="fair/fair.css")
    page = rules_page.render(
        rules.text, rules.sha256, is_signed=rules.is_signed, style_url=style_url
    )
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = PLAIN_POLICY
    return response


def _asked(step: Callable[..., DrawingDetails], drawing_id: UUID) -> Response:
    """Take a step that an admin asks for, once per key."""
    return idempotency.once(
        lambda reply: step(drawing_id=str(drawing_id), actor=_admin(), reply=reply),
        schema=DrawingSchema,
        status=200,
    )


def _admin() -> Actor:
    return Actor(current_account_id(), "admin")


def _sees_drafts() -> bool:
    """Tell whether the caller is an admin or auditor; an expired token is no reason to refuse.

    Raises: SessionEnded, AccountNotActive.
    """
    identity = auth.claimed()
    if identity is None or identity.role not in auth.PRIVILEGED:
        return False
    session = current_session()
    return session.role in auth.PRIVILEGED and session.has_second_factor


def _sponsor_account_id() -> str | None:
    """Return the caller's account where it is one of a sponsor's people.

    Raises: SessionEnded, AccountNotActive.
    """
    identity = auth.claimed()
    if identity is None or identity.role != "sponsor":
        return None
    session = current_session()
    return session.account_id if session.role == "sponsor" else None


def _tagged(details: DrawingDetails) -> Response:
    """Return a drawing with a tag of the revision that If-Match is held to, and of what it sold."""
    response = idempotency.answer(idempotency.render(DrawingSchema, details), 200)
    return tags.set_version(response, details.drawing.revision, details.drawing.units_sold)
