"""The one source of what is random: secrets, salts, nonces, and the tails of ids.

It is the operating system's, except while a demo world is made, which must come out the same every
time: then bytes and the time in ids follow from a seed. That is refused in production.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from fittrack import config
from fittrack.clock import epoch_s


class System:
    """What nobody can predict, and the clock."""

    def random_bytes(self, count: int) -> bytes:
        """Return bytes of the operating system's generator."""
        return os.urandom(count)

    def unix_ms(self) -> int:
        """Return the present time in milliseconds since 1970."""
        return time.time_ns() // 1_000_000


class Seeded(System):
    """What anybody can repeat: bytes and times that follow from a seed and a simulated clock."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn = 0
        self._last_ms = 0

    def random_bytes(self, count: int) -> bytes:
        """Return the next bytes of the seed: SHAKE-256 of it and of a counter."""
        self._drawn += 1
        return hashlib.shake_256(f"{self._seed}/{self._drawn}".encode()).digest(count)

    def unix_ms(self) -> int:
        """Return the simulated time; each call a millisecond later, so that ids are in order."""
        self._last_ms += 1
        return self._last_ms

    def move_to(self, instant: datetime) -> None:
        """Let the simulated time be an instant, unless it is beyond that already."""
        self._last_ms = max(self._last_ms, epoch_s(instant) * 1000)


_source: System = System()


def random_bytes(count: int) -> bytes:
    """Return random bytes."""
    return _source.random_bytes(count)


def unix_ms() -> int:
    """Return the time that a new id carries, in milliseconds since 1970."""
    return _source.unix_ms()


@contextmanager
def seeded(seed: int) -> Iterator[Seeded]:
    """Take everything random of this process from a seed for a while.

    Raises: RuntimeError in production, where nothing may be predictable.
    """
    global _source
    if config.current().is_production:
        raise RuntimeError("randomness is never seeded in production")
    before, _source = _source, Seeded(seed)
    try:
        yield _source
    finally:
        _source = before
