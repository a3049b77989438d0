"""The document, its two pages and the list of error codes; public, and never limited."""

from __future__ import annotations

import hashlib
import threading

import orjson
from flask import Blueprint, Flask, Response, current_app, render_template, request

from fittrack.reference import document, problems

blp = Blueprint("reference", __name__)

# Scripts and styles come from our own files; Swagger UI draws its icons from data: URIs.
SWAGGER_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
# ReDoc writes its styles, and its icons' font, from its script: allowed on its page alone.
REDOC_POLICY = (
    SWAGGER_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
    + "; font-src data:"
)
PLAIN_POLICY = (
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)


_building = threading.Lock()


@blp.get("/api/v1/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI document, built once per process."""
    body, etag = _built(current_app)
    response = Response(body, content_type="application/json")
    response.set_etag(etag, weak=True)  # it is sent packed too
    response.headers["Cache-Control"] = "public, max-age=60"
    response.make_conditional(request)
    return response


@blp.get("/docs")
def swagger() -> Response:
    """Show the document in Swagger UI."""
    return _page("reference/docs.html", SWAGGER_POLICY)


@blp.get("/redoc")
def redoc() -> Response:
    """Show the document in ReDoc."""
    return _page("reference/redoc.html", REDOC_POLICY)


@blp.get("/docs/errors")
def error_codes() -> Response:
    """List every error code; a problem's `type` leads to its place on this page."""
    return _page("reference/errors.html", PLAIN_POLICY, problems=problems.all_problems())


def _built(app: Flask) -> tuple[bytes, str]:
    """Return the document and its tag; those who ask while it is built wait for it."""
    with _building:
        kept: dict[str, tuple[bytes, str]] = app.extensions.setdefault("fittrack", {})
        if "openapi" not in kept:
            body = orjson.dumps(document.build(app))
            kept["openapi"] = body, hashlib.sha256(body).hexdigest()[:32]
        return kept["openapi"]


def _page(template: str, policy: str, **values: object) -> Response:
    response = Response(render_template(template, **values), mimetype="text/html")
    response.headers["Content-Security-Policy"] = policy
    return response
