"""Headers that every answer carries: security, validators for caches, and CORS."""

from __future__ import annotations

from flask import Flask, Response, request

from fittrack import compression, config, limits, tags

# An answer is data: a browser that is led to one loads, embeds and sends nothing.
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# A page for people shows our own style and nothing else.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
SECURITY = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Content-Security-Policy", POLICY),
)
HSTS = (*SECURITY, ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))
API = "/api/"
CORS_METHODS = "GET, POST, PUT, PATCH, DELETE"
CORS_REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
    "traceparent, X-Request-ID"
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
    """Say how far the caller may go (draft-ietf-httpapi-ratelimit-headers)."""
    standing = limits.standing()
    if standing is not None:
        policy = f'"default";q={standing.amount};w={standing.window_s}'
        response.headers.add("RateLimit-Policy", policy)
        state = f'"default";r={standing.remaining};t={standing.reset_s}'
        response.headers.add("RateLimit", state)
    return response


def validate(response: Response) -> Response:
    """Give API answers a Cache-Control, and those that may be kept an ETag, answering 304 to it."""
    if not request.path.startswith(API) or response.is_streamed:
        return response
    if "Cache-Control" not in response.headers:
        response.headers.add("Cache-Control", _cache_control(response))
    if _may_be_kept(response):
        if "ETag" not in response.headers:
            # The hash is the same before and after compression, so that the tag is a weak one.
            response.headers.add("ETag", f'W/"{tags.of_bytes(response.get_data())}"')
        if "If-None-Match" in request.headers:
            response.make_conditional(request.environ)
    return response


def let_origins_in(response: Response) -> Response:
    """Let pages of the allowed origins read API answers (CORS)."""
    settings = config.current()
    if not settings.cors_origins or not request.path.startswith(API):
        return response
    origin, allowed = request.headers.get("Origin"), settings.origins
    compression.vary_by(response, "Origin")
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
    given = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - a multidict
    for name, value in HSTS if config.current().is_production else SECURITY:
        if name.lower() not in given:
            response.headers.add(name, value)
    return response


def _cache_control(response: Response) -> str:
    """Personal answers may be kept by their reader alone, and only to be asked about again."""
    if response.status_code >= 400:
        return "no-store"
    return "private, no-cache" if "Authorization" in request.headers else "no-cache"


def _may_be_kept(response: Response) -> bool:
    return (
        response.status_code == 200
        and request.method in {"GET", "HEAD"}
        and "no-store" not in response.headers.get("Cache-Control", "")
    )
