"""Moving windows: how many requests each counter let through in its last so many seconds.

A counter is the list of the times of what it let through, oldest first. Redis counts for all
processes at once and by one clock, its own; while it is away each process counts in its memory.
A request moves all of its counters or, where one of them is full, none.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from fittrack.redis_link import RedisLink, Script

MOST_KEYS = 20_000

# For each counter its list, then at most one more key, which is read if the request may pass.
# Returns 0 or 1 for refused, each counter's requests and the ms until its oldest leaves, the value.
TAKE = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local counters = #ARGV / 2
local answer = {0}
for i = 1, counters do
    local key, amount, window = KEYS[i], tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local oldest = tonumber(redis.call('LINDEX', key, 0))
    while oldest and oldest <= now - window do
        redis.call('LPOP', key)
        oldest = tonumber(redis.call('LINDEX', key, 0))
    end
    local count = redis.call('LLEN', key)
    if count >= amount then answer[1] = 1 end
    answer[2 * i] = count
    answer[2 * i + 1] = math.min(window, (oldest or now) + window - now)
end
if answer[1] == 0 then
    for i = 1, counters do
        redis.call('RPUSH', KEYS[i], now)
        redis.call('PEXPIRE', KEYS[i], ARGV[2 * i])
        answer[2 * i] = answer[2 * i] + 1
    end
    if KEYS[counters + 1] then
        answer[2 * counters + 2] = redis.call('GET', KEYS[counters + 1])
    end
end
return answer
""")


class Counter(NamedTuple):
    """What a request moves: `amount` requests may pass in any `window_s`."""

    key: str
    amount: int
    window_s: int


class Standing(NamedTuple):
    """How a counter stands after a request; `reset_ms` until its oldest request leaves it."""

    amount: int
    window_s: int
    remaining: int
    reset_ms: int

    @property
    def reset_s(self) -> int:
        """Return the whole seconds after which the counter lets another request through."""
        return -(-self.reset_ms // 1000)


class Passage(NamedTuple):
    """Whether a request may pass, how its counters stand, and what was read besides."""

    is_refused: bool
    standings: Sequence[Standing]
    value: bytes | None = None

    @property
    def nearest(self) -> Standing:
        """Return the counter that decides: the fullest, of full ones the one full for longest."""
        return min(self.standings, key=lambda standing: (standing.remaining, -standing.reset_ms))


def take(link: RedisLink, counters: Sequence[Counter], *, value_key: str | None = None) -> Passage:
    """Count a request in Redis and read a value besides, in one round trip. Raises: RedisAway."""
    keys = [counter.key for counter in counters]
    arguments: list[Any] = []
    for counter in counters:
        arguments += (counter.amount, counter.window_s * 1000)
    if value_key is not None:
        keys.append(value_key)
    refused, *rest = link.run(TAKE, keys, arguments)
    standings = [
        _standing(counter, count=rest[2 * at], reset_ms=rest[2 * at + 1])
        for at, counter in enumerate(counters)
    ]
    return Passage(bool(refused), standings, _value(rest[2 * len(counters) :]))


def _value(rest: list[Any]) -> bytes | None:
    return rest[0] if rest else None


def _standing(counter: Counter, *, count: int, reset_ms: int) -> Standing:
    remaining = max(0, counter.amount - count)
    return Standing(counter.amount, counter.window_s, remaining, reset_ms)


class MemoryWindows:
    """The counters of one process; those that were not asked for longest are forgotten first."""

    def __init__(self, most_keys: int = MOST_KEYS) -> None:
        self._most_keys = most_keys
        self._lists: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, counters: Sequence[Counter], *, now_ms: int | None = None) -> Passage:
        """Count a request of this process, as `take` does in Redis."""
        now_ms = time.monotonic_ns() // 1_000_000 if now_ms is None else now_ms
        with self._lock:
            lists = [self._current(counter, now_ms) for counter in counters]
            is_refused = any(
                len(times) >= counter.amount for times, counter in zip(lists, counters, strict=True)
            )
            standings = []
            for times, counter in zip(lists, counters, strict=True):
                oldest_ms = times[0] if times else now_ms
                if not is_refused:
                    times.append(now_ms)
                reset_ms = oldest_ms + counter.window_s * 1000 - now_ms
                standings.append(_standing(counter, count=len(times), reset_ms=reset_ms))
        return Passage(is_refused, standings)

    def _current(self, counter: Counter, now_ms: int) -> deque[int]:
        times = self._lists.setdefault(counter.key, deque())
        self._lists.move_to_end(counter.key)
        while times and times[0] <= now_ms - counter.window_s * 1000:
            times.popleft()
        while len(self._lists) > self._most_keys:
            self._lists.popitem(last=False)
        return times
