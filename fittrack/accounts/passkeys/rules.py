"""Whose passkeys are taken (WebAuthn's relying party), and what a signature counter tells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from fittrack.accounts.passkeys.errors import TooManyPasskeys
from fittrack.config import Config

MOST_PASSKEYS = 20
CHALLENGE_BYTES = 32
HANDLE_BYTES = 32
CHALLENGE_LIFE = timedelta(minutes=5)
# A log-in's challenge is given before anybody knows whose it will be.
ANYONE = "anyone"
LOCALHOST = "localhost"
LOOPBACK = frozenset({"127.0.0.1", "::1", LOCALHOST})
NAME = "FitTrack"
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The domain that passkeys belong to, and the origins whose pages may use them."""

    rp_id: str
    origins: tuple[str, ...]


def relying_party(settings: Config) -> RelyingParty:
    """Return the configured domain and origins; where none are, they follow from `BASE_URL`.

    Browsers know no passkeys of addresses made of numbers: those of this machine become localhost.
    """
    host = urlsplit(settings.base_url).hostname or LOCALHOST
    rp_id = settings.webauthn_rp_id or (LOCALHOST if host in LOOPBACK else host)
    if settings.webauthn_origins:
        listed = (part.strip() for part in settings.webauthn_origins.split(","))
        return RelyingParty(rp_id, tuple(filter(None, listed)))
    origins = {_origin(settings.base_url)} | (settings.origins - {"*"})
    if host in LOOPBACK:
        origins.add(_origin(settings.base_url, LOCALHOST))
    return RelyingParty(rp_id, tuple(sorted(origins)))


def check_room(passkeys: Collection[object]) -> None:
    """Raises: TooManyPasskeys."""
    if len(passkeys) >= MOST_PASSKEYS:
        raise TooManyPasskeys


def is_regressed(*, stored: int, told: int) -> bool:
    """Tell whether an authenticator's counter betrays a copy (WebAuthn, 7.2 step 22).

    Those that are kept in step across devices don't count, and always say 0.
    """
    return (told, stored) != (0, 0) and told <= stored


def _origin(url: str, host: str | None = None) -> str:
    """Return the origin of an address as browsers write it (RFC 6454, 6.2)."""
    parts = urlsplit(url)
    host = host or parts.hostname or LOCALHOST
    port = "" if parts.port in {None, DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"
