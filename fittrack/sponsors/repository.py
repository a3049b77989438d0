"""The sponsors' SQL, by name."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.db.loader import load_sql
from fittrack.sponsors.errors import SponsorNameTaken, SponsorNotFound
from fittrack.sponsors.models import Sponsor, SponsorAccount

SQL = load_sql("sponsors")


def insert_sponsor(tx: Transaction, sponsor: Sponsor) -> None:
    """Store a new sponsor. Raises: SponsorNameTaken."""
    try:
        tx.run(SQL["insert_sponsor"], **asdict(sponsor))
    except Unique as error:
        raise SponsorNameTaken from error


def find_sponsor(tx: Transaction, sponsor_id: str) -> Sponsor | None:
    """Return a sponsor, or None."""
    return tx.one(Sponsor, SQL["find_sponsor"], sponsor_id=sponsor_id)


def get_sponsor(tx: Transaction, sponsor_id: str) -> Sponsor:
    """Return a sponsor. Raises: SponsorNotFound."""
    return _found(find_sponsor(tx, sponsor_id), sponsor_id)


def get_visible(tx: Transaction, sponsor_id: str, *, account_id: str | None) -> Sponsor:
    """Return a sponsor; an `account_id` sees only the one that it belongs to.

    Raises: SponsorNotFound.
    """
    if account_id is not None and find_sponsor_of(tx, account_id) != sponsor_id:
        raise SponsorNotFound(sponsor_id=sponsor_id)
    return get_sponsor(tx, sponsor_id)


def lock_sponsor(tx: Transaction, sponsor_id: str) -> Sponsor:
    """Return a sponsor held until the transaction ends. Raises: SponsorNotFound."""
    return _found(tx.one(Sponsor, SQL["lock_sponsor"], sponsor_id=sponsor_id), sponsor_id)


def list_sponsors(tx: Transaction, *, before_id: str | None, row_limit: int) -> list[Sponsor]:
    """Return sponsors, newest first."""
    return tx.all(Sponsor, SQL["list_sponsors"], before_id=before_id, row_limit=row_limit)


def update_sponsor(tx: Transaction, sponsor: Sponsor) -> None:
    """Edit a sponsor that is held. Raises: SponsorNameTaken."""
    values = asdict(sponsor)
    del values["barred_at"], values["created_at"]
    try:
        changed = tx.run(SQL["update_sponsor"], **values)
    except Unique as error:
        raise SponsorNameTaken from error
    if changed != 1:
        raise LookupError(f"{sponsor.sponsor_id} changed while it was held")


def update_barred_at(tx: Transaction, sponsor_id: str, *, now: datetime) -> None:
    """Accept a sponsor as a source no more."""
    tx.run(SQL["update_barred_at"], sponsor_id=sponsor_id, barred_at=now)


def find_standing_witness(tx: Transaction) -> Sponsor | None:
    """Return a sponsor that reveals by itself and may be a source, or None."""
    return tx.one(Sponsor, SQL["find_standing_witness"])


def insert_sponsor_account(
    tx: Transaction, sponsor_id: str, account_id: str, *, now: datetime
) -> None:
    """Make an account one of a sponsor's people."""
    tx.run(
        SQL["insert_sponsor_account"], sponsor_id=sponsor_id, account_id=account_id, added_at=now
    )


def list_sponsor_accounts(tx: Transaction, sponsor_id: str) -> list[str]:
    """Return the accounts of a sponsor's people."""
    rows = tx.all(SponsorAccount, SQL["list_sponsor_accounts"], sponsor_id=sponsor_id)
    return [row.account_id for row in rows]


def find_sponsor_of(tx: Transaction, account_id: str) -> str | None:
    """Return the id of the sponsor that an account belongs to, or None."""
    sponsor_id = tx.value(SQL["find_sponsor_of"], account_id=account_id)
    return None if sponsor_id is None else str(sponsor_id)


def erase_sponsor_account(tx: Transaction, account_id: str) -> None:
    """Let an erased account be nobody's of a sponsor."""
    tx.run(SQL["erase_sponsor_account"], account_id=account_id)


def _found(sponsor: Sponsor | None, sponsor_id: str) -> Sponsor:
    if sponsor is None:
        raise SponsorNotFound(sponsor_id=sponsor_id)
    return sponsor
