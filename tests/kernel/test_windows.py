"""Moving windows, in Redis and in memory alike."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis import Redis

from fittrack import windows
from fittrack.redis_link import RedisLink
from fittrack.windows import Counter, MemoryWindows

WINDOW_S = 60
AT_MS = 1_000_000


@pytest.fixture
def link(redis_url):
    Redis.from_url(redis_url).flushall()
    return RedisLink(redis_url)


@pytest.fixture(params=["redis", "memory"])
def take(request, link):
    """Return how a request is counted, by Redis or by the process."""
    memory = MemoryWindows()
    if request.param == "memory":
        return memory.take
    return lambda counters: windows.take(link, counters)


def counter(amount, key="limits:a", window_s=WINDOW_S):
    return Counter(key, amount, window_s)


def test_as_many_as_allowed_pass_and_no_more(take):
    passages = [take([counter(3)]) for _ in range(5)]
    assert [passage.is_refused for passage in passages] == [False] * 3 + [True] * 2
    assert [passage.nearest.remaining for passage in passages] == [2, 1, 0, 0, 0]
    assert all(50 <= passage.nearest.reset_s <= 60 for passage in passages)


def test_a_request_that_one_counter_refuses_moves_none_of_them(take):
    narrow, wide = counter(1, "limits:narrow"), counter(9, "limits:wide")
    take([narrow, wide])
    refused = take([narrow, wide])
    assert refused.is_refused
    assert (refused.nearest.amount, refused.nearest.remaining) == (1, 0)
    assert take([wide]).nearest.remaining == 7


def test_the_fullest_counter_is_the_one_that_is_told(take):
    many, few = counter(10, "limits:many"), counter(5, "limits:few")
    assert take([many, few]).nearest.amount == 5
    for _ in range(7):
        take([many])
    assert take([many, few]).nearest.amount == 10


def test_a_lower_limit_counts_what_passed_under_a_higher_one(take):
    for _ in range(4):
        take([counter(9)])
    lowered = take([counter(2)])
    assert (lowered.is_refused, lowered.nearest.remaining) == (True, 0)


def test_a_second_after_the_oldest_left_the_next_may_pass(take):
    import time

    brief = counter(2, window_s=1)
    while not (passage := take([brief])).is_refused:
        pass
    time.sleep(passage.nearest.reset_ms / 1000 + 0.005)
    assert not take([brief]).is_refused


def test_many_threads_pass_exactly_as_often_as_allowed(take):
    with ThreadPoolExecutor(8) as threads:
        passages = list(threads.map(lambda _: take([counter(50)]), range(200)))
    assert sum(not passage.is_refused for passage in passages) == 50


def test_redis_reads_a_value_in_the_same_trip_for_those_who_pass(link):
    Redis.from_url(link_url(link)).set("cache:a", b"body")
    first = windows.take(link, [counter(1)], value_key="cache:a")
    refused = windows.take(link, [counter(1)], value_key="cache:a")
    assert (first.value, refused.value) == (b"body", None)
    assert windows.take(link, [counter(9, "limits:b")], value_key="cache:none").value is None


def link_url(link):
    return f"unix://{link._pool.connection_kwargs['path']}"


def test_a_counter_leaves_redis_when_its_window_has_passed(link):
    windows.take(link, [counter(5)])
    assert 0 < Redis.from_url(link_url(link)).pttl("limits:a") <= WINDOW_S * 1000


def test_memory_forgets_the_counters_that_were_not_asked_for_longest():
    memory = MemoryWindows(most_keys=2)
    for key in ("a", "b", "a", "c"):
        memory.take([counter(9, key)])
    assert memory.take([counter(9, "a")]).nearest.remaining == 6
    assert memory.take([counter(9, "b")]).nearest.remaining == 8


@settings(max_examples=60)
@given(st.integers(1, 6), st.lists(st.integers(0, 40_000), min_size=1, max_size=60))
def test_no_window_ever_holds_more_than_its_limit(amount, pauses_ms):
    memory, passed, now_ms = MemoryWindows(), deque(), AT_MS
    for pause_ms in pauses_ms:
        now_ms += pause_ms
        passage = memory.take([counter(amount)], now_ms=now_ms)
        inside = [at_ms for at_ms in passed if at_ms > now_ms - WINDOW_S * 1000]
        assert passage.is_refused == (len(inside) >= amount)
        if not passage.is_refused:
            passed.append(now_ms)
            inside.append(now_ms)
        assert passage.nearest.remaining == amount - len(inside)
        assert passage.nearest.reset_ms == inside[0] + WINDOW_S * 1000 - now_ms
