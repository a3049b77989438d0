"""Webhooks, as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one webhook told; `done_at` is when all of it was done."""

    provider: str
    delivery_key: str
    events_json: list[dict[str, Any]]
    received_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a provider is answered."""

    body: str = ""
    status: int = 200
