"""A grant that works: the one that is kept, or a new one, refreshed by one worker at a time.

The order is what keeps a member connected. A lease in the database lets one worker refresh; it
reads the grant again, asks the provider outside of any transaction, and stores what it got before
anybody uses it. Who finds the lease taken waits for the other's grant. A refusal counts only if the
grant that was refused is still the one that is kept: a race must never disconnect anybody. A
time-out or a 5xx says nothing of the grant; where the answer to a refresh was lost, the same token
is tried again, which providers with a grace forgive.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from fittrack import db
from fittrack.clock import utc_now
from fittrack.ids import new_id
from fittrack.trackers import calling
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.connections import repository
from fittrack.trackers.connections.models import SealedGrant
from fittrack.trackers.grants import sealing
from fittrack.trackers.providers.base import Adapter, App, Grant, GrantRefused, ProviderDown

# How long before its end an access token is renewed, so that no call begins with a dying one.
EARLY = timedelta(minutes=5)
LEASE = timedelta(seconds=60)
# A refresh that is cut off may cost the whole grant, where a token works once.
LEAST_S = 3.0
WAITS_S = (0.1, 0.2, 0.4, 0.8, 1.5, 2.0)

Clock = Callable[[], datetime]


class NoGrant(Exception):
    """The member has to connect again; its message is the reason in a word."""


def working_grant(
    adapter: Adapter,
    app: App,
    connection_id: str,
    *,
    refused: Grant | None = None,
    clock: Clock = utc_now,
    deadline_s: float = calling.DEADLINE_S,
) -> Grant:
    """Return a grant to call with; another one than `refused`, which the provider took no more.

    It takes no longer than `deadline_s`, wherever it waits.

    Raises: NoGrant, ProviderDown, Throttled.
    """
    ends_s = time.monotonic() + deadline_s
    for wait_s in (*WAITS_S, None):
        stored, grant = _kept(connection_id)
        if not _is_stale(adapter, grant, refused, now=clock()):
            return grant
        left_s = ends_s - time.monotonic()
        if left_s <= max(wait_s or 0.0, LEAST_S):
            break
        renewed = _refresh_alone(adapter, app, stored, grant, clock, left_s)
        if renewed is not None:
            return renewed
        if wait_s is not None:
            time.sleep(wait_s)
    raise ProviderDown("refresh_under_way")


def _kept(connection_id: str) -> tuple[SealedGrant, Grant]:
    with db.reading("find_grant") as tx:
        stored = repository.find_grant(tx, connection_id)
    grant = sealing.opened(stored) if stored else None
    if stored is None or grant is None:
        raise NoGrant("no_grant")
    return stored, grant


def _is_stale(adapter: Adapter, grant: Grant, refused: Grant | None, *, now: datetime) -> bool:
    """Tell whether a grant is to be renewed; one that can't be is good until it is refused."""
    if refused is not None and grant.access_token == refused.access_token:
        return True
    is_over = grant.expires_at is not None and grant.expires_at - EARLY <= now
    return is_over and adapter.facts.refreshes


def _refresh_alone(
    adapter: Adapter,
    app: App,
    stored: SealedGrant,
    grant: Grant,
    clock: Clock,
    deadline_s: float,
) -> Grant | None:
    """Return a new grant, or None where another worker is getting one.

    Raises: NoGrant, ProviderDown, Throttled.
    """
    request = adapter.refresh(app, grant)
    if request is None or (grant.refresh_token is None and adapter.facts.refreshes):
        raise NoGrant("no_refresh_token")
    lease = new_id()
    with db.transaction("take_refresh") as tx:
        now = clock()
        is_mine = repository.take_refresh(tx, stored, lease=lease, until_at=now + LEASE, now_at=now)
    if not is_mine:
        return None
    connection_id = stored.connection_id
    try:
        leave = budgets.spend_on_grant(adapter, connection_id, now=clock())
        answer = calling.ask(
            adapter, connection_id, request, leave, clock=clock, deadline_s=deadline_s
        )
        renewed = adapter.read_grant(answer, before=grant, now=clock())
    except GrantRefused as error:
        _release(connection_id, lease)
        if _kept(connection_id)[0].grant_version != stored.grant_version:
            return None
        raise NoGrant("invalid_grant") from error
    except Exception:
        _release(connection_id, lease)
        raise
    return _store(stored, renewed)


def _store(stored: SealedGrant, renewed: Grant) -> Grant | None:
    kept = replace(renewed, external_account_id=stored.external_account_id)
    with db.transaction("store_grant") as tx:
        is_kept = repository.update_grant(tx, sealing.sealed(stored, kept))
    return kept if is_kept else None


def _release(connection_id: str, lease: str) -> None:
    with db.transaction("release_refresh") as tx:
        repository.release_refresh(tx, connection_id, lease=lease)
