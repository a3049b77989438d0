"""Boards follow what happens to accounts: edits, choices, birthdays, suspensions, deletions."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from fittrack import db
from fittrack.accounts.administration import service as administration
from fittrack.accounts.erasure import service as erasure
from fittrack.accounts.profiles import service as profiles
from fittrack.accounts.suspensions import service as suspensions
from fittrack.accounts.tiers import service as tiers
from fittrack.leaderboards import service
from tests.accounts.steps import run_jobs
from tests.factories_accounts import make_account
from tests.factories_activities import count
from tests.factories_points import NOON
from tests.leaderboards.world import TIER, earn, join, own, shown, table

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)


def make_ana(**over: object) -> str:
    """Return a member with a whole profile, in the tier F-30-39-INT on NOON's day."""
    return make_account(
        **{
            "sex": "female",
            "fitness_level": "intermediate",
            "date_of_birth_on": date(1990, 5, 17),
            "created_at": NOON - 90 * DAY,
        }
        | over
    )


def boards_of(account_id: str) -> set[str]:
    """Return the boards of today that show a member."""
    found = (
        db.engine()
        .raw()
        .execute(
            "SELECT board_code FROM standings WHERE account_id = ? AND period = 'daily'"
            " AND place_key IS NOT NULL",
            (account_id,),
        )
    )
    return {code for (code,) in found}


def test_an_edited_profile_moves_its_member_at_once():
    ana = make_ana()
    earn(ana, 10)
    assert boards_of(ana) == {TIER}
    profiles.edit_profile(account_id=ana, changes={"sex": None}, now=NOON)
    assert boards_of(ana) == {"OPEN"}


def test_a_profile_that_moves_and_changes_the_heart_rate_counts_both():
    ana = make_ana(max_hr_bpm=190)
    earn(ana, 10)
    changes = {"sex": "male", "max_hr_bpm": 150}
    profiles.edit_profile(account_id=ana, changes=changes, now=NOON)
    assert boards_of(ana) == {"M-30-39-INT"}


def test_who_chooses_open_is_on_both_boards_until_they_choose_again():
    ana = make_ana()
    earn(ana, 10)
    profiles.edit_preferences(account_id=ana, changes={"is_in_open": True}, now=NOON)
    assert boards_of(ana) == {TIER, "OPEN"}
    profiles.edit_preferences(account_id=ana, changes={"is_in_open": False}, now=NOON)
    assert boards_of(ana) == {TIER}


def test_a_birthday_moves_its_member_on_the_day():
    ana = make_ana(date_of_birth_on=date(1986, 6, 16))
    earn(ana, 10)
    tiers.move_birthdays(now=NOON)
    assert boards_of(ana) == {TIER}
    tiers.move_birthdays(now=NOON + DAY)
    assert boards_of(ana) == {"F-40-49-INT"}


def test_an_admins_correction_of_a_birth_date_moves_its_member():
    ana, admin = make_ana(), make_account(role="admin")
    earn(ana, 10)
    changes = {"date_of_birth": date(1980, 1, 1)}
    administration.edit_user(
        account_id=ana, changes=changes, revisions=None, actor_id=admin, now=NOON
    )
    assert boards_of(ana) == {"F-40-49-INT"}


def suspend(account_id: str) -> None:
    with db.transaction("suspend") as tx:
        suspensions.suspend(tx, account_id, reason="A test", actor_id=account_id, now=NOON)


def test_who_is_suspended_is_on_no_board_and_those_below_move_up():
    ana, ben = make_ana(), join()
    earn(ana, 20)
    earn(ben, 10)
    suspend(ana)
    assert shown(table(ben)) == [(1, ben, 10)]
    assert (own(ben).rank, own(ben).member_count) == (1, 1)


def test_what_is_earned_while_suspended_stands_when_it_is_lifted():
    ana, ben = make_ana(), join()
    earn(ana, 20)
    earn(ben, 30)
    suspend(ana)
    earn(ana, 20)
    with db.transaction("lift") as tx:
        suspensions.lift(tx, ana, actor_id=ana, now=NOON + 5 * DAY)
    asked = {"day_on": NOON.date(), "now": NOON + 5 * DAY}
    assert shown(table(ben, **asked)) == [(1, ana, 40), (2, ben, 30)]


def test_who_is_deleted_is_on_no_board_at_once_and_in_no_table_after_the_job():
    ana, ben = make_ana(), join()
    earn(ana, 20)
    earn(ben, 10)
    erasure.erase_account(account_id=ana, actor_id=ana, now=NOON)
    assert shown(table(ben)) == [(1, ben, 10)]
    assert own(ben).rank == 1
    run_jobs()
    for name, rows in (("standings", 4), ("board_members", 1), ("board_moves", 1)):
        assert count(name) == rows


def test_the_archive_has_every_place_of_its_member():
    ana = make_ana()
    earn(ana, 10)
    [file] = service.export_member(ana)
    places = json.loads(b"".join(file.pieces))
    assert [(one["period"], one["board_code"], one["points"]) for one in places] == [
        (kind, TIER, 10) for kind in ("alltime", "monthly", "daily", "weekly")
    ]
