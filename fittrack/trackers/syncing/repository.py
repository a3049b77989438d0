"""Syncs in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.trackers.providers.base import Window
from fittrack.trackers.syncing.models import (
    DueConnection,
    Held,
    Kept,
    Known,
    Outcome,
    Payload,
    Read,
    Standing,
    StreamState,
    Sync,
    Tally,
)

SQL = load_sql("trackers")


def list_due_connections(tx: Transaction, *, now_at: datetime, row_limit: int) -> list[str]:
    rows = tx.all(DueConnection, SQL["list_due_connections"], now_at=now_at, row_limit=row_limit)
    return [row.connection_id for row in rows]


def take_connection(
    tx: Transaction, connection_id: str, *, lease_token: str, until_at: datetime, now_at: datetime
) -> int | None:
    """Take a connection and return the number of its fence; None where it is not to be had."""
    taken = tx.run(
        SQL["take_connection"],
        connection_id=connection_id,
        lease_token=lease_token,
        until_at=until_at,
        now_at=now_at,
    )
    return find_fence(tx, connection_id) if taken else None


def take_connection_anyway(
    tx: Transaction, connection_id: str, *, lease_token: str, until_at: datetime, now_at: datetime
) -> int | None:
    """Take a connection that need not be due; None where it is in another's hands or over."""
    taken = tx.run(
        SQL["take_connection_anyway"],
        connection_id=connection_id,
        lease_token=lease_token,
        until_at=until_at,
        now_at=now_at,
    )
    return find_fence(tx, connection_id) if taken else None


def postpone_connection(tx: Transaction, connection_id: str, *, due_at: datetime) -> None:
    tx.run(SQL["postpone_connection"], connection_id=connection_id, due_at=due_at)


def find_fence(tx: Transaction, connection_id: str) -> int:
    return int(tx.value(SQL["find_fence"], connection_id=connection_id))


def keep_connection(tx: Transaction, held: Held, *, until_at: datetime) -> bool:
    """Tell whether a connection is still in this worker's hands, and keep it there."""
    kept = tx.run(
        SQL["keep_connection"],
        connection_id=held.connection.connection_id,
        lease_token=held.lease_token,
        fence_no=held.fence_no,
        until_at=until_at,
    )
    return kept == 1


def release_connection(
    tx: Transaction, held: Held, outcome: Outcome, *, started_at: datetime, now: datetime
) -> bool:
    """Lay a connection back; one that was asked for meanwhile is due at once."""
    released = tx.run(
        SQL["release_connection"],
        connection_id=held.connection.connection_id,
        lease_token=held.lease_token,
        fence_no=held.fence_no,
        status=outcome.status,
        status_reason=_reason(outcome),
        failures=outcome.failures,
        due_at=outcome.due_at,
        synced_at=now if outcome.is_read else None,
        started_at=started_at,
    )
    return released == 1


def _reason(outcome: Outcome) -> str | None:
    return None if outcome.status == "active" else outcome.status_reason or outcome.error_code


def make_due(tx: Transaction, connection_id: str, *, due_at: datetime) -> bool:
    return tx.run(SQL["make_due"], connection_id=connection_id, due_at=due_at) == 1


def count_living(tx: Transaction, provider: str) -> int:
    return int(tx.value(SQL["count_living"], provider=provider))


def list_silent_connections(tx: Transaction, *, before_at: datetime, row_limit: int) -> list[str]:
    rows = tx.all(
        DueConnection, SQL["list_silent_connections"], before_at=before_at, row_limit=row_limit
    )
    return [row.connection_id for row in rows]


def note_silence(
    tx: Transaction, connection_id: str, *, before_at: datetime, told_at: datetime
) -> bool:
    """Note that a member is told of silence; tell whether nobody has told them before."""
    noted = tx.run(
        SQL["note_silence"], connection_id=connection_id, before_at=before_at, told_at=told_at
    )
    return noted == 1


def list_streams(tx: Transaction, connection_id: str) -> dict[str, StreamState]:
    rows = tx.all(StreamState, SQL["list_streams"], connection_id=connection_id)
    return {row.stream: row for row in rows}


def insert_stream(tx: Transaction, state: StreamState) -> None:
    tx.run(SQL["insert_stream"], **asdict(state))


