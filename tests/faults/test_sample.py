"""A sample of the faults that `make faults` plants, on all processes, for every run."""

from __future__ import annotations

import pytest

from tests.faults import scenarios
from tests.faults.matrix import Case, strike
from tests.faults.stack import Stack, running

SAMPLE = (
    Case(scenarios.upload, "process_import_item", "before", "both"),
    Case(scenarios.upload, "receive_files", "after", "redis"),
    Case(scenarios.buy, "buy_tickets", "before", "self"),
    Case(scenarios.draw, "draw_winners", "after", "both"),
)

pytestmark = pytest.mark.xdist_group("faults")


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.mark.parametrize("case", SAMPLE, ids=str)
def test_what_was_acknowledged_is_there_once_after(case: Case, stack: Stack):
    assert strike(stack, case) == ""
