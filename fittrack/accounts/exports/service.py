"""Exports: asked for by a member, made by a job, fetched by a link, forgotten after a week."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from fittrack import config, db, queues
from fittrack.accounts.belongings import service as accounts
from fittrack.accounts.exports import repository, rules, zipping
from fittrack.accounts.exports.errors import ExportGone, ExportNotFound, ExportRunning
from fittrack.accounts.exports.models import ChunkKey, Export, Link, ShownExport, Written
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.security_events.service import record_security_event
from fittrack.activities.belongings import service as activities
from fittrack.archive import ArchiveFile
from fittrack.clock import utc_now
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.drawings.tickets import service as tickets
from fittrack.fulfilment import service as fulfilment
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.leaderboards import service as leaderboards
from fittrack.notifications import service as notifications
from fittrack.points import service as points
from fittrack.queues import Lease
from fittrack.recovery import service as recovery
from fittrack.reviews import steps as reviews
from fittrack.trackers.connections import belongings as connections

# Pieces of 1 MiB: a transaction that forgets some holds the database shortly.
CHUNKS_AT_ONCE = 8
# The scheduler has other things to do; what is left waits for the next time.
BATCHES = 16
Exporter = Callable[[str], Iterator[ArchiveFile]]

# Each domain's share of the archive, in this order.
EXPORTERS: tuple[Exporter, ...] = (
    accounts.export_member,
    points.export_member,
    leaderboards.export_member,
    tickets.export_member,
    fulfilment.export_member,
    notifications.export_member,
    activities.export_member,
    reviews.export_member,
    recovery.export_member,
    connections.export_member,
)


def ask_for_export(
    *,
    account_id: str,
    session_id: str | None,
    remote_address: str | None,
    now: datetime,
    reply: Reply = NoReply(),
) -> ShownExport:
    """Decide that a job makes an archive of everything about a member.

    Raises: ExportRunning, TooManyExports.
    """
    settings = config.current()
    export = _new(account_id, now=now)
    with db.transaction("ask_for_export") as tx:
        running_id = repository.find_running_export(tx, account_id)
        if running_id is not None:
            raise ExportRunning(export_id=running_id)
        asked = repository.count_exports(tx, account_id, since_at=now - rules.DAY)
        rules.check_may_ask(asked, exports_a_day=settings.exports_a_day, now=now)
        _insert(tx, export)
        record_security_event(
            tx,
            account_id,
            EventKind.EXPORT_ASKED,
            session_id=session_id,
            remote_address=remote_address,
            now=now,
        )
        export_id = export.export_id
        queues.enqueue(
            tx, "make_export", export_id, now=now, owner_id=account_id, export_id=export_id
        )
        shown = rules.shown(export, base_url=settings.base_url, now=now)
        reply.record(tx, shown)
    return shown


def get_export(*, export_id: str, account_id: str, now: datetime) -> ShownExport:
    """Return a member's export, with a fresh link where it is ready. Raises: ExportNotFound."""
    with db.reading("get_export") as tx:
        export = repository.get_export(tx, export_id, account_id)
    return rules.shown(export, base_url=config.current().base_url, now=now)


def get_download(*, export_id: str, link: Link, now: datetime) -> Export:
    """Return the export that a link opens; `read_archive` has its bytes.

    Raises: ExportNotFound, ExportLinkExpired, ExportNotReady.
    """
    rules.check_link(export_id, link, now=now)
    with db.reading("get_download") as tx:
        export = repository.find_export(tx, export_id)
    if export is None:
        raise ExportNotFound(export_id=export_id)
    rules.check_ready(export, now=now)
    return export


def get_own_download(*, export_id: str, account_id: str, now: datetime) -> Export:
    """Return a member's own export to be fetched. Raises: ExportNotFound, ExportNotReady."""
    with db.reading("get_own_download") as tx:
        export = repository.get_export(tx, export_id, account_id)
    rules.check_ready(export, now=now)
    return export


def read_archive(export: Export) -> Iterator[bytes]:
    """Yield an archive piece by piece, each read by itself; it ends early where one is gone."""
    for chunk_no in range(export.chunk_count):
        key = ChunkKey(export.export_id, export.attempt_no, chunk_no)
        with db.reading("read_archive") as tx:
            piece = repository.find_export_chunk(tx, key)
        if piece is None:
            return
        yield piece


