"""What limits allow and refuse, whatever a member asks for and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.drawings.play import rules
from fittrack.drawings.play.errors import SelfExcluded, SelfExclusionStands
from fittrack.errors import Invalid

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
NEW_YORK = ZoneInfo("America/New_York")
amounts = st.none() | st.integers(0, 3)
steps = st.lists(st.tuples(amounts, st.integers(0, 10)), max_size=8)


def limited(*wanted, at=NOW):
    """Return the limits after asking for one amount after the other at one instant."""
    limits = rules.nothing_set("ana", now=at)
    for points in wanted:
        limits = change(limits, at, monthly_limit_points=points)
    return limits


def change(limits, now=NOW, today_on=TODAY, **changes):
    return rules.changed(limits, changes, today_on=today_on, now=now)


def shown(limits, now=NOW):
    held = rules.in_force(limits, now=now)
    return held.monthly_limit_points, held.pending_limit_points, held.raise_from_at


def test_a_first_limit_and_a_lower_one_hold_at_once():
    assert shown(limited(500)) == (500, None, None)
    assert shown(limited(500, 100)) == (100, None, None)
    assert shown(limited(500, 0)) == (0, None, None)


def test_a_raise_waits_seven_days_to_the_second():
    limits, from_at = limited(500, 900), NOW + timedelta(days=7)
    assert shown(limits) == (500, 900, from_at)
    assert shown(limits, from_at - timedelta(microseconds=1))[0] == 500
    assert shown(limits, from_at) == (900, None, None)


def test_that_there_is_no_limit_any_more_is_a_raise_too():
    limits, from_at = limited(500, None), NOW + timedelta(days=7)
    assert shown(limits) == (500, None, from_at)
    assert shown(limits, from_at) == (None, None, None)


def test_a_lower_limit_gives_up_a_raise_that_waits():
    assert shown(limited(500, 900, 400)) == (400, None, None)
    assert shown(limited(500, 900, 500)) == (500, None, None)


def test_asking_again_for_the_same_raise_does_not_make_it_wait_longer():
    limits = change(limited(500, 900), NOW + timedelta(days=3), monthly_limit_points=900)
    assert limits.raise_from_at == NOW + timedelta(days=7)
    other = change(limits, NOW + timedelta(days=3), monthly_limit_points=800)
    assert other.raise_from_at == NOW + timedelta(days=10)


def test_a_raise_that_has_come_is_what_the_next_change_starts_from():
    later = NOW + timedelta(days=8)
    assert shown(change(limited(500, 900), later, monthly_limit_points=700), later) == (
        700,
        None,
        None,
    )


@given(steps)
def test_a_limit_rises_only_to_what_was_asked_for_seven_days_before_and_not_changed_since(asked):
    limits, now, before = rules.nothing_set("ana", now=NOW), NOW, 10
    asks = []
    for points, days in asked:
        limits = change(limits, now, monthly_limit_points=points)
        held = as_number(rules.in_force(limits, now=now).monthly_limit_points)
        if held > before:
            waited = [i for i, (at, _) in enumerate(asks) if at <= now - timedelta(days=7)]
            assert any(len({one for _, one in asks[i:]}) == 1 for i in waited)
            assert held <= asks[-1][1]
        asks.append((now, as_number(points)))
        before, now = held, now + timedelta(days=days)


def as_number(points):
    return 10 if points is None else points


def test_an_exclusion_holds_until_the_end_of_its_last_day():
    limits = change(limited(), excluded_until_on=TODAY + timedelta(days=2))
    for days, is_out in ((0, True), (2, True), (3, False)):
        assert rules.is_excluded(limits, TODAY + timedelta(days=days)) is is_out
    with pytest.raises(SelfExcluded) as refused:
        rules.check_not_excluded(limits, today_on=TODAY)
    assert refused.value.context == {"self_excluded_until": TODAY + timedelta(days=2)}


@pytest.mark.parametrize("until_on", [None, TODAY, TODAY + timedelta(days=4)])
def test_an_exclusion_is_never_made_shorter(until_on):
    limits = change(limited(), excluded_until_on=TODAY + timedelta(days=5))
    with pytest.raises(SelfExclusionStands):
        change(limits, excluded_until_on=until_on)
    longer = change(limits, excluded_until_on=TODAY + timedelta(days=6))
    assert longer.excluded_until_on == TODAY + timedelta(days=6)


def test_an_exclusion_that_is_over_can_be_followed_by_another_or_none():
    limits = change(limited(), excluded_until_on=TODAY)
    tomorrow_on = TODAY + timedelta(days=1)
    assert change(limits, today_on=tomorrow_on, excluded_until_on=None).excluded_until_on is None
    again = change(limits, today_on=tomorrow_on, excluded_until_on=tomorrow_on)
    assert again.excluded_until_on == tomorrow_on


def test_an_exclusion_does_not_end_in_the_past():
    with pytest.raises(Invalid) as refused:
        change(limited(), excluded_until_on=TODAY - timedelta(days=1))
    assert refused.value.context["errors"][0]["pointer"] == "/self_excluded_until"


def test_what_is_not_named_stays():
    limits = change(limited(500, 900), excluded_until_on=TODAY)
    assert shown(limits) == (500, 900, NOW + timedelta(days=7))
    assert change(limits, monthly_limit_points=100).excluded_until_on == TODAY
    assert change(limits).pending_limit_points == 900


@pytest.mark.parametrize(
    ("now", "first", "next_"),
    [
        ("2026-11-20T12:00Z", "2026-11-01T04:00Z", "2026-12-01T05:00Z"),  # with summer's end
        ("2026-12-01T04:59Z", "2026-11-01T04:00Z", "2026-12-01T05:00Z"),
        ("2026-12-01T05:00Z", "2026-12-01T05:00Z", "2027-01-01T05:00Z"),
        ("2028-02-29T12:00Z", "2028-02-01T05:00Z", "2028-03-01T05:00Z"),
        ("2027-01-01T04:00Z", "2026-12-01T05:00Z", "2027-01-01T05:00Z"),
    ],
)
def test_a_month_is_that_of_the_platforms_zone(now, first, next_):
    assert rules.month_bounds(instant(now), NEW_YORK) == (instant(first), instant(next_))


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
