"""The OpenAPI document: smorest collects it, and what all operations share is added here once."""

from __future__ import annotations

from flask import Response
from flask_smorest import Api
from werkzeug.exceptions import HTTPException


class FitTrackApi(Api):  # type: ignore[misc]
    """flask-smorest's Api, with our errors instead of its own."""

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer framework errors in the one shape."""
        from fittrack import errors

        return errors.on_http_exception(error)
