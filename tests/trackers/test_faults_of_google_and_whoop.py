"""Google Health and WHOOP in trouble: nothing is lost, nothing comes twice, by day or by night."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack.clock import utc_now
from fittrack.simulator.faults import Fault
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, live, shorten
from tests.recovery.test_recovery import read
from tests.trackers.test_sync import all_of

DAYS = 4


def shorten_all(tracker):
    """Let Ana have begun to wear a tracker a few days ago."""
    shorten(tracker, days=DAYS)
    account, since_at = tracker.account(EMAIL), utc_now() - timedelta(days=DAYS)
    for night in [one for one in account.nights.values() if one.started_at < since_at]:
        del account.nights[night.number]
    for day in [day for day in account.days if day < f"{since_at:%Y-%m-%d}"]:
        del account.days[day]


def there(tracker):
    """Return what Ana did and how she slept, as the provider has it."""
    account = tracker.account(EMAIL)
    workouts = {f"{one.started_at:%Y-%m-%dT%H:%M:%S}" for one in account.living()}
    has_days = tracker.name == "google_health"
    steps = {one.day: one.steps for one in account.days.values()} if has_days else {}
    minute = 60 if has_days else 1
    nights = {
        (f"{one.started_at:%Y-%m-%dT%H:%M:%S}", one.deep_s // minute * minute)
        for one in account.nights.values()
    }
    return workouts, steps, nights


def here(client, headers):
    found = all_of(client, headers)
    workouts = [one["started_at"][:19] for one in found if one["type"] == "workout"]
    assert len(workouts) == len(set(workouts))
    steps = {one["started_at"][:10]: one["steps"] for one in found if one["type"] == "steps"}
    slept = [(one["started_at"][:19], one["deep_s"]) for one in read(client, headers, "/sleep")]
    assert len(slept) == len(set(slept))
    return set(workouts), steps, set(slept)


# What an adapter has to read in its own provider's words; the transport's troubles are tried once.
TROUBLE = (
    *("expired", "throttled", "throttled_by_date", "throttled_silently", "error_in_200"),
    *("error_503", "not_json", "not_a_number", "duplicate_keys", "shuffled_page", "repeated_page"),
)


@pytest.mark.parametrize("provider", ["google_health", "whoop"])
def test_trouble_after_trouble_delays_and_loses_nothing(client, trackers, provider):
    ana, tracker = login(client, make_account()), trackers[provider]
    shorten_all(tracker)
    connection = connect(client, ana, provider)
    for kind in TROUBLE:
        tracker.faults.add(Fault(kind, "api"))
    outcomes = live(connection, tracker)
    assert outcomes[-1].outcome == "done"
    assert {one.outcome for one in outcomes} == {"delayed", "failed", "done"}
    assert tracker.faults.take("api", TROUBLE) is None
    assert here(client, ana) == there(tracker)
    if provider == "whoop":
        assert len(read(client, ana)) == len(tracker.account(EMAIL).nights)
