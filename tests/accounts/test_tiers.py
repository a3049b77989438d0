"""The tiers over HTTP, and the job that moves members on their birthdays."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from fittrack import db
from fittrack.accounts.profiles import service as profiles
from fittrack.accounts.tiers import repository, service
from fittrack.accounts.tiers.rules import TIERS, place_of
from fittrack.clock import utc_now
from tests.accounts.steps import probe
from tests.factories_accounts import login, make_account

COMPLETE = {"sex": "female", "fitness_level": "advanced"}
JOINED = datetime(2025, 1, 10, tzinfo=UTC)


def tier_of(account_id):
    with db.reading("tier_of") as tx:
        text = "SELECT tier_code FROM profiles WHERE account_id = :account_id"
        return tx.value(probe(text), account_id=account_id)


def at(day, hour=12):
    """Return an instant on a day; noon in UTC is the same day in New York."""
    return datetime(*day, hour, tzinfo=UTC)


@pytest.fixture
def counts(client):
    """Return a function that asks how many members each tier has."""
    headers = login(client, make_account(email="counter@example.com"))

    def ask():
        items = client.get("/api/v1/tiers", headers=headers).json["items"]
        return {tier["code"]: tier["member_count"] for tier in items}

    return ask


def test_the_31_tiers_are_listed_with_their_members(counts):
    make_account(date_of_birth_on=date(1980, 1, 1), **COMPLETE)
    make_account(date_of_birth_on=date(1980, 1, 1), **COMPLETE)

    found = counts()

    assert list(found) == [tier.code for tier in TIERS]
    assert len(found) == 31
    assert found["F-40-49-ADV"] == 2
    assert found["OPEN"] == 1  # who asks
    assert sum(found.values()) == 3


def test_open_holds_those_who_opted_in_besides_their_tier(counts):
    ana = make_account(date_of_birth_on=date(1980, 1, 1), **COMPLETE)
    before = counts()

    profiles.edit_preferences(account_id=ana, changes={"is_in_open": True}, now=utc_now())

    assert counts()["OPEN"] == before["OPEN"] + 1
    assert counts()["F-40-49-ADV"] == before["F-40-49-ADV"] == 1


def test_who_has_no_tier_but_open_is_counted_there_once(counts):
    ana = make_account()
    profiles.edit_preferences(account_id=ana, changes={"is_in_open": True}, now=utc_now())
    assert counts()["OPEN"] == 2  # with who asks


def test_only_active_members_are_counted(counts, database):
    ana = make_account(date_of_birth_on=date(1980, 1, 1), **COMPLETE)
    profiles.edit_preferences(account_id=ana, changes={"is_in_open": True}, now=utc_now())
    assert counts()["OPEN"] == 2
    for status in ("pending", "suspended", "erased"):
        database.raw().execute("UPDATE accounts SET status = ? WHERE account_id = ?", (status, ana))
        assert counts()["F-40-49-ADV"] == 0, status
        assert counts()["OPEN"] == 1, status


def test_one_tier_is_found_by_its_code_alone(client):
    headers = login(client, make_account())
    oldest = client.get("/api/v1/tiers/M-60%2B-BEG", headers=headers).json
    assert (oldest["code"], oldest["least_age_years"]) == ("M-60+-BEG", 60)
    assert oldest["greatest_age_years"] is None
    assert client.get("/api/v1/tiers/M-60+-BEG", headers=headers).json == oldest
    for unknown in ("open", "M-60-BEG", "X-18-29-BEG", "%00", "é"):
        answer = client.get(f"/api/v1/tiers/{unknown}", headers=headers)
        assert (answer.status_code, answer.json["code"]) == (404, "tier_not_found"), unknown


def test_a_birthday_moves_a_member_on_the_day_and_not_before(database):
    ana = make_account(date_of_birth_on=date(1996, 3, 14), created_at=JOINED, **COMPLETE)

    assert service.move_birthdays(now=at((2026, 3, 13), 23)) == 0
    assert service.move_birthdays(now=at((2026, 3, 14), 3)) == 0  # the 13th still, in New York
    assert tier_of(ana) == "F-18-29-ADV"
    assert service.move_birthdays(now=at((2026, 3, 14), 5)) == 1
    assert tier_of(ana) == "F-30-39-ADV"
    assert service.move_birthdays(now=at((2026, 3, 14), 6)) == 0


def test_birthdays_that_were_missed_are_made_up_for(database):
    young = make_account(date_of_birth_on=date(1996, 3, 14), created_at=JOINED, **COMPLETE)
    old = make_account(date_of_birth_on=date(1966, 3, 20), created_at=JOINED, **COMPLETE)

    assert service.move_birthdays(now=at((2036, 6, 1))) == 2

    assert tier_of(young) == "F-40-49-ADV"  # two brackets at once
    assert tier_of(old) == "F-60+-ADV"
    assert service.move_birthdays(now=at((2099, 6, 1))) == 1  # nobody leaves 60+


def test_one_born_on_29_february_moves_on_1_march_of_a_common_year(database):
    ana = make_account(date_of_birth_on=date(1996, 2, 29), created_at=JOINED, **COMPLETE)
    service.move_birthdays(now=at((2026, 2, 28)))
    assert tier_of(ana) == "F-18-29-ADV"
    service.move_birthdays(now=at((2026, 3, 1)))
    assert tier_of(ana) == "F-30-39-ADV"


def test_more_members_than_a_batch_move_in_one_run(database):
    born_on = date(1996, 3, 14)
    members = [
        make_account(date_of_birth_on=born_on, created_at=JOINED, **COMPLETE) for _ in range(7)
    ]

    assert service.move_birthdays(now=at((2026, 3, 14)), batch_size=3) == 7
    assert {tier_of(each) for each in members} == {"F-30-39-ADV"}


def test_an_incomplete_profile_is_never_due(database):
    make_account(date_of_birth_on=date(1996, 3, 14), created_at=JOINED)
    assert service.move_birthdays(now=at((2099, 3, 14))) == 0


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("list_due_profiles", "SEARCH p USING INDEX profiles_tier_review_ix"),
        ("count_tiers", "SCAN profiles USING COVERING INDEX profiles_tier_count_ix"),
        ("count_inactive_tiers", "SEARCH accounts USING INDEX accounts_inactive_ix"),
    ],
)
def test_what_looks_at_all_members_reads_an_index(database, name, step):
    statement = repository.SQL[name]
    plan = database.raw().execute(
        f"EXPLAIN QUERY PLAN {statement.sqlite}", dict.fromkeys(statement.binds)
    )
    steps = [row[3] for row in plan.fetchall()]
    assert any(step in each for each in steps), steps
    assert not any("ORDER BY" in each for each in steps)


def test_a_date_of_birth_put_right_moves_the_tier_at_once(database):
    ana = make_account(date_of_birth_on=date(1996, 3, 14), **COMPLETE)
    database.raw().execute(
        "UPDATE accounts SET date_of_birth_on = '1956-03-14' WHERE account_id = ?", (ana,)
    )
    with db.transaction("correct") as tx:
        profiles.refresh_tier(tx, ana, now=utc_now())
    assert tier_of(ana) == "F-60+-ADV"


def test_a_profile_edited_meanwhile_is_left_to_its_editor(database):
    """The job read the profile, then it was edited: what the editor stored stands."""
    ana = make_account(date_of_birth_on=date(1996, 3, 14), created_at=JOINED, **COMPLETE)
    today = date(2026, 3, 14)
    with db.reading("look") as tx:
        [due] = repository.list_due_profiles(tx, today_on=today, row_limit=10)
    change = {"fitness_level": "beginner"}  # the day of the review stays
    profiles.edit_profile(account_id=ana, changes=change, now=at((2026, 3, 13)))

    with db.transaction("move") as tx:
        place = place_of(due.sex, due.date_of_birth_on, due.fitness_level, today)
        assert repository.move_profiles(tx, [(due, place)]) == 0
    assert tier_of(ana) == "F-18-29-BEG"
    assert service.move_birthdays(now=at((2026, 3, 14))) == 1
    assert tier_of(ana) == "F-30-39-BEG"
