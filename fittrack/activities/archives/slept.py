"""Files of sleep in an archive: their nights are kept beside those of trackers, without bytes."""

from __future__ import annotations

from datetime import date, datetime

from fittrack import db
from fittrack.activities.archives.models import ArchiveItem
from fittrack.activities.archives.nights import read_nights
from fittrack.activities.imports import keeping
from fittrack.activities.imports import repository as imports
from fittrack.activities.imports import rules as import_rules
from fittrack.activities.imports.models import Refusal
from fittrack.activities.service import hold_member, release_file
from fittrack.db import Transaction
from fittrack.queues import LeaseLost
from fittrack.recovery import service as recovery
from fittrack.recovery.models import Night

Days = dict[date, list[Night]]


def is_sleep(member: ArchiveItem) -> bool:
    """Tell whether this is a day of waking out of an export."""
    return "slept_at" in (member.hints_json or {})


def settle(member: ArchiveItem, attempt: int, *, now: datetime) -> None:
    """Keep the nights of a file and give it its final state, at once.

    Raises: LeaseLost where another worker did.
    """
    found = keeping.attempted(lambda: _read(member), attempt)
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


def _read(member: ArchiveItem) -> Days | Refusal:
    """Raises: FileRefused."""
    with db.reading("find_import_source") as tx:
        found = imports.find_import_source(tx, member.import_item_id)
    if found is None or found.content_bytes is None:
        return import_rules.GONE
    return read_nights(found.content_bytes) or import_rules.NOTHING


def _keep(tx: Transaction, member: ArchiveItem, days: Days, *, now: datetime) -> str:
    provider = str((member.hints_json or {})["slept_at"])
    news = [
        recovery.keep_imported(tx, member.account_id, provider, day_on, nights, now=now)
        for day_on, nights in days.items()
    ]
    return "created" if any(news) else "duplicate"
