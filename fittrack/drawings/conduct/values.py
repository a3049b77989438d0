"""The secret values behind commitments: made, sealed, read once they are due, and revealed."""

from __future__ import annotations

import logging
from datetime import datetime

from fittrack import crypto, entropy
from fittrack.db import Transaction
from fittrack.drawings import protocol, repository, rules
from fittrack.drawings.conduct.models import Standing
from fittrack.drawings.errors import CommitmentMismatch, RevealTooLate
from fittrack.drawings.models import Actor, Drawing, NewSource, Source
from fittrack.drawings.protocol import ProtocolError
from fittrack.drawings.record import service as record
from fittrack.drawings.record.models import LogRecord
from fittrack.drawings.rounds import service as rounds
from fittrack.sponsors import service as sponsors

logger = logging.getLogger(__name__)


def standing(tx: Transaction, drawing: Drawing, *, now: datetime) -> Standing:
    """Return where a drawing stands."""
    sources = repository.list_sources(tx, drawing.drawing_id)
    reveals = record.list_reveals(tx, drawing.drawing_id)
    revealed = frozenset(reveal.source_id for reveal in reveals)
    closed = drawing.status == "closed"
    by_itself = _revealing_by_themselves(tx, sources) if closed else frozenset[str]()
    beacon = rounds.find_beacon(tx, drawing.drawing_id)
    step = rules.next_step(drawing, sources, revealed, by_itself, now=now, beacon=beacon)
    return Standing(drawing, sources, revealed, by_itself, step, beacon)


def new_sources(tx: Transaction, drawing: Drawing) -> list[Source]:
    """Make and store the sources that a drawing's terms will name.

    The sponsor's is the commitment that it registered; else a value is made and kept for it.
    """
    made = [_kept_source(drawing.drawing_id, rules.OPERATOR, position=0, sponsor_id=None)]
    sponsor_id = drawing.sponsor_id
    if sponsor_id is not None and drawing.sponsor_commitment is not None:
        source = rules.new_source(
            drawing.drawing_id,
            source_id=rules.source_id_of(sponsor_id),
            position=1,
            sponsor_id=sponsor_id,
            value=None,
            registered=drawing.sponsor_commitment,
        )
        made.append(NewSource(source, None))
    elif sponsor_id is not None:
        source_id = rules.source_id_of(sponsor_id)
        made.append(_kept_source(drawing.drawing_id, source_id, position=1, sponsor_id=sponsor_id))
    for new in made:
        repository.insert_source(tx, new)
    return [new.source for new in made]


def _kept_source(
    drawing_id: str, source_id: str, *, position: int, sponsor_id: str | None
) -> NewSource:
    value = entropy.random_bytes(rules.VALUE_BYTES)
    source = rules.new_source(
        drawing_id, source_id=source_id, position=position, sponsor_id=sponsor_id, value=value
    )
    return NewSource(source, crypto.seal(purpose_of(source), context_of(source), value))


def record_reading(tx: Transaction, source: Source, actor: Actor, *, now: datetime) -> None:
    """Record that a kept value is about to be read; commit this before reading."""
    extra = {"drawing_id": source.drawing_id, "source_id": source.source_id, "by": actor.role}
    logger.info("a kept value is read", extra=extra)
    repository.record_event(
        tx, source.drawing_id, "value_read", actor, now=now, source_id=source.source_id
    )


def read_kept(tx: Transaction, source: Source) -> bytes:
    """Return a kept value. Raises: LookupError where it is not kept here, Unsealable."""
    sealed = repository.get_sealed_value(tx, source.drawing_id, source.source_id)
    return crypto.unseal(purpose_of(source), context_of(source), sealed)


def reveal(tx: Transaction, source: Source, value: bytes, actor: Actor, *, now: datetime) -> None:
    """Publish and log a value.

    Raises: CommitmentMismatch, RevealTooLate; Unique where it is revealed already.
    """
    body = {"id": source.source_id, "value": value.hex()}
    terms = record.get_body(tx, source.drawing_id, "terms")
    try:
        protocol.check_reveal(terms, body)
    except ProtocolError as error:
        raise CommitmentMismatch from error
    repository.record_event(
        tx, source.drawing_id, "revealed", actor, now=now, source_id=source.source_id
    )
    logged = record.publish_reveal(tx, source.drawing_id, body, position=source.position, now=now)
    check_before_round(tx, logged)


def check_before_round(tx: Transaction, logged: LogRecord) -> None:
    """Check that the log has a record before the beacon's round is out. Raises: RevealTooLate.

    The log's time may be ahead of this clock; what it dates later would void the draw.
    """
    beacon = rounds.find_beacon(tx, logged.drawing_id)
    if beacon is not None and logged.logged_s >= beacon.emission_s:
        raise RevealTooLate(reveal_deadline_at=beacon.emission_at)


def check_turn(standing: Standing, own: Source, *, now: datetime) -> None:
    """Check that it is a witness's turn. Raises: RevealNotDue, RevealTooLate."""
    rules.check_reveal_due(
        standing.drawing,
        standing.sources,
        standing.revealed,
        own,
        now=now,
        beacon=standing.beacon,
    )


def await_next(tx: Transaction, drawing: Drawing, *, now: datetime) -> None:
    """Say when a closed drawing next is due, after a value was revealed."""
    after = standing(tx, drawing, now=now)
    due_at = rules.due_after_reveal(
        drawing, after.missing, after.beacon, is_next_due=after.step is not None
    )
    repository.update_due_at(tx, drawing.drawing_id, due_at)


def _revealing_by_themselves(tx: Transaction, sources: list[Source]) -> frozenset[str]:
    """Return the ids of sources whose sponsors have a standing order to reveal kept values."""
    kept = [source for source in sources if source.custody == "operator" and source.sponsor_id]
    return frozenset(
        source.source_id
        for source in kept
        if (sponsor := sponsors.find_sponsor(tx, source.sponsor_id or ""))
        and sponsor.is_revealing_by_itself
    )


def purpose_of(source: Source) -> str:
    """Return the purpose whose key seals a value: the operator's, or the sponsor's own."""
    return f"drawing value of {source.sponsor_id or rules.OPERATOR}"


def context_of(source: Source) -> str:
    """Return where a value is kept: its drawing and source."""
    return f"{source.drawing_id}/{source.source_id}"
