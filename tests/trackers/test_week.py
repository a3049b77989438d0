"""A week of members on all simulated trackers, every kind of trouble in it: all comes in, once.

`make trackers-week` runs it with 200 connections (FITTRACK_WEEK, FITTRACK_SEED); each test run with
a few.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack import config
from tests.conformance import engines
from tests.trackers.week import counting, sending
from tests.trackers.week.weeks import CONNECTIONS, DAY, IS_WHOLE, PROVIDERS, Week

DAYS = 7 if IS_WHOLE else 2
LIVELY, STILL = (timedelta(hours=hours) for hours in ((6, 24) if IS_WHOLE else (12, 48)))
# Polls find within a day what nobody tells of, and within a week what pages have kept from us.
CALM_DAYS = 9
CALLS_EACH_LOOK = 10
pytestmark = pytest.mark.skipif(engines.name() != "sqlite", reason="reads SQLite's own file")


def test_a_week_of_trouble_loses_and_doubles_nothing(client, trackers, database):
    config.use(replace(config.current(), tracker_call_ms=1000))
    week = Week(client, trackers, database)
    for number in range(CONNECTIONS):
        week.join(number)
    began_at = week.world.now()
    live_through(week, began_at)
    calm_from_at = week.world.now()
    be_calm(week)
    counting.report(week, calm_from_at, (week.world.now() - began_at) / DAY)
    assert_all_came_once(week)
    assert_those_who_left_are_left_alone(week)
    assert_no_limit_was_passed(week)
    for member in (one for one in week.members if one.provider == "strava"):
        assert counting.calories_amiss(week, member) == []
    assert counting.recomputed(week) == []
    # What came in a week of trouble, and its points, is what comes in at once.
    assert counting.unlike_read_anew(week) == []
    assert_no_limit_was_passed(week)


def live_through(week, began_at):
    """Let a week of trouble pass."""
    week.plan(began_at, DAYS, is_calm=False)
    for name in PROVIDERS:
        week.at(
            began_at + DAY * week.chance.uniform(0.4, DAYS - 1.4),
            lambda name=name: away(week, name),
        )
    for member in (one for one in week.members if one.leaving):
        at = began_at + DAY * week.chance.uniform(0.5, DAYS - 0.5)
        week.at(at, lambda member=member: week.leave(member))
    for number in range(int(DAYS * DAY / LIVELY)):
        week.at(began_at + LIVELY * number, lambda: trouble(week))
    week.live(began_at + DAYS * DAY, LIVELY)


def away(week, name):
    week.be_away(name)
    week.came["away for a day"] += 1


def trouble(week):
    week.spoil(CALLS_EACH_LOOK * max(1, CONNECTIONS // len(PROVIDERS)))
    member = week.chance.choice(week.members)
    assert sending.forge(member, week.chance, week.world.now())
    week.came["webhooks forged"] += 1


def be_calm(week):
    """Let the week after pass, in which nothing goes wrong and most sit still."""
    for name in PROVIDERS:
        week.come_back(name)
    week.plan(week.world.now(), 1, is_calm=True)
    week.live(week.world.now() + 2 * DAY, LIVELY)
    week.live(week.world.now() + (CALM_DAYS - 2) * DAY, STILL)


def assert_all_came_once(week):
    amiss = [
        (member.email, member.provider, lost, more)
        for member in week.members
        if member.leaving in {"", "back"}
        for lost, more in (
            counting.workouts_amiss(week, member),
            counting.nights_amiss(week, member),
        )
        if lost or more
    ]
    assert amiss == []
    rows = week.database.raw().execute("SELECT status, COUNT(*) FROM connections GROUP BY status")
    stood = [one.leaving for one in week.members]
    ended = sum(one in {"keep", "delete"} for one in stood)
    expected = {
        "reauth_required": stood.count("revoked"),
        "disconnected": ended,
        "active": len(stood) - ended - stood.count("revoked"),
    }
    assert dict(rows.fetchall()) == {name: number for name, number in expected.items() if number}


def assert_those_who_left_are_left_alone(week):
    for member in (one for one in week.members if one.leaving not in {"", "back"}):
        here = counting.brought(week, member)
        assert max(here.values(), default=1) == 1, member.email
        assert member.knocks() == member.knocks_known, member.email
        if member.leaving == "delete":
            assert here == {}, member.email


def assert_no_limit_was_passed(week):
    for name in PROVIDERS:
        tracker = week.trackers[name]
        for window in tracker.windows:
            assert tracker.most_asked.get(window.window_s, 0) <= window.calls, name
