"""A visit that comes back: room within the limits first, then the code, then whose it is.

The calls that it takes are counted in the transaction that uses the visit up. Where they do not
fit, or the provider rests, nothing is used up, and the same address works a little later. What was
granted and leads to no connection is given to the job that takes grants back; only a process that
dies between the provider's answer and the next commit leaves one behind.
"""

from __future__ import annotations

import logging
import math
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fittrack import crypto, db
from fittrack.db import Transaction
from fittrack.errors import TooManyRequests
from fittrack.trackers import calling
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.budgets.service import BudgetSpent, Leave
from fittrack.trackers.connections import leftovers, repository, rules
from fittrack.trackers.connections.errors import (
    CodeRefused,
    InvalidState,
    ScopesMissing,
    TrackerUnavailable,
)
from fittrack.trackers.connections.models import Attempt, Returned
from fittrack.trackers.providers.base import (
    Adapter,
    App,
    Grant,
    GrantRefused,
    Malformed,
    NotThere,
    ProviderDown,
    ScopeLost,
    Throttled,
    TokenRefused,
)
from fittrack.wire import Answer, Request

logger = logging.getLogger(__name__)
TROUBLE = (Malformed, NotThere, ProviderDown, Throttled, TokenRefused)
# Who comes back waits here, and not at home, for room that comes so soon.
ROOM_S = 1.0
# Where a provider that wants no calls does not say for how long.
PAUSE = timedelta(minutes=1)


@dataclass(slots=True)
class Visit:
    """A visit that is used up, with the calls that were counted for it.

    `grant` is what the provider has given so far.
    """

    adapter: Adapter
    app: App
    attempt: Attempt
    counted_calls: int
    of_grants: Leave
    of_others: Leave
    began_at: datetime
    began_s: float
    grant: Grant | None = None

    def now(self) -> datetime:
        """Return the present by the clock of who began this."""
        return self.began_at + timedelta(seconds=time.monotonic() - self.began_s)

    def exchange(self, request: Request) -> Answer:
        """Return what the endpoint answers that gives grants. Raises: ProviderDown."""
        return self._send(request, self.of_grants)

    def ask(self, request: Request) -> Answer:
        """Return what the provider answers to any other call. Raises: ProviderDown, BudgetSpent."""
        leave = self.of_others
        if self.counted_calls > 0:
            self.counted_calls -= 1
        else:
            leave = budgets.spend(self.adapter, None, is_urgent=True, now=self.now())
        answer = self._send(request, leave)
        budgets.learn(self.adapter, None, self.adapter.usage(answer), now=self.now())
        return answer

    def named(self, grant: Grant) -> Grant:
        """Return a grant with whose it is. Raises: as `ask`, and as adapters that read."""
        who = self.adapter.whose(self.app, grant)
        if who is None:
            return grant
        return replace(grant, external_account_id=self.adapter.read_person(self.ask(who)))

    def _send(self, request: Request, leave: Leave) -> Answer:
        left_s = calling.left_s(self.began_s + calling.INTERACTIVE_DEADLINE_S)
        return calling.ask(self.adapter, None, request, leave, clock=self.now, deadline_s=left_s)


def begin(adapter: Adapter, app: App, returned: Returned, *, now: datetime) -> Visit:
    """Use a visit up with all calls that it takes, or nothing at all.

    Raises: InvalidState; TrackerUnavailable where there is no room, and TooManyRequests where the
    member had too many visits: this one is still good.
    """
    try:
        return db.retry(lambda: _begun(adapter, app, returned, now=now))
    except BudgetSpent as error:
        wait_s = _wait_s(error, now=now)
        if wait_s > ROOM_S:
            raise _unavailable(adapter, error, now=now) from error
    time.sleep(wait_s)
    later = now + timedelta(seconds=wait_s)
    try:
        return db.retry(lambda: _begun(adapter, app, returned, now=later))
    except BudgetSpent as error:  # others were quicker
        raise _unavailable(adapter, error, now=later) from error


def use_up(tx: Transaction, provider: str, returned: Returned, *, now: datetime) -> Attempt:
    """Use a visit up. Raises: InvalidState."""
    state_hash = crypto.digest(returned.state)
    attempt = repository.find_attempt(tx, state_hash, provider)
    # A visit that somebody else began would give them what this caller has just allowed.
    if attempt is None or returned.account_id not in {None, attempt.account_id}:
        raise InvalidState
    if not repository.use_attempt(tx, state_hash, provider, now_at=now):
        raise InvalidState
    return attempt


