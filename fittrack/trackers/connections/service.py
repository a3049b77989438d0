"""Use cases of connections: begin, come back, list, prefer one, end.

The provider is asked outside of transactions. A visit is used up before its code is exchanged, so
that one visit makes one exchange, however often and wherever a browser repeats it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from fittrack import cache, config, crypto, db, queues
from fittrack.accounts.sessions.rules import new_token
from fittrack.activities import service as activities
from fittrack.db import Transaction
from fittrack.errors import field_error
from fittrack.ids import new_id
from fittrack.trackers import places
from fittrack.trackers.connections import endings, exchanging, repository, rules
from fittrack.trackers.connections.errors import (
    ConnectedElsewhere,
    InvalidState,
    NothingToSync,
    TrackerNotConfigured,
)
from fittrack.trackers.connections.models import (
    Attempt,
    Begun,
    Connection,
    Provider,
    Returned,
)
from fittrack.trackers.grants import sealing
from fittrack.trackers.providers import ADAPTERS, app_of
from fittrack.trackers.providers.base import (
    Adapter,
    App,
    Grant,
    Malformed,
    NotThere,
    ProviderDown,
    Throttled,
    TokenRefused,
)

logger = logging.getLogger(__name__)
TROUBLE = (Malformed, NotThere, ProviderDown, Throttled, TokenRefused)
# Members are told why they can't connect to it, and what works instead.
GARMIN = Provider(
    provider="garmin",
    title="Garmin",
    kind="tracker",
    streams=(),
    is_available=False,
    is_shown_to_others=True,
    note="Garmin takes no new partners. Upload its FIT files, or its export as one archive.",
)


def list_providers() -> list[Provider]:
    """Return every provider, and whether members can connect to it here."""
    found = [
        Provider(
            provider=name,
            title=adapter.facts.title,
            kind=adapter.facts.kind,
            streams=adapter.facts.streams,
            is_available=app_of(adapter) is not None,
            is_shown_to_others=adapter.facts.is_shown_to_others,
            note=None,
        )
        for name, adapter in ADAPTERS.items()
    ]
    return [*found, GARMIN]


def list_connections(*, account_id: str) -> list[Connection]:
    """Return a member's connections."""
    with db.reading("list_connections") as tx:
        return repository.list_connections(tx, account_id)


def get_connection(*, account_id: str, provider: str) -> Connection:
    """Return a member's connection to a provider. Raises: ConnectionNotFound."""
    with db.reading("get_connection") as tx:
        return repository.get_live_connection(tx, account_id, provider)


def begin_connection(
    *, account_id: str, provider: str, return_to: str | None, now: datetime
) -> Begun:
    """Return where to send a member's browser; the visit is good for 10 minutes, once.

    Raises: TrackerNotConfigured, Invalid.
    """
    adapter, app = provider_of(provider)
    if return_to is not None and return_to not in config.current().return_urls:
        raise field_error("/redirect_uri", "This is not among the configured addresses.")
    state = new_token()
    attempt = Attempt(
        state_hash=crypto.digest(state),
        account_id=account_id,
        provider=provider,
        return_to=return_to,
        begun_at=now,
        expires_at=now + rules.ATTEMPT_LIFE,
    )
    with db.transaction("begin_connection") as tx:
        repository.insert_attempt(tx, attempt)
    verifier = exchanging.verifier_of(adapter, state)
    challenge = rules.challenge_of(verifier) if verifier else None
    url = adapter.authorize_url(app, state=state, challenge=challenge)
    return Begun(url, int(rules.ATTEMPT_LIFE.total_seconds()))


def find_return(*, provider: str, state: str) -> str | None:
    """Return where the browser of a visit goes on to, however it ends; None for nowhere."""
    with db.reading("find_attempt") as tx:
        attempt = repository.find_attempt(tx, crypto.digest(state), provider)
    return attempt.return_to if attempt else None


