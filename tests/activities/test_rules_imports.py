"""What comes in and how it is named and cut, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf, nan
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.activities import rules
from fittrack.activities.exports.rules import thinned
from fittrack.activities.files import read_activity_file
from fittrack.activities.imports.rules import (
    FILE_NAME_LENGTH,
    MAX_FILE_BYTES,
    clean_file_name,
    refuse_unread,
)
from fittrack.activities.minutes import RatedMinute
from fittrack.activities.models import Origin
from fittrack.activities.samples import empty_samples, from_columns
from fittrack.dev.files import make_gpx

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("C:\\Users\\Ana\\run.gpx", "run.gpx"),
        ("/tmp/run.gpx", "run.gpx"),
        ("run\x00\n.gpx", "run.gpx"),
        ("", "file"),
        (None, "file"),
        ("folder/", "file"),
    ],
)
def test_a_file_name_loses_its_path_and_what_can_not_be_shown(name, kept):
    assert clean_file_name(name) == kept


@given(st.text())
def test_any_name_becomes_one_that_can_be_stored(name):
    cleaned = clean_file_name(name)

    assert 1 <= len(cleaned) <= FILE_NAME_LENGTH
    assert cleaned.isprintable()


@pytest.mark.parametrize(
    ("byte_count", "code"),
    [(0, "empty_file"), (1, None), (MAX_FILE_BYTES, None), (MAX_FILE_BYTES + 1, "too_large")],
)
def test_only_empty_and_oversized_files_are_refused_unread(byte_count, code):
    refusal = refuse_unread(byte_count)

    assert (refusal.reason_code if refusal else None) == code


@pytest.mark.parametrize(
    ("offset_s", "state"), [(-1, "accepted"), (0, "accepted"), (1, "held"), (86_400, "held")]
)
def test_only_a_start_in_the_future_is_held(offset_s, state):
    assert rules.state_of(NOW + timedelta(seconds=offset_s), now=NOW)[0] == state


@given(
    first=st.integers(min_value=-40_000_000, max_value=40_000_000),
    count=st.integers(min_value=0, max_value=3000),
)
def test_no_minute_is_lost_or_doubled_at_the_end_of_a_day(first, count):
    minutes = [RatedMinute(first + at, None, 1) for at in range(count)]

    days = rules.split_by_day(minutes, NEW_YORK)

    assert [minute for _, of_day in days for minute in of_day] == minutes
    assert [day_on for day_on, _ in days] == sorted({day_on for day_on, _ in days})


@pytest.mark.parametrize("value", [None, nan, inf, -1.0, 1e300])
def test_a_figure_that_no_column_holds_is_left_out(value):
    assert rules.whole(value) is None


def test_a_damaged_figure_does_not_keep_the_others_out():
    recording = read_activity_file(make_gpx(NOW, 60))[0]
    damaged = replace(recording, avg_speed_mps=1e9, distance_m=inf)

    part = rules.part_of(
        damaged, Origin("ana", "file", 1), activity_id="run", zone=NEW_YORK, now=NOW
    )

    assert (part.activity.avg_speed_mmps, part.activity.distance_cm) == (None, None)
    assert part.activity.elapsed_s == 60


@given(
    count=st.integers(min_value=0, max_value=500), points=st.integers(min_value=2, max_value=600)
)
def test_thinned_samples_keep_both_ends_and_their_order(count, points):
    samples = from_columns(list(range(count)), [[] for _ in range(9)], ())

    kept = thinned(samples, points)

    assert len(kept) == min(count, points)
    assert kept.at_ms == sorted(set(kept.at_ms))
    assert kept.at_ms[:1] == samples.at_ms[:1]
    assert kept.at_ms[-1:] == samples.at_ms[-1:]


def test_no_samples_can_be_thinned():
    assert thinned(empty_samples(), 10) == empty_samples()
