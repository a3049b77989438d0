"""What somebody has granted and no connection was made of: taken back, for nobody else could."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fittrack import db
from fittrack.ids import new_id
from fittrack.trackers.connections import endings, repository, rules
from fittrack.trackers.connections.models import SealedGrant
from fittrack.trackers.grants import sealing
from fittrack.trackers.providers.base import Adapter, App, Grant


def take_back(account_id: str, adapter: Adapter, app: App, grant: Grant, *, now: datetime) -> None:
    """Plan to take a grant back; it is kept, sealed, until the job has told the provider.

    The job leaves it alone where the same person lets us in by a connection, whoever's: most
    providers end all at once that somebody has granted us, so it goes when that connection ends.
    """
    if (adapter.before_revoking(app, now=now) or adapter.revoke(app, grant)) is None:
        return
    grant = replace(grant, scopes=rules.known_scopes(adapter.facts, grant.scopes))
    held = rules.unused(account_id, adapter.facts, grant, connection_id=new_id(), now=now)
    bare = SealedGrant(
        connection_id=held.connection_id,
        provider=held.provider,
        access_token_bytes=None,
        refresh_token_bytes=None,
        access_expires_at=None,
        scopes=held.scopes,
        external_account_id=held.external_account_id,
        grant_version=held.grant_version,
    )
    with db.transaction("take_back") as tx:
        repository.insert_connection(tx, held)
        repository.update_grant(tx, sealing.sealed(bare, grant))
        version = held.grant_version + 1
        endings.plan_revocation(tx, held.connection_id, version, due_at=now, now=now)
