"""Structured logs: one JSON object a line, plain words in a terminal, and the id that binds them.

No e-mail, token, password, address or position is ever logged: callers pass ids.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from contextvars import ContextVar
from datetime import UTC, datetime

import orjson
from flask import Flask, Response, g, request

from fittrack import trace
from fittrack.ids import new_id
from fittrack.trace import Span

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_ACCEPTED_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

access = logging.getLogger("fittrack.access")


def request_id() -> str:
    """Return the id of the request or job at hand, or '' outside of both."""
    return _request_id.get()


def set_request_id(value: str) -> None:
    """Let what follows in this thread be logged under a request's id."""
    _request_id.set(value)


def init_logging(level: str) -> None:
    """Send all logs to standard error: JSON for machines, plain where a person looks.

    Only our own loggers go down to DEBUG: what libraries say there holds addresses and tokens.
    """
    root = logging.getLogger()
    root.handlers[:] = [new_handler()]
    root.setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level]))
    logging.getLogger("fittrack").setLevel(level)
    # What no line of ours holds need not be found out for each.
    logging._srcfile = None  # as the manual's "Optimization" says
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def new_handler() -> logging.Handler:
    """Return what writes lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)-7s %(name)s %(message)s", "%H:%M:%S")
    handler.setFormatter(plain if sys.stderr.isatty() else JsonFormatter())
    return handler


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON with its extras."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        extras = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            extras["exception"] = self.formatException(record.exc_info)
        level, message = record.levelname.lower(), record.getMessage()
        return self.line(record.created, level, record.name, message, extras)

    def line(
        self, at_s: float, level: str, name: str, message: str, extras: Mapping[str, object]
    ) -> str:
        """Return a line of JSON, its instant given in seconds since 1970."""
        span = trace.current()
        members = {
            "at": datetime.fromtimestamp(at_s, UTC).isoformat(),
            "level": level,
            "logger": name,
            "message": message,
            "request_id": request_id(),
            "trace_id": span and span.trace_id,
            "span_id": span and span.span_id,
            **extras,
        }
        return orjson.dumps(members, default=str).decode()


def init_app(app: Flask) -> None:
    """Give each request an id, return it, and log one line when it is answered."""

    @app.before_request
    def begin() -> None:
        g.started_s = time.perf_counter()
        span = trace.begin(request.environ.get("HTTP_TRACEPARENT"))
        set_request_id(_incoming_id(span) or new_id())

    @app.after_request
    def end(response: Response) -> Response:
        response.headers.add("X-Request-ID", request_id())
        if request.endpoint != "health.live" and access.isEnabledFor(logging.INFO):
            _write(_line(response))
        return response


def _write(line: dict[str, object]) -> None:
    """Log one request; as JSON at once where nobody else listens, for a record costs far more."""
    handlers = logging.getLogger().handlers
    if len(handlers) == 1 and isinstance(handlers[0].formatter, JsonFormatter):
        text = handlers[0].formatter.line(time.time(), "info", access.name, "request", line)
        # As a record's handler does: one thread at a time, and a full disk is no failed request.
        with handlers[0].lock or nullcontext(), suppress(OSError, ValueError):
            handlers[0].stream.write(f"{text}\n")  # type: ignore[attr-defined]
    else:
        access.info("request", extra=line)


def _incoming_id(span: Span) -> str | None:
    """Return the caller's X-Request-ID, else the id of the trace that it handed on."""
    environ = request.environ
    if _ACCEPTED_REQUEST_ID.fullmatch(given := environ.get("HTTP_X_REQUEST_ID", "")):
        return str(given)
    return span.trace_id if span.trace_id in environ.get("HTTP_TRACEPARENT", "") else None


def _line(response: Response) -> dict[str, object]:
    return {
        "method": request.method,
        "route": str(request.url_rule or "unmatched"),
        "status": response.status_code,
        "duration_ms": round((time.perf_counter() - g.started_s) * 1000, 1),
        "account_id": g.get("account_id"),
    }
