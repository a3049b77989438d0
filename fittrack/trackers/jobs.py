"""What workers do for connections; each is safe to run twice."""

from __future__ import annotations

from datetime import datetime

from fittrack import db, queues
from fittrack.clock import utc_now
from fittrack.queues import Lease
from fittrack.trackers import subscriptions
from fittrack.trackers.connections import endings
from fittrack.trackers.syncing import service
from fittrack.trackers.tidying import service as tidying
from fittrack.trackers.webhooks import service as webhooks


def wake_due_connections(*, now: datetime) -> None:
    """Wake a worker for every connection that is due."""
    service.wake_due_connections(now=now)


def sync_connection(connection_id: str) -> None:
    """Sync a connection, unless it is not due or in another's hands."""
    service.sync_connection(connection_id=connection_id)


def do_webhook(
    lease: Lease, *, provider: str, delivery_key: str, received_at: str | None = None
) -> None:
    """Ask for what a webhook named."""
    webhooks.do_webhook(
        provider=provider,
        delivery_key=delivery_key,
        received_at=received_at,
        lease=lease,
        clock=utc_now,
    )


def revoke_grant(lease: Lease, *, connection_id: str, grant_version: int) -> None:
    """Take our access back at the provider, and forget the tokens."""
    endings.revoke_grant(
        connection_id=connection_id, grant_version=grant_version, lease=lease, now=utc_now()
    )


def delete_brought(lease: Lease, *, connection_id: str) -> None:
    """Delete what an ended connection brought, points and all."""
    endings.delete_brought(connection_id=connection_id, lease=lease, now=utc_now())


def plan_renewals(*, now: datetime) -> None:
    """Let workers look after the webhooks of each provider."""
    subscriptions.plan_renewals(now=now)


def renew_subscription(lease: Lease, *, provider: str) -> None:
    """Keep the webhooks alive that end, or fall asleep, by themselves."""
    subscriptions.renew_subscription(provider=provider, now=utc_now())
    with db.transaction("finish_renewal") as tx:
        queues.finish(tx, lease, now=utc_now())


def forget_old_traffic(*, now: datetime) -> int:
    """Forget what providers sent, and what syncs came to, once it is of no more use."""
    return tidying.forget_old_traffic(now=now)
