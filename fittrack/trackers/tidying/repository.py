"""What is kept no longer, in the database: so many rows at a time, each by its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.trackers.tidying.models import FirstSync, OldDelivery, OldPayload

SQL = load_sql("trackers")


def list_old_payloads(tx: Transaction, *, before_at: datetime, row_limit: int) -> list[OldPayload]:
    return tx.all(OldPayload, SQL["list_old_payloads"], before_at=before_at, row_limit=row_limit)


def delete_old_payload(
    tx: Transaction, payloads: Sequence[OldPayload], *, before_at: datetime
) -> None:
    tx.run_many(
        SQL["delete_old_payload"], [asdict(one) | {"before_at": before_at} for one in payloads]
    )


def list_first_syncs(tx: Transaction, *, row_limit: int) -> list[FirstSync]:
    return tx.all(FirstSync, SQL["list_first_syncs"], row_limit=row_limit)


def delete_sync(tx: Transaction, syncs: Sequence[FirstSync]) -> None:
    tx.run_many(SQL["delete_sync"], [{"sync_id": one.sync_id} for one in syncs])


def list_old_deliveries(
    tx: Transaction, *, before_at: datetime, row_limit: int
) -> list[OldDelivery]:
    return tx.all(OldDelivery, SQL["list_old_deliveries"], before_at=before_at, row_limit=row_limit)


def delete_old_delivery(
    tx: Transaction, deliveries: Sequence[OldDelivery], *, before_at: datetime
) -> None:
    tx.run_many(
        SQL["delete_old_delivery"], [asdict(one) | {"before_at": before_at} for one in deliveries]
    )
