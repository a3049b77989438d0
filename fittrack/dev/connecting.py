"""Connecting the demo member to the simulated Strava, as a browser would."""

from __future__ import annotations

import time
from datetime import datetime
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from fittrack import config, wire
from fittrack.accounts import service as accounts
from fittrack.dev import demo
from fittrack.trackers.connections import service
from fittrack.trackers.connections.models import Connection, Returned
from fittrack.trackers.providers import ADAPTERS, app_of
from fittrack.wire import Answer, Request, Unreachable

PROVIDER = "strava"
PATIENCE_S = 10.0


def connect_demo_member(*, now: datetime) -> Connection | None:
    """Connect the demo member to the simulator's Strava; None where there is neither.

    The simulator forgets its tokens when it ends: each start connects anew. Raises: Unreachable.
    """
    account_id = accounts.find_account(email=demo.MEMBER_EMAIL)
    if account_id is None or not config.current().trackers_url or not app_of(ADAPTERS[PROVIDER]):
        return None
    begun = service.begin_connection(
        account_id=account_id, provider=PROVIDER, return_to=None, now=now
    )
    address, _, query = begun.authorization_url.partition("?")
    form = dict(parse_qsl(query)) | {"email": "ana@gmail.test", "decision": "allow"}
    answer = _patiently(Request(address, "POST", form=urlencode(form)))
    told = parse_qs(urlsplit(answer.headers.get("location", "")).query)
    returned = Returned(
        *(told.get(name, [None])[0] for name in ("state", "code", "error", "scope"))  # type: ignore[arg-type]
    )
    return service.finish_connection(provider=PROVIDER, returned=returned, now=now)


def _patiently(request: Request) -> Answer:
    """Return what the simulator answers, which may still be starting. Raises: Unreachable."""
    ends_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            return wire.call(request, deadline_s=PATIENCE_S, most_bytes=65_536)
        except Unreachable:
            if time.monotonic() > ends_s:
                raise
            time.sleep(0.3)
