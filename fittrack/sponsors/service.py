"""Looking after sponsors, and what drawings need to know of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fittrack import db
from fittrack.db import Transaction
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.pagination import Cursor, Page
from fittrack.sponsors import repository, rules
from fittrack.sponsors.errors import LastSponsorAccount
from fittrack.sponsors.models import Sponsor


def create_sponsor(*, fields: dict[str, Any], now: datetime, reply: Reply = NoReply()) -> Sponsor:
    """Store a new sponsor. Raises: SponsorNameTaken."""
    sponsor = Sponsor(
        sponsor_id=new_id(),
        **fields,
        is_active=True,
        barred_at=None,
        created_at=now,
        updated_at=now,
    )
    with db.transaction("create_sponsor") as tx:
        repository.insert_sponsor(tx, sponsor)
        reply.record(tx, sponsor)
    return sponsor


def edit_sponsor(
    *,
    sponsor_id: str,
    fields: Mapping[str, Any],
    now: datetime,
    account_id: str | None = None,
    revisions: Collection[int] | None = None,
) -> Sponsor:
    """Change a sponsor; an `account_id` changes only its own, and neither notes nor standing.

    `revisions` are those that the editor will change, None for any. Raises: SponsorNotFound,
    StaleSponsor, SponsorNameTaken, Invalid.
    """
    with db.transaction("edit_sponsor") as tx:
        repository.get_visible(tx, sponsor_id, account_id=account_id)
        # Held, or an edit would bring back what a deactivation beside it had just ended.
        sponsor = repository.lock_sponsor(tx, sponsor_id)
        rules.check_revision(sponsor, revisions)
        changes = fields if account_id is None else rules.own_changes(fields)
        repository.update_sponsor(tx, replace(sponsor, **changes, updated_at=now))
        edited = repository.get_sponsor(tx, sponsor_id)
    return rules.seen_by(edited, account_id)


def list_sponsors(*, cursor: Cursor, limit: int) -> Page[Sponsor]:
    """Return sponsors, newest first."""
    with db.reading("list_sponsors") as tx:
        rows = repository.list_sponsors(
            tx, before_id=cursor.text(default="") or None, row_limit=limit + 1
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.sponsor_id)


def get_sponsor(*, sponsor_id: str, account_id: str | None) -> Sponsor:
    """Return a sponsor; an `account_id` sees only the one that it belongs to, without notes.

    Raises: SponsorNotFound.
    """
    with db.reading("get_sponsor") as tx:
        sponsor = repository.get_visible(tx, sponsor_id, account_id=account_id)
    return rules.seen_by(sponsor, account_id)


def add_account(*, sponsor_id: str, account_id: str, now: datetime) -> None:
    """Make an account one of a sponsor's people. Raises: SponsorNotFound, Unique, ForeignKey."""
    with db.transaction("add_sponsor_account") as tx:
        repository.get_sponsor(tx, sponsor_id)
        repository.insert_sponsor_account(tx, sponsor_id, account_id, now=now)


def place_account(
    tx: Transaction, account_id: str, *, sponsor_id: str | None, now: datetime
) -> None:
    """Make an account one of a sponsor's people instead of whose it was, or nobody's.

    Raises: SponsorNotFound, LastSponsorAccount.
    """
    leave_sponsor(tx, account_id)
    if sponsor_id is not None:
        repository.get_sponsor(tx, sponsor_id)
        repository.insert_sponsor_account(tx, sponsor_id, account_id, now=now)


def find_sponsor(tx: Transaction, sponsor_id: str) -> Sponsor | None:
    """Return a sponsor, or None."""
    return repository.find_sponsor(tx, sponsor_id)


def find_sponsor_of(tx: Transaction, account_id: str) -> str | None:
    """Return the id of the sponsor that an account belongs to, or None."""
    return repository.find_sponsor_of(tx, account_id)


def erase_member(tx: Transaction, account_id: str) -> None:
    """Let an erased account be nobody's of a sponsor. Raises: LastSponsorAccount."""
    leave_sponsor(tx, account_id)


def leave_sponsor(tx: Transaction, account_id: str) -> None:
    """Make an account nobody's of a sponsor that has others. Raises: LastSponsorAccount."""
    sponsor_id = repository.find_sponsor_of(tx, account_id)
    if sponsor_id is None:
        return
    sponsor = repository.lock_sponsor(tx, sponsor_id)
    if sponsor.is_active and repository.list_sponsor_accounts(tx, sponsor_id) == [account_id]:
        raise LastSponsorAccount(sponsor_id=sponsor_id)
    repository.erase_sponsor_account(tx, account_id)


def list_accounts(tx: Transaction, sponsor_id: str) -> list[str]:
    """Return the accounts of a sponsor's people."""
    return repository.list_sponsor_accounts(tx, sponsor_id)


def find_standing_witness(tx: Transaction) -> Sponsor | None:
    """Return a sponsor that reveals by itself and may be a source, or None."""
    return repository.find_standing_witness(tx)


def bar(tx: Transaction, sponsor_id: str, *, now: datetime) -> None:
    """Accept a sponsor as a source no more: it withheld a reveal."""
    repository.update_barred_at(tx, sponsor_id, now=now)
