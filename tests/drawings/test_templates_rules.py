"""When the drawings of a series are held: 21:00 in the platform's zone, on the day of its kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.drawings.rules import TYPES
from fittrack.drawings.templates import errors, rules
from fittrack.errors import Invalid
from tests import factories_templates as templates

NEW_YORK = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
DAYS = st.dates(date(2024, 1, 1), date(2100, 12, 31))
KINDS = st.sampled_from(TYPES)


def at(text, zone=NEW_YORK):
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def slots(now, **over):
    found = rules.coming_slots(templates.bare(**over), zone=NEW_YORK, now=now)
    return list(found)


@pytest.mark.parametrize(
    ("type_", "from_on", "draw_on"),
    [
        ("daily", "2026-11-20", "2026-11-20"),
        ("weekly", "2026-11-20", "2026-11-22"),
        ("weekly", "2026-11-22", "2026-11-22"),
        ("weekly", "2026-11-23", "2026-11-29"),
        ("monthly", "2028-02-01", "2028-02-29"),
        ("monthly", "2027-02-28", "2027-02-28"),
        ("monthly", "2027-12-05", "2027-12-31"),
        ("monthly", "2027-04-30", "2027-04-30"),
        ("annual", "2026-01-01", "2026-12-31"),
        ("annual", "2026-12-31", "2026-12-31"),
    ],
)
def test_each_kind_has_its_day(type_, from_on, draw_on):
    found = rules.draw_day(type_, date.fromisoformat(from_on))
    assert found == date.fromisoformat(draw_on)


@given(kind=KINDS, on=DAYS)
def test_days_of_draws_follow_one_another_without_a_gap(kind, on):
    first = rules.draw_day(kind, on)
    second = rules.draw_day(kind, first + DAY)
    assert on <= first < second
    assert rules.day_before(kind, second) == first
    assert rules.draw_day(kind, first) == first


@given(on=DAYS)
def test_every_draw_is_at_nine_in_the_evening(on):
    drawn_at = rules.draw_at(on, NEW_YORK)
    local = drawn_at.astimezone(NEW_YORK)
    assert (local.date(), local.hour, local.minute) == (on, 21, 0)


def test_a_day_of_draws_is_23_or_25_hours_long_when_clocks_change():
    for on, hours in ((date(2027, 3, 14), 23), (date(2027, 11, 7), 25), (date(2027, 6, 1), 24)):
        sale = rules.draw_at(on, NEW_YORK) - rules.draw_at(on - DAY, NEW_YORK)
        assert sale == timedelta(hours=hours)


def test_sales_begin_with_the_draw_before_and_end_five_minutes_before_the_draw():
    [slot] = slots(at("2027-01-31T20:30"), type="monthly")
    assert slot.draw_on == date(2027, 2, 28)
    assert slot.opens_at == at("2027-01-31T21:00")
    assert slot.draws_at - slot.closes_at == timedelta(minutes=5)


def test_sales_begin_so_many_days_before_as_the_template_says():
    [slot] = slots(at("2027-12-25T08:00"), type="annual", sale_days=7)
    assert slot.opens_at == at("2027-12-25T08:05")
    [slot] = slots(at("2027-12-23T22:00"), type="annual", sale_days=7)
    assert slot.opens_at == at("2027-12-24T21:00")


def test_drawings_are_made_so_many_days_ahead():
    assert slots(at("2027-12-23T20:59"), type="annual", sale_days=7) == []
    assert len(slots(at("2027-12-23T21:00"), type="annual", sale_days=7)) == 1
    days = [slot.draw_on.day for slot in slots(at("2027-06-10T12:00"), made_ahead_days=7)]
    assert days == [10, 11, 12, 13, 14, 15, 16, 17]


def test_what_is_past_is_not_made_and_what_is_late_opens_in_five_minutes():
    found = slots(at("2027-06-10T19:49"))
    assert [slot.draw_on.day for slot in found] == [10, 11]
    assert found[0].opens_at == at("2027-06-10T19:54")
    # An hour of sales is the least: at 19:51 today's draw is not worth it any more.
    assert [slot.draw_on.day for slot in slots(at("2027-06-10T19:51"))] == [11]
    assert [slot.draw_on.day for slot in slots(at("2027-06-10T21:01"))] == [11, 12]


@given(
    kind=KINDS,
    now_s=st.integers(1_750_000_000, 4_000_000_000),
    sale_days=st.none() | st.integers(1, 366),
    ahead=st.integers(1, 40),
)
def test_whatever_is_made_opens_ahead_and_sells_for_an_hour(kind, now_s, sale_days, ahead):
    now = datetime.fromtimestamp(now_s, UTC)
    found = slots(now, type=kind, sale_days=sale_days, made_ahead_days=ahead)
    for slot in found:
        assert now + timedelta(minutes=2) < slot.opens_at <= slot.closes_at - timedelta(hours=1)
        assert slot.draws_at - slot.closes_at == timedelta(minutes=5)
        assert slot.draws_at == rules.draw_at(slot.draw_on, NEW_YORK)
        assert slot.opens_at == slot.opens_at.replace(microsecond=0)
    days = [slot.draw_on for slot in found]
    assert days == sorted(set(days))


def test_a_paused_or_deleted_template_makes_nothing():
    now = at("2027-06-10T12:00")
    assert slots(now, is_paused=True) == []
    deleted = replace(templates.bare(), deleted_at=now)
    assert list(rules.coming_slots(deleted, zone=NEW_YORK, now=now)) == []


def test_a_name_tells_the_date_the_month_and_the_year():
    template = templates.bare(name="{month} {year}: the draw of {date}")
    assert rules.name_of(template, date(2028, 2, 29)) == "February 2028: the draw of 2028-02-29"


@pytest.mark.parametrize(
    ("over", "pointer"),
    [
        ({"name": "x" * 112 + " {month}"}, "/name"),
        ({"is_commitment_needed": True, "sponsor_id": None}, "/needs_commitment"),
    ],
)
def test_a_template_of_which_no_drawing_can_be_made_is_refused(over, pointer):
    with pytest.raises(Invalid) as caught:
        templates.bare(**over)
    assert caught.value.context["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("kind", "points"), [("daily", 100), ("weekly", 500), ("monthly", 2_000), ("annual", 10_000)]
)
def test_a_ticket_costs_what_its_kind_costs_unless_said(kind, points):
    assert (
        templates.bare(type=kind, ticket_price_points=None).terms_json["ticket_price_points"]
        == points
    )


def test_an_edit_is_refused_where_another_revision_was_read():
    rules.check_revision(templates.bare(), None)
    rules.check_revision(templates.bare(), {1})
    with pytest.raises(errors.StaleTemplate):
        rules.check_revision(templates.bare(), {2})
