"""Webhooks of the whole application, asked for by operators and kept alive by a job.

Each can be asked for as often as one likes: what stands is looked at first, and only what is
missing, asleep or about to end is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fittrack import db, queues
from fittrack.clock import rfc3339
from fittrack.trackers import calling
from fittrack.trackers.providers import ADAPTERS, app_of
from fittrack.trackers.providers.base import (
    App,
    Malformed,
    NotThere,
    ProviderDown,
    ScopeLost,
    Throttled,
    TokenRefused,
)
from fittrack.trackers.providers.subscribing import Subscriber, Subscription

logger = logging.getLogger(__name__)
TROUBLE = (Malformed, NotThere, ProviderDown, ScopeLost, Throttled, TokenRefused)


class CannotSubscribe(Exception):
    """A provider would not, or we can't ask it; its message is for operators."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What was done at one provider, and what stands there then."""

    provider: str
    done: Sequence[str]
    standing: Sequence[Subscription]
    address: str

    @property
    def is_ours(self) -> bool:
        """Tell whether anything is told to our address."""
        return any(one.address == self.address for one in self.standing)


def subscribable() -> list[str]:
    """Return the providers at which our application subscribes by itself."""
    return [name for name, adapter in ADAPTERS.items() if adapter.subscriber() is not None]


def subscribe(
    provider: str,
    *,
    is_replacing: bool = False,
    tell_secret: Callable[[str], None],
    now: datetime,
) -> Subscribed:
    """Let a provider tell our address of all that we read; a repetition changes nothing.

    `tell_secret` gets what is said but once, as soon as it is. Raises: CannotSubscribe.
    """
    subscriber, app = _known(provider)
    try:
        standing = _standing(subscriber, app)
        done = _change(
            subscriber, app, standing, is_replacing=is_replacing, tell_secret=tell_secret, now=now
        )
        standing = _standing(subscriber, app) if done else standing
    except TROUBLE as error:
        raise CannotSubscribe(f"{type(error).__name__} {error}".strip()) from error
    return Subscribed(provider, done, standing, subscriber.address(app))


def plan_renewals(*, now: datetime) -> None:
    """Let workers look after our webhooks, each provider's by itself: one of them may hang."""
    with db.transaction("plan_renewals") as tx:
        for name in subscribable():
            queues.enqueue(
                tx, "renew_subscription", f"{name}/{rfc3339(now)}", now=now, provider=name
            )


def renew_subscription(*, provider: str, now: datetime) -> bool:
    """Keep alive whatever is told to our address, and tell whether anything is.

    Where nothing is, nobody has asked for it, and nothing is begun.
    """
    try:
        subscriber, app = _known(provider)
    except CannotSubscribe:
        return False
    try:
        standing = _standing(subscriber, app)
        if not any(one.address == subscriber.address(app) for one in standing):
            return False
        _change(subscriber, app, standing, is_replacing=False, tell_secret=_keep_quiet, now=now)
    except TROUBLE as error:
        kind = type(error).__name__
        logger.warning("a subscription is not renewed", extra={"provider": provider, "kind": kind})
        return False
    return True


def _known(provider: str) -> tuple[Subscriber, App]:
    adapter = ADAPTERS[provider]
    app, subscriber = app_of(adapter), adapter.subscriber()
    if app is None:
        raise CannotSubscribe(f"{provider.upper()}_CLIENT_ID is not set")
    if subscriber is None:
        raise CannotSubscribe("its webhooks are set up by hand (docs/trackers.md)")
    if subscriber.needs_secret and not app.webhook_secret:
        raise CannotSubscribe(f"{provider.upper()}_WEBHOOK_SECRET is not set")
    return subscriber, app


def _standing(subscriber: Subscriber, app: App) -> Sequence[Subscription]:
    return subscriber.read_standing(calling.send(subscriber.standing(app)))


def _change(
    subscriber: Subscriber,
    app: App,
    standing: Sequence[Subscription],
    *,
    is_replacing: bool,
    tell_secret: Callable[[str], None],
    now: datetime,
) -> list[str]:
    """Ask for what is missing, and return what was done; a secret is told before anything else."""
    done: list[str] = []
    for change in subscriber.changes(app, standing, is_replacing=is_replacing, now=now):
        secret = subscriber.read_changed(calling.send(change.request))
        if secret is not None:
            tell_secret(secret)
        done.append(change.what)
    return done


def _keep_quiet(secret: str) -> None:
    """Let a secret go: what stands is kept alive, and only what is made anew has one."""
