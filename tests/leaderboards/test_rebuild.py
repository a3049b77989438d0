"""The boards can be made anew from the ledger, and whatever is wrong with them has a name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import db
from fittrack.leaderboards import repository, service
from fittrack.points.audit import audit_ledger
from tests.factories_points import NOON, execute
from tests.leaderboards.world import (
    OTHER_TIER,
    TODAY,
    earn,
    join,
    lose,
    move,
    own,
    put,
    shown,
    table,
)

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)


@pytest.fixture
def ana():
    """Return a member on boards with two others, after a move that some periods did not see."""
    ana, ben, cem = join(), join(is_in_open=True), join(OTHER_TIER)
    for one, points in ((ana, 10), (ben, 20), (cem, 30)):
        earn(one, points)
    move(ana, OTHER_TIER, now=NOON + 3 * DAY)
    earn(ana, 15, day_on=TODAY + 3 * DAY, now=NOON + 3 * DAY)
    return ana


def rebuild():
    """Rebuild all boards and return how many members and buckets were wrong."""
    done = service.rebuild(now=NOON + 4 * DAY, progress=lambda _: None)
    return done.members, done.buckets


def wrong():
    """Return what differs from the ledger."""
    return list(service.check(now=NOON + 4 * DAY))


def lacking(depth):
    """Return how many places the buckets of a depth lack."""
    with db.reading("list_lacking") as tx:
        return list(repository.list_bucket_differences(tx, depth))


def boards(viewer_id):
    """Return all boards that the story of `ana` has filled."""
    return [
        shown(table(viewer_id, kind, tier_code=tier, day_on=TODAY + n * DAY, now=NOON + 4 * DAY))
        for kind in ("daily", "weekly", "monthly", "alltime")
        for tier in ("F-30-39-INT", OTHER_TIER, "OPEN")
        for n in (0, 3)
    ]


def test_a_rebuild_changes_nothing_where_nothing_is_wrong(ana):
    assert (wrong(), rebuild()) == ([], (0, 0))


def test_boards_that_were_lost_come_back_as_they_were_the_frozen_ones_too(ana):
    before = boards(ana)
    for name in ("standings", "board_buckets"):
        execute(f"DELETE FROM {name}")
    assert not any(boards(ana))
    rebuild()
    assert (boards(ana), wrong()) == (before, [])


def test_a_ledger_that_is_older_than_the_boards_fills_them(ana):
    for name in ("standings", "board_buckets", "board_moves", "board_members"):
        execute(f"DELETE FROM {name}")
    assert rebuild()[0] == 3
    assert (own(ana, now=NOON + 3 * DAY).points, wrong()) == (15, [])


def test_a_member_whom_the_boards_forgot_is_right_with_the_next_award(ana):
    for name in ("standings", "board_buckets", "board_moves", "board_members"):
        execute(f"DELETE FROM {name}")
    earn(ana, 1, day_on=TODAY + 3 * DAY, now=NOON + 3 * DAY)
    assert own(ana, "alltime", now=NOON + 3 * DAY).points == 26


CORRUPTIONS = {
    "points": "UPDATE standings SET points = points + 1 WHERE period = 'daily'",
    "key": "UPDATE standings SET place_key = '0' || SUBSTR(place_key, 2) WHERE period = 'weekly'",
    "reached": "UPDATE standings SET reached_at = '2026-06-15T16:00:01.000000Z'",
    "hidden": "UPDATE standings SET place_key = NULL WHERE period = 'alltime'",
    "lost": "DELETE FROM standings WHERE period = 'monthly'",
    "board": "UPDATE standings SET board_code = 'M-60+-ADV' WHERE board_code = 'OPEN'",
    "bucket": "UPDATE board_buckets SET member_count = member_count + 1 WHERE depth = 9",
    "no bucket": "DELETE FROM board_buckets WHERE depth = 14",
    "below zero": "UPDATE board_buckets SET member_count = -7 WHERE depth = 1",
    "listed": "UPDATE board_members SET is_listed = 0",
}
# What boards were frozen as can't be told without the moves.
BEYOND_REPAIR = {"no moves": "DELETE FROM board_moves"}
ALL_CORRUPTIONS = CORRUPTIONS | BEYOND_REPAIR


@pytest.mark.parametrize("statement", CORRUPTIONS.values(), ids=CORRUPTIONS)
def test_whatever_is_wrong_is_found_and_a_rebuild_puts_it_right(ana, statement):
    before = boards(ana)
    execute(statement)
    assert wrong()
    assert audit_ledger(now=NOON, is_deep=True).findings.counts["board"]
    assert rebuild() != (0, 0)
    assert (wrong(), boards(ana)) == ([], before)


def test_a_tier_that_the_boards_were_not_told_of_is_found_and_followed(ana):
    put(ana, "OPEN")
    assert wrong() == [f"{ana} does not stand where the ledger says"]
    rebuild()
    assert (own(ana, "alltime", now=NOON + 4 * DAY).tier_code, wrong()) == ("OPEN", [])


@pytest.mark.parametrize("statement", ALL_CORRUPTIONS.values(), ids=ALL_CORRUPTIONS)
def test_boards_that_are_wrong_stop_no_award(ana, statement):
    execute(statement)
    activity_id = earn(ana, 7, day_on=TODAY + 3 * DAY, now=NOON + 3 * DAY)
    lose(ana, activity_id, day_on=TODAY + 3 * DAY, now=NOON + 3 * DAY)
    rebuild()
    assert wrong() == []


def test_what_a_lost_bucket_lacks_stays_the_same_while_awards_go_on(ana):
    """A rebuild adds it later than it finds it."""
    activity_id = earn(ana, 7, day_on=TODAY + 3 * DAY, now=NOON + 3 * DAY)
    execute("DELETE FROM board_buckets WHERE depth = 9")
    before = lacking(9)
    lose(ana, activity_id, day_on=TODAY + 3 * DAY, now=NOON + 3 * DAY)
    assert before
    assert lacking(9) == before


def test_a_rebuild_that_was_ended_leaves_what_it_did_and_can_be_run_again(ana, monkeypatch):
    monkeypatch.setattr("fittrack.leaderboards.auditing.MEMBERS_AT_ONCE", 1)
    before = boards(ana)
    for name in ("standings", "board_buckets"):
        execute(f"DELETE FROM {name}")

    def ended(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        service.rebuild(now=NOON + 4 * DAY, progress=ended)
    assert 0 < sum(map(len, boards(ana))) < sum(map(len, before))
    rebuild()
    assert (boards(ana), wrong()) == (before, [])


@pytest.mark.driver
def test_the_commands_say_how_much_was_wrong(ana, app):
    run = app.test_cli_runner().invoke
    assert run(args=["leaderboards", "check"]).exit_code == 0
    execute("DELETE FROM standings WHERE account_id = ?", ana)
    found = run(args=["leaderboards", "check"])
    assert (found.exit_code, f"{ana} does not stand" in found.stdout) == (1, True)
    rebuilt = run(args=["leaderboards", "rebuild"])
    assert "1 members and" in rebuilt.stdout
    assert "as the ledger says" in run(args=["leaderboards", "check"]).stdout
