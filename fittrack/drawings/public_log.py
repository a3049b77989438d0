"""The hash-chained public log of FTD1, its checkpoints, and the receipts that pin its past.

Pure; see docs/drawing-protocol.md, section 7. Times are Unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from fittrack.drawings.protocol import require_form
from fittrack.drawings.verifier import EMPTY_LOG_HEAD, Json, next_head, object_hash


@dataclass(frozen=True, slots=True)
class LogHead:
    """Where the log stands: how many records, the head after them, the time of the last."""

    size: int
    head: bytes
    at: int


EMPTY_LOG = LogHead(0, EMPTY_LOG_HEAD, 0)


def append_record(
    log: LogHead, *, at: int, record_type: str, drawing_id: str, body: Json
) -> tuple[Json, LogHead]:
    """Return the log's next record, over an object, and where the log stands then (section 7).

    The log's time never goes back: a clock that does is given the last record's time.
    Raises: ProtocolError.
    """
    record: Json = {
        "seq": log.size,
        "at": max(at, log.at),
        "type": record_type,
        "drawing_id": drawing_id,
        "body_hash": object_hash(record_type, body).hex(),
    }
    require_form("RECORD", record)
    return record, LogHead(log.size + 1, next_head(log.head, record), record["at"])


def build_checkpoint(log: LogHead, *, at: int) -> Json:
    """Return a statement of where the log stands, to be signed (section 7)."""
    return {"v": "FTD1", "log_size": log.size, "log_head": log.head.hex(), "at": at}


def build_receipt(drawing_id: str, entry: Json, *, issued_at: int, log: LogHead) -> Json:
    """Return what a buyer gets for an entry, to be signed; it pins the log's past (section 7).

    Raises: ProtocolError.
    """
    receipt = {
        "v": "FTD1",
        "drawing_id": drawing_id,
        "entry_id": entry["entry_id"],
        "holder": entry["holder"],
        "units": entry["units"],
        "issued_at": issued_at,
        "log_size": log.size,
        "log_head": log.head.hex(),
    }
    require_form("RECEIPT", receipt)
    return receipt
