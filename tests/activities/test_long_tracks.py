"""Tracks of days: in a worker's memory, and judged as well."""

from __future__ import annotations

from array import array

import orjson
import pytest

from fittrack.activities.belongings.service import samples_file
from fittrack.activities.columns import LONG
from fittrack.activities.exports.schemas import plain_streams
from fittrack.activities.models import Streams
from fittrack.activities.plausibility import paces, rules
from fittrack.activities.samples import (
    COLUMNS,
    Samples,
    concatenate,
    from_columns,
    pack,
    take,
    unpack,
)
from tests.activities.records import part_of
from tests.factories_activities import NOON_AT

COUNT = LONG + 1
FULL, GAPS = list(range(COUNT)), [None if at % 7 else at for at in range(COUNT)]


@pytest.fixture(scope="module")
def samples():
    columns = [GAPS, FULL, *([None] * COUNT for _ in COLUMNS[2:5]), GAPS, FULL]
    return from_columns(FULL, [*columns, *([None] * COUNT for _ in COLUMNS[7:])], (5,))


@pytest.fixture
def activity(app):
    return part_of("ana").activity


def days(speed_mps: float) -> Samples:
    """Return a point every ten seconds for half a week, north at one speed and then at rest."""
    lat_e7 = [round(min(at, 400) * 10 * speed_mps * 89.83) for at in range(31_000)]
    at_ms = [at * 10_000 for at in range(31_000)]
    return from_columns(at_ms, [lat_e7, [1] * 31_000, *([] for _ in COLUMNS[2:])], ())


def test_a_long_track_is_kept_in_arrays_and_says_the_same_as_one_in_lists(samples):
    assert [list(samples.lat_e7), list(samples.lon_e7), samples.altitude_cm] == [GAPS, FULL, []]
    assert list(samples.lat_e7[3:20]) == GAPS[3:20]
    assert (samples.lat_e7[7], samples.lat_e7[8]) == (7, None)
    assert isinstance(samples.lon_e7, array)
    assert unpack(pack(samples)) == samples
    assert take(samples, [7, 8]).lat_e7 == [7, None]
    assert list(concatenate([samples, samples]).lat_e7) == GAPS * 2


def test_a_long_tracks_streams_are_plain_lists(activity, samples):
    plain = plain_streams(Streams(activity, samples))
    assert orjson.loads(orjson.dumps(plain))["hr_bpm"] == GAPS
    assert plain["cadence_rpm"] == FULL


def test_a_member_takes_a_long_track_along(samples):
    told = orjson.loads(b"".join(samples_file("1", samples).pieces))
    assert (told["at_ms"], told["hr_bpm"], told["power_w"]) == (FULL, GAPS, [])
    assert (told.keys() - {*COLUMNS, "at_ms"}, told["breaks"]) == ({"breaks"}, [5])


def test_days_are_judged_in_steps_that_fit_into_memory(activity):
    assert len(paces.nodes_of(days(3))) <= paces.MOST_NODES
    found = rules.judge(activity, days(14), now=NOON_AT).findings
    assert "too_fast" in {finding.code for finding in found}
