"""Searching accounts, as admins and auditors do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fittrack.accounts.administration import repository
from tests.factories_accounts import login, make_account

USERS = "/api/v1/users"


@pytest.fixture
def boss(client):
    return make_account(role="admin", display_name="Boss")


@pytest.fixture
def admin(client, boss):
    return login(client, boss)


@pytest.fixture
def ana(client):
    return make_account(email="ana@example.com", display_name="Ana")


def names(client, headers, query=""):
    return [
        item["display_name"]
        for item in client.get(f"{USERS}?{query}", headers=headers).json["items"]
    ]


def suspend(client, headers, account_id):
    body = {"status": "suspended", "suspension_reason": "A car."}
    return client.patch(f"{USERS}/{account_id}", json=body, headers=headers)


def test_a_search_lists_accounts_newest_first_page_by_page(client, admin, boss):
    day = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(5):
        make_account(display_name=f"Zoe{number}", created_at=day + timedelta(days=number % 3))

    found, cursor = [], ""
    while cursor is not None:
        query = f"limit=2&created_before=2026-06-01T00:00:00Z{cursor and '&cursor=' + cursor}"
        page = client.get(f"{USERS}?{query}", headers=admin).json
        found += [item["display_name"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert sorted(found) == [f"Zoe{number}" for number in range(5)]
    assert found[0] == "Zoe2"
    assert set(found[-2:]) == {"Zoe0", "Zoe3"}


def test_a_search_by_the_beginning_of_a_name_looks_past_case(client, admin):
    for name in ("Cemil", "CEM", "cem-2", "Ceb", "Dem"):
        make_account(display_name=name)
    assert names(client, admin, "q=cEm") == ["CEM", "cem-2", "Cemil"]
    first = client.get(f"{USERS}?q=cem&limit=1", headers=admin).json
    rest = names(client, admin, f"q=cem&cursor={first['next_cursor']}")
    assert rest == ["cem-2", "Cemil"]


def test_a_search_by_address_finds_the_whole_one_only(client, admin, ana):
    assert names(client, admin, "q=Ana@Example.com") == ["Ana"]
    assert names(client, admin, "q=ana@example.co") == []
    assert names(client, admin, "q=no@address@") == []


def test_filters_narrow_each_other(client, admin, boss, ana):
    ben, cem = make_account(display_name="Ben"), make_account(display_name="Cem", role="sponsor")
    suspend(client, admin, ben)
    suspend(client, admin, cem)
    assert names(client, admin, "status=suspended&role=user") == ["Ben"]
    assert set(names(client, admin, "status=suspended")) == {"Ben", "Cem"}
    assert names(client, admin, "role=admin") == ["Boss"]
    assert names(client, admin, "q=be&role=sponsor") == []
    assert names(client, admin, "q=ana@example.com&status=suspended") == []
    assert names(client, admin, "role=user&created_before=2001-01-01T00:00:00Z") == []


def test_a_cursor_of_one_order_is_none_of_the_other(client, admin, ana):
    make_account(display_name="Anatol")
    cursor = client.get(f"{USERS}?q=ana&limit=1", headers=admin).json["next_cursor"]
    answer = client.get(f"{USERS}?limit=1&cursor={cursor}", headers=admin)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("list_users", "accounts_created_ix"),
        ("list_users_of_role", "accounts_role_ix"),
        ("list_users_of_status", "accounts_status_ix"),
        ("list_users_of_role_and_status", "accounts_role_status_ix"),
        ("list_users_of_name", "sqlite_autoindex_accounts"),
        ("list_users_of_email", "sqlite_autoindex_accounts"),
        ("lock_admins", "accounts_role_status_ix"),
        ("list_ended_premiums", "accounts_premium_ix"),
        ("list_admin_actions", "admin_actions_account_ix"),
        ("list_appeals", "appeals_queue_ix"),
        ("list_own_appeals", "appeals_account_ix"),
        ("find_open_suspension", "suspensions_open_uq"),
    ],
)
def test_every_search_has_its_index(database, name, index):
    statement = repository.SQL[name]
    binds = dict.fromkeys(statement.binds, "") | {"row_limit": 10}
    plan = database.raw().execute(
        f"EXPLAIN QUERY PLAN {statement.sqlite}",
        {bind: binds[bind] for bind in statement.binds},
    )
    steps = [row[3] for row in plan]
    assert index in steps[0], steps
    if name.startswith("list_"):
        assert "USE TEMP B-TREE FOR ORDER BY" not in steps


@pytest.mark.parametrize(
    "query", ["role=king", "status=x", "q=a", "q=%20%20%20", "created_from=2026-01-01", "x=1"]
)
def test_a_wrong_filter_is_refused(client, admin, query):
    assert client.get(f"{USERS}?{query}", headers=admin).status_code == 422
