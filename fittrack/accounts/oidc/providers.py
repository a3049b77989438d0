"""Which providers there are, and how each wants to be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.jwk import ECKey

from fittrack import config
from fittrack.accounts.oidc.errors import ProviderNotConfigured
from fittrack.check_oidc import apple_key
from fittrack.clock import epoch_s
from fittrack.config import Config

GOOGLE = "google"
APPLE = "apple"
NAMES: Mapping[str, str] = {GOOGLE: "Google", APPLE: "Apple"}
CLIENT_SECRET_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider is asked; `extra` are parameters of its authorization page."""

    name: str
    issuer: str
    client_id: str
    scope: str
    extra: Mapping[str, str]

    @property
    def redirect_uri(self) -> str:
        """Return the address of ours that the provider sends browsers back to."""
        base_url = config.current().base_url.rstrip("/")
        return f"{base_url}/api/v1/auth/oidc/{self.name}/landing"


def provider_of(name: str) -> Provider:
    """Return a provider as it is configured. Raises: ProviderNotConfigured."""
    make = MAKERS.get(name)
    found = make(config.current()) if make else None
    if found is None or not found.client_id:
        raise ProviderNotConfigured(provider=name)
    return found


def client_secret(provider: Provider, *, now: datetime) -> str:
    """Return what proves to a provider that it is us: Apple wants a fresh ES256 token each time."""
    settings = config.current()
    if provider.name == GOOGLE:
        return settings.oidc_google_client_secret
    issued_s = epoch_s(now)
    claims = {
        "iss": settings.oidc_apple_team_id,
        "iat": issued_s,
        "exp": issued_s + int(CLIENT_SECRET_LIFE.total_seconds()),
        "aud": provider.issuer,
        "sub": provider.client_id,
    }
    key = ECKey.import_key(apple_key(settings.oidc_apple_private_key))
    header = {"alg": "ES256", "kid": settings.oidc_apple_key_id}
    return jwt.encode(header, claims, key, algorithms=["ES256"])


def _google(settings: Config) -> Provider:
    return Provider(
        GOOGLE,
        settings.oidc_google_issuer,
        settings.oidc_google_client_id,
        "openid email",
        # Who shares a browser chooses whose account it is.
        {"prompt": "select_account"},
    )


def _apple(settings: Config) -> Provider:
    return Provider(
        APPLE,
        settings.oidc_apple_issuer,
        settings.oidc_apple_client_id,
        "openid name email",
        # With these scopes Apple answers in no other way.
        {"response_mode": "form_post"},
    )


MAKERS: Mapping[str, Callable[[Config], Provider]] = {GOOGLE: _google, APPLE: _apple}
PROVIDERS = tuple(MAKERS)
