"""Identifiers: UUID version 7 (RFC 9562), so that new rows land at the end of an index."""

from __future__ import annotations

import threading
from uuid import UUID

from fittrack import entropy

_lock = threading.Lock()
_last_ms, _last_tail = 0, 0
_TAIL = (1 << 74) - 1
_STEP_BYTES = 4


def new_id() -> str:
    """Return a new UUIDv7, lower-case with hyphens.

    Of one process, ids of one millisecond are in order too: each tail is a random step above the
    one before (RFC 9562, section 6.2, method 2).
    """
    global _last_ms, _last_tail
    with _lock:
        unix_ms, random_bytes = entropy.unix_ms(), entropy.random_bytes(10)
        tail = int.from_bytes(random_bytes, "big") & _TAIL
        if unix_ms == _last_ms:
            step = 1 + int.from_bytes(random_bytes[:_STEP_BYTES], "big")
            tail = (_last_tail + step) & _TAIL
        _last_ms, _last_tail = unix_ms, tail
    return str(uuid7(unix_ms, tail))


def uuid7(unix_ms: int, tail: int) -> UUID:
    """Return the UUIDv7 of a time in milliseconds and 74 random bits (RFC 9562, section 5.7)."""
    random_a, random_b = tail >> 62, tail & ((1 << 62) - 1)
    value = (unix_ms & ((1 << 48) - 1)) << 80
    return UUID(int=value | 0x7 << 76 | random_a << 64 | 0b10 << 62 | random_b)
