"""Requests to providers, sent: with a deadline, a byte cap, and what their failures mean."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from fittrack import config, wire
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.budgets.service import Leave
from fittrack.trackers.providers.base import Adapter, ProviderDown
from fittrack.wire import Answer, Request

logger = logging.getLogger(__name__)
# The longest time in which a grant is renewed, waiting for other workers with it.
DEADLINE_S = 20.0
# A member waits for these.
INTERACTIVE_DEADLINE_S = 8.0
# Who is given less time than this and does not answer is not known to hang.
FAIR_S = 3.0
MOST_BYTES = 16 * 1024 * 1024


class TooMuch(ProviderDown):
    """The provider has answered, but more than is read: one member's trouble, not everybody's."""


def send(request: Request, *, deadline_s: float | None = None) -> Answer:
    """Return what a provider answers, whatever its status. Raises: ProviderDown.

    It takes no longer than the settings let any call take.
    """
    longest_s = config.current().tracker_call_ms / 1000
    within_s = min(deadline_s or DEADLINE_S, longest_s)
    try:
        return wire.call(request, deadline_s=within_s, most_bytes=MOST_BYTES)
    except wire.TooLong as error:
        raise TooMuch(f"unreachable_{error}") from error
    except wire.Unreachable as error:
        raise ProviderDown(f"unreachable_{error}") from error


def ask(
    adapter: Adapter,
    connection_id: str | None,
    request: Request,
    leave: Leave,
    *,
    clock: Callable[[], datetime],
    deadline_s: float = DEADLINE_S,
) -> Answer:
    """Return what a provider answers to a call that was counted; note whether it does at all.

    Raises: ProviderDown.
    """
    try:
        answer = send(request, deadline_s=deadline_s)
    except ProviderDown as error:
        if deadline_s >= FAIR_S and not isinstance(error, TooMuch):
            budgets.miss(adapter, connection_id, is_grant=leave.is_grant, now=clock())
        raise
    if leave.is_doubted:
        budgets.trust(adapter, connection_id, is_grant=leave.is_grant, now=clock())
    return answer


def left_s(ends_s: float) -> float:
    """Return how many seconds there are to an instant of this machine's monotonic clock.

    Raises: ProviderDown where it is over.
    """
    left_s = ends_s - time.monotonic()
    if left_s <= 0:
        raise ProviderDown("out_of_time")
    return left_s
