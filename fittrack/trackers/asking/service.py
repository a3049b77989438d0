"""A visit to a member's provider while they wait: budgeted, within a deadline, renewed once.

Every call goes out between transactions.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fittrack import cache, db
from fittrack.clock import utc_now
from fittrack.trackers import calling, places
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.connections import repository, telling
from fittrack.trackers.connections.errors import ReauthRequired
from fittrack.trackers.connections.models import Connection
from fittrack.trackers.connections.service import provider_of
from fittrack.trackers.grants.service import NoGrant, working_grant
from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import Adapter, App, Grant, ProviderDown, Throttled
from fittrack.trackers.syncing.models import Outcome
from fittrack.wire import Answer, Request

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
# Of one call, so that the others of a visit have their time too.
CALL_S = 4.0
# After a refusal that names no time.
UNKNOWN_WAIT = timedelta(seconds=30)


@dataclass(slots=True)
class Visit:
    """One member's connection, asked until `ends_s` of this machine's monotonic clock."""

    connection: Connection
    adapter: Adapter
    app: App
    ends_s: float
    clock: Clock
    grant: Grant | None = None

    def has_scope(self, scope: str | None) -> bool:
        """Tell whether the member has allowed what a call needs."""
        return scope is None or scope in self.connection.scopes.split()

    def ask(self, make: Callable[[Grant], Request]) -> Answer:
        """Return what the provider answers to a request, whatever its status but 401 or 429.

        Raises: ReauthRequired, Throttled, ProviderDown.
        """
        if self.grant is None:
            self.grant = self._grant()
        answer = self._send(make(self.grant))
        if answer.status == 401:
            self.grant = self._grant(refused=self.grant)
            answer = self._send(make(self.grant))
        if answer.status == 401:
            raise ProviderDown("token_refused")
        return answer

    def left_s(self) -> float:
        """Return how many seconds are left. Raises: ProviderDown where none are."""
        return calling.left_s(self.ends_s)

    def _send(self, request: Request) -> Answer:
        deadline_s = min(CALL_S, self.left_s())
        adapter, connection_id = self.adapter, self.connection.connection_id
        leave = budgets.spend(adapter, connection_id, is_urgent=True, now=self.clock())
        answer = calling.ask(
            adapter, connection_id, request, leave, clock=self.clock, deadline_s=deadline_s
        )
        if answer.status == 429:
            raise Throttled(self._pause(answer))
        return answer

    def _pause(self, answer: Answer) -> datetime:
        """Let nobody ask before the provider wants to be asked again."""
        now = self.clock()
        until_at = reading.resumes_at(answer, now=now) or now + UNKNOWN_WAIT
        budgets.pause(self.adapter, self.connection.connection_id, until_at=until_at, now=now)
        return until_at

    def _grant(self, refused: Grant | None = None) -> Grant:
        try:
            return working_grant(
                self.adapter,
                self.app,
                self.connection.connection_id,
                refused=refused,
                clock=self.clock,
                deadline_s=self.left_s(),
            )
        except NoGrant as error:
            _lose(self.connection, str(error), now=self.clock())
            raise ReauthRequired(provider=self.connection.provider) from error


@contextmanager
def visit(
    *,
    account_id: str,
    provider: str,
    deadline_s: float = calling.INTERACTIVE_DEADLINE_S,
    clock: Clock = utc_now,
) -> Iterator[Visit]:
    """Let a member's connection be asked for a while.

    Raises: TrackerNotConfigured, ConnectionNotFound, ReauthRequired, TrackerUnavailable.
    """
    ends_s = time.monotonic() + deadline_s
    with db.reading("get_connection") as tx:
        connection = repository.get_live_connection(tx, account_id, provider)
    if connection.status == "reauth_required":
        raise ReauthRequired(provider=provider)
    adapter, app = provider_of(provider)
    with places.take(provider, wait_s=min(places.QUEUE_S, deadline_s)):
        yield Visit(connection, adapter, app, ends_s, clock)


def _lose(connection: Connection, reason: str, *, now: datetime) -> None:
    """Turn a connection that lets us in no more to its member, unless they have renewed it."""
    with db.transaction("lose_grant") as tx:
        held = repository.lock_connection(tx, connection.connection_id)
        is_same = held.grant_version == connection.grant_version and held.ended_at is None
        if not is_same or held.status == "reauth_required":
            return
        lost = Outcome("failed", reason, None, 0, "reauth_required")
        telling.tell(tx, held, lost, now=now)
        changed = replace(held, status=lost.status, status_reason=reason, due_at=None)
        repository.update_connection(tx, changed)
        cache.touch(tx, connection.account_id)
