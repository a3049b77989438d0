"""Webhooks that belong to our application: what a provider is asked, so that it tells us of news.

Like an adapter it builds requests and reads answers, and does nothing else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import App
from fittrack.wire import Answer, Request


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a provider tells of, and where; `expires_at` is None where it goes on for ever."""

    external_id: str
    what: str
    address: str
    expires_at: datetime | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is to be asked, and what it does in a word."""

    what: str
    request: Request


class Subscriber(ABC):
    """How our application subscribes at one provider."""

    # Whether our address has to know a secret before it is asked whether it is ours.
    needs_secret = True

    @abstractmethod
    def address(self, app: App) -> str:
        """Return the address that the provider is to call."""

    @abstractmethod
    def standing(self, app: App) -> Request:
        """Return what asks which subscriptions there are."""

    @abstractmethod
    def read_standing(self, answer: Answer) -> Sequence[Subscription]:
        """Return the subscriptions. Raises: those of `reading.check`, Malformed."""

    @abstractmethod
    def changes(
        self,
        app: App,
        standing: Sequence[Subscription],
        *,
        is_replacing: bool,
        now: datetime,
    ) -> Sequence[Change]:
        """Return what is to be asked, so that all that we want is told to our address.

        Nothing where it is told already and for long enough. A subscription of the application for
        another address is another installation's: it is left alone unless `is_replacing`.
        """

    def read_changed(self, answer: Answer) -> str | None:
        """Let a change pass, and return a secret that is told but once.

        Raises: those of `reading.check`.
        """
        reading.check(answer)
        return None
