"""Identifiers: UUID version 7 (RFC 9562), so that new rows land at the end of an index."""

from __future__ import annotations

from uuid import UUID

from fittrack import entropy


def new_id() -> str:
    """Return a new UUIDv7, lower-case with hyphens."""
    return str(uuid7(entropy.unix_ms(), entropy.random_bytes(10)))


def uuid7(unix_ms: int, random_bytes: bytes) -> UUID:
    """Return the UUIDv7 of a time in milliseconds and 10 random bytes (RFC 9562, section 5.7)."""
    tail = int.from_bytes(random_bytes, "big")
    random_a, random_b = tail >> 68, tail & ((1 << 62) - 1)
    value = (unix_ms & ((1 << 48) - 1)) << 80
    return UUID(int=value | 0x7 << 76 | (random_a & 0xFFF) << 64 | 0b10 << 62 | random_b)
