"""gzip for answers that gain by it."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Response, request

MIN_BYTES = 500
LEVEL = 5
TYPES = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/problem+json",
        "application/xml",
        "image/svg+xml",
    }
)


def compress(response: Response) -> Response:
    """Compress an answer of 500 bytes or more for a client that takes gzip.

    Secrets (`no-store`) stay as they are: the length of compressed text tells about the text
    (BREACH). So do answers that are streamed, except our own static files.
    """
    is_asset = request.endpoint == "static"
    if not (is_asset or _is_long(response)) or not _is_compressible(response):
        return response
    vary_by(response, "Accept-Encoding")
    if response.status_code == 304 or not _takes_gzip():
        return response
    if is_asset:
        response.direct_passthrough = False  # the file is read, and packed once for all requests
    body = response.get_data()
    if len(body) >= MIN_BYTES:
        response.set_data(_packed_asset(body) if is_asset else _packed(body))
        response.headers["Content-Encoding"] = "gzip"
        if is_asset:
            _weaken_etag(response)
    return response


def vary_by(response: Response, name: str) -> None:
    """Say that the answer depends on a header of the request."""
    given = response.headers.get("Vary")
    if given is None:
        response.headers.add("Vary", name)
    elif name.lower() not in {part.strip().lower() for part in given.split(",")}:
        response.headers["Vary"] = f"{given}, {name}"


def _takes_gzip() -> bool:
    accepted = request.headers.get("Accept-Encoding")
    return accepted is not None and bool(request.accept_encodings.quality("gzip"))


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)


# Our few static files are large and public: each is compressed once, not once for every request.
_packed_asset = lru_cache(maxsize=16)(_packed)


def _is_compressible(response: Response) -> bool:
    kind = response.mimetype or ""
    return (
        (kind in TYPES or kind.startswith("text/"))
        and response.status_code not in {204, 206}
        and "Content-Encoding" not in response.headers
        and not (response.status_code < 400 and _is_secret(response))
    )


def _is_secret(response: Response) -> bool:
    return "no-store" in response.headers.get("Cache-Control", "")


def _is_long(response: Response) -> bool:
    """Tell whether a body that is at hand gains by it."""
    return not response.is_streamed and len(response.get_data()) >= MIN_BYTES


def _weaken_etag(response: Response) -> None:
    """Let a file's tag stand for its bytes however packed; a view's tag names a version, and stays.

    If-Match compares strongly, so that a version's tag must come back as it went out.
    """
    etag, is_weak = response.get_etag()
    if etag is not None and is_weak is False:
        response.set_etag(etag, weak=True)
