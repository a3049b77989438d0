"""Everything that can go wrong has a class here or in a domain's errors.py; one shape for all.

The class's docstring is the title, `code` is the stable word that clients switch on, and whatever
is passed by name becomes an extension member of the RFC 9457 problem document.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, cast
from urllib.parse import quote

import orjson
from flask import Flask, Response, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException

from fittrack import log
from fittrack.db.errors import Busy, DatabaseError, Disconnected

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """Something went wrong on our side."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(
        self, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **context: Any
    ) -> None:
        super().__init__(detail or self.title())
        self.detail = detail or self.title()
        self.headers = dict(headers or {})
        self.context = context

    @classmethod
    def title(cls) -> str:
        """Return the first line of the class's docstring."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


class BadRequest(Problem):
    """The request can't be understood."""

    status = 400
    code = "bad_request"


class Unauthenticated(Problem):
    """This needs a signed-in account."""

    status = 401
    code = "unauthenticated"

    def __init__(self, detail: str | None = None, **context: Any) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"}, **context)


class Forbidden(Problem):
    """Your role does not allow this."""

    status = 403
    code = "forbidden"


class NotFound(Problem):
    """There is nothing here."""

    status = 404
    code = "not_found"


class MethodNotAllowed(Problem):
    """This address does not answer that method."""

    status = 405
    code = "method_not_allowed"


class RequestTimeout(Problem):
    """The request took too long to arrive."""

    status = 408
    code = "request_timeout"


class Conflict(Problem):
    """The state of the thing does not allow this."""

    status = 409
    code = "conflict"


class PreconditionFailed(Problem):
    """The thing has changed since you read it."""

    status = 412
    code = "precondition_failed"


class TooLarge(Problem):
    """The request's body is too large."""

    status = 413
    code = "too_large"


class UriTooLong(Problem):
    """The address of this request is too long."""

    status = 414
    code = "uri_too_long"


class UnsupportedMediaType(Problem):
    """This kind of content is not accepted here."""

    status = 415
    code = "unsupported_media_type"


class RangeNotSatisfiable(Problem):
    """The thing has no such bytes."""

    status = 416
    code = "range_not_satisfiable"


class Invalid(Problem):
    """Some fields are not valid."""

    status = 422
    code = "invalid"


class TooManyRequests(Problem):
    """Too many requests; try again later."""

    status = 429
    code = "rate_limited"


class HeadersTooLarge(Problem):
    """The request's headers are too large or too many."""

    status = 431
    code = "headers_too_large"


class Unavailable(Problem):
    """The service is briefly unavailable; try again."""

    status = 503
    code = "unavailable"


# What the framework raises by itself, in our words.
FRAMEWORK: Mapping[int, type[Problem]] = {
    problem.status: problem
    for problem in (
        BadRequest,
        Unauthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        RequestTimeout,
        Conflict,
        PreconditionFailed,
        TooLarge,
        UriTooLong,
        UnsupportedMediaType,
        RangeNotSatisfiable,
        Invalid,
        TooManyRequests,
        HeadersTooLarge,
    )
}


class RequestTooSlow(ParseException):  # type: ignore[misc] # gunicorn has no types
    """A client sent too little of its request in the time that it had."""


def field_error(pointer: str, message: str) -> Invalid:
    """Return the 422 that names one field by its JSON pointer."""
    return Invalid(errors=[{"pointer": pointer, "message": message}])


def to_response(problem: Problem) -> Response:
    """Return the `application/problem+json` answer of a problem (RFC 9457)."""
    return Response(
        document(problem, instance=_instance(), request_id=log.request_id()),
        status=problem.status,
        headers=problem.headers,
        content_type=CONTENT_TYPE,
    )


def _instance() -> str:
    """Return the path that was asked for as a URI reference, as RFC 9457 wants it."""
    return quote(request.path, safe="/:@!$&'()*+,;=~")


def document(problem: Problem, *, instance: str, request_id: str) -> bytes:
    """Return a problem as JSON; `instance` is the path that was asked for, encoded."""
    body = {
        "type": f"/docs/errors#{problem.code}",
        "title": problem.title(),
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
        "code": problem.code,
        "request_id": request_id,
        **problem.context,
    }
    return orjson.dumps(body, default=str)


def from_http_exception(error: HTTPException) -> Problem | Response:
    """Return what werkzeug, webargs or smorest raised as one of our problems.

    A redirect of the router is no error and goes out as it is.
    """
    status = error.code or 500
    if status < 400:
        return cast(Response, Response.force_type(error.get_response(), request.environ))
    kind = FRAMEWORK.get(status, BadRequest if status < 500 else Problem)
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        return Invalid(errors=list(pointers(messages)))
    problem = kind(headers=_kept_headers(error))
    if kind is Problem:
        logger.error("unexpected HTTP error", extra={"status": status})
    return problem


def pointers(messages: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield webargs' messages, keyed by location, as JSON pointers (RFC 6901)."""
    for inner in messages.values():
        yield from _walk(inner, "")


def _walk(messages: Any, path: str) -> Iterator[dict[str, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _walk(inner, path if key == "_schema" else f"{path}/{_escaped(key)}")
    elif isinstance(messages, Iterable) and not isinstance(messages, str):
        for message in messages:
            yield from _walk(message, path)
    else:
        yield {"pointer": path, "message": str(messages)}


def _escaped(key: Any) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


def _kept_headers(error: HTTPException) -> dict[str, str]:
    """Return the headers of a framework error that carry meaning, such as Allow and Retry-After."""
    kept = {"allow", "content-range", "retry-after"}
    return {name: value for name, value in error.get_headers() if name.lower() in kept}


def on_http_exception(error: HTTPException) -> Response:
    """Answer what the framework raised."""
    answer = from_http_exception(error)
    return to_response(answer) if isinstance(answer, Problem) else answer


def on_database_error(error: DatabaseError) -> Response:
    """Answer a database that is busy or away with 503, and any other refusal as a bug."""
    logger.error("database error", exc_info=error)
    if isinstance(error, Busy | Disconnected):
        return to_response(Unavailable(headers={"Retry-After": "1"}))
    return to_response(Problem())


def on_unreadable_body(error: ParseException) -> Response:
    """Answer a body whose chunks can't be read (RFC 9112, 7.1), or that doesn't come."""
    logger.info("an unreadable body", extra={"kind": type(error).__name__})
    is_slow = isinstance(error, RequestTooSlow)
    return to_response(RequestTimeout() if is_slow else BadRequest())


def on_bug(error: Exception) -> Response:
    """Answer a bug without telling what it was."""
    logger.error("unhandled exception", exc_info=error)
    return to_response(Problem())


def init_app(app: Flask) -> None:
    """Answer every exception in the one shape."""
    app.register_error_handler(Problem, to_response)
    app.register_error_handler(HTTPException, on_http_exception)
    app.register_error_handler(DatabaseError, on_database_error)
    app.register_error_handler(ParseException, on_unreadable_body)
    app.register_error_handler(Exception, on_bug)
