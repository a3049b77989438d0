"""Tokens that travel by mail: derived from an id when it is written, stored only as a hash."""

from __future__ import annotations

from fittrack import crypto


def mailed_token(token_id: str, *, token_hash: str | None = None) -> str:
    """Return the secret token of an id, 43 characters of base64url.

    `token_hash` is what was stored of it, perhaps under an earlier secret of ours.
    """
    tokens = [crypto.base64url(mac) for mac in crypto.macs("mailed_token", token_id.encode())]
    stored = (token for token in tokens if crypto.digest(token) == token_hash)
    return next(stored, tokens[0])
