"""Some days of the simulated year: `python -m tests.simulated_year` runs all of it."""

from __future__ import annotations

from datetime import date

import pytest

from fittrack import db
from tests.simulated_year.findings import look
from tests.simulated_year.run import simulate


@pytest.mark.parametrize(
    ("first_on", "kinds"),
    [
        # Clocks go forward on 14 March 2027, and back on 7 November; 2028 has a 29 February.
        (date(2027, 3, 12), {"daily": 3, "weekly": 1}),
        (date(2027, 11, 5), {"daily": 3, "weekly": 1}),
        (date(2028, 2, 28), {"daily": 3, "monthly": 1}),
        (date(2028, 12, 30), {"daily": 3, "weekly": 1, "monthly": 1, "annual": 1}),
    ],
)
def test_some_days_go_from_templates_to_doorsteps(database, first_on, kinds):
    with simulate(first_on, days=3, members=20, seed=7) as year:
        found = look(year)
    assert found.wrong == []
    assert found.figures["drawings"] == kinds
    assert sum(found.figures["verified"].values()) == sum(kinds.values())
    assert found.figures["deliveries"]["delivered"] > 0


def test_a_look_at_a_year_finds_what_is_wrong(database):
    with simulate(date(2027, 6, 10), days=1, members=8, seed=7, types=("daily",)) as year:
        assert look(year).wrong == []
        raw = db.engine().raw()
        raw.execute("DROP TRIGGER drawing_history_no_update")
        raw.execute(
            "UPDATE drawing_history SET happened_at = '2027-06-11T01:02:00.000000Z' "
            "WHERE action = 'closed' AND drawing_id IN (SELECT drawing_id FROM drawings "
            "WHERE status = 'completed')"
        )
        [late] = look(year).wrong
    assert "was closed 420 s after its time" in late
