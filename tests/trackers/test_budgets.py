"""Calls and windows: whenever they are made, no window of the provider's sees too many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack import db
from fittrack.trackers.budgets import repository, rules, service
from fittrack.trackers.budgets.service import BudgetSpent
from fittrack.trackers.providers.base import Limit, Usage
from fittrack.trackers.providers.google_health import GoogleHealth

BEGINS_AT = datetime(2026, 11, 20, 11, 59, 30, tzinfo=UTC)
# Windows with an hour's borders near, so that calls crowd there; one length once.
LIMITS = st.lists(
    st.builds(
        Limit,
        st.sampled_from([20, 60, 900]),
        st.integers(1, 4),
        is_aligned=st.booleans(),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda limit: limit.window_s,
)
# Calls that are counted together go out within so many seconds.
WITHIN_S = 8
# Seconds to wait before a call, its share of the longest way, whether somebody waits for it, and
# how many more are counted with it.
CALLS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0.3, 0.9, 2.7, 6.4, 12.8, 16.9, 250]),
        st.sampled_from([0, 0.5, 1]),
        st.booleans(),
        st.sampled_from([0, 0, 1, 3]),
    ),
    min_size=5,
    max_size=40,
)


@dataclass(frozen=True)
class Call:
    """A call that was let through: when, and the share of the longest way that it took."""

    at: datetime
    share: float

    def arrives_s(self, limit, apart):
        """Return when it is counted by a provider whose clock is `apart` of the most from ours."""
        under_way_s = self.share * rules._under_way_s(limit)
        skew_s = apart * rules._apart_s(limit) if limit.is_aligned else 0
        return self.at.timestamp() + under_way_s + skew_s


def most_seen(calls, limit, apart):
    """Return how many calls the fullest window of a provider holds."""
    arrivals = sorted(call.arrives_s(limit, apart) for call in calls)
    if limit.is_aligned:
        return max(Counter(int(at_s // limit.window_s) for at_s in arrivals).values(), default=0)
    return max(
        (sum(at_s - limit.window_s < one <= at_s for one in arrivals) for at_s in arrivals),
        default=0,
    )


def made(limits, calls):
    """Make calls one after the other; return those that were let through, and what is spent.

    A refusal names an instant, and whoever comes again then is let through.
    """
    spent, now, passed = {}, BEGINS_AT, []
    most = min(limit.calls for limit in limits)
    for wait_s, share, is_urgent, more in calls:
        now += timedelta(seconds=wait_s)
        more = min(more, most - 1)
        what = {"is_urgent": is_urgent or more > 0, "calls": 1 + more}
        what["within_s"] = WITHIN_S if more else 0
        after = rules.take(spent, limits, now=now, **what)
        if isinstance(after, datetime):
            assert now < after < now + timedelta(seconds=3 * max(each.window_s for each in limits))
            now = after
            after = rules.take(spent, limits, now=now, **what)
            assert isinstance(after, dict), "refused at the instant that was named"
        spent = after
        passed += [Call(now, share), *more * [Call(now + timedelta(seconds=WITHIN_S), share)]]
    return passed, spent, now


@settings(max_examples=120, deadline=None)
@given(LIMITS, CALLS, st.sampled_from([-1, 0, 1]))
def test_no_window_of_the_provider_sees_more_calls_than_it_may(limits, calls, apart):
    passed, _, _ = made(limits, calls)
    for limit in limits:
        assert most_seen(passed, limit, apart) <= limit.calls


def test_a_refusal_names_the_first_instant_at_which_every_window_has_room():
    """Calls at a border count on both sides of it, and fill what comes next as well."""
    limits, spent = [Limit(900, 2, is_aligned=True), Limit(20, 9)], {}
    for _ in range(2):
        spent = rules.take(spent, limits, is_urgent=True, now=BEGINS_AT + timedelta(seconds=20))
    refused = rules.take(spent, limits, is_urgent=True, now=BEGINS_AT + timedelta(seconds=21))
    assert refused == datetime(2026, 11, 20, 12, 15, 5, tzinfo=UTC)


def test_calls_that_are_counted_together_are_counted_all_or_none():
    limits = [Limit(60, 5)]
    spent = rules.take({}, limits, is_urgent=True, calls=3, now=BEGINS_AT)
    assert isinstance(rules.take(spent, limits, is_urgent=True, calls=3, now=BEGINS_AT), datetime)
    assert isinstance(rules.take(spent, limits, is_urgent=True, calls=2, now=BEGINS_AT), dict)


@pytest.mark.parametrize(
    ("limit", "waits_s"), [(Limit(20, 2), 28), (Limit(60, 2, is_aligned=True), 73)]
)
def test_calls_that_go_out_later_count_until_no_window_can_hold_them(limit, waits_s):
    now = BEGINS_AT + timedelta(seconds=17)
    spent = rules.take({}, [limit], is_urgent=True, calls=2, within_s=WITHIN_S, now=now)
    refused = rules.take(spent, [limit], is_urgent=True, now=now)
    assert refused >= now + timedelta(seconds=waits_s)


def test_more_calls_than_a_window_holds_wait_for_an_empty_one():
    limits = [Limit(60, 2, is_aligned=True), Limit(20, 2)]
    assert isinstance(rules.take({}, limits, is_urgent=True, calls=9, now=BEGINS_AT), dict)
    spent = rules.take({}, limits, is_urgent=True, now=BEGINS_AT)
    assert isinstance(rules.take(spent, limits, is_urgent=True, calls=9, now=BEGINS_AT), datetime)


def test_what_no_limit_counts_waits_for_no_limit():
    """Only a provider that does not answer is left alone."""
    spent = rules.take({}, [Limit(60, 1)], is_urgent=True, now=BEGINS_AT)
    paused = rules.paused(spent, [], until_at=BEGINS_AT + timedelta(hours=1), now=BEGINS_AT)
    for known in (spent, paused):
        free = rules.take(known, [Limit(60, 1)], is_urgent=True, calls=0, now=BEGINS_AT)
        assert isinstance(free, dict)
    for _ in range(rules.MOST_UNANSWERED):
        spent = rules.unanswered(spent, [], now=BEGINS_AT)
    refused = rules.take(spent, [], is_urgent=True, calls=0, now=BEGINS_AT)
    assert refused == BEGINS_AT + rules.FIRST_REST


@settings(max_examples=50, deadline=None)
@given(LIMITS, st.lists(st.sampled_from([0, 0.3, 2.7]), min_size=20, max_size=60))
def test_polling_leaves_a_share_to_those_who_wait(limits, waits_s):
    spent, now = {}, BEGINS_AT
    for wait_s in waits_s:
        now += timedelta(seconds=wait_s)
        after = rules.take(spent, limits, is_urgent=False, now=now)
        if isinstance(after, datetime) and all(limit.calls >= 2 for limit in limits):
            assert isinstance(rules.take(spent, limits, is_urgent=True, now=now), dict)
        spent = spent if isinstance(after, datetime) else after


@settings(max_examples=50, deadline=None)
@given(LIMITS, CALLS, st.integers(0, 9))
def test_what_the_provider_says_is_spent_is_spent(limits, calls, told):
    """It is never lowered by what is said, and a pause ends when it was said to end."""
    _, spent, now = made(limits, calls)
    said = [Usage(limit.window_s, told, limit.calls) for limit in limits]
    before = rules.take(spent, limits, is_urgent=True, now=now)
    learned = rules.learned(spent, limits, said, now=now)
    after = rules.take(learned, limits, is_urgent=True, now=now)
    full = any(told >= limit.calls for limit in limits)
    assert isinstance(after, datetime) == (full or isinstance(before, datetime))
    until_at = now.replace(microsecond=0) + timedelta(hours=1)
    paused = rules.paused(learned, limits, until_at=until_at, now=now)
    assert rules.take(paused, limits, is_urgent=True, now=now) >= until_at
    assert isinstance(rules.take(paused, limits, is_urgent=True, now=until_at), dict)


def test_a_call_that_all_together_may_not_make_costs_its_member_nothing(database):
    now, adapter = BEGINS_AT, GoogleHealth()
    shared = [limit for limit in adapter.facts.limits if not limit.is_per_member]
    service.pause(adapter, "c", until_at=now + timedelta(minutes=1), now=now)
    with pytest.raises(BudgetSpent):
        service.spend(adapter, "c", now=now)
    with db.transaction("look") as tx:
        assert repository.lock_budget(tx, "google_health:c") is None
        assert repository.lock_budget(tx, "google_health") is not None
    assert len(shared) == 2
