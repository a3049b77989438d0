"""The drawings' SQL, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.drawings.errors import DrawingNotFound
from fittrack.drawings.models import Actor, Drawing, HistoryEvent, NewSource, Prize, Source

SQL = load_sql("drawings")

EDITABLE = [
    "drawing_id",
    "type",
    "name",
    "description",
    "image_url",
    "ticket_price_points",
    "ticket_limit",
    "alternates",
    "distinct_by",
    "audience",
    "min_account_age_days",
    "min_age_years",
    "excluded_states_json",
    "registered_states_json",
    "tiers_json",
    "min_ages_json",
    "unclaimed_to",
    "rules_version",
    "sponsor_id",
    "sponsor_commitment",
    "opens_at",
    "closes_at",
    "draws_at",
    "revision",
]


@dataclass(frozen=True, slots=True)
class DueDrawing:
    """A drawing that needs the scheduler."""

    drawing_id: str


def insert_drawing(tx: Transaction, drawing: Drawing) -> None:
    """Store a new draft."""
    tx.run(SQL["insert_drawing"], **asdict(drawing))


def find_drawing(tx: Transaction, drawing_id: str) -> Drawing | None:
    """Return a drawing, or None."""
    return tx.one(Drawing, SQL["find_drawing"], drawing_id=drawing_id)


def get_drawing(tx: Transaction, drawing_id: str) -> Drawing:
    """Return a drawing. Raises: DrawingNotFound."""
    return _found(find_drawing(tx, drawing_id), drawing_id)


def lock_drawing(tx: Transaction, drawing_id: str) -> Drawing:
    """Return a drawing held until the transaction ends. Raises: DrawingNotFound."""
    return _found(tx.one(Drawing, SQL["lock_drawing"], drawing_id=drawing_id), drawing_id)


def get_published(tx: Transaction, drawing_id: str) -> Drawing:
    """Return a drawing that all may know of. Raises: DrawingNotFound."""
    drawing = get_drawing(tx, drawing_id)
    return _found(drawing if drawing.is_public else None, drawing_id)


def list_drawings(
    tx: Transaction,
    *,
    status: str | None,
    type_: str | None,
    with_drafts: bool,
    before: tuple[datetime, str],
    row_limit: int,
) -> list[Drawing]:
    """Return drawings, the latest draw first, after the one that `before` names."""
    before_at, before_id = before
    return tx.all(
        Drawing,
        SQL["list_drawings"],
        status=status,
        type=type_,
        with_drafts=int(with_drafts),
        before_at=before_at,
        before_id=before_id,
        row_limit=row_limit,
    )


def update_draft(tx: Transaction, drawing: Drawing) -> bool:
    """Edit a draft and tell whether it still was the revision that was read."""
    values = {name: getattr(drawing, name) for name in EDITABLE}
    return tx.run(SQL["update_draft"], **values, updated_at=drawing.updated_at) == 1


def update_appearance(tx: Transaction, drawing: Drawing) -> bool:
    """Change description and image and tell whether it still was the revision that was read."""
    names = ("drawing_id", "description", "image_url", "revision", "updated_at")
    values = {name: getattr(drawing, name) for name in names}
    return tx.run(SQL["update_appearance"], **values) == 1


def delete_drawing(tx: Transaction, drawing_id: str) -> None:
    """Forget a draft."""
    tx.run(SQL["delete_drawing"], drawing_id=drawing_id)


def update_scheduled(
    tx: Transaction,
    drawing: Drawing,
    *,
    sequence_no: int,
    reveal_deadline_at: datetime,
    rules_version: str,
    rules_sha256: str,
    now: datetime,
) -> None:
    """Freeze a draft under its sequence number; it next is due when it opens."""
    tx.run(
        SQL["update_scheduled"],
        drawing_id=drawing.drawing_id,
        sequence_no=sequence_no,
        reveal_deadline_at=reveal_deadline_at,
        rules_version=rules_version,
        rules_sha256=rules_sha256,
        due_at=drawing.opens_at,
        updated_at=now,
    )


def update_status(
    tx: Transaction, drawing: Drawing, status: str, *, due_at: datetime | None, now: datetime
) -> None:
    """Take one step of a locked drawing's life and say when it next is due."""
    changed = tx.run(
        SQL["update_status"],
        drawing_id=drawing.drawing_id,
        from_status=drawing.status,
        status=status,
        due_at=due_at,
        updated_at=now,
    )
    if changed != 1:
        raise LookupError(f"{drawing.drawing_id} left {drawing.status} while it was held")


def update_due_at(tx: Transaction, drawing_id: str, due_at: datetime | None) -> None:
    """Say when a drawing next needs the scheduler."""
    tx.run(SQL["update_due_at"], drawing_id=drawing_id, due_at=due_at)


def update_reveal_deadline(tx: Transaction, drawing_id: str, deadline_at: datetime) -> None:
    """Say by when the values of a drawing must be revealed."""
    tx.run(SQL["update_reveal_deadline"], drawing_id=drawing_id, reveal_deadline_at=deadline_at)


def update_drawn_at(tx: Transaction, drawing_id: str, drawn_at: datetime) -> None:
    """Fix the time of the draw; the first time counts."""
    tx.run(SQL["update_drawn_at"], drawing_id=drawing_id, drawn_at=drawn_at)


def list_due_drawings(tx: Transaction, *, now: datetime, row_limit: int) -> list[str]:
    """Return the ids of drawings that need the scheduler, the oldest first."""
    rows = tx.all(DueDrawing, SQL["list_due_drawings"], now_at=now, row_limit=row_limit)
    return [row.drawing_id for row in rows]


