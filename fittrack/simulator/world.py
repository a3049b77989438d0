"""What the simulated services share: a seed, a clock of their own, and their client."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from fittrack.check_oidc import apple_key
from fittrack.clock import utc_now
from fittrack.config import Config
from fittrack.simulator.faults import Faults
from fittrack.trackers.providers import ADAPTERS, app_of


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has accounts at the simulated services."""

    name: str
    email: str


PEOPLE = (
    Person("Ana Example", "ana@gmail.test"),
    Person("Ben Example", "ben@gmail.test"),
    Person("Cem Example", "cem@gmail.test"),
)


@dataclass(frozen=True, slots=True)
class Client:
    """FitTrack as one service knows it; a secret of its own, or the public half of a key."""

    client_id: str
    redirect_uri: str
    secret: str | None = None
    hook_secret: str = ""
    team_id: str | None = None
    key_id: str | None = None
    public_key: EllipticCurvePublicKey | None = None


@dataclass(slots=True)
class Relay:
    """A relay of a drand chain: rounds as they were recorded, signatures in hex by number."""

    chain_hash: str
    rounds: dict[int, str]
    faults: Faults = field(default_factory=Faults)
    asked: list[int] = field(default_factory=list)


@dataclass(slots=True)
class World:
    """One run of the simulator; `ahead_s` is how far its clock is before that of the machine."""

    clients: dict[str, Client]
    seed: int = 1
    base_url: str = "http://127.0.0.1:8001"
    ahead_s: float = field(default=0.0)
    relay: Relay | None = None

    def now(self) -> datetime:
        """Return the present instant of this world."""
        return utc_now() + timedelta(seconds=self.ahead_s)

    def number_of(self, service: str, what: str) -> int:
        """Return a number that is always the same for a thing of a service, below 2^128."""
        message = f"{service} {what}".encode()
        digest = hmac.digest(str(self.seed).encode(), message, hashlib.sha256)
        return int.from_bytes(digest[:16], "big")


def clients_of(settings: Config) -> dict[str, Client]:
    """Return the clients that an application with these settings is; those that are complete."""
    base_url = f"{settings.base_url.rstrip('/')}/api/v1/auth/oidc"
    clients: dict[str, Client] = {}
    if settings.oidc_google_client_id:
        clients["google"] = Client(
            settings.oidc_google_client_id,
            f"{base_url}/google/landing",
            secret=settings.oidc_google_client_secret,
        )
    if settings.oidc_apple_client_id:
        clients["apple"] = Client(
            settings.oidc_apple_client_id,
            f"{base_url}/apple/landing",
            team_id=settings.oidc_apple_team_id,
            key_id=settings.oidc_apple_key_id,
            public_key=apple_key(settings.oidc_apple_private_key).public_key(),
        )
    for name, adapter in ADAPTERS.items():
        if app := app_of(adapter, settings):
            clients[name] = Client(
                app.client_id,
                app.redirect_uri,
                secret=app.client_secret,
                hook_secret=app.webhook_secret,
            )
    return clients
