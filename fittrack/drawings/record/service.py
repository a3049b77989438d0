"""Publishing: what is signed and logged, each as a step of the transaction that makes it true."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fittrack import crypto
from fittrack.clock import epoch_s
from fittrack.db import Transaction
from fittrack.drawings import protocol, public_log
from fittrack.drawings.models import Document
from fittrack.drawings.public_log import LogHead
from fittrack.drawings.record import repository, rules
from fittrack.drawings.record.models import Frozen, HeadRow, LogRecord, Reveal
from fittrack.drawings.verifier import Json, canonical_json, object_hash


def sign(kind: str, body: Json, *, key: str | None = None) -> str:
    """Return the operator's signature over an object, in hex, by the present or the named key.

    Raises: LookupError where the named key is no longer here.
    """
    return protocol.sign(kind, body, crypto.operator_key(key).private_bytes_raw())


def sign_for(tx: Transaction, drawing_id: str, kind: str, body: Json) -> str:
    """Return the signature over an object of one drawing, by the key that its terms name.

    Raises: LookupError where that key is no longer here.
    """
    return sign(kind, body, key=repository.find_operator_key(tx, drawing_id))


def operator_key() -> str:
    """Return the operator's public key in hex."""
    return crypto.operator_public_keys()[0]


def next_sequence_no(tx: Transaction) -> int:
    """Return the next drawing's sequence number; without gaps, for it commits with its use."""
    head = repository.lock_log_head(tx)
    repository.update_log_head(tx, replace(head, sequence_no=head.sequence_no + 1))
    return head.sequence_no + 1


def append_log(
    tx: Transaction, drawing_id: str, record_type: str, body: Json, *, now: datetime
) -> LogRecord:
    """Append a record over an object to the public log; its time never goes back."""
    row = repository.lock_log_head(tx)
    record, head = public_log.append_record(
        rules.log_head(row),
        at=epoch_s(now),
        record_type=record_type,
        drawing_id=drawing_id,
        body=body,
    )
    logged = rules.log_row(record, head, body)
    repository.insert_log_record(tx, logged)
    repository.update_log_head(tx, HeadRow(head.size, head.head.hex(), head.at, row.sequence_no))
    return logged


def publish(tx: Transaction, drawing_id: str, kind: str, body: Json, *, now: datetime) -> LogRecord:
    """Sign, store and log the terms, the close or the result of a drawing, once.

    Raises: Unique where the drawing has published one.
    """
    document = Document(
        drawing_id=drawing_id,
        kind=kind,
        body_text=canonical_json(body).decode(),
        body_hash=object_hash(kind, body).hex(),
        signature=sign_for(tx, drawing_id, kind, body),
        created_at=now,
    )
    repository.insert_document(tx, document)
    return append_log(tx, drawing_id, kind, body, now=now)


def publish_rules(tx: Transaction, drawing_id: str, text: str, *, now: datetime) -> str:
    """Store the official rules and return their SHA-256 in hex."""
    body_hash = crypto.digest(text)
    document = Document(drawing_id, "rules", text, body_hash, None, now)
    repository.insert_document(tx, document)
    return body_hash


def find_rules(tx: Transaction, drawing_id: str) -> Document | None:
    """Return the official rules that a drawing was scheduled with, or None for a draft."""
    return repository.find_document(tx, drawing_id, "rules")


def publish_reveal(
    tx: Transaction, drawing_id: str, reveal: Json, *, position: int, now: datetime
) -> LogRecord:
    """Store and log what a source revealed, once. Raises: Unique."""
    body_text = canonical_json(reveal).decode()
    repository.insert_reveal(
        tx, drawing_id, reveal["id"], position=position, body_text=body_text, now=now
    )
    return append_log(tx, drawing_id, "reveal", reveal, now=now)


def store_frozen(tx: Transaction, drawing_id: str, frozen: Frozen) -> None:
    """Store the list of entries as the close hashes it, with its numbers."""
    repository.insert_frozen_entries(tx, frozen.rows)
    if frozen.roots:  # no entries, no tree: no bytes would be NULL
        repository.insert_tree(tx, drawing_id, frozen.roots)


def list_entries(tx: Transaction, drawing_id: str, *, entry_count: int) -> list[Json]:
    """Return all frozen entries of a drawing as the close hashed them."""
    rows = repository.list_frozen_entries(
        tx, drawing_id, first_position=0, end_position=entry_count
    )
    return [rules.entry_of(row) for row in rows]


def get_body(tx: Transaction, drawing_id: str, kind: str) -> Json:
    """Return a published document's object. Raises: NotPublishedYet."""
    return rules.parsed(repository.get_document(tx, drawing_id, kind).body_text)


def list_reveals(tx: Transaction, drawing_id: str) -> list[Reveal]:
    """Return what was revealed so far, in the order of the sources."""
    return repository.list_reveals(tx, drawing_id)


def get_log_head(tx: Transaction) -> LogHead:
    """Return where the public log stands."""
    return rules.log_head(repository.get_log_head(tx))
