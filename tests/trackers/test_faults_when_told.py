"""Providers in trouble when they are asked for what a webhook named: it comes in all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack.simulator.trackers import telling
from tests.trackers import trouble
from tests.trackers.lives import lives_beside

KINDS = (*trouble.STOPS, *trouble.PAUSES, *trouble.HARMLESS)


@pytest.fixture(scope="module")
def lives(app, settings, migrated_file, tmp_path_factory):
    with lives_beside(app, settings, migrated_file, tmp_path_factory.mktemp("lives")) as found:
        yield found


@pytest.mark.parametrize("provider", telling.TELLERS)
def test_what_is_told_in_the_midst_of_trouble_comes_in_without_a_sync(lives, provider):
    lives.trackers[provider].world.ahead_s = 0.0  # webhooks come in at the present moment
    life = lives.joined(provider)
    for cell in trouble.cells(one_of=4):
        if cell.provider == provider and cell.kind in KINDS:
            number = life.happen()
            life.tell(number, telling.CREATE)
            life.spoil(cell.kind)
            assert is_here_soon(life, cell.kind), cell.kind
            assert life.status() == ("active", None)
    assert life.calm()[-1].outcome == "done"
    assert life.amiss() == {}


def is_here_soon(life, kind):
    """Tell whether what was told is asked for until it is here, within an hour."""
    wait = timedelta(seconds=4)
    with trouble.impatience(kind):
        while life.tracker.faults.ahead() and life.do_what_was_told():
            life.pass_time(wait)
    while life.amiss_of("workouts") != ([], []) and wait < timedelta(hours=1):
        life.pass_time(wait)
        life.do_what_was_told()
        wait *= 2
    return life.tracker.faults.ahead() == [] and life.amiss_of("workouts") == ([], [])
