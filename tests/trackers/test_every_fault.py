"""Every kind of trouble at a call of a sync: it costs time, and nothing is lost or doubled.

`make trackers-faults` tries all of them at all calls of all providers; here it is every other one.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import count

import pytest

from fittrack import db
from fittrack.simulator import faults
from fittrack.trackers.providers import ADAPTERS
from tests.conformance import engines
from tests.trackers import trouble
from tests.trackers.lives import ACTIVITY_PROVIDERS, lives_beside
from tests.trackers.test_endings import do_jobs
from tests.trackers.trouble import IS_WHOLE, SLOW
from tests.trackers.week.counting import FIGURES

RENEWED = [name for name in ACTIVITY_PROVIDERS if ADAPTERS[name].facts.refreshes]
CELLS = list(trouble.cells())


@pytest.fixture(scope="module")
def lives(app, settings, migrated_file, tmp_path_factory):
    with lives_beside(app, settings, migrated_file, tmp_path_factory.mktemp("lives")) as found:
        yield found


def test_every_kind_of_trouble_is_tried_with_providers_of_several_kinds():
    assert set(trouble.KINDS) | trouble.TRIED_ELSEWHERE == set(faults.OF_TRACKERS[faults.API])
    assert trouble.is_tried_enough(CELLS) == {}


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_trouble_costs_time_alone(lives, cell):
    if cell.after is not None:
        assert trouble.is_got_over(lives.at(cell.provider), cell.kind, cell.after)
        return
    life = lives.joined(cell.provider)
    calls = next(n for n in count() if not trouble.is_got_over(life, cell.kind, n))
    assert calls >= trouble.CALLS[cell.provider]
    assert unlike_anew(life) == {}


@pytest.mark.skipif(engines.name() != "sqlite", reason="reads SQLite's own file")
@pytest.mark.parametrize("provider", ACTIVITY_PROVIDERS)
def test_after_trouble_every_figure_is_that_of_a_first_reading(lives, provider):
    life = lives.joined(provider)
    for after, kind in enumerate(("nulls", "unknown_sport", "empty_page", "cut")):
        trouble.is_got_over(life, kind, after % 3)
    assert unlike_anew(life) == {}


def unlike_anew(life):
    """Let all of it be deleted here and read anew; return what was there before, and is now."""
    before = figures(life)
    path = f"/api/v1/connections/{life.tracker.name}?data=delete"
    assert life.client.delete(path, headers=life.headers).status_code == 204
    do_jobs(ahead=timedelta(seconds=life.tracker.world.ahead_s))
    assert not any(figures(life).values())
    life.join()
    assert life.live()[-1].outcome == "done"
    after = figures(life)
    return {
        name: (before[name] - after[name], after[name] - before[name])
        for name in FIGURES
        if before[name] != after[name]
    }


def figures(life):
    """Return all figures of a member, by table."""
    raw = db.engine().raw()
    return {
        name: Counter(map(tuple, raw.execute(statement, (life.account_id,))))
        for name, statement in FIGURES.items()
    }


@pytest.mark.parametrize("provider", RENEWED)
def test_a_renewal_in_trouble_after_trouble_disconnects_nobody(lives, provider):
    life = lives.at(provider)
    life.pass_time(life.tracker.style.access_life)
    trouble.exercise(life)
    first = RENEWED.index(provider)
    slow = SLOW if IS_WHOLE else (SLOW[first % 4], SLOW[(first + 1) % 4])
    quick = [kind for kind in faults.ANSWERS if kind not in SLOW]
    for kind in (*slow, *quick, "throttled"):
        life.spoil(kind, at=faults.TOKEN)
        outcome = trouble.struck(life, kind)
        assert (outcome.outcome, outcome.status) in {("failed", "active"), ("delayed", "active")}
    life.spoil("old_expiry", at=faults.TOKEN)
    assert life.live()[-1].outcome == "done"
    assert life.tracker.faults.ahead() == []
    assert life.amiss() == {}
    assert life.status() == ("active", None)
