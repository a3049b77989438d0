"""The trace that a request or job belongs to: W3C Trace Context, from who calls us into our jobs.

A request continues the trace of its `traceparent` header, or begins one; what it enqueues continues
the same trace with a span of its own. Spans are logged, not sent anywhere.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from dataclasses import dataclass

SAMPLED = "01"  # every request is logged
NEVER = "ff"
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_ZEROS = frozenset({"0" * 32, "0" * 16})


@dataclass(frozen=True, slots=True)
class Span:
    """One piece of work in a trace."""

    trace_id: str
    span_id: str
    flags: str = SAMPLED


_current: ContextVar[Span | None] = ContextVar("span", default=None)


def begin(traceparent: str | None) -> Span:
    """Begin a span in this thread, in the trace that was handed on, else in a new one."""
    parent = parsed(traceparent) if traceparent else None
    trace_id = parent.trace_id if parent else os.urandom(16).hex()
    span = Span(trace_id, os.urandom(8).hex(), parent.flags if parent else SAMPLED)
    _current.set(span)
    return span


def end() -> None:
    """Let what follows in this thread belong to no trace."""
    _current.set(None)


def current() -> Span | None:
    """Return the span of the request or job at hand, or None outside of both."""
    return _current.get()


def traceparent() -> str | None:
    """Return what hands the present span on, as a header or in an outbox row."""
    span = _current.get()
    return f"00-{span.trace_id}-{span.span_id}-{span.flags}" if span else None


def parsed(header: str) -> Span | None:
    """Return the span that a traceparent header names, or None where it is not valid.

    A version after ours may have more parts (Trace Context, 4.3); ours has none.
    """
    match = _FORM.fullmatch(header)
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    if version == NEVER or (version == "00" and more is not None):
        return None
    if trace_id in _ZEROS or span_id in _ZEROS:
        return None
    return Span(trace_id, span_id, flags)
