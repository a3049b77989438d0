"""flask-smorest with our errors and our parser; `fittrack.reference` completes its document."""

from __future__ import annotations

from flask import Response
from flask_smorest import Api, Blueprint
from werkzeug.exceptions import HTTPException

from fittrack import errors
from fittrack.parsing import StrictParser

# Set on smorest's own class, so that no domain's blueprint can forget it.
Blueprint.ARGUMENTS_PARSER = StrictParser()


class FitTrackApi(Api):  # type: ignore[misc]
    """flask-smorest's Api, with our errors instead of its own."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer framework errors in the one shape."""
        return errors.on_http_exception(error)
