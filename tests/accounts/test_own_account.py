"""What members change of the account itself: their state, and the documents they accept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from fittrack import db
from fittrack.accounts import service
from fittrack.accounts.errors import AccountNotFound
from fittrack.clock import utc_now
from tests.accounts.steps import bearer, log_in, pointers, register_verified
from tests.factories_accounts import login, make_account

ME = "/api/v1/users/me"


@pytest.fixture
def ana(client):
    return login(client, make_account(state_code="CA"))


def patch(client, headers, body):
    return client.patch(ME, json=body, headers=headers)


def accepted():
    """Return what was accepted."""
    text = "SELECT document, version FROM acceptances"
    return sorted(tuple(row) for row in db.engine().raw().execute(text))


def test_an_empty_platform_is_told_from_one_with_a_member(database):
    assert not service.has_accounts()
    make_account()
    assert service.has_accounts()


def test_a_member_moves_and_is_told_what_that_means(client, ana):
    before = client.get(ME, headers=ana).json
    assert (before["state"], before["is_state_excluded"], before["notices"]) == ("CA", False, [])

    moved = patch(client, ana, {"state": "ny"})

    assert moved.status_code == 200
    assert (moved.json["state"], moved.json["is_state_excluded"]) == ("NY", True)
    assert moved.json["notices"][0].startswith("Residents of NY")
    assert moved.json == client.get(ME, headers=ana).json
    assert patch(client, ana, {"state": "DC"}).json["notices"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"state": "PR"}, "/state"),
        ({"state": ""}, "/state"),
        ({"state": None}, "/state"),
        ({"state": "California, as ever"}, "/state"),
        ({"accepted_terms_version": "a b"}, "/accepted_terms_version"),
        ({"accepted_rules_version": "1" * 21}, "/accepted_rules_version"),
        ({"accepted_rules_version": None}, "/accepted_rules_version"),
        ({"date_of_birth": "1980-01-01"}, "/date_of_birth"),
        ({"email": "other@example.com"}, "/email"),
        ({"display_name": "Other"}, "/display_name"),
    ],
)
def test_what_can_not_be_changed_here_is_named_and_changes_nothing(client, ana, body, pointer):
    before = client.get(ME, headers=ana).json
    answer = patch(client, ana, {"state": "TX", "accepted_terms_version": "9"} | body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
    assert client.get(ME, headers=ana).json == before
    assert accepted() == []


def test_newer_documents_are_accepted_once_each(client):
    form = register_verified(client, accepted_terms_version="1", accepted_rules_version="1")
    ana = bearer(log_in(client, form["email"]).json)
    assert client.get(ME, headers=ana).json["accepted_terms_version"] == "1"

    for _ in range(2):
        newer = patch(client, ana, {"accepted_terms_version": "2026-07"})
    patch(client, ana, {"accepted_rules_version": "1"})

    assert newer.json["accepted_terms_version"] == "2026-07"
    assert newer.json["accepted_rules_version"] == "1"
    assert accepted() == [("rules", "1"), ("terms", "1"), ("terms", "2026-07")]


def test_an_acceptance_sent_many_times_at_once_is_recorded_once(app, client, ana):
    def accept(_number):
        with app.test_client() as own:
            return own.patch(ME, json={"accepted_rules_version": "2"}, headers=ana).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(accept, range(6))) == {200}
    assert accepted() == [("rules", "2")]


def test_an_erased_account_moves_no_more(client, database, ana):
    account_id = client.get(ME, headers=ana).json["account_id"]
    database.raw().execute("UPDATE accounts SET status = 'erased', state_code = NULL")
    with pytest.raises(AccountNotFound):
        service.edit_member(account_id=account_id, changes={"state": "TX"}, now=utc_now())
    row = database.raw().execute("SELECT state_code FROM accounts").fetchone()
    assert row[0] is None
