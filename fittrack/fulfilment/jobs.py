"""What workers do for deliveries; each is safe to run twice."""

from __future__ import annotations

from datetime import datetime

from fittrack.fulfilment import succession


def wake_due_fulfilments(*, now: datetime) -> None:
    """Wake the worker for every delivery whose winner is to be warned, or to lose the prize."""
    succession.wake_due_fulfilments(now=now)


def advance_fulfilment(fulfilment_id: str) -> None:
    """Warn the winner of a delivery, or pass the prize on, where that is due."""
    succession.advance_fulfilment(fulfilment_id=fulfilment_id)
