"""What is wrong with the settings of signing in with Google and Apple.

A provider is off without a client id, and else must be complete: half a provider would fail only
when somebody signs in.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from fittrack.config import Config

COMPLETE: Mapping[str, tuple[str, ...]] = {
    "oidc_google_client_id": ("oidc_google_client_secret",),
    "oidc_apple_client_id": ("oidc_apple_team_id", "oidc_apple_key_id", "oidc_apple_private_key"),
}
LONGEST_RETURN_URL = 400
# What a browser would run or read instead of going there.
HARMFUL = frozenset(
    ("about", "blob", "data", "file", "filesystem", "javascript", "vbscript", "view-source")
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+")
_VISIBLE = re.compile(r"[\x21-\x7e]+")


def problems(config: Config) -> Iterator[str]:
    """Yield why nobody could sign in with a provider, or not safely."""
    for client_id, others in COMPLETE.items():
        if getattr(config, client_id):
            yield from (
                f"{name.upper()} must be set where {client_id.upper()} is"
                for name in others
                if not getattr(config, name)
            )
    for name in ("oidc_google_issuer", "oidc_apple_issuer"):
        yield from _issuer_problems(name.upper(), getattr(config, name), config)
    if config.oidc_apple_private_key and not is_apple_key(config.oidc_apple_private_key):
        yield "OIDC_APPLE_PRIVATE_KEY must be a P-256 key, as in the `.p8` file of Apple"
    for url in config.return_urls:
        if not _is_return_url(url, config):
            yield f"OIDC_RETURN_URLS {url!r} is no page over https and no app link"


def is_apple_key(text: str) -> bool:
    """Tell whether a text is a key that Apple gives out."""
    try:
        apple_key(text)
    except ValueError:
        return False
    return True


def apple_key(text: str) -> EllipticCurvePrivateKey:
    """Return the P-256 key of a `.p8` file's text, with or without its frame and line breaks.

    Raises: ValueError.
    """
    body = re.sub(r"-----[A-Z ]+-----|\\n|\s", "", text)
    try:
        key = load_der_private_key(base64.b64decode(body, validate=True), password=None)
    except TypeError as error:  # it is encrypted
        raise ValueError("the key is under a password") from error
    if not (isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)):
        raise ValueError("the key is no P-256 key")
    return key


def is_this_machine(host: str | None) -> bool:
    """Tell whether a host's name or address stands for the machine itself."""
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _issuer_problems(name: str, url: str, config: Config) -> Iterator[str]:
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"} or url.endswith("/"):
        yield f"{name} must be an address without a slash at its end"
    elif parts.query or parts.fragment or parts.username:
        yield f"{name} must be an address without a user, query or fragment"
    elif is_this_machine(parts.hostname):
        if config.is_production:
            yield f"{name} must not be this machine's simulator in production"
    elif parts.scheme != "https":
        yield f"{name} must be https"


def _is_return_url(url: str, config: Config) -> bool:
    parts = _split(url)
    if parts is None or not _VISIBLE.fullmatch(url) or len(url) > LONGEST_RETURN_URL:
        return False
    if parts.fragment or parts.username or not (parts.netloc or parts.path):
        return False
    if parts.scheme == "http":
        return is_this_machine(parts.hostname) and not config.is_production
    if parts.scheme == "https":
        return bool(parts.hostname)
    return bool(_SCHEME.fullmatch(parts.scheme)) and parts.scheme not in HARMFUL


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number is told only now
    except ValueError:
        return None
    return parts if parts.scheme and (parts.hostname or parts.path) else None
