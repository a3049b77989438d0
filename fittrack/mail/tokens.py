"""Tokens that travel by mail: derived from an id when it is written, stored only as a hash."""

from __future__ import annotations

from fittrack import crypto


def mailed_token(token_id: str) -> str:
    """Return the secret token of an id, 43 characters of base64url."""
    return crypto.base64url(crypto.mac("mailed_token", token_id.encode()))
