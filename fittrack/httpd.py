"""gunicorn's worker, whose own refusals have the one shape of errors.

What can't be read as HTTP never reaches the application: gunicorn answers it, left to itself in
HTML, and logs the client's address.
"""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from http import HTTPStatus

from gunicorn.config import Config
from gunicorn.glogging import Logger as GunicornLog
from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.http.message import Request
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from fittrack import errors, log, trace
from fittrack.errors import BadRequest, HeadersTooLarge, Problem, UriTooLong
from fittrack.ids import new_id

logger = logging.getLogger(__name__)


class Worker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """A worker of threads that refuses in `application/problem+json`."""

    def handle_error(
        self,
        req: Request | None,
        client: socket.socket,
        addr: object,  # noqa: ARG002
        exc: Exception,
    ) -> None:
        """Answer a request that could not be read or finished; the connection is closed then."""
        problem, request_id = problem_of(exc), new_id()
        # This thread still has the id and the trace of the request that it answered before.
        log.set_request_id(request_id)
        trace.end()
        kind = {"status": problem.status, "kind": type(exc).__name__}
        if problem.status < 500:
            logger.info("an unreadable request", extra=kind)
        else:
            logger.error("a request failed in the server", extra=kind, exc_info=exc)
        with suppress(OSError):  # the client is gone
            write_nonblock(client, refusal(problem, getattr(req, "path", None), request_id))


class Log(GunicornLog):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's own words, in the form of all other lines."""

    def setup(self, cfg: Config) -> None:
        """Take gunicorn's handler's place, at the start and at each reload."""
        super().setup(cfg)
        self.error_log.handlers[:] = [log.new_handler()]


def problem_of(error: Exception) -> Problem:
    """Return what gunicorn found wrong as one of our problems."""
    if isinstance(error, InvalidResponseHeader | InvalidResponseHeaderName):
        return Problem()  # a header of ours
    if isinstance(error, LimitRequestLine):
        return UriTooLong()
    if isinstance(error, LimitRequestHeaders):
        return HeadersTooLarge()
    return BadRequest() if isinstance(error, ParseException) else Problem()


def refusal(problem: Problem, path: str | None, request_id: str) -> bytes:
    """Return the whole HTTP answer of a problem."""
    body = errors.document(problem, instance=path or "/", request_id=request_id)
    head = (
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}",
        "Connection: close",
        f"Content-Type: {errors.CONTENT_TYPE}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"X-Request-ID: {request_id}",
    )
    return "\r\n".join((*head, "", "")).encode("ascii") + body
