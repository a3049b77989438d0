"""Tokens at rest: AES-256-GCM, bound to the connection, its provider and the field.

A row copied to another connection opens nothing, and a stolen database without the keys neither.
"""

from __future__ import annotations

from dataclasses import replace

from fittrack import crypto
from fittrack.trackers.connections.models import SealedGrant
from fittrack.trackers.providers.base import Grant

PURPOSE = "provider-tokens"
ACCESS, REFRESH = "access", "refresh"


def sealed(stored: SealedGrant, grant: Grant) -> SealedGrant:
    """Return how a grant is kept in the place of the one that is stored."""
    return replace(
        stored,
        access_token_bytes=_seal(stored, ACCESS, grant.access_token),
        refresh_token_bytes=_seal(stored, REFRESH, grant.refresh_token),
        access_expires_at=grant.expires_at,
        scopes=" ".join(sorted(grant.scopes)),
    )


def opened(stored: SealedGrant) -> Grant | None:
    """Return the grant that is kept, or None where none is. Raises: Unsealable."""
    access_token = _unseal(stored, ACCESS, stored.access_token_bytes)
    if access_token is None:
        return None
    return Grant(
        access_token=access_token,
        refresh_token=_unseal(stored, REFRESH, stored.refresh_token_bytes),
        expires_at=stored.access_expires_at,
        scopes=frozenset(stored.scopes.split()),
        external_account_id=stored.external_account_id,
    )


def context_of(stored: SealedGrant, field: str) -> str:
    """Return what a token is bound to."""
    return f"v1|{stored.connection_id}|{stored.provider}|{field}"


def _seal(stored: SealedGrant, field: str, token: str | None) -> bytes | None:
    return (token and crypto.seal(PURPOSE, context_of(stored, field), token.encode())) or None


def _unseal(stored: SealedGrant, field: str, kept: bytes | None) -> str | None:
    return (
        None if kept is None else crypto.unseal(PURPOSE, context_of(stored, field), kept).decode()
    )
