"""The ledger's transactions as admins and auditors read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fittrack.points.models import Posting


@dataclass(frozen=True, slots=True)
class BookedTransaction:
    """One transaction with what it moved for its member, spendable and owed together.

    `reason` is an admin's, as long as the member is not erased; `reversed_by_no` is the transaction
    that undid this one.
    """

    sequence_no: int
    transaction_id: str
    kind: str
    account_id: str
    amount_points: int
    reference_id: str
    reverses_no: int | None
    reversed_by_no: int | None
    idempotency_key: str
    request_hash: str
    description: str
    reason: str | None
    actor: str
    rules_version: int | None
    day_on: date
    created_at: datetime
    previous_hash: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class TransactionDetails:
    """One transaction with its postings."""

    transaction: BookedTransaction
    postings: list[Posting]


@dataclass(frozen=True, slots=True)
class BooksFilter:
    """Which transactions to look for; what is None does not matter, both days count."""

    account_id: str | None
    kind: str | None
    from_on: date | None
    to_on: date | None


@dataclass(frozen=True, slots=True)
class BookedNumber:
    """A transaction, by its place in the ledger."""

    sequence_no: int
