"""What issuers publish of themselves: their addresses, and the keys that they sign with.

Kept for an hour in each process. An unknown key is looked for again at once, for keys rotate, but
not more often than once a minute, for anybody may name an unknown one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, RSAKey

from fittrack.accounts.oidc import wire
from fittrack.accounts.oidc.errors import ProviderUnavailable

KEPT_S = 3600.0
LOOK_AGAIN_S = 60.0
MOST_KEYS = 20
LEAST_RSA_BITS = 2048
# Which kind of key makes which signature; a header can't make one kind pass for the other.
KINDS: dict[str, str] = {"RS256": "RSA", "ES256": "EC"}


@dataclass(frozen=True, slots=True)
class Metadata:
    """The addresses of an issuer."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """Something fetched, and when by this process's own clock."""

    value: Any
    fetched_s: float


_kept: dict[tuple[str, str], _Kept] = {}
_lock = threading.Lock()


def metadata_of(issuer: str) -> Metadata:
    """Return an issuer's addresses. Raises: ProviderUnavailable."""
    found: Metadata = _fresh("metadata", issuer, lambda: _fetch_metadata(issuer))
    return found


def key_of(issuer: str, key_id: str, algorithm: str) -> Key | None:
    """Return an issuer's key for an algorithm, or None. Raises: ProviderUnavailable."""
    keys: dict[str, Key] = _fresh("keys", issuer, lambda: _fetch_keys(issuer))
    if key_id not in keys:
        keys = _fresh("keys", issuer, lambda: _fetch_keys(issuer), within_s=LOOK_AGAIN_S)
    key = keys.get(key_id)
    return key if key is not None and key.key_type == KINDS[algorithm] else None


def forget() -> None:
    """Let everything be fetched anew."""
    with _lock:
        _kept.clear()


def _fresh(kind: str, issuer: str, fetch: Callable[[], Any], *, within_s: float = KEPT_S) -> Any:
    """Return what was fetched within some seconds, or fetch it."""
    kept = _kept.get((kind, issuer))
    if kept is not None and time.monotonic() - kept.fetched_s < within_s:
        return kept.value
    began_s = time.monotonic()
    value = fetch()
    with _lock:
        _kept[kind, issuer] = _Kept(value, began_s)
    return value


def _fetch_metadata(issuer: str) -> Metadata:
    """Raises: ProviderUnavailable where the issuer does not say who it is, or where."""
    told = wire.fetch(f"{issuer}/.well-known/openid-configuration")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if told.get("issuer") != issuer or not all(_is_safe(told.get(name), issuer) for name in names):
        raise ProviderUnavailable
    return Metadata(issuer, *(told[name] for name in names))


def _is_safe(url: Any, issuer: str) -> bool:
    """Tell whether secrets may go to an address: over TLS, or within a simulator."""
    if not isinstance(url, str):
        return False
    try:
        parts, own = urlsplit(url), urlsplit(issuer)
    except ValueError:
        return False
    return parts.scheme == "https" or parts[:2] == own[:2]


def _fetch_keys(issuer: str) -> dict[str, Key]:
    told = wire.fetch(metadata_of(issuer).jwks_uri).get("keys")
    if not isinstance(told, list):
        raise ProviderUnavailable
    keys = (_read_key(item) for item in told[:MOST_KEYS])
    return {str(key.kid): key for key in keys if key is not None}


def _read_key(item: Any) -> Key | None:
    """Return a public key that we verify with, or None for any other."""
    if not isinstance(item, dict) or not isinstance(item.get("kid"), str):
        return None
    if item.get("use", "sig") != "sig":
        return None
    try:
        if item.get("kty") == "RSA":
            key = RSAKey.import_key(item)
            return key if key.public_key.key_size >= LEAST_RSA_BITS else None
        return ECKey.import_key(item) if item.get("crv") == "P-256" else None
    except (JoseError, ValueError, TypeError):
        return None
