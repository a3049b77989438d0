"""Files of sleep in an archive: their nights are kept beside those of trackers, without bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from fittrack import db
from fittrack.activities.archives import nights as nights_in
from fittrack.activities.archives import takeout
from fittrack.activities.archives.models import ArchiveItem, Content
from fittrack.activities.imports import keeping
from fittrack.activities.imports import repository as imports
from fittrack.activities.imports import rules as import_rules
from fittrack.activities.imports.models import Refusal
from fittrack.activities.service import hold_member, release_file
from fittrack.db import Transaction
from fittrack.queues import LeaseLost
from fittrack.recovery import service as recovery
from fittrack.recovery.models import Night


def is_sleep(member: ArchiveItem) -> bool:
    """Tell whether this is sleep out of an export."""
    return "slept_at" in (member.hints_json or {})


def settle(
    member: ArchiveItem, read: Callable[[], Content | Refusal | str], attempt: int, *, now: datetime
) -> None:
    """Keep the nights of a file and give it its final state, at once.

    Raises: LeaseLost where another worker did.
    """
    found = keeping.attempted(lambda: _nights(member, read()), attempt)
    with db.transaction("read_archive_sleep") as tx:
        hold_member(tx, member.account_id, now=now)
        if isinstance(found, Refusal):
            state, refusal = "refused", found
        else:
            state, refusal = _keep(tx, member, found, now=now), None
        item_id = member.import_item_id
        if not imports.update_item_finished(tx, item_id, state, refusal=refusal, now=now):
            raise LeaseLost(item_id)
        if member.original_file_id is not None:
            release_file(tx, member.original_file_id)


def _nights(member: ArchiveItem, content: Content | Refusal | str) -> list[list[Night]] | Refusal:
    """Return the sleeps of each day of a file. Raises: FileRefused."""
    if isinstance(content, Refusal):
        return content
    if isinstance(content, str):  # an archive, by its first bytes
        return import_rules.NOTHING
    hints = member.hints_json or {}
    if hints["slept_at"] == takeout.SLEPT_AT:
        nights = takeout.read_session(nights_in.unpacked(content.data), hints["offset_s"])
        return [nights] if nights else import_rules.NOTHING
    return list(nights_in.read_nights(content.data).values()) or import_rules.NOTHING


def _keep(
    tx: Transaction, member: ArchiveItem, days: Sequence[Sequence[Night]], *, now: datetime
) -> str:
    provider = str((member.hints_json or {})["slept_at"])
    news = [
        recovery.keep_imported(tx, member.account_id, provider, nights, now=now) for nights in days
    ]
    return "created" if any(news) else "duplicate"
