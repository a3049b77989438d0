"""What an archive holds, as files of its upload that wait to be read."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from itertools import islice
from zoneinfo import ZoneInfo

from fittrack import config, db
from fittrack.activities.archives import (
    apple_export,
    chunks,
    health_connect,
    layouts,
    repository,
    rules,
    takeout,
)
from fittrack.activities.archives.chunks import ChunkFile
from fittrack.activities.archives.excerpts import Excerpt
from fittrack.activities.archives.hints import Hints, Told, told_by
from fittrack.activities.archives.layouts import Layout
from fittrack.activities.archives.models import Archive, ArchiveItem, Member
from fittrack.activities.files import FileRefused, zips
from fittrack.activities.files.apple_head import HEAD_BYTES
from fittrack.activities.files.errors import refused
from fittrack.activities.files.export_heads import export_kind
from fittrack.activities.files.zips import Entry
from fittrack.activities.imports import keeping
from fittrack.activities.imports import rules as import_rules
from fittrack.activities.imports.models import Upload
from fittrack.activities.service import hold_member
from fittrack.db import Transaction
from fittrack.queues import LeaseLost

MEMBERS_AT_ONCE = 200
EXCERPTS_AT_ONCE = 20


def list_members(item: ArchiveItem, *, now: datetime) -> None:
    """Add what an archive holds to its upload; what is added already is left alone.

    Raises: FileRefused, LeaseLost.
    """
    if item.archive_kind == "apple":
        _list_export(item, now=now)
    else:
        _list_zip(item, now=now)


def _list_zip(item: ArchiveItem, *, now: datetime) -> None:
    """Raises: FileRefused."""
    archive = _archive_of(item, now=now)
    stream = ChunkFile(archive)
    entries = zips.read_directory(stream, archive.byte_count)
    layout = layouts.layout_of(entries)
    told = told_by(stream, entries, layout)
    members = [
        *(_member(entry, layout, told) for entry in layouts.wanted(entries, layout)),
        *(_typed_in(hints) for hints in told.typed_in),
    ]
    if not members:
        raise refused("no_activity_inside")
    while _add_members(item, members):
        pass


def _member(entry: Entry, layout: Layout | None, told: Told) -> Member:
    name = layouts.shown_name(entry.name, layout)
    hints = told.files.get(entry.name)
    if layout is not None and layout.name == "takeout":
        hints = takeout.sleep_hints(entry.name)
    return Member(name, entry.byte_count, entry, hints)


def _typed_in(hints: Hints) -> Member:
    """Return an entry that never had a file, by its start."""
    return Member(layouts.shown_name(f"entries/{hints['entry'].get('started_at')}"), 0, None, hints)


def _archive_of(item: ArchiveItem, *, now: datetime) -> Archive:
    """Return the kept bytes of an archive; one within another is unpacked first.

    Raises: FileRefused.
    """
    archive = _kept(item)
    if archive is not None:
        return archive
    outer, entry = _place_in_outer(item)
    if outer.depth >= rules.MOST_DEPTH:
        raise refused("nested_too_deep")
    pieces = zips.unpacked(ChunkFile(outer), entry)
    archive = chunks.store(
        item.account_id, pieces, entry.byte_count, depth=outer.depth + 1, now=now
    )
    with db.transaction("keep_inner_archive") as tx:
        repository.update_archive_item(tx, archive.archive_id, item.import_item_id)
    return archive


def _kept(item: ArchiveItem) -> Archive | None:
    with db.reading("find_archive") as tx:
        return repository.find_archive(tx, item.import_item_id)


def _place_in_outer(item: ArchiveItem) -> tuple[Archive, Entry]:
    """Return the archive in which a file lies, and where. Raises: FileRefused where it is gone."""
    with db.reading("find_outer_archive") as tx:
        outer = repository.find_archive_item_no(tx, item.import_id, item.inside_no)
        archive = repository.find_archive(tx, outer.import_item_id) if outer else None
    if archive is None or item.entry is None:
        raise refused("archive_damaged", "it is gone")
    return archive, item.entry


def _add_members(item: ArchiveItem, members: Sequence[Member]) -> bool:
    """Add the next files of an archive to its upload, and return whether there were any.

    Raises: FileRefused.
    """
    with db.transaction("add_archive_members") as tx:
        repository.lock_import(tx, item.import_id)
        present = repository.tally_members(tx, item).total
        added = members[present : present + MEMBERS_AT_ONCE]
        _insert(tx, item, added)
    return bool(added)


def _insert(tx: Transaction, item: ArchiveItem, added: Sequence[Member]) -> None:
    """Raises: FileRefused."""
    last_no = repository.find_last_item_no(tx, item.import_id)
    if last_no + len(added) > import_rules.MAX_FILES:
        raise refused("too_many_files", "together with the rest of the upload")
    repository.insert_member(tx, item, added, first_no=last_no + 1)
    repository.add_import_files(tx, item.import_id, len(added))


def _list_export(item: ArchiveItem, *, now: datetime) -> None:
    """Cut an export of somebody's health into its workouts and days.

    Raises: FileRefused, LeaseLost.
    """
    found = _excerpts(_Export(item), config.current().zone)
    with db.reading("tally_members") as tx:
        present = repository.tally_members(tx, item).total
    # The same export is cut the same way again: what was added before is passed over.
    if present != sum(1 for _ in islice(found, present)):
        raise refused("archive_damaged", "it has changed")
    while excerpts := list(islice(found, EXCERPTS_AT_ONCE)):
        _add_excerpts(item, excerpts, present, now=now)
        present += len(excerpts)
    if not present:
        raise refused("no_activity_inside")


def _excerpts(export: _Export, zone: ZoneInfo) -> Iterator[Excerpt]:
    """Return the files that an export is cut into. Raises: FileRefused."""
    match export_kind(export.open().read(HEAD_BYTES)):
        case "health_connect":
            return health_connect.excerpts(export.open, zone)
        case "takeout":
            return takeout.excerpts(export.open, zone)
    return apple_export.excerpts(export.open, export.route, zone)


def _add_excerpts(
    item: ArchiveItem, excerpts: Sequence[Excerpt], present: int, *, now: datetime
) -> None:
    """Keep excerpts as files of the upload. Raises: LeaseLost where another worker did it."""
    uploads = [_upload(excerpt) for excerpt in excerpts]
    with db.transaction("add_archive_excerpts") as tx:
        hold_member(tx, item.account_id, now=now)
        repository.lock_import(tx, item.import_id)
        if repository.tally_members(tx, item).total != present:
            raise LeaseLost(item.import_item_id)
        kept = keeping.keep_all(tx, item.account_id, uploads, now=now)
        _insert(
            tx,
            item,
            [
                Member(
                    layouts.shown_name(excerpt.name),
                    upload.byte_count,
                    hints={"slept_at": excerpt.slept_at} if excerpt.slept_at else None,
                    original_file_id=kept[upload.content_sha256],
                )
                for excerpt, upload in zip(excerpts, uploads, strict=True)
            ],
        )


def _upload(excerpt: Excerpt) -> Upload:
    digest = hashlib.sha256(excerpt.content).hexdigest()
    name = import_rules.clean_file_name(excerpt.name)
    return Upload(name, len(excerpt.content), digest, BytesIO(excerpt.content))


class _Export:
    """An export.xml as it was uploaded, or in its archive beside the files of its routes."""

    def __init__(self, item: ArchiveItem) -> None:
        """Raises: FileRefused where it is gone."""
        self._own = _kept(item)
        if self._own is None:
            self._outer, self._entry = _place_in_outer(item)
            stream = ChunkFile(self._outer)
            entries = zips.read_directory(stream, self._outer.byte_count)
            self._routes = {_route_name(entry.name): entry for entry in entries}

    def open(self) -> io.RawIOBase | _EntryFile:
        """Return the export from its first byte."""
        if self._own is not None:
            return ChunkFile(self._own)
        return _EntryFile(zips.unpacked(ChunkFile(self._outer), self._entry))

    def route(self, path: str) -> bytes | None:
        """Return the GPX file that the export names, None where it is not there or damaged."""
        if self._own is not None:
            return None
        entry = self._routes.get(_route_name(path))
        if entry is None or entry.byte_count > import_rules.MAX_FILE_BYTES:
            return None
        try:
            return zips.read_entry(ChunkFile(self._outer), entry)
        except FileRefused:
            return None


def _route_name(path: str) -> str:
    return path.rpartition("workout-routes/")[2]


class _EntryFile:
    """The content of an entry as a file that is read from its first byte to its last."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._waiting = b""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end. Raises: FileRefused."""
        if not self._waiting:
            self._waiting = next(self._pieces, b"")
        taken, self._waiting = self._waiting[:size], self._waiting[size:]
        return taken
