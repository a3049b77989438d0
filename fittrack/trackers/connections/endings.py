"""How connections end: our access is taken back, and what they brought stays or goes.

The member's word counts at once; the provider is told by a job, which needs the tokens until then.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import datetime

from fittrack import cache, config, db, queues
from fittrack.activities import service as activities
from fittrack.crypto import Unsealable
from fittrack.db import Transaction
from fittrack.queues import Lease
from fittrack.recovery import service as recovery
from fittrack.trackers import calling
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.connections import repository, rules
from fittrack.trackers.connections.models import Connection, SealedGrant
from fittrack.trackers.grants.service import NoGrant, working_grant
from fittrack.trackers.providers import ADAPTERS, app_of
from fittrack.trackers.providers.base import (
    Adapter,
    App,
    Grant,
    Malformed,
    NotThere,
    ProviderDown,
    ScopeLost,
    Throttled,
    TokenRefused,
)
from fittrack.wire import Answer, Request

logger = logging.getLogger(__name__)
BATCH_ROWS = 20


def disconnect(*, account_id: str, provider: str, is_data_kept: bool, now: datetime) -> None:
    """End a member's connection. Raises: ConnectionNotFound."""
    with db.transaction("disconnect") as tx:
        activities.hold_member(tx, account_id, now=now)
        found = repository.get_live_connection(tx, account_id, provider)
        connection = repository.lock_connection(tx, found.connection_id)
        end(tx, connection, is_data_kept=is_data_kept, now=now)
        if not is_data_kept:
            _plan_deletion(tx, connection, connection.connection_id, now=now)
        cache.touch(tx, account_id)


def end(
    tx: Transaction, connection: Connection, *, is_data_kept: bool = True, now: datetime
) -> None:
    """End a connection in the caller's transaction; the provider is told by a job."""
    ended = rules.ended(connection, is_data_kept=is_data_kept, now=now)
    repository.update_connection(tx, ended)
    plan_revocation(tx, connection.connection_id, connection.grant_version, due_at=now, now=now)


def plan_revocation(
    tx: Transaction, connection_id: str, grant_version: int, *, due_at: datetime, now: datetime
) -> None:
    """Plan a job of nobody's: it outlives the member, for the provider has to be told anyway."""
    queues.enqueue(
        tx,
        "revoke_grant",
        f"{connection_id}/{grant_version}/{due_at.isoformat()}",
        now=now,
        due_at=due_at,
        connection_id=connection_id,
        grant_version=grant_version,
    )


def revoke_grant(*, connection_id: str, grant_version: int, lease: Lease, now: datetime) -> None:
    """Tell the provider that we are let in no more, and forget the tokens.

    One that is away is told again for a week: without the tokens nobody could tell it any more.
    """
    with db.reading("find_grant") as tx:
        connection = repository.find_connection(tx, connection_id)
        stored = _grant_to_end(tx, connection_id, grant_version)
    again_at = None
    if stored is not None and connection is not None and connection.ended_at is not None:
        try:
            _tell_provider(stored, now=now)
        except (ProviderDown, Throttled):
            again_at = rules.told_again_at(connection.ended_at, now=now)
            logger.warning("a provider is not told", extra={"is_given_up": again_at is None})
    with db.transaction("forget_grant") as tx:
        if again_at is None:
            repository.forget_grant(tx, connection_id)
            _forget_unneeded(tx, connection_id, connection)
        else:
            plan_revocation(tx, connection_id, grant_version, due_at=again_at, now=now)
        queues.finish(tx, lease, now=now)


def delete_brought(
    *, connection_id: str, lease: Lease, now: datetime, working_s: float | None = None
) -> None:
    """Delete what an ended connection brought, some activities at a time, then all about it.

    What is left after `working_s`, half a job's time limit, is another job's, and planned as this
    one ends. Wherever it dies, what was deleted is listed no more.
    """
    until_s = time.monotonic() + (_patience_s() if working_s is None else working_s)
    with db.reading("find_connection") as tx:
        connection = repository.find_connection(tx, connection_id)
    while connection is not None and _delete_some(connection, now=now):
        if time.monotonic() >= until_s:
            _delete_the_rest_later(connection, lease, now=now)
            return
    with db.transaction("forget_connection") as tx:
        recovery.forget_brought(tx, connection_id)
        _forget_objects(tx, connection_id)
        queues.finish(tx, lease, now=now)


def _patience_s() -> float:
    return config.current().job_timeout_s / 2


def _delete_the_rest_later(connection: Connection, lease: Lease, *, now: datetime) -> None:
    """End a job with the next one, which is named after it: however often it dies, there is one."""
    with db.transaction("delete_the_rest_later") as tx:
        _plan_deletion(tx, connection, f"{connection.connection_id}/{lease.outbox_id}", now=now)
        queues.finish(tx, lease, now=now)


