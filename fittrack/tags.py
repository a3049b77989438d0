"""Validators of HTTP: the tags that answers carry, and what If-Match asks of them (RFC 9110, 13).

What two people may edit carries a strong tag that begins with its version; anything else a weak
one made of its bytes. If-Match compares strongly, so that only a version's tag can meet it.
"""

from __future__ import annotations

import hashlib
import re

from flask import Response, request

from fittrack.errors import BadRequest

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*(?:{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*)?[ \t,]*")
_STRONG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_VERSION = re.compile(r"([0-9]{1,18})(?:-.*)?")


class MalformedTag(BadRequest):
    """If-Match is `*` or a list of quoted tags."""

    code = "malformed_if_match"


def of_bytes(body: bytes) -> str:
    """Return a body's tag, without its quotes; equal bytes have equal tags."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def set_version(response: Response, version: int, *more: object) -> Response:
    """Give an answer the strong tag of a thing's version; `more` is what else its bytes tell."""
    response.set_etag("-".join(str(part) for part in (version, *more)))
    return response


def expected_versions() -> frozenset[int] | None:
    """Return the versions of which If-Match asks for one, None where any will do.

    Tags that are weak or none of ours ask for a version that nothing has. Raises: MalformedTag.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    if not _LIST.fullmatch(header):
        raise MalformedTag
    strong = (text for is_weak, text in _STRONG.findall(header) if not is_weak)
    return frozenset(int(found[1]) for text in strong if (found := _VERSION.fullmatch(text)))
