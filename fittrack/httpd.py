"""gunicorn's worker, whose own refusals have the one shape of errors.

What can't be read as HTTP never reaches the application: gunicorn answers it, left to itself in
HTML, and logs the client's address.
"""

from __future__ import annotations

import errno
import logging
import selectors
import socket
from contextlib import suppress
from functools import partial
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
from fittrack.errors import (
    BadRequest,
    HeadersTooLarge,
    Problem,
    RequestTimeout,
    RequestTooSlow,
    UriTooLong,
)
from fittrack.ids import new_id
from fittrack.patience import Connection, Farewells

logger = logging.getLogger(__name__)
# The client was taken by another worker, or has left.
GONE = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED})


class Worker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """A worker of threads that refuses in `application/problem+json`, and waits for nobody long."""

    def run(self) -> None:
        """Serve until the process is told to end."""
        self.farewells = Farewells(self.poller)
        super().run()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, which gets a thread when its first byte is there, not before."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in GONE:
                raise
            return
        self.nr_conns += 1
        connection = Connection(self.cfg, client, address, listener.getsockname())
        connection.farewells = self.farewells
        connection.set_timeout()
        self.pending_conns.append(connection)
        ready = partial(self.on_pending_socket_readable, connection)
        self.poller.register(client, selectors.EVENT_READ, ready)

    def murder_pending(self) -> None:
        """Close what has waited long enough, for a request or for its client."""
        super().murder_pending()
        self.farewells.end_overdue()

    def _cap_keepalive(self, deadline: float) -> None:
        """Wait for silent connections no longer at the end than for those kept alive."""
        super()._cap_keepalive(deadline)
        for connection in self.pending_conns:
            connection.timeout = min(connection.timeout, deadline)

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
    if isinstance(error, RequestTooSlow):
        return RequestTimeout()
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
