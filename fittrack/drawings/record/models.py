"""What a drawing has published, as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fittrack.drawings.models import Document, Drawing, Source
from fittrack.drawings.rounds.models import Beacon
from fittrack.drawings.verifier import Json


@dataclass(frozen=True, slots=True)
class HeadRow:
    """The end of the public log, and the last sequence number that a drawing was given."""

    log_size: int
    head: str
    logged_s: int
    sequence_no: int


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A record of the public log with the head after it; `logged_s` in Unix seconds."""

    seq_no: int
    logged_s: int
    type: str
    drawing_id: str
    body_hash: str
    body_text: str | None
    head: str


@dataclass(frozen=True, slots=True)
class Reveal:
    """What a source revealed, as canonical JSON."""

    source_id: str
    position: int
    body_text: str
    revealed_at: datetime


@dataclass(frozen=True, slots=True)
class FrozenEntry:
    """A place in the list that the close froze; it owns the numbers from its first one on."""

    position: int
    entry_id: str
    holder: str
    units: int
    void_reason: str | None
    first_ticket_no: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """The list that a close freezes, as rows of `FrozenEntry`, and the roots of its runs.

    Plain rows, for making 100,000 objects only to take them apart again takes seconds.
    """

    rows: list[dict[str, Any]]
    roots: list[bytes]


@dataclass(frozen=True, slots=True)
class Pick:
    """Who was drawn at one position, and the ticket on which the pick fell."""

    drawing_id: str
    position: int
    entry_id: str
    role: str
    prize_id: str | None
    ticket_no: int


@dataclass(frozen=True, slots=True)
class PublishedPick:
    """A pick, and the member behind it, whose name is shown as the profile's privacy allows."""

    position: int
    entry_id: str
    role: str
    prize_id: str | None
    ticket_no: int
    prize_name: str | None
    tickets_held: int
    display_name: str
    account_status: str
    profile_privacy: str


@dataclass(frozen=True, slots=True)
class AuditedDrawing:
    """A drawing's counts, and what its entries come to."""

    drawing_id: str
    status: str
    units_sold: int
    entry_count: int
    due_at: datetime | None
    entered_units: int
    entered: int
    unrefunded: int


@dataclass(frozen=True, slots=True)
class Results:
    """The outcome of a drawing for everybody to read."""

    drawing: Drawing
    unfilled: int
    picks: list[PublishedPick]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement of where the public log stands."""

    checkpoint: Json
    sig: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything that a drawing has published so far."""

    drawing: Drawing
    sources: list[Source | Beacon]
    documents: dict[str, Document]
    reveals: list[Reveal]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class BundleParts:
    """A bundle but for its long lists; `reveals` are canonical JSON in the order of the sources."""

    terms: Document
    close: Document
    result: Document
    reveals: list[str]
    entry_count: int
    checkpoint: Checkpoint | None  # None where the key that could sign it is gone