def make_export(lease: Lease, *, export_id: str, clock: Callable[[], datetime] = utc_now) -> None:
    """Make an archive and tell its owner; another attempt begins anew. Raises: LeaseLost."""
    with db.transaction("start_export") as tx:
        export = repository.find_export(tx, export_id)
        if export is None or not repository.start_export(tx, export_id, lease.attempt):
            queues.finish(tx, lease, now=clock())
            return
    _clear(export_id)
    try:
        written = _write(export, lease.attempt)
    except ExportGone:
        written = None
    with db.transaction("finish_export") as tx:
        if written is not None:
            _finish(tx, export, lease.attempt, written, now=clock())
        queues.finish(tx, lease, now=clock())


def clean_up(*, now: datetime) -> int:
    """Give up exports that stalled, and forget archives whose time is over; return how many rows.

    In small transactions, for archives are large.
    """
    with db.transaction("expire_exports") as tx:
        repository.fail_stalled_exports(tx, before_at=now - rules.STALLED, now_at=now)
        repository.expire_exports(tx, now_at=now)
    forgotten = 0
    for _ in range(BATCHES):
        with db.transaction("delete_dead_chunks") as tx:
            keys = repository.list_dead_chunks(tx, row_limit=CHUNKS_AT_ONCE)
            repository.delete_export_chunks(tx, keys)
            forgotten += len(keys)
        if not keys:
            break
    with db.transaction("delete_old_exports") as tx:
        return forgotten + repository.delete_old_exports(tx, before_at=now - rules.REMEMBERED)


def end_member(tx: Transaction, account_id: str) -> None:
    """Let nobody have an erased member's archives; `erase_member` takes their bytes."""
    repository.end_exports(tx, account_id)


def erase_member(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    """Forget some of an erased member's archives, and return how many pieces it were."""
    keys = repository.list_erasable_chunks(tx, account_id, row_limit=min(row_limit, CHUNKS_AT_ONCE))
    repository.delete_export_chunks(tx, keys)
    if not keys:
        repository.erase_exports(tx, account_id)
    return len(keys)


def _new(account_id: str, *, now: datetime) -> Export:
    return Export(
        export_id=new_id(),
        account_id=account_id,
        state="queued",
        progress_percent=0,
        attempt_no=0,
        byte_count=0,
        chunk_count=0,
        content_sha256=None,
        asked_at=now,
        finished_at=None,
        expires_at=_expiry(now),
    )


def _expiry(now: datetime) -> datetime:
    return now + timedelta(days=config.current().export_kept_days)


def _insert(tx: Transaction, export: Export) -> None:
    """Raises: ExportRunning where another request of this moment was first."""
    try:
        repository.insert_export(tx, export)
    except Unique as error:
        running_id = repository.find_running_export(tx, export.account_id)
        raise ExportRunning(export_id=running_id) from error


def _clear(export_id: str) -> None:
    """Forget the pieces of attempts that were cut short."""
    is_done = False
    while not is_done:
        with db.transaction("delete_stale_chunks") as tx:
            keys = repository.list_stale_chunks(tx, export_id, row_limit=CHUNKS_AT_ONCE)
            repository.delete_export_chunks(tx, keys)
            is_done = not keys


def _write(export: Export, attempt_no: int) -> Written:
    """Write the archive's pieces. Raises: ExportGone."""
    progress_percent = 0

    def store(chunk_no: int, piece: bytes) -> None:
        key = ChunkKey(export.export_id, attempt_no, chunk_no)
        with db.transaction("store_export_chunk") as tx:
            if not repository.add_export_progress(
                tx, export.export_id, attempt_no, progress_percent
            ):
                raise ExportGone
            repository.insert_export_chunk(tx, key, piece)

    def files() -> Iterator[ArchiveFile]:
        nonlocal progress_percent
        for done, exporter in enumerate(EXPORTERS):
            progress_percent = 100 * done // len(EXPORTERS)
            yield from exporter(export.account_id)

    return zipping.write_zip(files(), zipping.ChunkStream(store))


def _finish(
    tx: Transaction, export: Export, attempt_no: int, written: Written, *, now: datetime
) -> None:
    """Let the archive be had, and say so, unless it was given up meanwhile."""
    export_id = export.export_id
    is_ready = repository.finish_export(
        tx, export_id, attempt_no, written, finished_at=now, expires_at=_expiry(now)
    )
    if is_ready:
        notifications.notify(
            tx,
            export.account_id,
            "export_ready",
            key=export_id,
            title="Your data are ready",
            body="The archive of everything about you can be fetched for a week.",
            data={"export_id": export_id},
            now=now,
        )
