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
