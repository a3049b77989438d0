"""Use cases of webhooks: believed only when proven, written down in one row, done by a job.

Nothing that a webhook says is taken as a fact: what it names is asked for, with the member's own
grant. So a repeated, late or out-of-order one costs a call and changes nothing.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from datetime import datetime

from fittrack import db, metrics, queues
from fittrack.clock import rfc3339
from fittrack.db.errors import Unique
from fittrack.queues import Lease
from fittrack.trackers.connections.service import provider_of
from fittrack.trackers.providers.base import Event, Forged, Hook, Malformed
from fittrack.trackers.syncing import events
from fittrack.trackers.syncing.events import InOtherHands, NotYet
from fittrack.trackers.syncing.visits import Clock
from fittrack.trackers.webhooks import keysets, repository, rules
from fittrack.trackers.webhooks.errors import WebhookMalformed, WebhookRefused
from fittrack.trackers.webhooks.models import Answered, Delivery

logger = logging.getLogger(__name__)


def receive(*, provider: str, hook: Hook, now: datetime) -> Answered:
    """Answer a provider's challenge, or write down what it tells; a repetition changes nothing.

    Raises: TrackerNotConfigured, WebhookRefused, WebhookMalformed.
    """
    adapter, app = provider_of(provider)
    try:
        challenge = adapter.challenged(app, hook)
        if challenge is None:
            app = keysets.with_keys(adapter, app, hook, now=now)
        told: Sequence[Event] = () if challenge is not None else adapter.events(app, hook, now=now)
    except Forged as error:
        metrics.add_webhook(provider, "refused")
        logger.warning("a webhook is not proven", extra={"provider": provider})
        raise WebhookRefused from error
    except Malformed as error:
        metrics.add_webhook(provider, "malformed")
        raise WebhookMalformed from error
    if challenge is not None:
        return Answered(challenge, adapter.facts.challenge_status)
    if told:
        _write_down(rules.delivery_of(provider, told, now=now))
    return Answered(status=adapter.facts.hook_status)


def _write_down(delivery: Delivery) -> None:
    is_new = db.retry(lambda: _write_once(delivery))
    metrics.add_webhook(delivery.provider, "taken" if is_new else "repeated")


def _write_once(delivery: Delivery) -> bool:
    with db.transaction("receive_webhook") as tx:
        try:
            repository.insert_delivery(tx, delivery)
        except Unique:
            before_at = delivery.received_at - rules.REPEATED_WITHIN
            if not repository.renew_delivery(tx, delivery, before_at=before_at):
                return False
        _plan(tx, delivery, due_at=delivery.received_at)
    return True


def _plan(tx: db.Transaction, delivery: Delivery, *, due_at: datetime) -> None:
    queues.enqueue(
        tx,
        "do_webhook",
        f"{delivery.provider}/{delivery.delivery_key}/{due_at.isoformat()}",
        now=delivery.received_at,
        due_at=due_at,
        provider=delivery.provider,
        delivery_key=delivery.delivery_key,
        received_at=rfc3339(delivery.received_at),
    )


def do_webhook(
    *,
    provider: str,
    delivery_key: str,
    received_at: str | None = None,
    lease: Lease,
    clock: Clock,
) -> None:
    """Do what a webhook told; what can't be done now is planned again.

    What came anew since `received_at` is another job's: of two chains of attempts one ends here.
    """
    with db.reading("find_delivery", single=True) as tx:
        delivery = repository.find_delivery(tx, provider, delivery_key)
    if delivery is not None and not rules.is_open(delivery, received_at):
        delivery = None
    later_at = _do_all(delivery, clock=clock) if delivery is not None else None
    with db.transaction("end_webhook") as tx:
        if delivery is not None and later_at is not None:
            _plan(tx, delivery, due_at=later_at)
        elif delivery is not None:
            repository.end_delivery(tx, delivery, now=clock())
        queues.finish(tx, lease, now=clock())


def _do_all(delivery: Delivery, *, clock: Clock) -> datetime | None:
    """Do all that can be done, and return when to go on with the rest, None where none is left."""
    is_last = rules.is_late(delivery, now=clock())
    later_at: list[datetime] = []
    for event in rules.events_of(delivery):
        try:
            until_at = events.do_event(delivery.provider, event, is_last=is_last, clock=clock)
        except InOtherHands:
            jitter = random.random()  # noqa: S311 - jitter
            until_at = rules.after_others(delivery, jitter, now=clock())
        except NotYet:
            until_at = rules.again_at(delivery, now=clock())
        if until_at is not None:
            later_at.append(until_at)
    if not rules.is_worth_waiting(delivery, now=clock()):
        return None
    return max(later_at, default=None)
