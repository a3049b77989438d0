"""Use cases of privacy zones, and the step that cuts a track for others."""

from __future__ import annotations

from datetime import datetime

from fittrack import crypto, db, entropy
from fittrack.activities.privacy import repository, rules
from fittrack.activities.privacy.errors import TooManyZones, ZoneNotFound
from fittrack.activities.privacy.models import Hiding, Zone
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.points import service as points

SEED_BYTES = 32


def list_zones(*, account_id: str) -> list[Zone]:
    """Return a member's privacy zones."""
    with db.reading("list_zones") as tx:
        return repository.list_zones(tx, account_id)


def create_zone(
    *,
    account_id: str,
    name: str,
    latitude_deg: float,
    longitude_deg: float,
    radius_m: int,
    now: datetime,
    reply: Reply = NoReply(),
) -> Zone:
    """Hide a place from all who look at a member's activities, past ones too.

    Raises: TooManyZones.
    """
    with db.transaction("create_zone") as tx:
        # Held, so that two requests of one moment do not both find the last place free.
        points.hold_member(tx, account_id, now=now)
        if len(repository.list_zones(tx, account_id)) >= rules.MOST_ZONES:
            raise TooManyZones
        seed = ensure_grid(tx, account_id)
        north_m, east_m = rules.shift_of(seed, latitude_deg, longitude_deg, radius_m)
        zone = Zone(
            zone_id=new_id(),
            account_id=account_id,
            name=name,
            lat_e7=round(latitude_deg * 1e7),
            lon_e7=round(longitude_deg * 1e7),
            radius_m=radius_m,
            north_m=north_m,
            east_m=east_m,
            created_at=now,
        )
        repository.insert_zone(tx, zone)
        reply.record(tx, zone)
    return zone


def delete_zone(*, zone_id: str, account_id: str) -> None:
    """Show a place again. Raises: ZoneNotFound."""
    with db.transaction("delete_zone") as tx:
        if not repository.delete_zone(tx, zone_id, account_id):
            raise ZoneNotFound(zone_id=zone_id)


def ensure_grid(tx: Transaction, account_id: str) -> str:
    """Return the secret by which a member's zones and ends of tracks are hidden, made once."""
    seed = repository.find_grid(tx, account_id)
    if seed is not None:
        return seed
    seed = crypto.base64url(entropy.random_bytes(SEED_BYTES))
    try:
        repository.insert_grid(tx, account_id, seed)
    except Unique:  # another unit of this moment was first
        seed = repository.find_grid(tx, account_id) or seed
    return seed


def hiding_of(tx: Transaction, account_id: str, start_end_hidden_m: int) -> Hiding:
    """Return what a member hides from others."""
    zones = repository.list_zones(tx, account_id)
    return Hiding(zones, start_end_hidden_m, repository.find_grid(tx, account_id))


def erase_member(tx: Transaction, account_id: str) -> int:
    """Forget what an erased member hid, and return how many things it were."""
    return repository.erase_zones(tx, account_id) + repository.erase_grid(tx, account_id)
