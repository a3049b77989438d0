"""Tokens that were verified, so that their signature is checked once and not with every request.

To verify one costs more than all else of a request. What can change is still asked each time: the
token's expiry and whether its key is still ours; the session is looked up in the database besides.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Container
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """What a verified token says, the key that signed it, and when it expires (epoch seconds)."""

    identity: T
    key_id: str
    expires_s: float


class TokenMemo(Generic[T]):
    """The tokens of one process by their hash; those not asked for longest are forgotten first."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._known: OrderedDict[bytes, Known[T]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, token: str, *, keys: Container[str], now_s: float) -> T | None:
        """Return what a token says where it was verified and would be again, else None."""
        name = _name(token)
        with self._lock:
            known = self._known.get(name)
            if known is None:
                return None
            if now_s >= known.expires_s or known.key_id not in keys:
                del self._known[name]
                return None
            self._known.move_to_end(name)
            return known.identity

    def keep(self, token: str, known: Known[T]) -> None:
        """Remember a token that was verified."""
        with self._lock:
            self._known[_name(token)] = known
            if len(self._known) > self._most:
                self._known.popitem(last=False)


def _name(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
