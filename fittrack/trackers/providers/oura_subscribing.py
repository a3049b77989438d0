"""Oura's webhook subscriptions: one for each kind of document and of event; they end by themselves.

https://cloud.ouraring.com/v2/docs#tag/Webhook-Subscription-Routes. Our id and secret are headers.
Each is renewed while it has still a month to go, so that a week without us ends none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import App, Malformed
from fittrack.trackers.providers.subscribing import Change, Subscriber, Subscription
from fittrack.wire import Answer, Request

KINDS = ("workout", "daily_activity", "sleep", "daily_readiness")
EVENTS = ("create", "update", "delete")
RENEWED_BEFORE = timedelta(days=30)


class OuraSubscriber(Subscriber):
    def address(self, app: App) -> str:
        return app.webhook_url

    def standing(self, app: App) -> Request:
        return _asked(app, "GET", "")

    def read_standing(self, answer: Answer) -> Sequence[Subscription]:
        return [_read(one) for one in reading.items(reading.json_of(answer))]

    def changes(
        self,
        app: App,
        standing: Sequence[Subscription],
        *,
        is_replacing: bool,
        now: datetime,
    ) -> Sequence[Change]:
        address = self.address(app)
        ours = {one.what: one for one in standing if one.address == address}
        found: list[Change] = []
        for kind, event in ((kind, event) for kind in KINDS for event in EVENTS):
            one = ours.get(f"{kind} {event}")
            if one is None or (one.expires_at is not None and one.expires_at <= now):
                found.append(_made(app, kind, event))
            elif one.expires_at is not None and one.expires_at - now < RENEWED_BEFORE:
                path = f"/renew/{quote(one.external_id, safe='')}"
                found.append(Change(f"{one.what} renewed", _asked(app, "PUT", path)))
        return found


def _made(app: App, kind: str, event: str) -> Change:
    asked = {
        "callback_url": app.webhook_url,
        "verification_token": app.webhook_secret,
        "event_type": event,
        "data_type": kind,
    }
    return Change(f"{kind} {event} made", _asked(app, "POST", "", asked))


def _asked(app: App, method: str, path: str, body: dict[str, str] | None = None) -> Request:
    headers = {"x-client-id": app.client_id, "x-client-secret": app.client_secret}
    address = f"{app.hosts['api']}/v2/webhook/subscription{path}"
    return Request(address, method, headers=headers, json=body)


def _read(value: object) -> Subscription:
    body = reading.mapping(value)
    kind, event = (reading.text(body.get(name)) or "" for name in ("data_type", "event_type"))
    return Subscription(
        reading.identity(body.get("id")),
        f"{kind} {event}",
        reading.text(body.get("callback_url"), most=2000) or "",
        _ends_at(body.get("expiration_time")),
    )


def _ends_at(value: object) -> datetime:
    """Return when a subscription ends; an instant without an offset is taken for UTC."""
    try:
        return reading.instant(value)
    except Malformed:
        return reading.instant(f"{value}+00:00")
