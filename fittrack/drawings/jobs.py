"""What workers do for drawings; each is safe to run twice."""

from __future__ import annotations

from datetime import datetime

from fittrack.clock import utc_now
from fittrack.drawings.conduct import announcements, prize_log
from fittrack.drawings.conduct import service as conduct
from fittrack.queues import Lease


def wake_due_drawings(*, now: datetime) -> None:
    """Wake the worker for every drawing that is due."""
    conduct.wake_due_drawings(now=now)


def advance_drawing(drawing_id: str) -> None:
    """Take whatever steps of a drawing are due; one that is finished is left alone."""
    conduct.advance_drawing(drawing_id=drawing_id)


def log_prize_steps(lease: Lease, *, drawing_id: str) -> None:
    """Append what the public log lacks of a drawing's prizes."""
    prize_log.log_prize_steps(lease, drawing_id=drawing_id, now=utc_now())


def tell_entrants(lease: Lease, *, drawing_id: str, carried_to_id: str) -> None:
    """Tell everyone who entered an aborted drawing where their entries are now."""
    announcements.tell_entrants(
        drawing_id=drawing_id, carried_to_id=carried_to_id, lease=lease, now=utc_now()
    )
