"""Exports over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.accounts.exports import service
from fittrack.accounts.exports.models import Export, Link, ShownExport
from fittrack.accounts.exports.schemas import ExportSchema, LinkQuery
from fittrack.auth import current_account_id, current_session, login_even_suspended
from fittrack.clock import utc_now

blp = Blueprint(
    "exports",
    __name__,
    url_prefix="/api/v1/users/me/export",
    description="Everything about me, to take along",
)
NO_STORE = {"Cache-Control": "no-store"}


@blp.post("")
@login_even_suspended
@blp.response(202, ExportSchema)
def ask_for_export() -> Response:
    """Ask for an archive of everything about me; a job makes it."""
    session = current_session()
    return idempotency.once(
        lambda reply: service.ask_for_export(
            account_id=session.account_id,
            session_id=session.session_id,
            remote_address=request.remote_addr,
            now=utc_now(),
            reply=reply,
        ),
        schema=ExportSchema,
        status=202,
    )


@blp.get("/<uuid:export_id>")
@login_even_suspended
@blp.response(200, ExportSchema)
def get_export(export_id: UUID) -> tuple[ShownExport, dict[str, str]]:
    """Return one of my exports, with a link to fetch it by once it is ready."""
    export = service.get_export(
        export_id=str(export_id), account_id=current_account_id(), now=utc_now()
    )
    return export, NO_STORE


@blp.get("/<uuid:export_id>/download")
@blp.arguments(LinkQuery, location="query")
@blp.response(200, {"type": "string", "format": "binary"}, content_type="application/zip")
def download_export(query: dict[str, Any], export_id: UUID) -> Response:
    """Fetch an archive, by the link that its owner was given or logged in as its owner."""
    export = _download(str(export_id), query["expires"], query["signature"])
    response = Response(service.read_archive(export), content_type="application/zip")
    response.content_length = export.byte_count
    name = f"fittrack-{export.asked_at:%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers.update(NO_STORE)
    return response


def _download(export_id: str, expires_s: int, signature: str | None) -> Export:
    """Return the export that a link opens, or without one the caller's own.

    Raises: Unauthenticated, InvalidToken, TokenExpired, SessionEnded, AccountNotActive.
    """
    now = utc_now()
    if signature is None:
        account_id = current_account_id()
        return service.get_own_download(export_id=export_id, account_id=account_id, now=now)
    return service.get_download(export_id=export_id, link=Link(expires_s, signature), now=now)