def update_stream(tx: Transaction, state: StreamState) -> None:
    if tx.run(SQL["update_stream"], **asdict(state)) == 0:
        insert_stream(tx, state)


def list_known(
    tx: Transaction, connection_id: str, stream: str, external_ids: Iterable[str]
) -> dict[str, Known]:
    """Return what is known of some objects; ids lie close to each other on a page."""
    wanted = set(external_ids)
    if not wanted:
        return {}
    rows = tx.all(
        Known,
        SQL["list_known"],
        connection_id=connection_id,
        stream=stream,
        first_id=min(wanted),
        last_id=max(wanted),
    )
    return {row.external_id: row for row in rows if row.external_id in wanted}


def list_known_between(
    tx: Transaction, connection_id: str, stream: str, window: Window, *, row_limit: int
) -> list[Kept]:
    return tx.all(
        Kept,
        SQL["list_known_between"],
        connection_id=connection_id,
        stream=stream,
        from_at=window.from_at,
        to_at=window.to_at,
        row_limit=row_limit,
    )


def note_missed(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        tx.run_many(SQL["note_missed"], rows)


def insert_known(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        tx.run_many(SQL["insert_known"], rows)


def update_known(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        tx.run_many(SQL["update_known"], rows)


def insert_sync(
    tx: Transaction, *, sync_id: str, connection_id: str, cause: str, started_at: datetime
) -> None:
    tx.run(
        SQL["insert_sync"],
        sync_id=sync_id,
        connection_id=connection_id,
        cause=cause,
        started_at=started_at,
    )


def interrupt_syncs(tx: Transaction, connection_id: str, *, now_at: datetime) -> None:
    tx.run(SQL["interrupt_syncs"], connection_id=connection_id, now_at=now_at)


def count_page(tx: Transaction, sync_id: str, tally: Tally) -> None:
    tx.run(SQL["count_page"], sync_id=sync_id, **asdict(tally))


def end_sync(tx: Transaction, sync_id: str, outcome: Outcome, calls: int, *, now: datetime) -> None:
    tx.run(
        SQL["end_sync"],
        sync_id=sync_id,
        outcome=outcome.outcome,
        error_code=outcome.error_code,
        calls=calls,
        now_at=now,
    )


def list_syncs(
    tx: Transaction, connection_id: str, *, before_id: str, row_limit: int
) -> list[Sync]:
    return tx.all(
        Sync,
        SQL["list_syncs"],
        connection_id=connection_id,
        before_id=before_id,
        row_limit=row_limit,
    )


def insert_payload(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what was sent, in the place of what was sent of the same objects before."""
    if rows:
        delete_payloads(tx, rows)
        tx.run_many(SQL["insert_payload"], rows)


def list_payloads(
    tx: Transaction,
    connection_id: str,
    *,
    after: tuple[str, str],
    is_refused: bool,
    row_limit: int,
) -> list[Payload]:
    """Return what was sent after a stream and id; with `is_refused` only what could not be read."""
    return tx.all(
        Payload,
        SQL["list_payloads"],
        connection_id=connection_id,
        after_stream=after[0],
        after_id=after[1],
        is_refused=is_refused,
        row_limit=row_limit,
    )


def update_payload_refusal(
    tx: Transaction, connection_id: str, stream: str, read: Sequence[Read]
) -> None:
    rows = [
        {
            "connection_id": connection_id,
            "stream": stream,
            "external_id": one.item.external_id,
            "refusal_code": one.refusal,
        }
        for one in read
    ]
    if rows:
        tx.run_many(SQL["update_payload_refusal"], rows)


def list_replayable(
    tx: Transaction, provider: str | None, *, after_id: str, row_limit: int
) -> list[str]:
    rows = tx.all(
        DueConnection,
        SQL["list_replayable"],
        provider=provider,
        after_id=after_id,
        row_limit=row_limit,
    )
    return [row.connection_id for row in rows]


def count_standings(tx: Transaction) -> list[Standing]:
    return tx.all(Standing, SQL["count_standings"])


def delete_payloads(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    names = ("connection_id", "stream", "external_id")
    tx.run_many(SQL["delete_payloads"], [{name: row[name] for name in names} for row in rows])
