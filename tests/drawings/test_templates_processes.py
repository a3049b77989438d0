"""Schedulers in processes of their own, some killed: each drawing is made and signed once."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from fittrack.drawings.record import publication
from fittrack.pagination import Cursor
from tests import factories_templates as templates
from tests.conformance import engines
from tests.drawings.processes import bind, copy_of, killed_at, together

pytestmark = pytest.mark.skipif(
    engines.name() != "sqlite", reason="its processes share a database file"
)
NOW = datetime(2027, 6, 10, 18, tzinfo=UTC)


def outcome():
    """Return how many drawings there are, and what the log tells."""
    records = publication.list_log(cursor=Cursor("log"), limit=100).items
    return templates.all_made(), [record.type for record in records]


def statuses(template):
    return [(row.draw_on.day, row.status) for row in templates.made(template)]


def test_a_scheduler_killed_at_any_statement_makes_nothing_twice_and_nothing_half(database):
    template = templates.make_template(NOW)
    before = copy_of(Path(database.path), "before.db")
    templates.run(NOW)
    expected, made = outcome(), statuses(template)
    assert made == [(10, "scheduled"), (11, "scheduled")]
    for number in count(1, step=7):
        bind(shutil.copyfile(before, before.with_name(f"killed-{number}.db")))
        was_killed = killed_at(number, lambda: templates.run(NOW))
        templates.run(NOW)
        assert (outcome(), statuses(template)) == (expected, made)
        if not was_killed:
            break
    assert number > 50


def test_schedulers_at_the_same_moment_make_each_drawing_once(database):
    template = templates.make_template(NOW, made_ahead_days=4)
    assert together([lambda: templates.run(NOW)] * 6) == [0] * 6
    assert statuses(template) == [(day, "scheduled") for day in (10, 11, 12, 13, 14)]
    assert outcome() == (5, ["terms"] * 5)
