"""Windows of calls; no I/O.

A window that is aligned begins at multiples of its length, as the provider's does. One that moves
is cut into slots, and a call is let through only if it fits into every window that the provider can
draw around it: all slots that such a window may touch count whole. A call arrives later than it was
counted, by a clock that is not ours: near the border of two aligned windows it counts in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from fittrack.clock import epoch_s, from_epoch_s
from fittrack.trackers.providers.base import Limit, Usage

SLOTS = 10
# What polling and backfills leave to webhooks and to members who wait.
KEPT_SHARE = 0.2
# Calls are scarce once this share of what polling may have of a window is spent.
SCARCE_SHARE = 0.5

# How far the provider's clock may be from ours, and how long a call may be under way.
APART_S = 5
UNDER_WAY_S = 20
# Until when nobody asks, because the provider said so.
PAUSED, UNTIL = "paused", "until"
# How many calls in a row have brought no answer. From so many on nobody asks for a while, twice as
# long each time: a worker that waits for a provider that hangs is lost to all the others.
UNANSWERED, IN_A_ROW = "unanswered", "in_a_row"
MOST_UNANSWERED = 5
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=15)

Spent = dict[str, dict[str, int]]
Counted = Mapping[str, Mapping[str, int]]


def take(
    spent: Counted,
    limits: Sequence[Limit],
    *,
    is_urgent: bool,
    now: datetime,
    calls: int = 1,
    within_s: int = 0,
) -> Spent | datetime:
    """Return what is spent after some more calls; or, where not all of them fit, when they may.

    They go out within some seconds. With none that counts, only whoever does not answer is left
    alone. Where a window holds fewer than that, they may once it is empty.
    """
    now_s = epoch_s(now)
    is_closed = calls > 0 or is_doubted(spent)
    at_s, earlier_s = max(now_s, _paused_until_s(spent) if is_closed else 0), None
    # When one window has room again another may have none.
    while at_s != earlier_s:
        earlier_s = at_s
        for limit in limits if calls else ():
            free = max(0, _most(limit, is_urgent=is_urgent) - calls)
            at_s = _fits_from_s(_left(spent, limit, at_s), limit, free, at_s, within_s)
    if at_s > now_s:
        return from_epoch_s(at_s)
    left = _kept(spent, limits, now_s)
    for limit in limits:
        _add(left[str(limit.window_s)], _slots_of(limit, now_s, within_s), calls)
    return left


def is_scarce(spent: Counted, limits: Sequence[Limit], *, now: datetime) -> bool:
    """Tell whether little of a window is left to polling."""
    now_s = epoch_s(now)
    return any(
        _used(spent[str(limit.window_s)], limit, now_s)
        > _most(limit, is_urgent=False) * SCARCE_SHARE
        for limit in limits
    )


def learned(
    spent: Counted,
    limits: Sequence[Limit],
    usage: Sequence[Usage],
    *,
    now: datetime,
) -> Spent:
    """Return what is spent once the provider has said so itself; it never lowers our own count."""
    now_s = epoch_s(now)
    left = _kept(spent, limits, now_s)
    by_window = {limit.window_s: limit for limit in limits}
    for said in usage:
        limit = by_window.get(said.window_s)
        if limit is None:
            continue
        slots = left[str(limit.window_s)]
        slot = _slot_of(limit, now_s)
        # Where it lets fewer calls through than we think, the rest is spent.
        calls = said.calls + max(0, limit.calls - said.limit)
        known = _used(slots, limit, now_s)
        if calls > known:
            _add(slots, (slot,), calls - known)
    return left


def paused(spent: Counted, limits: Sequence[Limit], *, until_at: datetime, now: datetime) -> Spent:
    """Return what is spent once the provider wants no calls for a while, whoever's."""
    left = _kept(spent, limits, epoch_s(now))
    left[PAUSED] = {UNTIL: max(_paused_until_s(spent), epoch_s(until_at))}
    return left


