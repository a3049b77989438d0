"""Reading what providers sent once more, after a mapping was mended."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import orjson

from fittrack import db
from fittrack.trackers.providers.base import RawItem
from fittrack.trackers.syncing import repository, storing, visits
from fittrack.trackers.syncing.models import Outcome, Payload
from fittrack.trackers.syncing.visits import Clock, Visit

BATCH_ROWS = 50
FIRST = (" ", " ")


@dataclass(slots=True)
class Replayed:
    """What a replay came to: objects read, those that still can't be, connections passed over."""

    objects: int = 0
    refused: int = 0
    busy: int = 0


def list_connections(provider: str | None) -> list[str]:
    """Return the living connections of a provider, None for all."""
    found: list[str] = []
    while True:
        with db.reading("list_replayable") as tx:
            after_id = found[-1] if found else " "
            rows = repository.list_replayable(tx, provider, after_id=after_id, row_limit=500)
        found += rows
        if not rows:
            return found


def replay_connection(connection_id: str, *, is_refused: bool, clock: Clock) -> Replayed:
    """Read what a connection brought once more; it is held meanwhile, as for a sync."""
    visit = visits.take(connection_id, "replay", clock, is_urgent=True)
    if visit is None:
        return Replayed(busy=1)
    replayed, after = Replayed(), FIRST
    try:
        while rows := _batch(visit, after, is_refused=is_refused):
            after = (rows[-1].stream, rows[-1].external_id)
            for stream, of_stream in groupby(rows, key=lambda row: row.stream):
                _replay(visit, stream, list(of_stream), replayed)
    except storing.Fenced:
        return Replayed(replayed.objects, replayed.refused, busy=1)
    was = visit.held.connection
    outcome = Outcome(
        "done", None, was.due_at, was.failures, was.status, status_reason=was.status_reason
    )
    visits.lay_back(visit, outcome)
    return replayed


def _batch(visit: Visit, after: tuple[str, str], *, is_refused: bool) -> list[Payload]:
    connection_id = visit.held.connection.connection_id
    with db.reading("list_payloads") as tx:
        return repository.list_payloads(
            tx, connection_id, after=after, is_refused=is_refused, row_limit=BATCH_ROWS
        )


def _replay(visit: Visit, stream: str, rows: Sequence[Payload], replayed: Replayed) -> None:
    items = [
        RawItem(row.external_id, row.version, orjson.loads(gzip.decompress(row.body_bytes)))
        for row in rows
    ]
    read = storing.read_items(visit.adapter, stream, items)
    storing.store_replayed(visit.held, stream, read, now=visit.clock())
    with db.transaction("note_refusals") as tx:
        repository.update_payload_refusal(tx, visit.held.connection.connection_id, stream, read)
    replayed.objects += len(read)
    replayed.refused += sum(one.refusal is not None for one in read)
