"""What members are told of their connections."""

from __future__ import annotations

from datetime import datetime

from fittrack.db import Transaction
from fittrack.notifications.service import notify
from fittrack.trackers.connections.models import Connection
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.syncing.models import Outcome

WORDS = {
    "reauth_required": (
        "{title} no longer lets us in",
        "Connect {title} again, and what it recorded meanwhile comes in.",
    ),
    "parked": (
        "{title} has not answered for a while",
        "We try again once a day. Nothing is lost: what it has comes in when it answers.",
    ),
}


def tell(tx: Transaction, connection: Connection, outcome: Outcome, *, now: datetime) -> None:
    """Tell a member, once, that a connection needs them or is parked."""
    if connection.status == outcome.status:
        return
    title, body = WORDS[outcome.status]
    names = {"title": ADAPTERS[connection.provider].facts.title}
    notify(
        tx,
        connection.account_id,
        f"connection_{outcome.status}",
        key=f"{connection.connection_id}:{now.isoformat()}",
        title=title.format(**names),
        body=body.format(**names),
        data={"provider": connection.provider, "reason": outcome.error_code},
        now=now,
    )


def tell_of_silence(tx: Transaction, connection: Connection, *, now: datetime) -> None:
    """Tell a member that nothing has come from a provider for days."""
    title = ADAPTERS[connection.provider].facts.title
    since_at = connection.last_synced_at or connection.connected_at
    notify(
        tx,
        connection.account_id,
        "connection_silent",
        key=f"{connection.connection_id}:silent:{since_at.isoformat()}",
        title=f"Nothing has come from {title} for three days",
        body="We go on trying. What it has comes in when it answers; nothing is lost.",
        data={"provider": connection.provider, "last_synced_at": since_at.isoformat()},
        now=now,
    )
