"""The ledger as it is read by admins and auditors."""

from __future__ import annotations

from datetime import date
from typing import Any

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.points.books.models import BookedNumber, BookedTransaction, BooksFilter

SQL = load_sql("points")


def find_booked_transaction(tx: Transaction, transaction_id: str) -> BookedTransaction | None:
    return tx.one(BookedTransaction, SQL["find_booked_transaction"], transaction_id=transaction_id)


def list_booked(
    tx: Transaction, wanted: BooksFilter, *, before_no: int, row_limit: int
) -> list[BookedTransaction]:
    return tx.all(
        BookedTransaction,
        SQL["list_booked"],
        **_range_of(wanted, before_no=before_no, row_limit=row_limit),
    )


def list_booked_of_account(
    tx: Transaction, wanted: BooksFilter, *, before_no: int, row_limit: int
) -> list[BookedTransaction]:
    return tx.all(
        BookedTransaction,
        SQL["list_booked_of_account"],
        account_id=wanted.account_id,
        kind=wanted.kind,
        **_range_of(wanted, before_no=before_no, row_limit=row_limit),
    )


def list_booked_of_kind(
    tx: Transaction, wanted: BooksFilter, *, before_no: int, row_limit: int
) -> list[BookedTransaction]:
    return tx.all(
        BookedTransaction,
        SQL["list_booked_of_kind"],
        kind=wanted.kind,
        **_range_of(wanted, before_no=before_no, row_limit=row_limit),
    )


def list_booked_numbers(
    tx: Transaction, wanted: BooksFilter, *, before_no: int, row_limit: int
) -> list[int]:
    """Return the numbers of a page of some days' transactions, newest first."""
    rows = tx.all(
        BookedNumber,
        SQL["list_booked_numbers"],
        **_days_of(wanted),
        before_no=before_no,
        row_limit=row_limit,
    )
    return [row.sequence_no for row in rows]


def list_booked_of_days(
    tx: Transaction, wanted: BooksFilter, *, first_no: int, before_no: int
) -> list[BookedTransaction]:
    return tx.all(
        BookedTransaction,
        SQL["list_booked_of_days"],
        **_days_of(wanted),
        first_no=first_no,
        before_no=before_no,
    )


def _days_of(wanted: BooksFilter) -> dict[str, Any]:
    return {
        "from_on": wanted.from_on or date.min,
        "to_on": wanted.to_on or date.max,
        "kind": wanted.kind,
    }


def _range_of(wanted: BooksFilter, *, before_no: int, row_limit: int) -> dict[str, Any]:
    return {
        "from_on": wanted.from_on,
        "to_on": wanted.to_on,
        "before_no": before_no,
        "row_limit": row_limit,
    }
