"""HTTP to providers, bounded in every way: time in total, bytes, redirects, calls at a time.

Addresses come from the settings and from what those issuers publish, never from a request.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import requests
from requests import Response
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from fittrack.accounts.oidc.errors import ProviderUnavailable

logger = logging.getLogger(__name__)
DEADLINE_S = 5.0
MOST_BYTES = 256 * 1024
CHUNK_BYTES = 16 * 1024
# A slow provider must not hold all threads of a process: those that wait serve nobody else.
CALLS_AT_A_TIME = 2
WAIT_S = 2.0
ASKED = {"Accept": "application/json"}
POSTED = ASKED | {"Content-Type": "application/x-www-form-urlencoded"}

_places = threading.BoundedSemaphore(CALLS_AT_A_TIME)


def call(url: str, *, form: str | None = None) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object that a provider answers a GET, or a POST of a form.

    The form is encoded already. Redirects are not followed.
    Raises: ProviderUnavailable where it says nothing sensible in time.
    """
    deadline_s = time.monotonic() + DEADLINE_S
    try:
        with _place(), requests.Session() as session:
            # No proxies, and no passwords out of ~/.netrc.
            session.trust_env = False
            with session.request(
                "GET" if form is None else "POST",
                url,
                data=form,
                headers=ASKED if form is None else POSTED,
                timeout=DEADLINE_S,
                allow_redirects=False,
                stream=True,
            ) as answer:
                return answer.status_code, _object(_body(answer, deadline_s))
    except (RequestException, HTTPError, ValueError, TimeoutError) as error:
        # Its words may hold the address that was called, with whatever stands in it.
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


def _body(answer: Response, deadline_s: float) -> bytes:
    """Return a whole body. Raises: TimeoutError, ValueError where it is too long."""
    body = bytearray()
    # Whatever has come, not a whole chunk: a body that drips must not be waited for.
    while chunk := answer.raw.read1(CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("a provider's answer is too long")
        if time.monotonic() > deadline_s:
            raise TimeoutError("a provider's answer drips")
    return bytes(body)


def _object(body: bytes) -> dict[str, Any]:
    """Raises: ValueError."""
    value = orjson.loads(body)
    if not isinstance(value, dict):
        raise ValueError("a provider's answer is no object")
    return value
