"""Places of those who wait for a provider in a request, so that one that hangs takes no others.

They are counted for each process: its other threads go on serving whatever the providers do.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from fittrack.trackers.connections.errors import TrackerUnavailable

logger = logging.getLogger(__name__)
# A process has four threads: one of them is always free of providers, and a single provider that
# hangs leaves one more to the others.
MOST, MOST_OF_ONE = 3, 2
QUEUE_S = 0.5


class Places:
    """How many threads wait for which provider."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def take(self, provider: str, *, wait_s: float = QUEUE_S) -> Iterator[None]:
        """Let this thread wait for a provider. Raises: TrackerUnavailable where too many do."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._has_room(provider), timeout=wait_s):
                logger.warning("too many wait for providers", extra={"provider": provider})
                raise TrackerUnavailable
            self._taken[provider] += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken[provider] -= 1
                self._changed.notify_all()

    def _has_room(self, provider: str) -> bool:
        return self._taken.total() < MOST and self._taken[provider] < MOST_OF_ONE


_places = Places()
take = _places.take
