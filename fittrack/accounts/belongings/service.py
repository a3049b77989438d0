"""Handing out what accounts has of one member: no secret, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fittrack import archive, db
from fittrack.accounts.belongings import repository
from fittrack.accounts.belongings.models import OwnEvent, OwnSession
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.db import Transaction

FIRST_ID = "0"
Few = Callable[[Transaction, str], list[Any]]

# File -> what stands in it: a few rows each.
FEW: Mapping[str, Few] = {
    "account/account.json": repository.export_account,
    "account/profile.json": repository.export_profile,
    "account/acceptances.json": repository.export_acceptances,
    "account/email_changes.json": repository.export_email_changes,
    "account/authenticator_app.json": repository.export_totp_factor,
    "account/passkeys.json": repository.export_passkeys,
    "account/sign_in_providers.json": repository.export_identities,
    "account/factor_resets.json": repository.export_factor_resets,
    "account/suspensions.json": repository.export_suspensions,
    "account/appeals.json": repository.export_appeals,
}


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield a member's account, profile, devices and what happened to the account."""
    for name, read in FEW.items():
        with db.reading("export_account") as tx:
            rows = read(tx, account_id)
        yield archive.json_object(name, rows)
    with db.reading("export_picture") as tx:
        image = repository.export_profile_image(tx, account_id)
    if image is not None:
        yield archive.plain_file("account/picture.webp", image)
    yield archive.json_list("account/sessions.json", _sessions(account_id))
    yield archive.json_list("account/security_events.json", _events(account_id))


def _sessions(account_id: str) -> Iterator[list[OwnSession]]:
    return archive.pages(
        "export_sessions",
        lambda tx, after_id: repository.export_sessions(
            tx, account_id, after_id=after_id or FIRST_ID, row_limit=PAGE_ROWS
        ),
        lambda session: session.session_id,
    )


def _events(account_id: str) -> Iterator[list[OwnEvent]]:
    return archive.pages(
        "export_security_events",
        lambda tx, after_id: repository.export_security_events(
            tx, account_id, after_id=after_id or FIRST_ID, row_limit=PAGE_ROWS
        ),
        lambda event: event.event_id,
    )
