"""Which providers there are; another one is one more line here, and a module beside it."""

from __future__ import annotations

from collections.abc import Mapping

from fittrack import config
from fittrack.config import Config
from fittrack.trackers.providers.base import Adapter, App
from fittrack.trackers.providers.google_health import GoogleHealth
from fittrack.trackers.providers.oura import Oura
from fittrack.trackers.providers.polar import Polar
from fittrack.trackers.providers.spotify import Spotify
from fittrack.trackers.providers.strava import Strava
from fittrack.trackers.providers.whoop import Whoop
from fittrack.trackers.providers.withings import Withings

ADAPTERS: Mapping[str, Adapter] = {
    adapter.facts.name: adapter
    for adapter in (
        GoogleHealth(),
        Spotify(),
        Oura(),
        Polar(),
        Strava(),
        Whoop(),
        Withings(),
    )
}


def is_shown_to_others(name: str) -> bool:
    """Tell whether a provider's terms let others see what its member shows them."""
    adapter = ADAPTERS.get(name)
    return adapter is not None and adapter.facts.is_shown_to_others


def app_of(adapter: Adapter, settings: Config | None = None) -> App | None:
    """Return what we are to a provider as configured; None where it does not know us."""
    settings = settings or config.current()
    known_as = adapter.credentials(settings)
    if not known_as.client_id:
        return None
    base_url, name = settings.base_url.rstrip("/"), adapter.facts.name
    return App(
        client_id=known_as.client_id,
        client_secret=known_as.client_secret,
        webhook_secret=known_as.webhook_secret,
        webhook_keys=known_as.webhook_keys,
        redirect_uri=f"{base_url}/api/v1/connections/{name}/callback",
        webhook_url=f"{base_url}/api/v1/webhooks/{name}",
        hosts=_hosts(adapter, settings.trackers_url.rstrip("/")),
    )


def _hosts(adapter: Adapter, stand_in: str) -> dict[str, str]:
    """Return a provider's addresses; a stand-in such as the simulator has all of them in one."""
    if not stand_in:
        return dict(adapter.facts.hosts)
    return {name: f"{stand_in}/{adapter.facts.name}/{name}" for name in adapter.facts.hosts}
