"""Headers that every answer carries."""

from __future__ import annotations

from flask import Flask, Response

from fittrack import config

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def init_app(app: Flask) -> None:
    """Add the security headers to every answer; a view may set its own policy before."""

    @app.after_request
    def secure(response: Response) -> Response:
        for name, value in SECURITY.items():
            response.headers.setdefault(name, value)
        if config.current().is_production:
            response.headers.setdefault("Strict-Transport-Security", "max-age=63072000")
        return response
