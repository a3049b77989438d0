"""Connected members: the simulator as their trackers, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from flask.testing import FlaskClient

from fittrack.clock import utc_now
from fittrack.config import Config
from fittrack.simulator.trackers.service import Tracker
from fittrack.trackers.connections import service
from fittrack.trackers.connections.models import Returned
from fittrack.trackers.syncing import service as syncing
from fittrack.trackers.syncing.models import Outcome

EMAIL = "ana@gmail.test"
PROVIDERS = (
    "google_health",
    "oura",
    "polar",
    "spotify",
    "strava",
    "whoop",
    "withings",
)


def tracker_settings(settings: Config, base_url: str) -> Config:
    """Return settings whose trackers are the simulator at an address."""
    known = {f"{name}_client_id": f"fittrack.{name}" for name in PROVIDERS}
    secrets = {f"{name}_client_secret": f"our-secret-at-{name}" for name in PROVIDERS}
    hooks = {f"{name}_webhook_secret": f"the-address-of-{name}" for name in PROVIDERS}
    # Not every provider has secrets of its own.
    shared = {name: secret for name, secret in (secrets | hooks).items() if hasattr(settings, name)}
    return replace(settings, trackers_url=base_url, **known, **shared)


def begin(client: FlaskClient, headers: Any, provider: str, **body: Any) -> Any:
    """Return the answer of `initiate`."""
    return client.post(f"/api/v1/connections/{provider}/initiate", json=body, headers=headers)


def consent(url: str, *, email: str = EMAIL, decision: str = "allow", **over: str) -> str:
    """Let somebody decide on a provider's page; return the path that the browser goes on to."""
    address, _, query = url.partition("?")
    assert requests.get(url, timeout=60).status_code == 200
    form = dict(part.split("=", 1) for part in query.split("&"))
    form = {name: requests.utils.unquote(value.replace("+", " ")) for name, value in form.items()}
    form |= {"email": email, "decision": decision} | over
    answer = requests.post(address, data=form, timeout=60, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def come_back(
    account_id: str, provider: str, *, email: str = EMAIL, now: datetime | None = None
) -> Returned:
    """Let a member decide at a provider; return what their browser brings back."""
    begun = service.begin_connection(
        account_id=account_id, provider=provider, return_to=None, now=now or utc_now()
    )
    told = dict(parse_qsl(consent(begun.authorization_url, email=email).partition("?")[2]))
    return Returned(told["state"], told["code"], None, told.get("scope"), account_id)


def connect(client: FlaskClient, headers: Any, provider: str, **over: Any) -> dict[str, Any]:
    """Connect a member and return the connection."""
    begun = begin(client, headers, provider)
    assert begun.status_code == 200, begun.json
    answer = client.get(consent(begun.json["authorization_url"], **over))
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def sync(connection: dict[str, Any], *, now: datetime) -> Outcome | None:
    """Sync a connection as a worker does."""
    return syncing.sync_connection(connection_id=connection["connection_id"], clock=lambda: now)


def live(connection: dict[str, Any], tracker: Tracker, *, most: int = 40) -> list[Outcome]:
    """Let time pass and a connection be synced when it is due, until it is read to the end."""
    outcomes: list[Outcome] = []
    for _ in range(most):
        outcome = sync(connection, now=tracker.world.now())
        assert outcome is not None
        outcomes.append(outcome)
        if outcome.due_at is None or outcome.outcome == "done":
            break
        left = outcome.due_at - tracker.world.now()
        tracker.world.ahead_s += max(0.0, left.total_seconds()) + 0.01
    return outcomes


def shorten(tracker: Tracker, *, days: int = 4, email: str = EMAIL) -> None:
    """Let somebody have done nothing before a few days ago, so that a first sync is quick."""
    workouts = tracker.account(email).workouts
    since_at = utc_now() - timedelta(days=days)
    for number in [one.number for one in workouts.values() if one.started_at < since_at]:
        del workouts[number]


def truth(tracker: Tracker, email: str = EMAIL) -> set[tuple[str, int]]:
    """Return what somebody did in the last 30 days, as the provider has it."""
    return {
        (f"{one.started_at:%Y-%m-%dT%H:%M:%S}", one.moving_s)
        for one in tracker.account(email).living()
    }
