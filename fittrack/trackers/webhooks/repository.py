"""Webhooks in the database."""

from __future__ import annotations

from datetime import datetime

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.db.values import columns_of
from fittrack.trackers.webhooks.models import Delivery

SQL = load_sql("trackers")


def insert_delivery(tx: Transaction, delivery: Delivery) -> None:
    """Store a webhook. Raises: Unique where it came before."""
    tx.run(SQL["insert_delivery"], **columns_of(delivery))


def renew_delivery(tx: Transaction, delivery: Delivery, *, before_at: datetime) -> bool:
    """Take a webhook for a new one if it came long ago; tell whether it is one."""
    renewed = tx.run(
        SQL["renew_delivery"],
        provider=delivery.provider,
        delivery_key=delivery.delivery_key,
        events_json=delivery.events_json,
        received_at=delivery.received_at,
        before_at=before_at,
    )
    return renewed == 1


def find_delivery(tx: Transaction, provider: str, delivery_key: str) -> Delivery | None:
    return tx.one(Delivery, SQL["find_delivery"], provider=provider, delivery_key=delivery_key)


def end_delivery(tx: Transaction, delivery: Delivery, *, now: datetime) -> None:
    tx.run(
        SQL["end_delivery"],
        provider=delivery.provider,
        delivery_key=delivery.delivery_key,
        received_at=delivery.received_at,
        done_at=now,
    )
