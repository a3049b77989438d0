"""Each step by which a prize goes to somebody else is a record of the public log."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from fittrack.clock import utc_now
from fittrack.drawings import verifier
from fittrack.drawings.conduct import prize_log
from fittrack.fulfilment import succession
from fittrack.points import audit
from tests import factories_drawings as make
from tests import factories_tickets as play
from tests.drawings.processes import killed_at, together
from tests.factories_accounts import make_account
from tests.fulfilment.world import deliveries

PRIZE_TYPES = ("disqualify", "forfeit", "award", "return")


@pytest.fixture
def now(database):
    return make.start()


def drawn(now, *, players=3, excluded=0):
    """Return a drawing that is drawn after some who hold tickets have excluded themselves."""
    drawing = make.make_open(now, alternates=players - 1)
    members = [make.make_player() for _ in range(players)]
    for member in members:
        make.buy(drawing, member)
    make.advance(drawing, drawing.closes_at)
    for member in members[:excluded]:
        play.set_limits(member, drawing.closes_at, excluded_until_on=date(2100, 1, 1))
    make.advance(drawing, drawing.draws_at)
    return drawing


def log_steps():
    make.run_jobs("log_prize_steps", now=make.start() + timedelta(days=1))


def logged(drawing):
    rows = play.rows(
        "SELECT type, body_text FROM drawing_log WHERE drawing_id = ? ORDER BY seq_no",
        drawing.drawing_id,
    )
    return [
        (kind, body.get("position"), body.get("reason"))
        for kind, text in rows
        if kind in PRIZE_TYPES and (body := json.loads(text))
    ]


def forfeit(drawing):
    """Let an admin take the prize from whoever has it."""
    held = next(one for one in deliveries(drawing) if one.state != "forfeited")
    succession.forfeit(
        fulfilment_id=held.fulfilment_id, actor_id=make_account(role="admin"), now=utc_now()
    )
    return held.position


def test_who_may_not_win_and_who_does_instead_are_records_after_the_result(now):
    drawing = drawn(now, players=3, excluded=2)
    before = make.bundle(drawing)
    log_steps()
    [winner] = [one for one in deliveries(drawing) if one.state != "forfeited"]
    expected = [("disqualify", place, "not_eligible") for place in range(winner.position)]
    expected += [("award", winner.position, None)] if winner.position else []
    assert logged(drawing) == expected
    kinds = [kind for (kind,) in play.rows("SELECT type FROM drawing_log ORDER BY seq_no")]
    assert kinds[kinds.index("result") + 1 :] == [kind for kind, _, _ in expected]
    assert make.bundle(drawing) == before
    assert audit.audit_ledger(is_deep=True, now=drawing.draws_at).is_clean


def test_steps_after_the_draw_follow_in_the_log_once_each(now):
    drawing = drawn(now, players=2)
    assert (forfeit(drawing), logged(drawing)) == (0, [])
    log_steps()
    assert logged(drawing) == [("forfeit", 0, "by_operator"), ("award", 1, None)]
    assert forfeit(drawing) == 1
    log_steps()
    log_steps()
    assert logged(drawing)[2:] == [("forfeit", 1, "by_operator"), ("return", 1, "by_operator")]


def test_a_later_drawings_bundle_holds_the_records_and_verifies(now):
    first = drawn(now, players=2)
    forfeit(first)
    log_steps()
    later = drawn(now + timedelta(days=1), players=2)
    bundle = make.bundle(later)
    kinds = [record["type"] for record in json.loads(bundle)["log"]["records"]]
    assert {"forfeit", "award"} <= set(kinds)
    assert verifier.verify(bundle, require=["log"]).exit == 0


def test_a_job_that_is_killed_or_runs_beside_others_logs_each_step_once(now):
    drawing = drawn(now, players=4)
    for _ in range(3):
        forfeit(drawing)
    for statement_no in (4, 9, 14):
        killed_at(statement_no, log_steps)
    later = make.start() + timedelta(days=2)
    work = [lambda: make.run_jobs("log_prize_steps", now=later)] * 3
    assert together(work) == [0] * 3
    assert [kind for kind, _, _ in logged(drawing)] == ["forfeit", "award"] * 3


def test_every_event_of_a_prize_has_a_type_that_the_log_counts():
    assert {*prize_log.TYPES.values(), prize_log.DISQUALIFY} == set(PRIZE_TYPES)
