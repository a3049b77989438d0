"""What `make run` gives the application and the simulator, so that the two know each other."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import fields

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fittrack import config
from fittrack.check_oidc import is_this_machine
from fittrack.config import Config
from fittrack.trackers.providers import ADAPTERS

PORT = "SIMULATOR_PORT"


def settings_beside(given: Mapping[str, str], *, port: int) -> dict[str, str]:
    """Return the settings of the providers that nobody has set up, with fresh secrets.

    Whoever has credentials of the real ones in `.env` goes there.
    """
    base_url = f"http://127.0.0.1:{port}"
    settings: dict[str, str] = {}
    if not given.get("OIDC_GOOGLE_CLIENT_ID"):
        settings |= _google(base_url)
    if not given.get("OIDC_APPLE_CLIENT_ID"):
        settings |= _apple(base_url)
    if not any(given.get(f"{name.upper()}_CLIENT_ID") for name in ADAPTERS):
        settings |= _trackers(base_url)
    return settings | {PORT: str(port)} if settings else {}


def address_of(settings: Config) -> str | None:
    """Return the simulator's address where the settings name one, else None."""
    issuers = {
        settings.oidc_google_issuer: settings.oidc_google_client_id,
        settings.oidc_apple_issuer: settings.oidc_apple_client_id,
    }
    for issuer, client_id in issuers.items():
        base_url = issuer.rpartition("/")[0]
        if client_id and is_this_machine(base_url.partition("//")[2].partition(":")[0]):
            return base_url
    return None


def new_apple_key() -> str:
    """Return a fresh P-256 key as the body of a `.p8` file."""
    key = ec.generate_private_key(ec.SECP256R1())
    raw = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(raw).decode()


def _trackers(base_url: str) -> dict[str, str]:
    """Return what we are to every tracker; one real one among them would keep all of them real."""
    known = {item.name for item in fields(Config)}
    settings = {"TRACKERS_URL": base_url}
    for name in ADAPTERS:
        settings[f"{name.upper()}_CLIENT_ID"] = f"fittrack.{name}"
        for secret in ("client_secret", "webhook_secret"):
            if f"{name}_{secret}" in known:
                settings[f"{name}_{secret}".upper()] = config.new_secret()
    return settings


def _google(base_url: str) -> dict[str, str]:
    return {
        "OIDC_GOOGLE_ISSUER": f"{base_url}/google",
        "OIDC_GOOGLE_CLIENT_ID": "fittrack.simulated",
        "OIDC_GOOGLE_CLIENT_SECRET": config.new_secret(),
    }


def _apple(base_url: str) -> dict[str, str]:
    return {
        "OIDC_APPLE_ISSUER": f"{base_url}/apple",
        "OIDC_APPLE_CLIENT_ID": "test.fittrack.simulated",
        "OIDC_APPLE_TEAM_ID": "SIMULATED0",
        "OIDC_APPLE_KEY_ID": "SIMULATED1",
        "OIDC_APPLE_PRIVATE_KEY": new_apple_key(),
    }
