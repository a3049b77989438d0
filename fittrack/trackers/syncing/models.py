"""How far connections are read, and who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fittrack.trackers.connections.models import Connection
from fittrack.trackers.providers.base import RawItem, Window
from fittrack.trackers.records import Record


@dataclass(frozen=True, slots=True)
class Held:
    """A connection in one worker's hands; whoever takes it next has a greater `fence_no`."""

    connection: Connection
    lease_token: str
    fence_no: int
    sync_id: str


@dataclass(frozen=True, slots=True)
class DueConnection:
    """A connection that wants to be synced."""

    connection_id: str


@dataclass(frozen=True, slots=True)
class StreamState:
    """How far one kind of data is read: forward to `read_to_at`, back to `filled_to_at`.

    `window_json` is what is being read now: its ends and the token of its next page.
    """

    connection_id: str
    stream: str
    read_to_at: datetime | None
    filled_to_at: datetime | None
    window_json: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Step:
    """The page to read next; `pages` counts those of its window that were read.

    `anew_after` is after how many failures in a row its window was begun anew, 0 if it was not.
    """

    window: Window
    token: str | None
    pages: int
    is_backfill: bool
    anew_after: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known already of one of a provider's objects."""

    external_id: str
    version: str
    is_deleted: bool
    activity_id: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """One of a provider's objects that is here, and when it was looked for that no page showed.

    A recovery begins with its sleep where that is here, or when it was measured.
    """

    external_id: str
    began_at: datetime
    missed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Read:
    """One object with what it comes to; `refusal` says why it comes to nothing."""

    item: RawItem
    records: Sequence[Record] = ()
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Payload:
    """What a provider sent of one object, packed; `refusal_code` says why it could not be read."""

    stream: str
    external_id: str
    version: str
    body_bytes: bytes
    refusal_code: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How many connections to a provider stand in one way."""

    provider: str
    status: str
    connections: int
    oldest_synced_at: datetime | None


@dataclass(slots=True)
class Tally:
    """What a sync came to so far."""

    pages: int = 0
    calls: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class Sync:
    """One sync, as its member sees it."""

    sync_id: str
    cause: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    error_code: str | None
    page_count: int
    call_count: int
    created_count: int
    updated_count: int
    skipped_count: int
    deleted_count: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sync ended, and when the connection is due again; None for not by itself.

    `status_reason` says why the connection stands as it does, where that is another's word.
    """

    outcome: str
    error_code: str | None
    due_at: datetime | None
    failures: int
    status: str = "active"
    is_read: bool = field(default=False)
    status_reason: str | None = None
