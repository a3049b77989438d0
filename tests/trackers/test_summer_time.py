"""Days of 23 and 25 hours: workouts, sleeps and steps across the change, however they are dated."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from fittrack.clock import utc_now
from fittrack.simulator.trackers.histories import Account, Day, Night, new_workout
from fittrack.simulator.trackers.service import Family
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import RECOVERY, SLEEP, STEPS, WORKOUTS, Grant, Window
from fittrack.trackers.syncing.parts import day_begins_at
from fittrack.trackers.syncing.rests import sleep_of
from tests.trackers.lives import ACTIVITY_PROVIDERS
from tests.trackers.provider_bodies import Stage

# Where clocks change by an hour at night, by half an hour, and at midnight itself.
CHANGES = (
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Africa/Cairo", date(2026, 4, 24)),
)
IDS = [f"{zone.rpartition('/')[2]}-{day:%m}" for zone, day in CHANGES]


def change_at(zone, day):
    """Return the instant at which the clock changes on a day, to the minute."""
    at = datetime.combine(day - timedelta(days=1), time(12), UTC)
    before = at.astimezone(zone).utcoffset()
    while at.astimezone(zone).utcoffset() == before:
        at += timedelta(minutes=30)
    return at


@lru_cache
def stage(provider):
    return Stage(ADAPTERS[provider])


@dataclass(frozen=True)
class Lived:
    """Somebody around a change of their clock; `grant` lets us see what they did."""

    account: Account
    grant: Grant
    zone: ZoneInfo
    changed_at: datetime


@lru_cache
def lived(provider, name, day):
    """Return Ana, who exercised and slept across a change of her clock."""
    zone = ZoneInfo(name)
    changed_at = change_at(zone, day)
    on = stage(provider)
    on.tracker.world.ahead_s = (changed_at + timedelta(days=3) - utc_now()).total_seconds()
    account = on.tracker.account(f"ana@{day}.{name}")
    family = Family(account, frozenset(on.adapter.facts.scopes))
    grant = replace(on.grant, access_token=on.tracker.issue(family).access_token)
    for request in on.adapter.admit(on.app, grant):
        on.adapter.read_admitted(on.ask(request))
    account.zone_name = name
    account.workouts.clear()
    account.nights.clear()
    account.days.clear()
    # Before, across, and in both of the hours that the clock showed twice; and a day later.
    for number, minutes in enumerate((-300, -20, 15, 75, 1440), 9_007_199_254_740_993):
        made = new_workout(number, changed_at + timedelta(minutes=minutes), random.Random(number))
        account.workouts[number] = replace(made, elapsed_s=2400, moving_s=2400)
    for number, hours in enumerate((-27, -3, 21), 77):
        account.nights[number] = _night(number, changed_at + timedelta(hours=hours))
    for ahead in range(-2, 3):
        told = (day + timedelta(days=ahead)).isoformat()
        account.days[told] = Day(told, 5000 + ahead, 30, changed_at)
    return Lived(account, grant, zone, changed_at)


def _night(number, started_at):
    ended_at = started_at + timedelta(hours=7)
    return Night(
        number, started_at, ended_at, 4800, 5400, 13_200, 1800, 52, 60.5, 70, ended_at, ended_at
    )


def records(provider, name, day, stream):
    """Return what an adapter reads of a stream around a change, by when it began or its day."""
    on, ana = stage(provider), lived(provider, name, day)
    now = ana.changed_at + timedelta(days=3)
    on.tracker.world.ahead_s = (now - utc_now()).total_seconds()
    window = Window(now - timedelta(days=8), now)
    answer = on.ask(on.adapter.page(on.app, ana.grant, stream, window, None))
    page = on.adapter.read_page(stream, answer, None)
    return [record for item in page.items for record in on.adapter.normalise(stream, item)]


def of(stream):
    return [name for name in ACTIVITY_PROVIDERS if stream in ADAPTERS[name].facts.streams]


@pytest.mark.parametrize("provider", of(WORKOUTS))
@pytest.mark.parametrize(("name", "day"), CHANGES, ids=IDS)
def test_a_workout_is_when_it_was_by_whichever_clock(provider, name, day):
    ana = lived(provider, name, day)
    found = [record.recording for record in records(provider, name, day, WORKOUTS)]
    done = sorted(ana.account.workouts.values(), key=lambda one: one.started_at)
    found.sort(key=lambda one: one.started_at)
    assert [one.started_at for one in found] == [one.started_at for one in done]
    assert [one.elapsed_s for one in found] == [2400] * len(done)
    for one in found:
        wall = one.started_at.astimezone(ana.zone).utcoffset().total_seconds()
        assert one.utc_offset_s == wall


@pytest.mark.parametrize("provider", of(SLEEP))
@pytest.mark.parametrize(("name", "day"), CHANGES, ids=IDS)
def test_a_night_is_as_long_as_it_was_and_of_the_day_of_its_end(provider, name, day):
    ana = lived(provider, name, day)
    found = sorted(records(provider, name, day, SLEEP), key=lambda one: one.started_at)
    slept = sorted(ana.account.nights.values(), key=lambda one: one.started_at)
    assert [(one.started_at, one.ended_at) for one in found] == [
        (one.started_at, one.ended_at) for one in slept
    ]
    days = [sleep_of(provider, one, zone=ana.zone, now=utc_now()).day_on for one in found]
    assert days == [one.ended_at.astimezone(ana.zone).date() for one in slept]


@pytest.mark.parametrize("provider", [name for name in of(RECOVERY) if name != "whoop"])
@pytest.mark.parametrize(("name", "day"), CHANGES, ids=IDS)
def test_a_recovery_is_of_the_day_of_waking(provider, name, day):
    ana = lived(provider, name, day)
    found = sorted(one.day_on for one in records(provider, name, day, RECOVERY))
    nights = ana.account.nights.values()
    assert found == sorted(one.ended_at.astimezone(ana.zone).date() for one in nights)


@pytest.mark.parametrize("provider", of(STEPS))
@pytest.mark.parametrize(("name", "day"), CHANGES, ids=IDS)
def test_steps_are_of_the_day_they_were_made_on(provider, name, day):
    ana = lived(provider, name, day)
    found = records(provider, name, day, STEPS)
    assert {one.day_on.isoformat(): one.steps for one in found} == {
        told.day: told.steps for told in ana.account.days.values()
    }
    for one in found:
        # By the zone of the platform, where it is that of the member.
        assert day_begins_at(one, ana.zone).astimezone(ana.zone).date() == one.day_on