def insert_prize(tx: Transaction, prize: Prize) -> None:
    """Store a prize."""
    tx.run(SQL["insert_prize"], **asdict(prize))


def list_prizes(tx: Transaction, drawing_id: str) -> list[Prize]:
    """Return a drawing's prizes in the order in which they are drawn."""
    return tx.all(Prize, SQL["list_prizes"], drawing_id=drawing_id)


def list_prizes_of_page(
    tx: Transaction, drawings: Sequence[Drawing], *, status: str | None, type_: str | None
) -> dict[str, list[Prize]]:
    """Return drawing id -> its prizes, for the drawings of one page, in one query."""
    if not drawings:
        return {}
    draws = [drawing.draws_at for drawing in drawings]
    prizes: dict[str, list[Prize]] = {drawing.drawing_id: [] for drawing in drawings}
    for prize in tx.all(
        Prize,
        SQL["list_prizes_of_page"],
        first_draw_at=min(draws),
        last_draw_at=max(draws),
        status=status,
        type=type_,
    ):
        prizes.setdefault(prize.drawing_id, []).append(prize)
    return prizes


def delete_prizes(tx: Transaction, drawing_id: str) -> None:
    """Forget a draft's prizes."""
    tx.run(SQL["delete_prizes"], drawing_id=drawing_id)


def insert_source(tx: Transaction, new: NewSource) -> None:
    """Store a source, with its sealed value where the operator keeps it."""
    tx.run(SQL["insert_source"], **asdict(new.source), sealed_bytes=new.sealed_bytes)


def list_sources(tx: Transaction, drawing_id: str) -> list[Source]:
    """Return a drawing's sources in order, without their values."""
    return tx.all(Source, SQL["list_sources"], drawing_id=drawing_id)


def get_sealed_value(tx: Transaction, drawing_id: str, source_id: str) -> bytes:
    """Return a kept value, still sealed. Raises: LookupError where the sponsor keeps it itself."""
    sealed = find_resealed_value(tx, drawing_id, source_id)
    if sealed is None:
        sealed = tx.value(SQL["get_sealed_value"], drawing_id=drawing_id, source_id=source_id)
    if sealed is None:
        raise LookupError(f"the value of {source_id} of {drawing_id} is not kept here")
    return bytes(sealed)


def count_kept_values(tx: Transaction) -> int:
    """Return how many values are kept that were not revealed."""
    return int(tx.value(SQL["count_kept_values"]))


def list_kept_values(
    tx: Transaction, *, after_drawing_id: str, after_source_id: str, row_limit: int
) -> list[Source]:
    """Return sources with kept values that were not revealed, in order, after one of them."""
    return tx.all(
        Source,
        SQL["list_kept_values"],
        after_drawing_id=after_drawing_id,
        after_source_id=after_source_id,
        row_limit=row_limit,
    )


def find_resealed_value(tx: Transaction, drawing_id: str, source_id: str) -> bytes | None:
    """Return a value under a newer key than its first, or None."""
    found = tx.value(SQL["find_resealed_value"], drawing_id=drawing_id, source_id=source_id)
    return None if found is None else bytes(found)


def update_resealed_value(
    tx: Transaction, source: Source, sealed: bytes, *, sealed_at: datetime
) -> bool:
    """Keep a value under the next key and return whether it was under a newer one before."""
    changed = tx.run(SQL["update_resealed_value"], **_resealed(source, sealed, sealed_at))
    return changed == 1


def insert_resealed_value(
    tx: Transaction, source: Source, sealed: bytes, *, sealed_at: datetime
) -> None:
    """Keep a value under a newer key for the first time. Raises: Unique."""
    tx.run(SQL["insert_resealed_value"], **_resealed(source, sealed, sealed_at))


def _resealed(source: Source, sealed: bytes, sealed_at: datetime) -> dict[str, Any]:
    return {
        "drawing_id": source.drawing_id,
        "source_id": source.source_id,
        "sealed_bytes": sealed,
        "sealed_at": sealed_at,
    }


def record_event(
    tx: Transaction,
    drawing_id: str,
    action: str,
    actor: Actor,
    *,
    now: datetime,
    **details: Any,
) -> None:
    """Add to the public history of a drawing that is held."""
    tx.run(
        SQL["record_event"],
        drawing_id=drawing_id,
        action=action,
        actor_role=actor.role,
        actor_id=actor.account_id,
        details_json=details or None,
        happened_at=now,
    )


def list_events(
    tx: Transaction, drawing_id: str, *, after_no: int, row_limit: int
) -> list[HistoryEvent]:
    """Return a drawing's history, oldest first."""
    return tx.all(
        HistoryEvent,
        SQL["list_events"],
        drawing_id=drawing_id,
        after_no=after_no,
        row_limit=row_limit,
    )


def list_prize_events(tx: Transaction, drawing_id: str, *, row_limit: int) -> list[HistoryEvent]:
    """Return what became of a drawing's prizes, oldest first."""
    return tx.all(
        HistoryEvent, SQL["list_prize_events"], drawing_id=drawing_id, row_limit=row_limit
    )


def find_other_asker(tx: Transaction, drawing_id: str, *, action: str, actor_id: str) -> str | None:
    """Return another account that is on record for the same action, or None."""
    found = tx.value(
        SQL["find_other_asker"], drawing_id=drawing_id, action=action, actor_id=actor_id
    )
    return None if found is None else str(found)


def _found(drawing: Drawing | None, drawing_id: str) -> Drawing:
    if drawing is None:
        raise DrawingNotFound(drawing_id=drawing_id)
    return drawing
