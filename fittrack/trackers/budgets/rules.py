"""Windows of calls; no I/O.

A window that is aligned begins at multiples of its length, as the provider's does. One that moves
is cut into slots, and a call is let through only if it fits into every window that the provider can
draw around it: all slots that such a window may touch count whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from fittrack.clock import epoch_s, from_epoch_s
from fittrack.trackers.providers.base import Limit, Usage

SLOTS = 10
# What polling and backfills leave to webhooks and to members who wait.
KEPT_SHARE = 0.2

Spent = dict[str, dict[str, int]]
Counted = Mapping[str, Mapping[str, int]]


def take(
    spent: Counted,
    limits: Sequence[Limit],
    *,
    is_urgent: bool,
    now: datetime,
) -> Spent | datetime:
    """Return what is spent after one more call; or, where it does not fit, when one may."""
    now_s = epoch_s(now)
    left = {str(limit.window_s): _left(spent, limit, now_s) for limit in limits}
    waits = [
        _fits_from_s(left[str(limit.window_s)], limit, _most(limit, is_urgent=is_urgent), now_s)
        for limit in limits
    ]
    latest_s = max(waits, default=now_s)
    if latest_s > now_s:
        return from_epoch_s(latest_s)
    for limit in limits:
        slots = left[str(limit.window_s)]
        slot = str(_slot_of(limit, now_s))
        slots[slot] = slots.get(slot, 0) + 1
    return left


def learned(
    spent: Counted,
    limits: Sequence[Limit],
    usage: Sequence[Usage],
    *,
    now: datetime,
) -> Spent:
    """Return what is spent once the provider has said so itself; it never lowers our own count."""
    now_s = epoch_s(now)
    left = {str(limit.window_s): _left(spent, limit, now_s) for limit in limits}
    by_window = {limit.window_s: limit for limit in limits}
    for said in usage:
        limit = by_window.get(said.window_s)
        if limit is None:
            continue
        slots = left[str(limit.window_s)]
        # Where it lets fewer calls through than we think, the rest is spent.
        calls = said.calls + max(0, limit.calls - said.limit)
        missing = calls - sum(slots.values())
        if missing > 0:
            slot = str(_slot_of(limit, now_s))
            slots[slot] = slots.get(slot, 0) + missing
    return left


def _most(limit: Limit, *, is_urgent: bool) -> int:
    return limit.calls if is_urgent else max(1, int(limit.calls * (1 - KEPT_SHARE)))


def _slot_s(limit: Limit) -> int:
    return limit.window_s if limit.is_aligned else max(1, limit.window_s // SLOTS)


def _slot_of(limit: Limit, at_s: int) -> int:
    return at_s // _slot_s(limit) * _slot_s(limit)


def _ends_s(limit: Limit, slot: int) -> int:
    """Return from when on no window that holds a new call can hold a call of a slot."""
    return slot + _slot_s(limit) + (0 if limit.is_aligned else limit.window_s)


def _left(spent: Counted, limit: Limit, now_s: int) -> dict[str, int]:
    slots = spent.get(str(limit.window_s), {})
    return {slot: calls for slot, calls in slots.items() if _ends_s(limit, int(slot)) > now_s}


def _fits_from_s(slots: Mapping[str, int], limit: Limit, most: int, now_s: int) -> int:
    """Return when the next call fits; now where it does already."""
    calls = sum(slots.values())
    for slot in sorted(slots, key=int):
        if calls < most:
            break
        now_s = _ends_s(limit, int(slot))
        calls -= slots[slot]
    return now_s