def _plan_deletion(tx: Transaction, connection: Connection, key: str, *, now: datetime) -> None:
    queues.enqueue(
        tx,
        "delete_brought",
        key,
        now=now,
        owner_id=connection.account_id,
        connection_id=connection.connection_id,
    )


def erase_at_once(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """End all connections of a member who leaves; the providers are told by jobs."""
    # A sync holds the points before the connection, and so does whoever begins or ends one: none
    # is begun between this look and the end.
    activities.hold_member(tx, account_id, now=now)
    repository.erase_attempts(tx, account_id)
    for connection in repository.list_connections(tx, account_id):
        end(tx, connection, is_data_kept=False, now=now)


def erase_member(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    """Forget what is known of an erased member's connections, and return how much it was.

    A connection whose provider is not told yet keeps its row, which goes with the job that tells.
    """
    return sum(
        _forget_objects(tx, connection.connection_id)
        + repository.delete_connection(tx, connection.connection_id)
        for connection in repository.list_all_connections(tx, account_id)[:row_limit]
    )


def _delete_some(connection: Connection, *, now: datetime) -> bool:
    with db.transaction("delete_brought") as tx:
        activities.hold_member(tx, connection.account_id, now=now)
        brought = repository.list_brought(tx, connection, row_limit=BATCH_ROWS)
        for one in brought:
            activities.remove(tx, one.activity_id, connection.account_id, now=now)
    return bool(brought)


def _grant_to_end(tx: Transaction, connection_id: str, grant_version: int) -> SealedGrant | None:
    """Return the tokens of an ended connection, unless the same person has let us in anew.

    Most providers take all that somebody has granted back at once, the new consent too. A later
    consent to end is another job's; tokens that were renewed meanwhile are still this one's.
    """
    connection = repository.find_connection(tx, connection_id)
    stored = repository.find_grant(tx, connection_id)
    if connection is None or connection.ended_at is None:
        return None
    is_over = stored is None or stored.grant_version < grant_version
    return None if is_over or _is_let_in(tx, connection) else stored


def _is_let_in(tx: Transaction, ended: Connection) -> bool:
    """Tell whether the person of an ended connection lets us in by another one, whoever's it is.

    Of whom nobody knows it is taken for the person whom the same member is connected with now.
    """
    if ended.external_account_id == rules.UNKNOWN_PERSON:
        return repository.find_live_connection(tx, ended.account_id, ended.provider) is not None
    living = repository.find_connection_of_person(tx, ended.provider, ended.external_account_id)
    return living is not None


def _tell_provider(stored: SealedGrant, *, now: datetime) -> None:
    """Take our access back; a token that has died meanwhile can't say so, hence a living one.

    Raises: ProviderDown, Throttled.
    """
    adapter = ADAPTERS.get(stored.provider)
    app = app_of(adapter) if adapter else None
    if adapter is None or app is None:
        return
    try:
        _revoke_for_sure(adapter, app, stored.connection_id, now=now)
    except (NoGrant, Unsealable):
        return  # we are let in no more, or can't say who we are
    except (Malformed, NotThere, ScopeLost) as error:
        raise ProviderDown(f"not_told_{type(error).__name__.lower()}") from error


def _revoke_for_sure(adapter: Adapter, app: App, connection_id: str, *, now: datetime) -> None:
    """Take our access back, with a renewed grant where the one that is kept is refused."""
    grant = working_grant(adapter, app, connection_id)
    try:
        _revoke(adapter, app, grant, connection_id, now=now)
    except TokenRefused:
        grant = working_grant(adapter, app, connection_id, refused=grant)
        with suppress(TokenRefused):  # it takes none of ours: there is nothing left to end
            _revoke(adapter, app, grant, connection_id, now=now)


def _revoke(adapter: Adapter, app: App, grant: Grant, connection_id: str, *, now: datetime) -> None:
    """Take our access back, within the provider's limits: nobody waits for it."""

    def send(request: Request) -> Answer:
        leave = budgets.spend(adapter, connection_id, is_urgent=True, now=now)
        return calling.ask(adapter, connection_id, request, leave, clock=lambda: now)

    before = adapter.before_revoking(app, now=now)
    if before is None:
        request = adapter.revoke(app, grant)
    else:
        request = adapter.revoke_with(app, grant, send(before))
    if request is not None:
        adapter.read_revoked(send(request))


def _forget_objects(tx: Transaction, connection_id: str) -> int:
    return (
        repository.delete_records(tx, connection_id)
        + repository.delete_streams(tx, connection_id)
        + repository.delete_syncs(tx, connection_id)
        + repository.delete_sent(tx, connection_id)
    )


def _forget_unneeded(tx: Transaction, connection_id: str, connection: Connection | None) -> None:
    """Forget a connection that has only waited for its provider to be told."""
    is_unused = connection is not None and connection.status_reason == rules.NEVER_USED
    if is_unused or repository.is_erased(tx, connection_id):
        _forget_objects(tx, connection_id)
        repository.delete_connection(tx, connection_id)
