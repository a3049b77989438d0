"""Keys of what is kept no longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OldPayload:
    """What a provider sent of an object long ago."""

    connection_id: str
    stream: str
    external_id: str


@dataclass(frozen=True, slots=True)
class FirstSync:
    """One of the syncs that began before all others."""

    sync_id: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class OldDelivery:
    """A webhook of long ago."""

    provider: str
    delivery_key: str
