"""How the ledger is searched by points days: the shorter way, and each way by its index."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fittrack.points.books import repository, rules
from fittrack.points.books.models import BooksFilter

TODAY = date(2026, 6, 15)


def days(from_ago, to_ago, *, account_id=None):
    """Return a search from and to so many days ago; None leaves that end open."""
    from_on, to_on = (
        None if ago is None else TODAY - timedelta(days=ago) for ago in (from_ago, to_ago)
    )
    return BooksFilter(account_id=account_id, kind=None, from_on=from_on, to_on=to_on)


@pytest.mark.parametrize(
    ("from_ago", "to_ago", "is_by_day"),
    [
        (0, None, True),
        (30, None, True),
        (31, None, False),  # the newest are the first of the page anyway
        (-1, None, True),  # days to come: by number, all would be walked over in vain
        (364, 100, False),
        (363, 182, True),
        (364, 182, False),
        (365, -100, False),
        (None, 300, False),  # nobody knows how many days these are
        (None, None, False),
    ],
)
def test_days_are_searched_the_shorter_way(from_ago, to_ago, is_by_day):
    assert rules.is_by_day(days(from_ago, to_ago), today_on=TODAY) is is_by_day


def test_a_member_is_searched_by_the_index_of_members():
    assert not rules.is_by_day(days(3, 2, account_id="ana"), today_on=TODAY)


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("list_booked", "INTEGER PRIMARY KEY (rowid<?)"),
        ("list_booked_of_account", "ledger_transactions_account_ix (account_id=? AND"),
        ("list_booked_of_kind", "ledger_transactions_kind_ix (kind=? AND"),
        ("list_booked_numbers", "COVERING INDEX ledger_transactions_day_ix (day_on>? AND"),
        ("list_booked_of_days", "ledger_transactions_day_ix (day_on>? AND"),
    ],
)
def test_each_search_of_the_books_has_its_index(database, name, index):
    statement = repository.SQL[name]
    binds = dict.fromkeys(statement.binds)
    plan = database.raw().execute(f"EXPLAIN QUERY PLAN {statement.sqlite}", binds).fetchall()

    assert index in plan[0][3]
