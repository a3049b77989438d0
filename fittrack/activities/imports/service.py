"""What a member brings in, and what the job of one file does with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from rq.timeouts import JobTimeoutException

from fittrack import config, db, queues
from fittrack.activities import repository as activities
from fittrack.activities import rules as activity_rules
from fittrack.activities.errors import FileTooLarge
from fittrack.activities.files import FileRefused, read_activity_file
from fittrack.activities.imports import repository, rules
from fittrack.activities.imports.models import (
    Import,
    ImportDetail,
    ImportedFile,
    ImportItem,
    ImportSource,
    ImportSummary,
    Refusal,
    Upload,
)
from fittrack.activities.models import Origin, Part
from fittrack.activities.recording import Recording
from fittrack.activities.service import END, LAST_ID, hold_member, insert_parts, release_file
from fittrack.db import Transaction
from fittrack.db.errors import Busy, Unique
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.pagination import Cursor, Page
from fittrack.queues import Lease


def receive_files(
    *, account_id: str, uploads: Sequence[Upload], now: datetime, reply: Reply = NoReply()
) -> ImportDetail:
    """Keep uploaded files and decide a job for each; empty and oversized ones are refused at once.

    Raises: FileTooLarge where every file is over 64 MiB.
    """
    if all(upload.byte_count > rules.MAX_FILE_BYTES for upload in uploads):
        raise FileTooLarge
    received = Import(new_id(), account_id, len(uploads), now)
    with db.transaction("receive_files") as tx:
        repository.insert_import(tx, received)
        kept = _keep_all(tx, received, uploads)
        items = [
            _receive(tx, received, at, upload, kept.get(upload.content_sha256))
            for at, upload in enumerate(uploads, start=1)
        ]
        detail = ImportDetail(received, [ImportedFile(item, []) for item in items])
        reply.record(tx, detail)
    return detail


def _receive(
    tx: Transaction, received: Import, item_no: int, upload: Upload, original_file_id: str | None
) -> ImportItem:
    now = received.created_at
    refusal = rules.refuse_unread(upload.byte_count)
    item = ImportItem(
        import_item_id=new_id(),
        import_id=received.import_id,
        item_no=item_no,
        file_name=upload.file_name,
        byte_count=upload.byte_count,
        original_file_id=original_file_id,
        state="refused" if refusal else "pending",
        reason_code=refusal.reason_code if refusal else None,
        reason=refusal.reason if refusal else None,
        finished_at=now if refusal else None,
    )
    repository.insert_import_item(tx, item)
    if refusal is None:
        item_id = item.import_item_id
        queues.enqueue(
            tx,
            "process_import_item",
            item_id,
            now=now,
            owner_id=received.account_id,
            import_item_id=item_id,
        )
    return item


def _keep_all(tx: Transaction, received: Import, uploads: Sequence[Upload]) -> dict[str, str]:
    """Return the ids of the kept files by their hashes.

    They are taken in the order of the hashes, so that two uploads of the same files in different
    orders never wait for each other.
    """
    wanted = {
        upload.content_sha256: upload
        for upload in uploads
        if rules.refuse_unread(upload.byte_count) is None
    }
    return {
        content_sha256: _keep(tx, received, upload)
        for content_sha256, upload in sorted(wanted.items(), key=lambda item: item[0])
    }


def _keep(tx: Transaction, received: Import, upload: Upload) -> str:
    """Return the id of the member's file of this content, kept now or before.

    Raises: Busy where another upload's file of this content came and went in this moment.
    """
    account_id, original_file_id = received.account_id, new_id()
    kept_id = repository.lock_original_content(tx, account_id, upload.content_sha256)
    if kept_id is not None:
        return kept_id
    try:
        repository.insert_original_file(
            tx, original_file_id, account_id, upload, now=received.created_at
        )
    except Unique as error:  # another upload of this moment was first
        kept_id = repository.lock_original_content(tx, account_id, upload.content_sha256)
        if kept_id is None:
            raise Busy("a file of this content came and went") from error
        return kept_id
    return original_file_id


def list_imports(*, account_id: str, cursor: Cursor, limit: int) -> Page[ImportSummary]:
    """Return a member's uploads, newest first."""
    with db.reading("list_imports") as tx:
        rows = repository.list_imports(
            tx,
            account_id,
            before_at=cursor.instant(default=END),
            before_id=cursor.text(default=LAST_ID, at=1),
            row_limit=limit + 1,
        )
    return Page.of(
        rows, limit=limit, cursor=cursor, key=lambda row: (row.created_at, row.import_id)
    )


