"""Decisions about webhooks; no I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from fittrack.clock import epoch_s, from_epoch_s, rfc3339
from fittrack.trackers.providers.base import Event
from fittrack.trackers.webhooks.models import Delivery

# The same again within this time is a repetition; later it may be news that reads alike.
REPEATED_WITHIN = timedelta(minutes=10)
# How long a provider that is away is asked again for what it told of.
PATIENCE = timedelta(days=3)
# After it, what is not there is believed to be gone, and what is there to stay.
LATE = timedelta(minutes=15)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=3), timedelta(minutes=30)
# How long the connection is left to the worker that has it; many may wait for one.
LEFT_TO_OTHERS = timedelta(seconds=2)


def delivery_of(provider: str, events: Sequence[Event], *, now: datetime) -> Delivery:
    """Return what is written down of a webhook; its key is that of its events together."""
    keys = "\n".join(event.delivery_key for event in events)
    key = hashlib.sha256(keys.encode()).hexdigest()
    return Delivery(provider, key, [_json_of(event) for event in events], now, None)


def events_of(delivery: Delivery) -> list[Event]:
    """Return what a webhook told."""
    return [_event_of(delivery.delivery_key, stored) for stored in delivery.events_json]


def is_open(delivery: Delivery, received_at: str | None) -> bool:
    """Tell whether a webhook is still to be done by who was asked to when it came at that time.

    None is a job of a version that did not say.
    """
    is_current = received_at is None or received_at == rfc3339(delivery.received_at)
    return is_current and delivery.done_at is None


def is_late(delivery: Delivery, *, now: datetime) -> bool:
    """Tell whether a webhook came so long ago that what it named should be as it was told."""
    return now - delivery.received_at > LATE


def again_at(delivery: Delivery, *, now: datetime) -> datetime:
    """Return when to try again: each time as long after as it has taken so far."""
    return now + min(max(now - delivery.received_at, FIRST_WAIT), LONGEST_WAIT)


def after_others(delivery: Delivery, jitter: float, *, now: datetime) -> datetime:
    """Return when to try again what another worker kept us from; `jitter` lies in 0 to 1.

    Nobody has a connection for as long as that who is not stuck.
    """
    if is_late(delivery, now=now):
        return again_at(delivery, now=now)
    return now + LEFT_TO_OTHERS * (1 + jitter)


def is_worth_waiting(delivery: Delivery, *, now: datetime) -> bool:
    """Tell whether what a webhook told is asked for again after it could not be had."""
    return now - delivery.received_at < PATIENCE


def _json_of(event: Event) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "who": event.external_account_id,
        "stream": event.stream,
        "what": event.external_id,
        "since_s": epoch_s(event.since_at) if event.since_at else None,
        "until_s": epoch_s(event.until_at) if event.until_at else None,
    }


def _event_of(delivery_key: str, stored: Mapping[str, Any]) -> Event:
    since_s, until_s = stored["since_s"], stored.get("until_s")
    return Event(
        delivery_key,
        stored["kind"],
        stored["who"],
        stored["stream"],
        stored["what"],
        None if since_s is None else from_epoch_s(since_s),
        None if until_s is None else from_epoch_s(until_s),
    )
