"""Whose turn it is, and what is read next: decisions without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from fittrack.trackers.budgets import rules as budgets
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import Limit, Malformed, RawItem, RawPage, Window
from fittrack.trackers.syncing import rules
from fittrack.trackers.syncing.models import Known, Step, StreamState
from fittrack.trackers.syncing.vanished import Sweep
from fittrack.wire import Answer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FACTS = ADAPTERS["strava"].facts
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def state_of(read_to_at=None, filled_to_at=None):
    return StreamState("c", "workouts", read_to_at, filled_to_at, None)


def backfill(connected_at=NOW):
    """Return how many days ago each piece of a first reading begins."""
    state, found = state_of(), []
    while step := rules.next_step(state, FACTS, connected_at=connected_at, now=NOW):
        found.append((NOW - step.window.from_at) / DAY)
        state = rules.after_page(state, step, None)
    return found


def test_the_last_week_comes_first_and_a_month_takes_three_pieces():
    assert backfill() == [7, 21, 30]


def test_no_piece_of_the_past_is_longer_than_four_weeks():
    facts = replace(FACTS, backfill=400 * DAY)
    state = state_of(NOW, NOW - 60 * DAY)
    step = rules.next_step(state, facts, connected_at=NOW, now=NOW)
    assert step.window == Window(NOW - 88 * DAY, NOW - 60 * DAY)


@pytest.mark.parametrize(
    ("read_ago", "synced_ago", "is_read"),
    [
        (10 * MINUTE, None, True),
        (10 * MINUTE, 20 * MINUTE, True),
        (10 * MINUTE, 5 * MINUTE, False),
        (2 * HOUR, None, False),
    ],
)
def test_a_round_that_was_cut_short_does_not_begin_again(read_ago, synced_ago, is_read):
    synced_at = NOW - synced_ago if synced_ago else None
    state = state_of(NOW - read_ago)
    assert rules.is_read_already(state, FACTS, synced_at=synced_at, now=NOW) is is_read


def test_who_has_waited_longest_comes_back_first():
    waits = [rules.queueing(waited, 1.0) for waited in (0 * MINUTE, 15 * MINUTE, HOUR, DAY)]
    assert waits == sorted(waits, reverse=True)
    assert waits[0] == rules.SPREAD
    # Not even luck lets somebody who came just now before somebody who has waited an hour.
    assert rules.queueing(HOUR, 1.0) < rules.queueing(0 * MINUTE, 0.0)


@pytest.mark.parametrize(
    ("provider", "calls"),
    [("strava", 10), ("whoop", 10), ("withings", 12), ("polar", 50), ("oura", 500)],
)
def test_a_turn_is_a_tenth_of_the_scarcest_window(provider, calls):
    assert rules.turn_calls(ADAPTERS[provider].facts) == calls


def test_no_turn_is_too_short_to_come_on():
    assert rules.turn_calls(replace(FACTS, limits=(Limit(60, 20),))) == rules.LEAST_TURN
    assert rules.turn_calls(replace(FACTS, limits=(Limit(60, 20, is_per_member=True),))) is None


@pytest.mark.parametrize("is_aligned", [True, False])
def test_calls_are_scarce_once_half_of_what_polls_may_have_is_spent(is_aligned):
    limits = (Limit(900, 100, is_aligned=is_aligned), Limit(86_400, 10_000, is_aligned=True))
    spent, found = {}, []
    for _ in range(41):
        spent = budgets.take(spent, limits, is_urgent=False, now=NOW + 450 * timedelta(seconds=1))
        found.append(budgets.is_scarce(spent, limits, now=NOW + 450 * timedelta(seconds=1)))
    assert found == [False] * 40 + [True]


def test_an_object_whose_rest_could_not_be_read_is_news_the_next_time():
    item = RawItem("7", "v1", {})
    bare = rules.without_rest(item)
    assert rules.is_news(Known("7", bare.version, False, None, NOW), item)
    assert not rules.is_news(Known("7", bare.version, False, None, NOW), bare)


@pytest.mark.parametrize("told", ["v1", "v1.more"])
def test_a_rest_is_late_after_a_sync_some_hours_after_its_object_came(told):
    item, bare = RawItem("7", "v1", {}), rules.without_rest(RawItem("7", told, {}))
    known = Known("7", bare.version, False, None, NOW)
    for hours, is_late in ((5, False), (6, True)):
        synced_at = NOW + timedelta(hours=hours)
        assert rules.is_rest_late(known, item, synced_at=synced_at) == is_late
    for other in (None, replace(known, version=told), replace(known, version="-v2")):
        assert not rules.is_rest_late(other, item, synced_at=NOW + timedelta(days=9))
    assert not rules.is_rest_late(known, item, synced_at=None)


EARLIER, LATER = "2026-11-20T08:00:00.000Z", "2026-11-20T08:00:00.001Z"


def whoop(updated_at, **over):
    return {"id": "7", "updated_at": updated_at} | over


def google(updated_at, **over):
    return {"name": "users/1/dataPoints/7", "exercise": {"updateTime": updated_at} | over}


def withings(updated_at, **over):
    told = {EARLIER: 1700000000, LATER: 1700000001, None: None}
    return {"id": 7, "modified": told[updated_at]} | over


@pytest.mark.parametrize(
    ("provider", "page_of_rows", "told"),
    [
        ("whoop", lambda rows: {"records": rows}, whoop),
        ("google_health", lambda rows: {"dataPoints": rows}, google),
        ("withings", lambda rows: {"status": 0, "body": {"series": rows}}, withings),
    ],
)
def test_a_late_page_with_an_older_version_takes_nothing_back(provider, page_of_rows, told):
    rows = [told(EARLIER), told(LATER), told(LATER, calories=1), told(None, calories=2)]
    answer = Answer(200, {}, orjson.dumps(page_of_rows(rows)))
    older, newer, other, undated = ADAPTERS[provider].read_page("workouts", answer, None).items
    for known in (newer, rules.without_rest(newer)):
        found = Known("7", known.version, False, None, NOW)
        assert not rules.is_news(found, older)
        assert rules.is_news(found, other)
        # Without a time nothing tells which of two is newer.
        assert rules.is_news(found, undated)
    assert rules.is_news(Known("7", older.version, False, None, NOW), newer)
    assert all(len(item.version) < 60 for item in (older, newer, undated))


def test_a_version_from_the_future_keeps_no_later_one_out():
    def at(made_at):
        return f"{int(made_at.timestamp() * 1000)}~{made_at:%H%M}"

    for ahead, is_news in ((timedelta(minutes=4), False), (timedelta(hours=12), True)):
        known = Known("7", at(NOW + ahead), False, None, NOW)
        honest = RawItem("7", at(NOW + timedelta(minutes=3)), {})
        assert rules.is_news(known, honest) == is_news
        assert rules.is_news(replace(known, version=rules.without_rest(honest).version), honest)


def test_of_a_day_of_two_devices_an_older_count_may_be_more():
    days = [
        {"date": "2026-11-20", "steps": steps, "modified": 1700000000 - steps} for steps in (5, 9)
    ]
    answers = [{"status": 0, "body": {"activities": [day]}} for day in days]
    first, more = (
        ADAPTERS["withings"].read_page("steps", Answer(200, {}, orjson.dumps(one)), None).items[0]
        for one in answers
    )
    assert rules.is_news(Known("2026-11-20", first.version, False, None, NOW), more)


def test_a_window_is_begun_anew_once_for_the_failures_of_a_token():
    step = Step(Window(NOW - 28 * DAY, NOW), "1", 0, is_backfill=True)
    begun = rules.after_page(state_of(), step, "2")
    assert [rules.begun_anew(begun, failures) for failures in (0, 1, 3, 7)] == [begun] * 4
    anew = rules.begun_anew(begun, 2)
    first = rules.next_step(anew, FACTS, connected_at=NOW, now=NOW)
    assert (first.token, first.pages, first.window) == (None, 0, step.window)
    further = rules.after_page(anew, first, "2")
    assert [rules.begun_anew(further, failures) for failures in range(2, 8)] == [further] * 6
    # No token lives for ever: after some hours of failures none of that age is left.
    assert rules.begun_anew(further, 8).window_json["token"] is None
    over = rules.after_page(further, step, None)
    assert (over.window_json, rules.begun_anew(over, 2)) == (None, over)


@pytest.mark.parametrize(
    ("provider", "days", "is_backfill", "is_sweep"),
    [
        ("strava", 30, False, True),
        ("strava", 14, False, False),
        ("strava", 30, True, False),
        ("polar", 30, False, True),
    ],
)
def test_what_reads_all_again_is_a_sweep(provider, days, is_backfill, is_sweep):
    step = Step(Window(NOW - days * DAY, NOW), None, 0, is_backfill=is_backfill)
    assert rules.is_sweep(step, ADAPTERS[provider].facts) is is_sweep


@pytest.mark.parametrize(
    ("provider", "connections", "hours"),
    [
        ("polar", 40, 1),
        ("polar", 200, 4.8),
        ("strava", 33, 24),
        ("strava", 1600, 48),
        ("whoop", 200, 2),
        ("google_health", 10_000, 0.25),
    ],
)
def test_all_are_polled_as_often_as_the_limits_let_them(provider, connections, hours):
    facts = ADAPTERS[provider].facts
    wait = rules.poll_wait(facts, connections)
    assert wait == timedelta(hours=hours)
    for limit in (one for one in facts.limits if not one.is_per_member):
        calls = connections * len(facts.streams) * limit.window_s / wait.total_seconds()
        assert calls <= limit.calls * 0.8 + 1e-6


def page_of(*ids, next_token=None):
    return RawPage(tuple(RawItem(one, "v", {}) for one in ids), next_token)


def test_pages_that_say_nothing_new_and_go_on_are_endless():
    sweep = Sweep("workouts")
    sweep.see(page_of("1", "2", next_token="2"), is_first=True)
    sweep.see(page_of("2", "3", next_token="3"), is_first=False)
    sweep.see(page_of(next_token="4"), is_first=False)
    sweep.see(page_of("3"), is_first=False)
    with pytest.raises(Malformed):
        sweep.see(page_of("3", "1", next_token="5"), is_first=False)


def test_only_who_has_seen_the_first_page_has_seen_all():
    late = Sweep("workouts")
    late.see(page_of("2"), is_first=False)
    assert not late.is_whole
    late.see(page_of("1"), is_first=True)
    assert (late.is_whole, late.seen) == (True, {"1"})