def grant_of(visit: Visit, returned: Returned) -> Grant:
    """Return what the provider gives for a code, with whose it is.

    Raises: CodeRefused, ScopesMissing, TrackerUnavailable.
    """
    facts = visit.adapter.facts
    try:
        return _granted(visit, returned)
    except GrantRefused as error:
        raise CodeRefused(provider=facts.name) from error
    except ScopeLost as error:
        raise ScopesMissing(scopes=sorted(facts.scopes)) from error
    except Throttled as error:
        raise _unavailable(visit.adapter, error, now=visit.now()) from error
    except TROUBLE as error:
        logger.warning("a provider refused a visit", extra={"kind": type(error).__name__})
        raise TrackerUnavailable from error


def _begun(adapter: Adapter, app: App, returned: Returned, *, now: datetime) -> Visit:
    calls = rules.calls_to_connect(adapter, app)
    within_s = math.ceil(calling.INTERACTIVE_DEADLINE_S)
    with db.transaction("use_attempt") as tx:
        attempt = use_up(tx, adapter.facts.name, returned, now=now)
        of_grants, of_others = budgets.take_to_connect(
            tx, adapter, calls, within_s=within_s, now=now
        )
        # Whoever else spends of this provider's has committed by now.
        _check_visits(tx, attempt, now=now)
    return Visit(adapter, app, attempt, calls, of_grants, of_others, now, time.monotonic())


def _check_visits(tx: Transaction, attempt: Attempt, *, now: datetime) -> None:
    """Let nobody spend what all share by codes that are made up. Raises: TooManyRequests."""
    used = repository.count_visits(
        tx, attempt.account_id, attempt.provider, since_at=now - rules.ATTEMPT_LIFE
    )
    if used > rules.MOST_VISITS:
        raise TooManyRequests(headers={"Retry-After": str(int(rules.ATTEMPT_LIFE.total_seconds()))})


def _granted(visit: Visit, returned: Returned) -> Grant:
    adapter, app = visit.adapter, visit.app
    verifier = verifier_of(adapter, returned.state)
    try:
        answer = visit.exchange(adapter.exchange(app, returned.code or "", verifier))
        visit.grant = adapter.read_grant(answer, before=None, now=visit.now())
        visit.grant = rules.granted(adapter.facts, visit.grant, returned)
        visit.grant = visit.named(visit.grant)
        for request in adapter.admit(app, visit.grant):
            adapter.read_admitted(visit.ask(request))
    except (ScopesMissing, ScopeLost, *TROUBLE) as error:
        _pause(adapter, error, now=visit.now())
        if visit.grant is not None:
            take_back(visit, visit.grant)
        raise
    return visit.grant


def take_back(visit: Visit, grant: Grant) -> None:
    """Let nothing stay granted to no use; ask whose it is if that call was counted already."""
    if grant.external_account_id is None and visit.counted_calls > 0:
        with suppress(ScopeLost, *TROUBLE):
            grant = visit.named(grant)
    account_id, now = visit.attempt.account_id, visit.now()
    db.retry(lambda: leftovers.take_back(account_id, visit.adapter, visit.app, grant, now=now))


def verifier_of(adapter: Adapter, state: str) -> str | None:
    """Return the secret of a visit (RFC 7636): it follows from the state, so that none is kept."""
    if not adapter.facts.uses_pkce:
        return None
    return crypto.base64url(crypto.mac("connection-verifier", state.encode()))


def _pause(adapter: Adapter, error: Exception, *, now: datetime) -> None:
    """Let nobody ask a provider that wants no calls."""
    if isinstance(error, Throttled) and not isinstance(error, BudgetSpent):
        until_at = error.resumes_by(now) or now + PAUSE
        budgets.pause(adapter, None, until_at=until_at, now=now)


def _wait_s(error: Throttled, *, now: datetime) -> float:
    back_at = error.resumes_by(now) or now + PAUSE
    return max(0.0, (back_at - now).total_seconds())


def _unavailable(adapter: Adapter, error: Throttled, *, now: datetime) -> TrackerUnavailable:
    """Return what is told of a provider that wants no calls, or is left alone, for a while."""
    logger.warning("no room for a visit", extra={"provider": adapter.facts.name})
    return TrackerUnavailable(wait_s=max(1, math.ceil(_wait_s(error, now=now))))
