"""The audit of drawings: entries, lists, roots, results, picks, and the log.

Read-only, on the caller's snapshot; each finding is a sentence that names the drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fittrack import crypto
from fittrack.db import Transaction
from fittrack.drawings import protocol, public_log
from fittrack.drawings import repository as drawings
from fittrack.drawings import rules as drawing_rules
from fittrack.drawings.models import Document
from fittrack.drawings.protocol import ProtocolError
from fittrack.drawings.public_log import LogHead
from fittrack.drawings.record import repository, rules
from fittrack.drawings.record import service as record
from fittrack.drawings.record.models import AuditedDrawing, LogRecord
from fittrack.drawings.rounds import repository as rounds
from fittrack.drawings.tickets.models import Holder
from fittrack.drawings.verifier import Json, object_hash, signature_holds

DRAWINGS_AT_ONCE = 200
RECORDS_AT_ONCE = 5_000
SIGNED = ("terms", "close", "result")
CLOSED = frozenset({"closed", "completed", "aborted"})


def audit(tx: Transaction) -> Iterator[str]:
    """Yield what is wrong with drawings and their log."""
    after_id = "0"
    while drawings := repository.audit_drawings(tx, after_id=after_id, row_limit=DRAWINGS_AT_ONCE):
        for drawing in drawings:
            for finding in _of_drawing(tx, drawing):
                yield f"drawing {drawing.drawing_id}: {finding}"
        after_id = drawings[-1].drawing_id
    yield from _of_log(tx)


def _of_drawing(tx: Transaction, drawing: AuditedDrawing) -> Iterator[str]:
    yield from _of_counts(drawing)
    found = {kind: repository.find_document(tx, drawing.drawing_id, kind) for kind in SIGNED}
    published = {kind: document for kind, document in found.items() if document}
    signed_by = rules.parsed(published["terms"].body_text) if "terms" in published else {}
    for document in published.values():
        yield from _of_document(document, signed_by.get("operator_key"))
    if unlogged := repository.audit_unlogged_documents(tx, drawing.drawing_id):
        yield f"{unlogged} of its documents are not in the public log"
    if "terms" in published:
        yield from _of_terms(tx, published["terms"])
    if drawing.status == "completed" and "result" not in published:
        yield "it is completed, but no result is published"
    if drawing.status in CLOSED and "close" not in published:
        yield "it is closed, but no close is published"
    if "close" in published and "terms" in published:
        entries = record.list_entries(tx, drawing.drawing_id, entry_count=drawing.entry_count)
        yield from _of_list(tx, drawing, published, entries)
        if "result" in published:
            yield from _of_result(tx, drawing, published, entries)


def _of_counts(drawing: AuditedDrawing) -> Iterator[str]:
    if (drawing.units_sold, drawing.entry_count) != (drawing.entered_units, drawing.entered):
        yield (
            f"it counts {drawing.units_sold} tickets in {drawing.entry_count} entries, its entries "
            f"come to {drawing.entered_units} in {drawing.entered}"
        )
    if drawing.status == "cancelled" and drawing.due_at is None and drawing.unrefunded:
        yield f"it is cancelled, but {drawing.unrefunded} entries are not refunded"


def _of_document(document: Document, key: str | None) -> Iterator[str]:
    """Yield what is wrong with a document; all of a drawing bear the key that its terms name."""
    body = rules.parsed(document.body_text)
    if key not in crypto.operator_public_keys():
        yield f"the key that its {document.kind} bears is none of the operator's"
        return
    if document.body_hash != object_hash(document.kind, body).hex():
        yield f"the hash of its {document.kind} is another"
    signature = document.signature or "00" * 64
    if not signature_holds(key, document.kind, body, signature):
        yield f"the signature of its {document.kind} does not hold"


def _of_terms(tx: Transaction, published: Document) -> Iterator[str]:
    """Compare what the application goes by, and the rules' text, with what was signed."""
    signed = rules.parsed(published.body_text)
    drawing = drawings.get_drawing(tx, published.drawing_id)
    official = repository.find_document(tx, drawing.drawing_id, "rules")
    try:
        terms = drawing_rules.terms(
            drawing,
            drawings.list_prizes(tx, drawing.drawing_id),
            drawings.list_sources(tx, drawing.drawing_id),
            sequence_no=drawing.sequence_no or 0,
            rules_sha256=crypto.digest(official.body_text) if official else "",
            operator_key=signed["operator_key"],
            beacon=rounds.find_beacon(tx, drawing.drawing_id),
        )
    except ProtocolError as error:
        yield f"its times, prizes, sources or rules can't be signed: {error}"
        return
    changed = sorted(key for key in signed if terms.get(key) != signed[key])
    if changed:
        yield f"it goes by other {', '.join(changed)} than its terms say"


def _of_list(
    tx: Transaction,
    drawing: AuditedDrawing,
    published: dict[str, Document],
    entries: Sequence[Json],
) -> Iterator[str]:
    terms, close = (rules.parsed(published[kind].body_text) for kind in ("terms", "close"))
    unlisted = repository.audit_unlisted_entries(tx, drawing.drawing_id)
    if unlisted:
        yield f"{unlisted} entries are not in its list as they were sold"
    holders = repository.audit_holders(tx, drawing.drawing_id)
    if strangers := sum(not _is_opened(one) for one in holders):
        yield f"{strangers} of its tags are not those of the members that they stand beside"
    try:
        protocol.require_close(terms, close, entries)
    except ProtocolError as error:
        yield f"its list does not give its close: {error}"


def _is_opened(one: Holder) -> bool:
    tag = protocol.holder_tag(one.drawing_id, one.account_id, one.salt_bytes or b"")
    return tag.hex() == one.holder


def _of_result(
    tx: Transaction,
    drawing: AuditedDrawing,
    published: dict[str, Document],
    entries: Sequence[Json],
) -> Iterator[str]:
    terms, close, result = (rules.parsed(published[kind].body_text) for kind in SIGNED)
    reveals = [
        rules.parsed(row.body_text) for row in repository.list_reveals(tx, drawing.drawing_id)
    ]
    try:
        drawn = protocol.draw(terms, close, entries, reveals, drawn_at=result["drawn_at"])
    except ProtocolError as error:
        yield f"its result can't be drawn again: {error}"
        return
    if drawn.result != result:
        yield "its result is not what its sources give"
    numbers = protocol.first_ticket_numbers(entries)
    if list(rules.picks(drawn, numbers)) != repository.audit_picks(tx, drawing.drawing_id):
        yield "its picks are not those of its result"


def _of_log(tx: Transaction) -> Iterator[str]:
    """Walk the whole chain, and compare its end with the stored head."""
    head = public_log.EMPTY_LOG
    while records := repository.list_log_records(tx, first_no=head.size, row_limit=RECORDS_AT_ONCE):
        for row in records:
            head, findings = _of_record(row, head)
            yield from findings
    if head != record.get_log_head(tx):
        yield f"the log ends with {head.size} records, its head says another end"


def _of_record(row: LogRecord, head: LogHead) -> tuple[LogHead, list[str]]:
    findings = []
    after = rules.head_after(row)
    if row.seq_no != head.size or row.logged_s < head.at:
        findings.append(f"log record {row.seq_no} does not follow on the one before")
    if rules.next_head(head, row) != after.head:
        findings.append(f"log record {row.seq_no} does not give the head that stands beside it")
    if row.body_text is not None:
        body_hash = object_hash(row.type, rules.parsed(row.body_text)).hex()
        if body_hash != row.body_hash:
            findings.append(f"log record {row.seq_no} names another body")
    return after, findings
