"""Requests to providers, sent: with a deadline, a byte cap, and what their failures mean."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from fittrack import config, wire
from fittrack.trackers.providers.base import ProviderDown
from fittrack.wire import Answer, Request

logger = logging.getLogger(__name__)
# The longest time in which a grant is renewed, waiting for other workers with it.
DEADLINE_S = 20.0
# A member waits for these.
INTERACTIVE_DEADLINE_S = 8.0
MOST_BYTES = 16 * 1024 * 1024


def send(request: Request, *, deadline_s: float | None = None) -> Answer:
    """Return what a provider answers, whatever its status. Raises: ProviderDown.

    It takes no longer than the settings let any call take.
    """
    longest_s = config.current().tracker_call_ms / 1000
    within_s = min(deadline_s or DEADLINE_S, longest_s)
    try:
        return wire.call(request, deadline_s=within_s, most_bytes=MOST_BYTES)
    except wire.Unreachable as error:
        raise ProviderDown(f"unreachable_{error}") from error


def within(deadline_s: float) -> Callable[[Request], Answer]:
    """Return what sends requests as `send` does, all of them together within a time."""
    ends_s = time.monotonic() + deadline_s

    def ask(request: Request) -> Answer:
        left_s = ends_s - time.monotonic()
        if left_s <= 0:
            raise ProviderDown("out_of_time")
        return send(request, deadline_s=left_s)

    return ask
