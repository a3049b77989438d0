"""Use cases of reading the ledger: a search, and one transaction with all that is in its hash."""

from __future__ import annotations

from datetime import datetime

from fittrack import config, db
from fittrack.clock import day_of
from fittrack.db import Transaction
from fittrack.pagination import Cursor, Page
from fittrack.points import repository as points
from fittrack.points.adjustments.errors import TransactionNotFound
from fittrack.points.books import repository, rules
from fittrack.points.books.models import BookedTransaction, BooksFilter, TransactionDetails
from fittrack.points.service import FIRST_PAGE_BEFORE_NO


def list_booked(
    *, wanted: BooksFilter, cursor: Cursor, limit: int, now: datetime
) -> Page[BookedTransaction]:
    """Return all members' transactions that are wanted, newest first."""
    is_by_day = rules.is_by_day(wanted, today_on=day_of(now, config.current().zone))
    search = _list_of_days if is_by_day else _list
    with db.reading("list_booked") as tx:
        rows = search(
            tx, wanted, before_no=cursor.number(default=FIRST_PAGE_BEFORE_NO), row_limit=limit + 1
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.sequence_no)


def get_transaction(*, transaction_id: str) -> TransactionDetails:
    """Return one transaction with its postings. Raises: TransactionNotFound."""
    with db.reading("get_transaction") as tx:
        found = repository.find_booked_transaction(tx, transaction_id)
        if found is None:
            raise TransactionNotFound(transaction_id=transaction_id)
        return TransactionDetails(found, points.list_postings(tx, found.sequence_no))


def _list(
    tx: Transaction, wanted: BooksFilter, *, before_no: int, row_limit: int
) -> list[BookedTransaction]:
    """Each way to search has a statement of its own, and an index that serves it."""
    if wanted.account_id is not None:
        search = repository.list_booked_of_account
    elif wanted.kind is not None:
        search = repository.list_booked_of_kind
    else:
        search = repository.list_booked
    return search(tx, wanted, before_no=before_no, row_limit=row_limit)


def _list_of_days(
    tx: Transaction, wanted: BooksFilter, *, before_no: int, row_limit: int
) -> list[BookedTransaction]:
    """Find the numbers of the page first, so that nothing else is looked up and sorted."""
    numbers = repository.list_booked_numbers(tx, wanted, before_no=before_no, row_limit=row_limit)
    if not numbers:
        return []
    return repository.list_booked_of_days(tx, wanted, first_no=numbers[-1], before_no=before_no)
