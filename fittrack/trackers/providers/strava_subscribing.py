"""Strava's push subscriptions: one for the whole application, of everybody who has let it in.

https://developers.strava.com/docs/webhooks/. Strava asks our address at once, and wants to hear its
challenge again within two seconds. Whether it signs events is disputed: our address has a secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import App
from fittrack.trackers.providers.subscribing import Change, Subscriber, Subscription
from fittrack.wire import Answer, Request


class StravaSubscriber(Subscriber):
    def address(self, app: App) -> str:
        return f"{app.webhook_url}?{urlencode({'key': app.webhook_secret})}"

    def standing(self, app: App) -> Request:
        return Request(_url(app), params=_client(app))

    def read_standing(self, answer: Answer) -> Sequence[Subscription]:
        found = [reading.mapping(one) for one in reading.items(reading.json_of(answer))]
        return [
            Subscription(
                reading.identity(one.get("id")),
                "everything",
                reading.text(one.get("callback_url"), most=2000) or "",
            )
            for one in found
        ]

    def changes(
        self,
        app: App,
        standing: Sequence[Subscription],
        *,
        is_replacing: bool,
        now: datetime,
    ) -> Sequence[Change]:
        address = self.address(app)
        others = [one for one in standing if one.address != address]
        if len(others) < len(standing) or (others and not is_replacing):
            return []
        asked = {"callback_url": address, "verify_token": app.webhook_secret}
        make = Change("made", Request(_url(app), "POST", form=urlencode(_client(app) | asked)))
        return [*(Change("taken away", _without(app, one)) for one in others), make]


def _url(app: App) -> str:
    return f"{app.hosts['web']}/api/v3/push_subscriptions"


def _client(app: App) -> dict[str, str]:
    return {"client_id": app.client_id, "client_secret": app.client_secret}


def _without(app: App, one: Subscription) -> Request:
    return Request(f"{_url(app)}/{one.external_id}", "DELETE", params=_client(app))