def get_import(*, import_id: str, account_id: str) -> ImportDetail:
    """Return a member's upload with what became of each file.

    Raises: ImportNotFound.
    """
    with db.reading("get_import") as tx:
        upload = repository.get_import(tx, import_id, account_id)
        items = repository.list_import_items(tx, import_id)
        standing = repository.list_import_activities(tx, import_id)
    activity_ids = defaultdict[str, list[str]](list)
    for row in standing:
        activity_ids[row.import_item_id].append(row.activity_id)
    return ImportDetail(upload, [_imported(item, activity_ids) for item in items])


def _imported(item: ImportItem, activity_ids: dict[str, list[str]]) -> ImportedFile:
    came_in = item.state in {"created", "duplicate"}
    return ImportedFile(item, activity_ids.get(item.import_item_id, []) if came_in else [])


def process_import_item(lease: Lease, *, import_item_id: str, now: datetime) -> None:
    """Read one uploaded file, and keep its activities, their points and its outcome at once.

    However often this runs, each part of the file becomes one activity, and the file reaches a
    final state: one that can't be read in `rules.MAX_READS` attempts is refused.
    Raises: LeaseLost, with nothing kept.
    """
    with db.reading("find_import_source") as tx:
        source = repository.find_import_source(tx, import_item_id)
    waiting = source if source is not None and source.state == "pending" else None
    outcome = _read(waiting, lease.attempt, now=now) if waiting else rules.GONE
    with db.transaction("process_import_item") as tx:
        if waiting:
            _settle(tx, waiting, outcome, now=now)
        queues.finish(tx, lease, now=now)


def _read(source: ImportSource, attempt: int, *, now: datetime) -> list[Part] | Refusal:
    """Return what the file holds, ready to be stored, or why it does not come in."""
    if source.content_bytes is None:
        return rules.GONE
    if attempt > rules.MAX_READS:
        return rules.UNREADABLE
    try:
        recordings = read_activity_file(source.content_bytes)
        return _parts(source, recordings, now=now) or rules.NOTHING
    except FileRefused as refused:
        return Refusal(refused.code, refused.detail)
    except MemoryError:
        return rules.TOO_HEAVY
    except JobTimeoutException:
        if attempt < rules.MAX_TIMEOUTS:
            raise
        return rules.TOO_SLOW


def _parts(source: ImportSource, recordings: Sequence[Recording], *, now: datetime) -> list[Part]:
    return [
        activity_rules.part_of(
            recording,
            Origin(source.account_id, source.original_file_id or "", part_no),
            activity_id=new_id(),
            zone=config.current().zone,
            now=now,
        )
        for part_no, recording in enumerate(recordings, start=1)
    ]


def _settle(
    tx: Transaction, source: ImportSource, outcome: list[Part] | Refusal, *, now: datetime
) -> None:
    """Give the file its final state; of a refused one nothing else is kept."""
    if isinstance(outcome, Refusal):
        repository.update_item_finished(
            tx, source.import_item_id, "refused", refusal=outcome, now=now
        )
        if source.original_file_id:
            release_file(tx, source.original_file_id)
        return
    state = "created" if _add_missing(tx, source, outcome, now=now) else "duplicate"
    repository.update_item_finished(tx, source.import_item_id, state, now=now)


def _add_missing(
    tx: Transaction, source: ImportSource, parts: list[Part], *, now: datetime
) -> bool:
    """Add the activities of a file that are not there, and return whether there were any."""
    original_file_id = source.original_file_id or ""
    hold_member(tx, source.account_id, now=now)
    activities.lock_original_file(tx, original_file_id)
    present = activities.list_origin_keys(tx, original_file_id)
    missing = [part for part in parts if part.activity.origin_key not in present]
    insert_parts(tx, missing, now=now)
    return bool(missing)
