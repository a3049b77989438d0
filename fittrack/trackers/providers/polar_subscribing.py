"""Polar's webhook: one for the whole application. Its key is told once, when it is made.

https://www.polar.com/accesslink-api/#webhooks. Polar pings our address before it makes or changes
it. After seven days without an answer it falls asleep, and has to be woken.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import App
from fittrack.trackers.providers.subscribing import Change, Subscriber, Subscription
from fittrack.wire import Answer, Request

EVENTS = ("ACTIVITY_SUMMARY", "EXERCISE", "SLEEP")


class PolarSubscriber(Subscriber):
    needs_secret = False

    def address(self, app: App) -> str:
        return app.webhook_url

    def standing(self, app: App) -> Request:
        return _asked(app, "GET", "")

    def read_standing(self, answer: Answer) -> Sequence[Subscription]:
        """Read all there are; without any there is an empty list, or nothing at all."""
        if answer.status in {204, 404}:
            return []
        found = reading.object_of(answer).get("data") or []
        return [_read(one) for one in (found if isinstance(found, list) else [found])]

    def changes(
        self,
        app: App,
        standing: Sequence[Subscription],
        *,
        is_replacing: bool,
        now: datetime,
    ) -> Sequence[Change]:
        wanted = {"events": [*EVENTS], "url": app.webhook_url}
        if not standing:
            return [Change("made", _asked(app, "POST", "", wanted))]
        [one, *_] = standing
        is_ours = one.address == app.webhook_url
        if not is_ours and not is_replacing:
            return []
        found = []
        if not is_ours or not set(EVENTS) <= set(one.what.split()):
            path = f"/{quote(one.external_id, safe='')}"
            found.append(Change("changed", _asked(app, "PATCH", path, wanted)))
        if not one.is_active:
            found.append(Change("woken", _asked(app, "POST", "/activate")))
        return found

    def read_changed(self, answer: Answer) -> str | None:
        if answer.status != 201:
            reading.check(answer)
            return None
        data = reading.mapping(reading.object_of(answer).get("data"))
        return reading.text(data.get("signature_secret_key"))


def _asked(app: App, method: str, path: str, body: Any = None) -> Request:
    client = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    headers = {"Authorization": f"Basic {client}"}
    return Request(f"{app.hosts['api']}/v3/webhooks{path}", method, headers=headers, json=body)


def _read(value: Any) -> Subscription:
    body = reading.mapping(value)
    events = body.get("events")
    told = [event for event in (events if isinstance(events, list) else []) if reading.text(event)]
    return Subscription(
        reading.identity(body.get("id")),
        " ".join(sorted(told)),
        reading.text(body.get("url"), most=2000) or "",
        is_active=body.get("active") is not False,
    )