def unanswered(spent: Counted, limits: Sequence[Limit], *, now: datetime) -> Spent:
    """Return what is spent once a call has brought no answer in its time, whoever's it was.

    Calls that were under way when a rest began say nothing new.
    """
    now_s = epoch_s(now)
    left = _kept(spent, limits, now_s)
    if PAUSED in left:
        return left
    in_a_row = left.get(UNANSWERED, {}).get(IN_A_ROW, 0) + 1
    left[UNANSWERED] = {IN_A_ROW: in_a_row}
    more = in_a_row - MOST_UNANSWERED
    if more >= 0:
        rest = min(FIRST_REST * 2 ** min(more, 10), LONGEST_REST)
        left[PAUSED] = {UNTIL: epoch_s(now + rest)}
    return left


def answered(spent: Counted, limits: Sequence[Limit], *, now: datetime) -> Spent:
    """Return what is spent once a provider answers again."""
    left = _kept(spent, limits, epoch_s(now))
    left.pop(UNANSWERED, None)
    return left


def is_doubted(spent: Counted) -> bool:
    """Tell whether the last call has brought no answer."""
    return UNANSWERED in spent


def _most(limit: Limit, *, is_urgent: bool) -> int:
    return limit.calls if is_urgent else max(1, int(limit.calls * (1 - KEPT_SHARE)))


def _paused_until_s(spent: Counted) -> int:
    return spent.get(PAUSED, {}).get(UNTIL, 0)


def _slot_s(limit: Limit) -> int:
    return limit.window_s if limit.is_aligned else max(1, limit.window_s // SLOTS)


def _slot_of(limit: Limit, at_s: int) -> int:
    return at_s // _slot_s(limit) * _slot_s(limit)


def _slots_of(limit: Limit, at_s: int, within_s: int = 0) -> tuple[int, ...]:
    """Return where a call counts: every aligned window in which it may arrive, else its last slot.

    One that goes out within some seconds counts at once, and as long as one that goes out then.
    """
    if not limit.is_aligned:
        return (_slot_of(limit, at_s + within_s),)
    first = _slot_of(limit, at_s - _apart_s(limit))
    # Instants are cut to whole seconds here.
    last = _slot_of(limit, at_s + within_s + _apart_s(limit) + _under_way_s(limit) + 1)
    return tuple(range(first, last + 1, limit.window_s))


def _apart_s(limit: Limit) -> int:
    return min(APART_S, limit.window_s // 20)


def _under_way_s(limit: Limit) -> int:
    return min(UNDER_WAY_S, limit.window_s // 10)


def _ends_s(limit: Limit, slot: int) -> int:
    """Return from when on no window that holds a new call can hold a call of a slot."""
    if limit.is_aligned:
        return slot + limit.window_s + _apart_s(limit)
    return slot + _slot_s(limit) + limit.window_s + _under_way_s(limit)


def _used(slots: Mapping[str, int], limit: Limit, now_s: int) -> int:
    """Return how many calls count against a window that the present instant is in."""
    return slots.get(str(_slot_of(limit, now_s)), 0) if limit.is_aligned else sum(slots.values())


def _add(slots: dict[str, int], where: Sequence[int], calls: int) -> None:
    for slot in where:
        slots[str(slot)] = slots.get(str(slot), 0) + calls


def _kept(spent: Counted, limits: Sequence[Limit], now_s: int) -> Spent:
    left = {str(limit.window_s): _left(spent, limit, now_s) for limit in limits}
    if _paused_until_s(spent) > now_s:
        left[PAUSED] = dict(spent[PAUSED])
    if UNANSWERED in spent:
        left[UNANSWERED] = dict(spent[UNANSWERED])
    return left


def _left(spent: Counted, limit: Limit, now_s: int) -> dict[str, int]:
    slots = spent.get(str(limit.window_s), {})
    return {slot: calls for slot, calls in slots.items() if _ends_s(limit, int(slot)) > now_s}


def _fits_from_s(
    slots: Mapping[str, int], limit: Limit, free: int, now_s: int, within_s: int
) -> int:
    """Return when no more than `free` calls are spent; now where it is so already."""
    if limit.is_aligned:
        touched = _slots_of(limit, now_s, within_s)
        full = [slot for slot in touched if slots.get(str(slot), 0) > free]
        return max((_ends_s(limit, slot) for slot in full), default=now_s)
    calls = sum(slots.values())
    for slot in sorted(slots, key=int):
        if calls <= free:
            break
        now_s = _ends_s(limit, int(slot))
        calls -= slots[slot]
    return now_s
