from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import RFC_4122
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack import clock, ids
from tests.factories_accounts import registration

NEW_YORK = ZoneInfo("America/New_York")


@given(st.integers(0, (1 << 48) - 1), st.integers(0, (1 << 74) - 1))
def test_an_id_is_a_uuid_of_version_7_that_holds_its_time(unix_ms, tail):
    value = ids.uuid7(unix_ms, tail)
    assert (value.version, value.variant) == (7, RFC_4122)
    assert value.int >> 80 == unix_ms


def test_ids_of_later_milliseconds_sort_later():
    assert str(ids.uuid7(1, (1 << 74) - 1)) < str(ids.uuid7(2, 0))


@given(st.integers(0, (1 << 74) - 2))
def test_ids_of_one_millisecond_sort_by_their_tails(tail):
    assert str(ids.uuid7(1, tail)) < str(ids.uuid7(1, tail + 1))


def test_ids_of_one_process_are_in_the_order_they_were_made():
    made = [ids.new_id() for _ in range(10_000)]
    assert made == sorted(made)


def test_new_ids_do_not_repeat():
    assert len({ids.new_id() for _ in range(10_000)}) == 10_000


@given(st.integers(0, 4_000_000_000))
def test_an_instant_lies_within_its_points_day(epoch_s):
    instant = clock.from_epoch_s(epoch_s)
    day = clock.day_of(instant, NEW_YORK)
    start, end = clock.day_bounds(day, NEW_YORK)
    assert start <= instant < end


def test_days_of_the_clock_changes_have_23_and_25_hours():
    def hours(day):
        start, end = clock.day_bounds(day, NEW_YORK)
        return (end - start) / timedelta(hours=1)

    assert hours(date(2026, 3, 8)) == 23
    assert hours(date(2026, 11, 1)) == 25
    assert hours(date(2026, 7, 4)) == 24


def test_an_instant_is_written_with_z():
    instant = datetime(2026, 3, 14, 14, 5, tzinfo=NEW_YORK)
    assert clock.rfc3339(instant) == "2026-03-14T18:05:00Z"
    assert clock.from_epoch_s(clock.epoch_s(instant)) == instant


def test_now_is_aware_utc():
    assert clock.utc_now().utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["19900517", "1990-W20-4", "1990-5-17", "1990-05-17T00:00", ""])
def test_a_day_has_one_form(text):
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        clock.day_from_text(text)


def test_a_body_takes_a_day_in_that_form_only(client):
    form = registration(date_of_birth="19900517")
    refused = client.post("/api/v1/auth/register", json=form)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/date_of_birth"
