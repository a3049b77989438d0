"""The public pages for trust: plain HTML without an account, scripts or anything from elsewhere."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, current_app, render_template, request, url_for

from fittrack import headers
from fittrack.drawings import service as drawings
from fittrack.drawings import verifier, witness
from fittrack.drawings.fair import rules, service
from fittrack.drawings.record import publication
from fittrack.drawings.record import service as record
from fittrack.extensions import limit_public_reads
from fittrack.pagination import Cursor

blp = Blueprint("fair", __name__, url_prefix="/fair")
blp.add_app_template_filter(rules.instant)
blp.add_app_template_filter(rules.epoch)
blp.add_app_template_filter(rules.dollars)

PLAIN_POLICY = headers.PAGE_POLICY
# The verifier's scripts are our own files, and may read bundles of this server.
SCRIPT_POLICY = f"{PLAIN_POLICY}; script-src 'self'; connect-src 'self'"
SCRIPTS = ("hashes.js", "ed25519.js", "bundle.js", "drand.js", "verifier.js", "page.js")
SHOWN_DRAWINGS = 50
LIVE_S, STABLE_S = 5, 300


@blp.get("")
@limit_public_reads
def list_drawings() -> Response:
    """List the drawings, the latest draw first."""
    cursor = Cursor.parse(request.args.get("cursor"), scope="fair")
    page = drawings.list_drawings(
        status=None, type_=None, with_drafts=False, cursor=cursor, limit=SHOWN_DRAWINGS
    )
    shown = [details.drawing for details in page.items]
    return _page("fair/drawings.html", LIVE_S, drawings=shown, next_cursor=page.next_cursor)


@blp.get("/drawings/<uuid:drawing_id>")
@limit_public_reads
def show_drawing(drawing_id: UUID) -> Response:
    """Show what a drawing has published so far, and how to check it."""
    page = service.get_page(drawing_id=str(drawing_id))
    rules_url = f"/api/v1/drawings/{drawing_id}/rules"
    bundle_url = url_for("verification.get_bundle", drawing_id=drawing_id) if page.results else None
    return _page("fair/drawing.html", LIVE_S, page=page, rules_url=rules_url, bundle_url=bundle_url)


@blp.get("/how")
@limit_public_reads
def how() -> Response:
    """Tell how drawings are checked, with the operator's key and where the log stands."""
    checkpoint = publication.get_checkpoint().checkpoint
    key = record.operator_key()
    return _page("fair/how.html", LIVE_S, operator_key=key, checkpoint=checkpoint)


@blp.get("/verify")
@limit_public_reads
def verify() -> Response:
    """Show the page that verifies a bundle in the browser."""
    response = _page("fair/verify.html", STABLE_S, names=SCRIPTS, scripts=None)
    response.headers["Content-Security-Policy"] = SCRIPT_POLICY
    return response


@blp.get("/verifier.html")
@limit_public_reads
def verifier_page() -> Response:
    """Return the same page as one file to be kept, which works from a disk."""
    return _file(kept_page(), "verifier.html", "text/html")


@blp.get("/verifier.py")
@limit_public_reads
def verifier_script() -> Response:
    """Return the stand-alone verifier for the command line."""
    return _file(
        Path(verifier.__file__).read_text(encoding="utf-8"), "verifier.py", "text/x-python"
    )


def kept_page() -> str:
    """Return the verifier's page with all of its scripts in it."""
    folder = Path(str(current_app.static_folder)) / "fair"
    scripts = {name: (folder / name).read_text(encoding="utf-8") for name in SCRIPTS}
    style = (folder / "fair.css").read_text(encoding="utf-8")
    return render_template("fair/verify.html", names=SCRIPTS, scripts=scripts, style=style)


@blp.get("/witness.py")
@limit_public_reads
def witness_script() -> Response:
    """Return the script with which a sponsor makes values of its own."""
    text = Path(witness.__file__).read_text(encoding="utf-8")
    return _file(text, "witness.py", "text/x-python")


def _page(template: str, kept_s: int, **values: object) -> Response:
    response = Response(render_template(template, **values), mimetype="text/html")
    response.headers["Content-Security-Policy"] = PLAIN_POLICY
    response.headers["Cache-Control"] = f"public, max-age={kept_s}"
    return response


def _file(text: str, name: str, mimetype: str) -> Response:
    response = Response(text, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = f"public, max-age={STABLE_S}"
    return response
