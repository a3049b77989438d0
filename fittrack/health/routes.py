"""Health probes at the root of the server; never limited, never cached."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from fittrack.health import service

blp = Blueprint("health", __name__, url_prefix="/health")


@blp.get("/live")
def live() -> Response:
    """Tell that the process is up; no dependency is touched."""
    return jsonify(status="ok")


@blp.get("/ready")
def ready() -> Response:
    """Tell whether the process can work: 503 names the part that fails."""
    parts = service.check_parts()
    response = jsonify(status="ok" if all(parts.values()) else "failing", parts=_words(parts))
    response.status_code = 200 if all(parts.values()) else 503
    return response


@blp.get("")
def summary() -> Response:
    """Return the state of every part."""
    return ready()


def _words(parts: dict[str, bool]) -> dict[str, str]:
    return {name: "ok" if works else "failing" for name, works in parts.items()}
