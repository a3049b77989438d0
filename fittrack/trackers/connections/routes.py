"""Connections over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request
from flask_smorest import Blueprint

from fittrack import compression, config, headers, idempotency
from fittrack.auth import claimed, current_account_id, login_required
from fittrack.clock import utc_now
from fittrack.errors import Problem
from fittrack.extensions import limit_credentials
from fittrack.pagination import Cursor, Page, PageQuery
from fittrack.trackers.connections import endings, pages, rules, service
from fittrack.trackers.connections.models import Connection, Returned
from fittrack.trackers.connections.schemas import (
    BegunConnectionSchema,
    ConnectionPageSchema,
    ConnectionSchema,
    DisconnectQuery,
    InitiateConnectionSchema,
    ProviderListSchema,
    ReturnedSchema,
    SyncPageSchema,
)
from fittrack.trackers.syncing import history
from fittrack.trackers.syncing.models import Sync

blp = Blueprint(
    "connections",
    __name__,
    url_prefix="/api/v1/connections",
    description="Trackers that members connect",
)
NO_STORE = {"Cache-Control": "no-store"}
LANDING = f"{blp.name}.land"


@blp.get("/providers")
@login_required
@blp.response(200, ProviderListSchema)
def list_providers() -> dict[str, Any]:
    """List the providers, with those that I can connect to."""
    return {"items": service.list_providers()}


@blp.get("")
@login_required
@blp.response(200, ConnectionPageSchema)
def list_connections() -> dict[str, Any]:
    """List my connections, on one page."""
    found = service.list_connections(account_id=current_account_id())
    return {"items": found, "next_cursor": None}


@blp.get("/<tracker:provider>")
@login_required
@blp.response(200, ConnectionSchema)
def get_connection(provider: str) -> Connection:
    """Return my connection to a provider."""
    return service.get_connection(account_id=current_account_id(), provider=provider)


@blp.post("/<string:provider>/initiate")
@login_required
@blp.arguments(InitiateConnectionSchema)
@blp.response(200, BegunConnectionSchema)
def begin_connection(body: dict[str, Any], provider: str) -> tuple[Any, dict[str, str]]:
    """Return the page on which the provider asks me what it may share; within 10 minutes.

    Raises: TrackerNotConfigured, Invalid.
    """
    begun = service.begin_connection(
        account_id=current_account_id(),
        provider=provider,
        return_to=body["redirect_uri"],
        now=utc_now(),
    )
    return begun, NO_STORE


@blp.get("/<string:provider>/callback")
@limit_credentials
@blp.arguments(ReturnedSchema, location="query", unknown="exclude")
@blp.response(200, ConnectionSchema)
@blp.alt_response(
    303,
    description="On to the page or app link, with `provider` and `status`: `connected`, or `error` "
    "with the code of a problem in `error`. The 200 and all problems are of who has none, and "
    "are pages of the same status where `Accept` prefers `text/html`.",
)
@blp.doc(responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}})
def land(told: dict[str, Any], provider: str) -> Any:
    """Take a browser back from a provider and send it on, with success or a named error.

    Raises: InvalidState, ConsentDenied, CodeRefused, ScopesMissing, ConnectedElsewhere,
    TrackerUnavailable, TrackerNotConfigured.
    """
    if request.method == "HEAD":  # who only looks at a link has not come back
        return Response(headers=NO_STORE)
    address = service.find_return(provider=provider, state=told["state"])
    address = address or config.current().connected_url
    if not address:
        return _finished(told, provider), NO_STORE
    try:
        _finished(told, provider)
        said = {"status": "connected"}
    except Problem as problem:
        said = {"status": "error", "error": problem.code}
    answer = redirect(rules.with_query(address, {"provider": provider, **said}), 303)
    answer.headers.update(NO_STORE)
    return answer


@blp.after_request
def show_page(response: Response) -> Response:
    """Let a browser that came back and is sent on nowhere show a page of the same status."""
    if request.endpoint != LANDING or request.method != "GET" or not response.is_json:
        return response
    compression.vary_by(response, "Accept")
    if request.accept_mimetypes.best_match(("application/json", "text/html")) != "text/html":
        return response
    provider = (request.view_args or {}).get("provider", "")
    problem = response.get_json() if response.status_code >= 400 else None
    page = pages.refused(provider, problem) if problem else pages.connected(provider)
    response.set_data(render_template("connections/landed.html", page=page))
    response.content_type = "text/html; charset=utf-8"
    response.headers["Content-Security-Policy"] = headers.PAGE_POLICY
    response.headers.update(NO_STORE)
    return response


@blp.post("/<string:provider>/callback")
@limit_credentials
@blp.arguments(ReturnedSchema)
@blp.response(200, ConnectionSchema)
def finish_connection(body: dict[str, Any], provider: str) -> tuple[Connection, dict[str, str]]:
    """Finish a visit with what an app link brought back; `state` says whose it is.

    Raises: InvalidState, ConsentDenied, CodeRefused, ScopesMissing, ConnectedElsewhere,
    TrackerUnavailable, TrackerNotConfigured.
    """
    return _finished(body, provider), NO_STORE


@blp.get("/<string:provider>/syncs")
@login_required
@blp.arguments(PageQuery, location="query")
@blp.response(200, SyncPageSchema)
def list_syncs(query: dict[str, Any], provider: str) -> Page[Sync]:
    """List what each sync of a connection came to, newest first."""
    return history.list_syncs(
        account_id=current_account_id(),
        provider=provider,
        cursor=Cursor.parse(query["cursor"], scope=f"syncs_{provider}"),
        limit=query["limit"],
    )


@blp.post("/<string:provider>/sync")
@login_required
@blp.response(202, ConnectionSchema)
def ask_for_sync(provider: str) -> Response:
    """Let a connection be synced now, at most once in 5 minutes.

    Raises: ConnectionNotFound, SyncedJustNow, ReauthRequired, NothingToSync.
    """
    return idempotency.once(
        lambda reply: history.ask_for_sync(
            account_id=current_account_id(), provider=provider, now=utc_now(), reply=reply
        ),
        schema=ConnectionSchema,
        status=202,
    )


@blp.delete("/<tracker:provider>")
@login_required
@blp.arguments(DisconnectQuery, location="query")
@blp.response(204)
def disconnect(query: dict[str, Any], provider: str) -> None:
    """End a connection: our access is taken back, and what it brought is kept or deleted.

    Raises: ConnectionNotFound.
    """
    endings.disconnect(
        account_id=current_account_id(),
        provider=provider,
        is_data_kept=query["data"] == "keep",
        now=utc_now(),
    )


@blp.put("/<string:provider>/primary")
@login_required
@blp.response(200, ConnectionSchema)
def set_primary(provider: str) -> Connection:
    """Prefer what a connection brings to all other records of the same workout.

    Raises: ConnectionNotFound, NothingToSync.
    """
    return service.set_primary(account_id=current_account_id(), provider=provider, now=utc_now())


def _finished(told: dict[str, Any], provider: str) -> Connection:
    caller = claimed()
    returned = Returned(
        state=told["state"],
        code=told["code"],
        error=told["error"],
        scope=told["scope"],
        account_id=caller.account_id if caller else None,
        issuer=told["iss"],
    )
    return service.finish_connection(provider=provider, returned=returned, now=utc_now())
