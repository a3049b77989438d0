"""Sleeps and recoveries in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.recovery.models import Erasable, Recovery, Sleep, Source

SQL = load_sql("recovery")
# What never changes with a new version of a record.
FIXED = ("sleep_id", "recovery_id", "provider")


def update_sleep(tx: Transaction, source: Source, sleep: Sleep) -> bool:
    return tx.run(SQL["update_sleep"], **_changes(source, asdict(sleep))) == 1


def insert_sleep(tx: Transaction, source: Source, sleep: Sleep) -> None:
    tx.run(SQL["insert_sleep"], **asdict(source), **asdict(sleep))


def delete_sleep(tx: Transaction, connection_id: str, external_id: str) -> int:
    return tx.run(SQL["delete_sleep"], connection_id=connection_id, external_id=external_id)


def delete_sleeps_of(tx: Transaction, connection_id: str) -> int:
    return tx.run(SQL["delete_sleeps_of"], connection_id=connection_id)


def list_sleeps(
    tx: Transaction,
    account_id: str,
    *,
    from_on: date | None,
    to_on: date | None,
    provider: str | None,
    before_at: datetime,
    before_id: str,
    row_limit: int,
) -> list[Sleep]:
    return tx.all(
        Sleep,
        SQL["list_sleeps"],
        account_id=account_id,
        from_on=from_on,
        to_on=to_on,
        provider=provider,
        before_at=before_at,
        before_id=before_id,
        row_limit=row_limit,
    )


def find_sleep_of_recovery(tx: Transaction, recovery_id: str) -> Sleep | None:
    return tx.one(Sleep, SQL["find_sleep_of_recovery"], recovery_id=recovery_id)


def list_erasable_sleeps(tx: Transaction, account_id: str, *, row_limit: int) -> list[str]:
    rows = tx.all(Erasable, SQL["list_erasable_sleeps"], account_id=account_id, row_limit=row_limit)
    return [row.record_id for row in rows]


def erase_sleeps(tx: Transaction, ids: list[str]) -> None:
    tx.run_many(SQL["erase_sleeps"], [{"record_id": one} for one in ids])


def update_recovery(tx: Transaction, source: Source, recovery: Recovery) -> bool:
    return tx.run(SQL["update_recovery"], **_changes(source, asdict(recovery))) == 1


def insert_recovery(tx: Transaction, source: Source, recovery: Recovery) -> None:
    tx.run(SQL["insert_recovery"], **asdict(source), **asdict(recovery))


def delete_recovery(tx: Transaction, connection_id: str, external_id: str) -> int:
    return tx.run(SQL["delete_recovery"], connection_id=connection_id, external_id=external_id)


def delete_recoveries_of_sleep(tx: Transaction, connection_id: str, sleep_external_id: str) -> int:
    return tx.run(
        SQL["delete_recoveries_of_sleep"],
        connection_id=connection_id,
        sleep_external_id=sleep_external_id,
    )


def delete_recoveries_of(tx: Transaction, connection_id: str) -> int:
    return tx.run(SQL["delete_recoveries_of"], connection_id=connection_id)


def list_recoveries(
    tx: Transaction,
    account_id: str,
    *,
    from_on: date | None,
    to_on: date | None,
    provider: str | None,
    before_at: datetime,
    before_id: str,
    row_limit: int,
) -> list[Recovery]:
    return tx.all(
        Recovery,
        SQL["list_recoveries"],
        account_id=account_id,
        from_on=from_on,
        to_on=to_on,
        provider=provider,
        before_at=before_at,
        before_id=before_id,
        row_limit=row_limit,
    )


def find_latest_recovery(tx: Transaction, account_id: str) -> Recovery | None:
    return tx.one(Recovery, SQL["find_latest_recovery"], account_id=account_id)


def list_erasable_recoveries(tx: Transaction, account_id: str, *, row_limit: int) -> list[str]:
    rows = tx.all(
        Erasable, SQL["list_erasable_recoveries"], account_id=account_id, row_limit=row_limit
    )
    return [row.record_id for row in rows]


def erase_recoveries(tx: Transaction, ids: list[str]) -> None:
    tx.run_many(SQL["erase_recoveries"], [{"record_id": one} for one in ids])


def _changes(source: Source, values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if name not in FIXED}
    return kept | {"connection_id": source.connection_id}
