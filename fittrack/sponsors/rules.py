"""Who changes and sees what of a sponsor. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from fittrack.errors import field_error
from fittrack.sponsors.errors import StaleSponsor
from fittrack.sponsors.models import Sponsor

ADMINS_ONLY = ("notes", "is_active")


def check_revision(sponsor: Sponsor, revisions: Collection[int] | None) -> None:
    """Raises: StaleSponsor unless a sponsor is one of the revisions, None for any."""
    if revisions is not None and sponsor.revision not in revisions:
        raise StaleSponsor(revision=sponsor.revision)


def own_changes(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a sponsor's people change of their own. Raises: Invalid naming a field."""
    for name in ADMINS_ONLY:
        if fields.get(name) is not None:
            raise field_error(f"/{name}", "Only admins change this.")
    return {name: value for name, value in fields.items() if name not in ADMINS_ONLY}


def seen_by(sponsor: Sponsor, account_id: str | None) -> Sponsor:
    """Return a sponsor as the staff sees it, or as its own people do: without the notes."""
    return sponsor if account_id is None else replace(sponsor, notes=None)
