"""The keys that a provider signs its webhooks with, fetched from where it publishes them and kept.

A day at most, and anew where a webhook names a key that is not among them; but no more often than
every five minutes, for anybody may name any key. One thread asks, the others wait for it. A
provider that can't be asked leaves what is kept in force.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fittrack import wire
from fittrack.trackers.providers.base import Adapter, App, Hook
from fittrack.wire import Request, Unreachable

logger = logging.getLogger(__name__)
KEPT_FOR = timedelta(days=1)
ASKED_EVERY = timedelta(minutes=5)
# The provider waits for its own answer meanwhile.
DEADLINE_S = 2.0
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """What a provider publishes, when it was fetched, and when that was tried last."""

    keys: str
    fetched_at: datetime | None
    asked_at: datetime


_kept: dict[str, Kept] = {}
_asking = threading.Lock()


def with_keys(adapter: Adapter, app: App, hook: Hook, *, now: datetime) -> App:
    """Return what we are to a provider, with the keys that it publishes.

    Keys that are configured stay as they are.
    """
    request = None if app.webhook_keys else adapter.keyset(app)
    if request is None:
        return app
    if _is_wanting(adapter, hook, request.url, now=now):
        with _asking:
            if _is_wanting(adapter, hook, request.url, now=now):
                _kept[request.url] = _asked(adapter, request, now=now)
    return replace(app, webhook_keys=_kept[request.url].keys)


def _is_wanting(adapter: Adapter, hook: Hook, address: str, *, now: datetime) -> bool:
    """Tell whether the keys are to be fetched before a webhook can be judged."""
    kept = _kept.get(address)
    if kept is None:
        return True
    if abs(now - kept.asked_at) < ASKED_EVERY:
        return False
    is_old = kept.fetched_at is None or now - kept.fetched_at > KEPT_FOR
    return is_old or not adapter.has_key(kept.keys, hook)


def _asked(adapter: Adapter, request: Request, *, now: datetime) -> Kept:
    before = _kept.get(request.url) or Kept("", None, now)
    try:
        answer = wire.call(request, deadline_s=DEADLINE_S, most_bytes=MOST_BYTES)
        keys = answer.body.decode() if answer.status == 200 else ""
    except (Unreachable, UnicodeDecodeError):
        keys = ""
    if not adapter.is_keyset(keys):
        logger.warning("a provider's keys can't be had", extra={"provider": adapter.facts.name})
        return replace(before, asked_at=now)
    return Kept(keys, now, now)
