"""Every tracker in every kind of trouble: nothing is lost, nothing comes twice, and the state of
the connection says what is so.
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from fittrack.clock import utc_now
from fittrack.simulator import faults
from fittrack.trackers.providers import ADAPTERS
from tests.factories_trackers import sync
from tests.trackers.lives import ACTIVITY_PROVIDERS, lives_beside

CONNECTIONS = "/api/v1/connections"
A_DAY = timedelta(days=1)
RENEWED = [name for name in ACTIVITY_PROVIDERS if ADAPTERS[name].facts.refreshes]


@pytest.fixture(scope="module")
def lives(app, settings, migrated_file, tmp_path_factory):
    with lives_beside(app, settings, migrated_file, tmp_path_factory.mktemp("lives")) as found:
        yield found


def is_as_it_was_lived(life):
    """Let a tracker be calm, and tell whether all of it is here, once."""
    assert life.calm()[-1].outcome == "done"
    assert life.amiss() == {}
    return life.status() == ("active", None)


@pytest.mark.parametrize("kind", ["shifted_page", "shrunk_page"])
@pytest.mark.parametrize("provider", [name for name in ACTIVITY_PROVIDERS if name != "polar"])
def test_a_list_that_moves_between_two_pages_loses_nothing(lives, provider, kind):
    life = lives.new(provider)
    for hours_ago in (3, 5, 7, 9, 11):
        life.happen(hours_ago)
    life.tracker.most_rows = 2
    life.spoil(kind)
    life.join()
    try:
        life.live()
        life.calm()
    finally:
        life.tracker.most_rows = None
    there, here = life.there()["workouts"], life.here()["workouts"]
    assert there - here == {}  # that one is gone is told by webhooks alone
    assert set(here.values()) == {1}


@pytest.mark.parametrize("provider", ACTIVITY_PROVIDERS)
def test_a_provider_that_is_down_for_a_day_loses_nothing(lives, provider):
    life = lives.at(provider)
    life.spoil("error_503", 10_000)
    up_at = life.tracker.world.now() + A_DAY
    while life.tracker.world.now() < up_at:
        life.happen()
        assert [one.outcome for one in life.live(most=1)] == ["failed"]
    assert is_as_it_was_lived(life)


@pytest.mark.parametrize("provider", RENEWED)
@pytest.mark.parametrize("kind", ["lost_answer", "no_refresh_token"])
def test_a_renewal_that_went_astray_is_forgiven_or_asks_the_member(lives, provider, kind):
    life, style = lives.at(provider), lives.trackers[provider].style
    life.pass_time(style.access_life)
    life.happen()
    life.spoil(kind, at=faults.TOKEN)
    life.live()
    if kind == "no_refresh_token":  # the one before is all we have, and its grace is over soon
        life.pass_time(style.access_life + style.grace)
        life.live()
    if style.rotates and (kind == "no_refresh_token" or not style.grace):
        assert life.status() == ("reauth_required", "invalid_grant")
        assert life.told()[0] == "connection_reauth_required"
        life.join()
    assert is_as_it_was_lived(life)


@pytest.mark.parametrize("provider", ACTIVITY_PROVIDERS)
def test_an_access_token_that_ends_early_is_renewed_or_asks_the_member(lives, provider):
    life = lives.at(provider)
    life.happen()
    life.spoil("expired")
    life.live()
    if provider not in RENEWED:
        assert life.status()[0] == "reauth_required"
        life.join()
    assert is_as_it_was_lived(life)


@pytest.mark.parametrize("provider", ACTIVITY_PROVIDERS)
@pytest.mark.parametrize("how", ["revoked", "forbidden"])
def test_who_lets_us_in_no_more_is_asked_once_and_goes_on_later(lives, provider, how):
    life = lives.at(provider)
    life.happen()
    if how == "revoked":
        life.tracker.revoke_account(life.account)
    else:
        life.spoil("forbidden")
    told = life.told()
    outcome = life.live()[-1]
    assert (outcome.status, outcome.due_at) == ("reauth_required", None)
    assert life.status()[0] == "reauth_required"
    asked = sum(life.tracker.asked.values())
    assert sync(life.connection, now=life.tracker.world.now() + A_DAY) is None
    assert sum(life.tracker.asked.values()) == asked
    assert life.told() == ["connection_reauth_required", *told]
    life.join()
    assert is_as_it_was_lived(life)


@pytest.mark.parametrize("provider", ACTIVITY_PROVIDERS)
@pytest.mark.parametrize("behind", [timedelta(minutes=-12), timedelta(minutes=12)])
def test_a_provider_whose_clock_is_wrong_is_asked_no_more_and_no_less(lives, provider, behind):
    life = lives.at(provider)
    life.pass_time(life.tracker.style.access_life if provider in RENEWED else A_DAY)
    life.happen()
    for kind in ("throttled_by_seconds", "throttled_by_date"):
        life.spoil(kind)
        [outcome] = life.live(most=1, behind=behind)
        wait = outcome.due_at - (life.tracker.world.now() - behind)
        assert timedelta(seconds=80) < wait < timedelta(seconds=121), kind
    assert [one.outcome for one in life.live(behind=behind)] == ["done"]
    for window in life.tracker.windows:
        assert life.tracker.most_asked[window.window_s] <= window.calls
    assert is_as_it_was_lived(life)


@pytest.mark.parametrize("provider", ACTIVITY_PROVIDERS)
def test_after_all_of_that_the_points_are_those_of_a_recomputation(lives, provider):
    life = lives.at(provider)
    life.happen()
    assert is_as_it_was_lived(life)
    assert life.points() == life.points(is_recomputed=True) > 0


def test_a_grant_that_is_never_renewed_is_good_until_it_is_refused(lives):
    life = lives.joined("polar")
    life.pass_time(500 * A_DAY)
    life.happen()
    assert life.live()[-1].outcome == "done"
    life.pass_time(-500 * A_DAY)
    assert life.status() == ("active", None)


@pytest.mark.parametrize("provider", ["google_health", "oura", "withings"])
def test_days_of_23_and_25_hours_come_in_whole(lives, provider):
    world = lives.trackers[provider].world
    before_s = world.ahead_s
    try:
        for changed_at in next_changes(world.now()):
            world.ahead_s = (changed_at - utc_now()).total_seconds() + 36 * 3600
            life = lives.new(provider)
            life.account.zone_name = "America/New_York"
            for hours_ago in (35.5, 36.2, 38.0, 12.0):  # after, across and before the change
                life.happen(hours_ago)
            life.join()
            assert life.live()[-1].outcome == "done"
            assert life.amiss() == {}
    finally:
        world.ahead_s = before_s


def next_changes(now):
    """Return the next two instants at which New York's clocks change."""
    zone, at = ZoneInfo("America/New_York"), now.replace(minute=0, second=0, microsecond=0)
    found = []
    while len(found) < 2:
        before, at = at, at + timedelta(hours=1)
        if at.astimezone(zone).utcoffset() != before.astimezone(zone).utcoffset():
            found.append(at)
    return found
