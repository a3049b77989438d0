"""What a drawing's page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fittrack.drawings.models import DrawingDetails
from fittrack.drawings.record.models import LogRecord, Results, Verification


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A source of randomness: what was fixed before sales, and what it revealed, if anything."""

    id: str
    kept_by: str | None
    fixed: str
    revealed: str | None


@dataclass(frozen=True, slots=True)
class Hash:
    """A hash or key with what it is."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A document as it was signed, laid out for reading, with the signature over its hash."""

    name: str
    text: str
    signature: str


@dataclass(frozen=True, slots=True)
class DrawingPage:
    """A drawing with all that it has published; `winners` are the first of `winner_count`."""

    details: DrawingDetails
    found: Verification | None
    results: Results | None
    winners: list[dict[str, Any]]
    winner_count: int
    sources: list[ShownSource]
    hashes: list[Hash]
    documents: list[Signed]
    records: list[LogRecord]
    assurance: str
    left_to_trust: str
    operator_key: str
