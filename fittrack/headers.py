"""Headers that every answer carries: security, validators for caches, and CORS."""

from __future__ import annotations

from flask import Flask, Response, request
from limits.errors import StorageError
from redis.exceptions import RedisError

from fittrack import compression, config, extensions
from fittrack.clock import epoch_s, utc_now

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
API = "/api/"
CORS_METHODS = "GET, POST, PUT, PATCH, DELETE"
CORS_REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-ID"
)
CORS_EXPOSED_HEADERS = (
    "ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"
)
CORS_MAX_AGE_S = "600"


def init_app(app: Flask) -> None:
    """Complete every answer; what a view has set by itself stays."""
    # Flask runs these from the last to the first.
    app.after_request(compression.compress)
    app.after_request(secure)
    app.after_request(let_origins_in)
    app.after_request(validate)
    app.after_request(tell_limit)


def tell_limit(response: Response) -> Response:
    """Say how far the caller may go (draft-ietf-httpapi-ratelimit-headers), and when again."""
    limit = extensions.limiter.current_limit
    if limit is None:
        return response
    try:
        remaining, reset_s = limit.remaining, max(0, limit.reset_at - epoch_s(utc_now()))
    except (RedisError, StorageError):  # away since the request was counted
        return response
    amount, window_s = limit.limit.amount, limit.limit.get_expiry()
    response.headers["RateLimit-Policy"] = f'"default";q={amount};w={window_s}'
    response.headers["RateLimit"] = f'"default";r={remaining};t={reset_s}'
    if response.status_code == 429:
        response.headers.setdefault("Retry-After", str(reset_s))
    return response


def validate(response: Response) -> Response:
    """Give API answers a Cache-Control, and those that may be kept an ETag, answering 304 to it."""
    if not request.path.startswith(API) or response.is_streamed:
        return response
    if response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Cache-Control", _default_cache_control())
    if _may_be_kept(response):
        # The body's hash is the same before and after compression, so that the tag is a weak one.
        response.add_etag(weak=True)
        response.make_conditional(request.environ)
    return response


def let_origins_in(response: Response) -> Response:
    """Let pages of the allowed origins read API answers (CORS)."""
    origin = request.headers.get("Origin")
    allowed = config.current().origins
    if not allowed or not request.path.startswith(API):
        return response
    response.vary.add("Origin")
    if origin is None or (origin not in allowed and "*" not in allowed):
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = CORS_EXPOSED_HEADERS
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = CORS_METHODS
        response.headers["Access-Control-Allow-Headers"] = CORS_REQUEST_HEADERS
        response.headers["Access-Control-Max-Age"] = CORS_MAX_AGE_S
    return response


def secure(response: Response) -> Response:
    """Add the security headers; a view may set its own policy before."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    if config.current().is_production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=63072000")
    return response


def _default_cache_control() -> str:
    """Personal answers may be kept by their reader alone, and only to be asked about again."""
    return "private, no-cache" if "Authorization" in request.headers else "no-cache"


def _may_be_kept(response: Response) -> bool:
    return (
        request.method in {"GET", "HEAD"}
        and response.status_code == 200
        and not response.cache_control.no_store
    )
