"""Archives: opened by one job, read by others in rounds, closed when their last file has an end.

What an archive holds becomes files of its upload. A round reads them in order, each in a
transaction of its own; one that dies is followed by one that reads a single file: where it died.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from itertools import chain

from fittrack import db, queues
from fittrack.activities.archives import chunks, repository, rules, slept, typed_in
from fittrack.activities.archives.chunks import ChunkFile
from fittrack.activities.archives.listing import list_members
from fittrack.activities.archives.models import ArchiveItem, Content
from fittrack.activities.files import detect, zips
from fittrack.activities.files.apple_head import HEAD_BYTES
from fittrack.activities.files.content import is_worth_packing, packed
from fittrack.activities.imports import keeping
from fittrack.activities.imports import repository as imports
from fittrack.activities.imports import rules as import_rules
from fittrack.activities.imports.keeping import Source
from fittrack.activities.imports.models import Refusal, Upload
from fittrack.activities.models import Origin, Part
from fittrack.activities.service import hold_member
from fittrack.db import Transaction
from fittrack.queues import Lease, LeaseLost

# What a round lasts before another member's turn; its last file may take the rest of the limit.
ROUND_S = 15.0


def open_archive(lease: Lease, *, import_item_id: str, now: datetime) -> None:
    """List what an archive holds as files of its upload, and decide the first round.

    Raises: LeaseLost, with the list kept as far as it was written.
    """
    item = _waiting(import_item_id)
    outcome = (
        keeping.attempted(lambda: list_members(item, now=now), lease.attempt)
        if item
        else import_rules.GONE
    )
    closed: list[ArchiveItem] = []
    with db.transaction("open_archive") as tx:
        if item:
            closed = _opened(tx, item, outcome, now=now)
        queues.finish(tx, lease, now=now)
    _forget(closed)


def _opened(
    tx: Transaction, item: ArchiveItem, outcome: Refusal | None, *, now: datetime
) -> list[ArchiveItem]:
    """Decide the first round, or refuse an archive of which nothing was listed."""
    repository.lock_import(tx, item.import_id)
    if outcome is None or repository.tally_members(tx, item).total:
        _decide_round(tx, item, 1, now=now)
        return []
    item_id = item.import_item_id
    imports.update_item_finished(tx, item_id, "refused", refusal=outcome, now=now)
    return [item, *_close_outer(tx, item, now=now)]


def _waiting(import_item_id: str) -> ArchiveItem | None:
    with db.reading("find_archive_item") as tx:
        item = repository.find_archive_item(tx, import_item_id)
    return item if item is not None and item.state == "pending" else None


def _decide_round(tx: Transaction, item: ArchiveItem, round_no: int, *, now: datetime) -> None:
    item_id = item.import_item_id
    queues.enqueue(
        tx,
        "read_archive",
        f"{item_id}:{round_no}",
        now=now,
        owner_id=item.account_id,
        import_item_id=item_id,
        round_no=round_no,
    )


def read_archive(lease: Lease, *, import_item_id: str, round_no: int, now: datetime) -> None:
    """Read files of an archive for a while, and decide another round or close it.

    Raises: LeaseLost, with what was read kept.
    """
    item = _waiting(import_item_id)
    if item:
        _read_round(item, lease.attempt, now=now)
    closed: list[ArchiveItem] = []
    with db.transaction("read_archive") as tx:
        if item:
            repository.lock_import(tx, item.import_id)
            if repository.list_waiting_members(tx, item, after_no=0, row_limit=1):
                _decide_round(tx, item, round_no + 1, now=now)
            else:
                closed = _close(tx, item, now=now)
        queues.finish(tx, lease, now=now)
    _forget(closed)


def _read_round(item: ArchiveItem, attempt: int, *, now: datetime) -> None:
    """Read waiting files in their order: for ROUND_S, or only the one at which a round has died."""
    began_s, after_no = time.monotonic(), 0
    stream = _stream(item)
    while True:
        with db.reading("list_waiting_members") as tx:
            members = repository.list_waiting_members(tx, item, after_no=after_no, row_limit=50)
        for member in members:
            _read_member(stream, member, attempt, now=now)
            if attempt > 1 or time.monotonic() - began_s > ROUND_S:
                return
        if not members:
            return
        after_no = members[-1].item_no


def _stream(item: ArchiveItem) -> ChunkFile | None:
    """Return the bytes of an archive, None where its files are kept by themselves."""
    with db.reading("find_archive") as tx:
        archive = repository.find_archive(tx, item.import_item_id)
    return ChunkFile(archive) if archive else None


def _read_member(
    stream: ChunkFile | None, member: ArchiveItem, attempt: int, *, now: datetime
) -> None:
    """Read one file of an archive and keep its activities and its outcome at once.

    Raises: LeaseLost, with nothing kept, where another worker has done it.
    """
    if typed_in.is_typed_in(member):
        _settle(
            Source(member.import_item_id, member.account_id, None),
            typed_in.part_of(member, now=now),
            now=now,
        )
        return
    if slept.is_sleep(member):
        slept.settle(member, lambda: _content_of(stream, member), attempt, now=now)
        return
    content = keeping.attempted(lambda: _content_of(stream, member), attempt)
    if isinstance(content, str):
        _decide_opening(member, content, now=now)
        return
    source = Source(
        member.import_item_id, member.account_id, member.original_file_id, member.hints_json
    )
    outcome: list[Part] | Refusal
    if isinstance(content, Refusal):
        outcome = content
    else:
        data = content.data
        outcome = keeping.attempted(lambda: keeping.parts_of(source, data, now=now), attempt)
    with db.transaction("read_archive_member") as tx:
        hold_member(tx, member.account_id, now=now)
        if isinstance(content, Content) and isinstance(outcome, list):
            source, outcome = _kept(tx, source, member, content, outcome, now=now)
        if not keeping.settle_file(tx, source, outcome, now=now):
            raise LeaseLost(member.import_item_id)


def _settle(source: Source, outcome: list[Part] | Refusal, *, now: datetime) -> None:
    """Give a file without bytes its final state. Raises: LeaseLost where another worker did."""
    with db.transaction("read_archive_entry") as tx:
        if not keeping.settle_file(tx, source, outcome, now=now):
            raise LeaseLost(source.import_item_id)


def _content_of(stream: ChunkFile | None, member: ArchiveItem) -> Content | Refusal | str:
    """Return the bytes of a file of an archive, or what kind of archive it is.

    Raises: FileRefused.
    """
    if member.original_file_id is not None:
        return _original(member)
    entry = member.entry
    if stream is None or entry is None:
        return import_rules.GONE
    digest = hashlib.sha256()
    pieces = _hashed(zips.unpacked(stream, entry), digest)
    head = next(pieces, b"")
    archive_kind = detect.archive_kind(head[:HEAD_BYTES])
    if archive_kind or entry.byte_count > import_rules.MAX_FILE_BYTES:
        return archive_kind or import_rules.TOO_LARGE
    is_packed = is_worth_packing(head, entry.byte_count)
    content = chain([head], pieces)
    kept = BytesIO()  # it grows in place: a list of pieces and their sum would be twice the file
    kept.writelines(packed(content) if is_packed else content)
    data = kept.getvalue()
    return Content(data, entry.byte_count, digest.hexdigest(), is_packed)


def _hashed(pieces: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _original(member: ArchiveItem) -> Content | Refusal:
    with db.reading("find_import_source") as tx:
        found = imports.find_import_source(tx, member.import_item_id)
    data = found.content_bytes if found else None
    return import_rules.GONE if data is None else Content(data)


def _decide_opening(member: ArchiveItem, archive_kind: str, *, now: datetime) -> None:
    """Let a file that has turned out to be an archive be opened by a job of its own."""
    item_id = member.import_item_id
    with db.transaction("find_inner_archive") as tx:
        if not repository.update_item_archive_kind(tx, item_id, archive_kind):
            raise LeaseLost(item_id)
        queues.enqueue(
            tx, "open_archive", item_id, now=now, owner_id=member.account_id, import_item_id=item_id
        )


def _kept(
    tx: Transaction,
    source: Source,
    member: ArchiveItem,
    content: Content,
    parts: list[Part],
    *,
    now: datetime,
) -> tuple[Source, list[Part]]:
    """Keep the bytes of a file of an archive, and return its parts as parts of those."""
    if source.original_file_id is not None:
        return source, parts
    upload = Upload(
        file_name=import_rules.clean_file_name(member.file_name),
        byte_count=content.byte_count,
        content_sha256=content.content_sha256,
        content=BytesIO(content.data),
        is_packed=content.is_packed,
    )
    original_file_id = keeping.keep(tx, source.account_id, upload, now=now)
    repository.update_item_original(tx, member.import_item_id, original_file_id)
    kept = [_of_file(part, source.account_id, original_file_id) for part in parts]
    return replace(source, original_file_id=original_file_id), kept


def _of_file(part: Part, account_id: str, original_file_id: str) -> Part:
    part_no = int(part.activity.origin_key.rpartition(":")[2])
    key = Origin(account_id, original_file_id, part_no).key
    activity = replace(part.activity, original_file_id=original_file_id, origin_key=key)
    return replace(part, activity=activity)


def _close(tx: Transaction, item: ArchiveItem, *, now: datetime) -> list[ArchiveItem]:
    """Give an archive its final state if all its files have theirs; return what was closed.

    To be called with the upload held: of two inner archives that end at once, one sees the other.
    """
    tally = repository.tally_members(tx, item)
    if tally.pending_count:
        return []
    state, refusal = rules.end_of(tally)
    if not imports.update_item_finished(tx, item.import_item_id, state, refusal=refusal, now=now):
        return []
    return [item, *_close_outer(tx, item, now=now)]


def _close_outer(tx: Transaction, item: ArchiveItem, *, now: datetime) -> list[ArchiveItem]:
    """Close the archive in which a closed one lies, if that was the last of its files."""
    if not item.inside_no:
        return []
    outer = repository.find_archive_item_no(tx, item.import_id, item.inside_no)
    return _close(tx, outer, now=now) if outer else []


def _forget(closed: Sequence[ArchiveItem]) -> None:
    """Forget the bytes of closed archives; what a crash leaves is cleaned up later."""
    for item in closed:
        with db.reading("find_archive") as tx:
            archive = repository.find_archive(tx, item.import_item_id)
        if archive is not None:
            chunks.forget(archive.archive_id)