def finish_connection(*, provider: str, returned: Returned, now: datetime) -> Connection:
    """Use a visit up, exchange its code, and connect its member; the first sync begins.

    Raises: TrackerNotConfigured, InvalidState, ConsentDenied, CodeRefused, ScopesMissing,
    ConnectedElsewhere, TooManyRequests, TrackerUnavailable.
    """
    adapter, app = provider_of(provider)
    if returned.issuer is not None and not adapter.is_issuer(app, returned.issuer):
        raise InvalidState  # what another provider gave is not to be shown to this one
    if returned.error is not None:
        with db.transaction("use_attempt") as tx:
            exchanging.use_up(tx, provider, returned, now=now)
        raise rules.refusal_of(adapter.facts, returned.error)
    # Who finds no place, or no room within the limits, has not used the visit up, and may come
    # back with it.
    with places.take(provider):
        visit = exchanging.begin(adapter, app, returned, now=now)
        grant = exchanging.grant_of(visit, returned)
    return connect(visit, grant, now=now)


def connect(visit: exchanging.Visit, grant: Grant, *, now: datetime) -> Connection:
    """Connect the member of a visit with what the provider gave; what leads to nothing is given up.

    Raises: InvalidState where the member may act no more, ConnectedElsewhere.
    """
    try:
        return db.retry(lambda: _connect(visit.adapter, visit.attempt, grant, now=now))
    except InvalidState:
        exchanging.take_back(visit, grant)
        raise


def set_primary(*, account_id: str, provider: str, now: datetime) -> Connection:
    """Let a connection's records be preferred to all others of the same workout.

    Raises: ConnectionNotFound, NothingToSync.
    """
    with db.transaction("set_primary") as tx:
        activities.hold_member(tx, account_id, now=now)
        connection = repository.get_live_connection(tx, account_id, provider)
        if not ADAPTERS[provider].facts.streams:
            raise NothingToSync(provider=provider)
        repository.forget_primary(tx, account_id)
        repository.set_primary(tx, connection.connection_id)
        activities.settle_everything(tx, account_id, now=now)
        return replace(connection, is_primary=True)


def provider_of(name: str) -> tuple[Adapter, App]:
    """Return a provider's adapter, and what we are to it. Raises: TrackerNotConfigured."""
    adapter = ADAPTERS.get(name)
    app = app_of(adapter) if adapter else None
    if adapter is None or app is None:
        raise TrackerNotConfigured(provider=name)
    return adapter, app


def _connect(adapter: Adapter, attempt: Attempt, grant: Grant, *, now: datetime) -> Connection:
    account_id, name = attempt.account_id, adapter.facts.name
    with db.transaction("finish_connection") as tx:
        # Nobody ends or begins another connection of this member meanwhile.
        activities.hold_member(tx, account_id, now=now)
        if repository.find_attempt(tx, attempt.state_hash, name) is None:
            raise InvalidState  # its member has left while the provider was asked
        person = repository.find_connection_of_person(tx, name, grant.external_account_id or "")
        if person is not None and person.account_id != account_id:
            # The grant stays: to take it back would end the other member's as well, at most
            # providers. It goes when theirs ends.
            raise ConnectedElsewhere(provider=name)
        standing = repository.find_live_connection(tx, account_id, name)
        if standing is not None and person is None:
            # Another account at the same provider: what came from the first stays as it is.
            endings.end(tx, standing, now=now)
            standing = None
        connection = _stored(tx, adapter, account_id, standing, grant, now=now)
        _keep(tx, connection, grant)
        cache.touch(tx, account_id)
        if connection.due_at is not None:
            tx.after_commit(lambda: queues.wake_due("sync_at_once", connection.connection_id))
    return connection


def _stored(
    tx: Transaction,
    adapter: Adapter,
    account_id: str,
    standing: Connection | None,
    grant: Grant,
    *,
    now: datetime,
) -> Connection:
    ended = repository.find_ended_connection(
        tx, account_id, adapter.facts.name, grant.external_account_id or ""
    )
    standing = standing or ended
    if standing is None:
        made = rules.opened(account_id, adapter.facts, grant, connection_id=new_id(), now=now)
        repository.insert_connection(tx, made)
        return made
    held = repository.lock_connection(tx, standing.connection_id)
    again = rules.renewed(held, adapter.facts, grant, now=now)
    repository.update_connection(tx, again)
    # A sync with the former grant may be about to say that the member is to connect again.
    repository.free_connection(tx, held.connection_id)
    return again


def _keep(tx: Transaction, connection: Connection, grant: Grant) -> None:
    stored = repository.find_grant(tx, connection.connection_id)
    if stored is None or not repository.update_grant(tx, sealing.sealed(stored, grant)):
        raise InvalidState
