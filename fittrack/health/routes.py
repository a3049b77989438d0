"""Health probes at the root of the server; never limited, never cached."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from fittrack import config
from fittrack.clock import utc_now
from fittrack.errors import NotFound
from fittrack.health import gauges, service

blp = Blueprint("health", __name__, url_prefix="/health")
telemetry = Blueprint("metrics", __name__)

# Each tells that somebody else asks through a proxy on this machine.
FORWARDING = frozenset({"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"})


@telemetry.get("/metrics")
def read_metrics() -> Response:
    """Return Prometheus' metrics of this machine's processes, on loopback or with the token."""
    if not (_has_token() or _is_loopback()):
        raise NotFound
    response = Response(gauges.exposition(now=utc_now()), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _has_token() -> bool:
    token = config.current().metrics_token
    given = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _is_loopback() -> bool:
    """Tell whether the caller is on this machine; behind a proxy everybody seems to be."""
    if config.current().trusted_proxies or any(name in request.headers for name in FORWARDING):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:  # a socket of the file system has no addresses
        return False


@blp.get("/live")
def live() -> Response:
    """Tell that the process is up; no dependency is touched."""
    return jsonify(status="ok")


@blp.get("/ready")
def ready() -> Response:
    """Tell whether the process can work: 503 names the part that fails."""
    parts = service.check_parts()
    response = jsonify(
        status="ok" if all(parts.values()) else "failing",
        parts=_words(parts),
        schema_version=service.schema_version() if parts["database"] else None,
    )
    response.status_code = 200 if all(parts.values()) else 503
    response.headers["Cache-Control"] = "no-store"
    return response


@blp.get("")
def summary() -> Response:
    """Return the state of every part."""
    return ready()


def _words(parts: dict[str, bool]) -> dict[str, str]:
    return {name: "ok" if works else "failing" for name, works in parts.items()}
