"""HTTP to sign-in providers: few calls at a time, and JSON objects only."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fittrack import wire
from fittrack.accounts.oidc.errors import ProviderUnavailable
from fittrack.wire import Answer, Request

logger = logging.getLogger(__name__)
DEADLINE_S = 5.0
MOST_BYTES = 256 * 1024
# A slow provider must not hold all threads of a process: those that wait serve nobody else.
CALLS_AT_A_TIME = 2
WAIT_S = 2.0

_places = threading.BoundedSemaphore(CALLS_AT_A_TIME)


def call(url: str, *, form: str | None = None) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object that a provider answers a GET, or a POST of a form.

    The form is encoded already. Redirects are not followed.
    Raises: ProviderUnavailable where it says nothing sensible in time.
    """
    request = Request(url, "GET" if form is None else "POST", form=form)
    try:
        with _place():
            answer = wire.call(request, deadline_s=DEADLINE_S, most_bytes=MOST_BYTES)
        return answer.status, _object(answer)
    except (wire.Unreachable, ValueError) as error:
        logger.warning("a provider is away", extra={"kind": type(error).__name__})
        raise ProviderUnavailable from error


def fetch(url: str) -> dict[str, Any]:
    """Return the JSON object at a provider's address. Raises: ProviderUnavailable."""
    status, found = call(url)
    if status != 200:
        logger.warning("a provider's document is away", extra={"status": status})
        raise ProviderUnavailable
    return found


@contextmanager
def _place() -> Iterator[None]:
    """Take one of the places for calls. Raises: ProviderUnavailable where none comes free."""
    if not _places.acquire(timeout=WAIT_S):
        raise ProviderUnavailable
    try:
        yield
    finally:
        _places.release()


def _object(answer: Answer) -> dict[str, Any]:
    """Raises: ValueError."""
    value = answer.json()
    if not isinstance(value, dict):
        raise ValueError("a provider's answer is no object")
    return value
