"""What everybody may read of a drawing: results, verification, the bundle and the public log."""

from __future__ import annotations

from collections.abc import Iterator

from fittrack import db
from fittrack.drawings import public_log
from fittrack.drawings import repository as drawings
from fittrack.drawings.errors import NotPublishedYet
from fittrack.drawings.models import Source
from fittrack.drawings.public_log import LogHead
from fittrack.drawings.record import repository, rules
from fittrack.drawings.record import service as record
from fittrack.drawings.record.models import (
    BundleParts,
    Checkpoint,
    LogRecord,
    Results,
    Verification,
)
from fittrack.drawings.rounds import repository as rounds
from fittrack.drawings.rounds.models import Beacon
from fittrack.drawings.verifier import Json
from fittrack.pagination import Cursor, Page

DOCUMENTS = ("rules", "terms", "close", "result")
PAGE_ROWS = 5_000
SHOWN_RECORDS = 500


def get_results(*, drawing_id: str) -> Results:
    """Return a drawing's outcome. Raises: DrawingNotFound, NotPublishedYet before the draw."""
    with db.reading("get_results") as tx:
        drawing = drawings.get_published(tx, drawing_id)
        unfilled = record.get_body(tx, drawing_id, "result")["unfilled"]
        picks = [rules.named(pick) for pick in repository.list_published_picks(tx, drawing_id)]
    return Results(drawing, unfilled, picks)


def get_verification(*, drawing_id: str) -> Verification:
    """Return everything that a drawing has published so far.

    Raises: DrawingNotFound, NotPublishedYet before it is scheduled.
    """
    with db.reading("get_verification") as tx:
        drawing = drawings.get_published(tx, drawing_id)
        if drawing.sequence_no is None:
            raise NotPublishedYet(drawing_id=drawing_id)
        found = {kind: repository.find_document(tx, drawing_id, kind) for kind in DOCUMENTS}
        beacon = rounds.find_beacon(tx, drawing_id)
        sources: list[Source | Beacon] = [*drawings.list_sources(tx, drawing_id)]
        if beacon is not None:
            sources.append(beacon)
        return Verification(
            drawing,
            sources,
            {kind: document for kind, document in found.items() if document},
            repository.list_reveals(tx, drawing_id),
            _checkpoint(record.get_log_head(tx)),
        )


def get_bundle(*, drawing_id: str) -> BundleParts:
    """Return the parts of a drawn drawing's bundle but the long lists, which are read by page.

    The log ends with the drawing's own result, so that a bundle is the same for ever.
    Raises: DrawingNotFound, NotPublishedYet before the draw.
    """
    with db.reading("get_bundle") as tx:
        drawing = drawings.get_published(tx, drawing_id)
        last = repository.find_result_record(tx, drawing_id)
        if last is None:
            raise NotPublishedYet(drawing_id=drawing_id)
        terms, close, result = (
            repository.get_document(tx, drawing_id, kind) for kind in ("terms", "close", "result")
        )
        reveals = [reveal.body_text for reveal in repository.list_reveals(tx, drawing_id)]
    try:
        key = rules.parsed(terms.body_text)["operator_key"]
        checkpoint = _checkpoint(rules.head_after(last), key=key)
    except LookupError:
        checkpoint = None
    return BundleParts(terms, close, result, reveals, drawing.entry_count, checkpoint)


def bundle_text(parts: BundleParts) -> Iterator[str]:
    """Yield a bundle's JSON piece by piece, so that no list is ever held whole."""
    yield '{"v":"FTD1-bundle"'
    for document in (parts.terms, parts.close, parts.result):
        yield f',"{document.kind}":{document.body_text}'
        yield f',"{document.kind}_sig":"{document.signature}"'
    yield f',"reveals":[{",".join(parts.reveals)}],"entries":['
    yield from _joined(_entries(parts))
    yield "]"
    if parts.checkpoint:
        yield from _log_text(parts.checkpoint)
    yield "}"


def _log_text(checkpoint: Checkpoint) -> Iterator[str]:
    yield ',"log":{"records":['
    yield from _joined(_records(checkpoint))
    yield f'],"checkpoint":{rules.json_text(checkpoint.checkpoint)}'
    yield f',"checkpoint_sig":"{checkpoint.sig}"}}'


def list_log(*, cursor: Cursor, limit: int) -> Page[LogRecord]:
    """Return the public log in order, from the first record on."""
    with db.reading("list_log") as tx:
        first_no = cursor.number(default=-1) + 1
        rows = repository.list_log_records(tx, first_no=first_no, row_limit=limit + 1)
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.seq_no)


def list_drawing_records(*, drawing_id: str) -> list[LogRecord]:
    """Return what the public log tells of one drawing, in order."""
    with db.reading("list_drawing_records") as tx:
        return repository.list_drawing_records(tx, drawing_id, row_limit=SHOWN_RECORDS)


def get_checkpoint() -> Checkpoint:
    """Return the signed statement of where the public log stands."""
    with db.reading("get_checkpoint") as tx:
        return _checkpoint(record.get_log_head(tx))


def _checkpoint(head: LogHead, *, key: str | None = None) -> Checkpoint:
    body = public_log.build_checkpoint(head, at=head.at)
    return Checkpoint(body, record.sign("checkpoint", body, key=key))


def _entries(parts: BundleParts) -> Iterator[list[Json]]:
    for first in range(0, parts.entry_count, PAGE_ROWS):
        with db.reading("list_frozen_entries") as tx:
            rows = repository.list_frozen_entries(
                tx, parts.terms.drawing_id, first_position=first, end_position=first + PAGE_ROWS
            )
        # Outside of the unit, for a slow reader must not keep it open.
        yield [rules.entry_of(row) for row in rows]


def _records(checkpoint: Checkpoint) -> Iterator[list[Json]]:
    size = checkpoint.checkpoint["log_size"]
    for first in range(0, size, PAGE_ROWS):
        with db.reading("list_log_records") as tx:
            rows = repository.list_log_records(
                tx, first_no=first, row_limit=min(PAGE_ROWS, size - first)
            )
        yield [rules.record_of(row) for row in rows]


def _joined(pages: Iterator[list[Json]]) -> Iterator[str]:
    comma = ""
    for page in pages:
        if page:
            yield comma + ",".join(map(rules.json_text, page))
            comma = ","
