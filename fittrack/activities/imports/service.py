"""What a member brings in, and what the job of one file does with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO

from fittrack import db, queues
from fittrack.activities.archives import chunks
from fittrack.activities.archives.models import Archive
from fittrack.activities.archives.repository import update_archive_item
from fittrack.activities.errors import FileTooLarge
from fittrack.activities.imports import keeping, repository, rules
from fittrack.activities.imports.keeping import Source
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
from fittrack.activities.models import Part
from fittrack.activities.service import END, LAST_ID
from fittrack.db import Transaction
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.pagination import Cursor, Page
from fittrack.queues import Lease


def receive_files(
    *, account_id: str, uploads: Sequence[Upload], now: datetime, reply: Reply = NoReply()
) -> ImportDetail:
    """Keep uploaded files and decide a job for each; empty and oversized ones are refused at once.

    Archives are kept piece by piece before anything is decided.
    Raises: FileTooLarge where every file is over its limit.
    """
    refusals = [rules.refuse_unread(each.byte_count, each.archive_kind) for each in uploads]
    if all(each in {rules.TOO_LARGE, rules.ARCHIVE_TOO_LARGE} for each in refusals):
        raise FileTooLarge
    archives = _store_archives(account_id, uploads, refusals, now=now)
    received = Import(new_id(), account_id, len(uploads), now)
    with db.transaction("receive_files") as tx:
        repository.insert_import(tx, received)
        kept = keeping.keep_all(tx, account_id, _plain(uploads, refusals), now=now)
        items = [
            _receive(tx, received, _item(received, at, upload, refusal, kept), archives.get(at))
            for at, (upload, refusal) in enumerate(zip(uploads, refusals, strict=True), start=1)
        ]
        detail = _detail_of(received, items)
        reply.record(tx, detail)
    return detail


def _store_archives(
    account_id: str,
    uploads: Sequence[Upload],
    refusals: Sequence[Refusal | None],
    *,
    now: datetime,
) -> dict[int, Archive]:
    """Keep the archives among the uploads, and return them by the numbers of their files."""
    return {
        at: chunks.store(account_id, _pieces(upload.content), upload.byte_count, depth=1, now=now)
        for at, (upload, refusal) in enumerate(zip(uploads, refusals, strict=True), start=1)
        if upload.archive_kind and refusal is None
    }


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    content.seek(0)
    while piece := content.read(chunks.CHUNK_BYTES):
        yield piece


def _plain(uploads: Sequence[Upload], refusals: Sequence[Refusal | None]) -> list[Upload]:
    """Return the uploads that are kept as they are."""
    return [
        upload
        for upload, refusal in zip(uploads, refusals, strict=True)
        if refusal is None and upload.archive_kind is None
    ]


def _item(
    received: Import, item_no: int, upload: Upload, refusal: Refusal | None, kept: dict[str, str]
) -> ImportItem:
    return ImportItem(
        import_item_id=new_id(),
        import_id=received.import_id,
        item_no=item_no,
        inside_no=0,
        file_name=upload.file_name,
        byte_count=upload.byte_count,
        archive_kind=upload.archive_kind,
        original_file_id=None if refusal else kept.get(upload.content_sha256),
        state="refused" if refusal else "pending",
        reason_code=refusal.reason_code if refusal else None,
        reason=refusal.reason if refusal else None,
        finished_at=received.created_at if refusal else None,
    )


def _receive(
    tx: Transaction, received: Import, item: ImportItem, archive: Archive | None
) -> ImportItem:
    """Add a file to an upload and decide its job, unless it was refused."""
    repository.insert_import_item(tx, item)
    now, item_id, owner_id = received.created_at, item.import_item_id, received.account_id
    if archive is not None:
        update_archive_item(tx, archive.archive_id, item_id)
        queues.enqueue(
            tx, "open_archive", item_id, now=now, owner_id=owner_id, import_item_id=item_id
        )
    elif item.state == "pending":
        queues.enqueue(
            tx, "process_import_item", item_id, now=now, owner_id=owner_id, import_item_id=item_id
        )
    return item


def _detail_of(received: Import, items: Sequence[ImportItem]) -> ImportDetail:
    """Return an upload as it is in the moment in which it came."""
    refused_count = sum(item.state == "refused" for item in items)
    summary = ImportSummary(
        received.import_id, received.created_at, received.file_count, 0, 0, refused_count
    )
    return ImportDetail(summary, [ImportedFile(item, []) for item in items])


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
    """Return a member's upload with what became of its first files.

    Raises: ImportNotFound.
    """
    with db.reading("get_import") as tx:
        upload = repository.get_import(tx, import_id, account_id)
        items = repository.list_import_items(tx, import_id, after_no=0, row_limit=rules.SHOWN_FILES)
        return ImportDetail(upload, _with_activities(tx, items))


def list_import_files(
    *, import_id: str, account_id: str, state: str | None, cursor: Cursor, limit: int
) -> Page[ImportedFile]:
    """Return files of a member's upload in its order, all or those of one state.

    Raises: ImportNotFound.
    """
    with db.reading("list_import_files") as tx:
        repository.get_import(tx, import_id, account_id)
        items = repository.list_import_items(
            tx, import_id, after_no=cursor.number(default=0), row_limit=limit + 1, state=state
        )
        files = _with_activities(tx, items)
    return Page.of(files, limit=limit, cursor=cursor, key=lambda file: file.item.item_no)


def _with_activities(tx: Transaction, items: Sequence[ImportItem]) -> list[ImportedFile]:
    """Return files, which follow each other, with the activities that stand for them."""
    activity_ids = defaultdict[str, list[str]](list)
    if items:
        first_no, last_no, import_id = items[0].item_no, items[-1].item_no, items[0].import_id
        for row in repository.list_import_activities(
            tx, import_id, first_no=first_no, last_no=last_no
        ):
            activity_ids[row.import_item_id].append(row.activity_id)
    return [_imported(item, activity_ids) for item in items]


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
        found = repository.find_import_source(tx, import_item_id)
    waiting = found if found is not None and found.state == "pending" else None
    outcome = _read(waiting, lease.attempt, now=now) if waiting else rules.GONE
    with db.transaction("process_import_item") as tx:
        if waiting:
            keeping.settle_file(tx, _source(waiting), outcome, now=now)
        queues.finish(tx, lease, now=now)


def _source(found: ImportSource) -> Source:
    return Source(found.import_item_id, found.account_id, found.original_file_id)


def _read(found: ImportSource, attempt: int, *, now: datetime) -> list[Part] | Refusal:
    """Return what the file holds, ready to be stored, or why it does not come in."""
    content = found.content_bytes
    if content is None:
        return rules.GONE
    return keeping.attempted(lambda: keeping.parts_of(_source(found), content, now=now), attempt)
