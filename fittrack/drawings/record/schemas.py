"""The published record as clients see it; FTD1's own objects go out as they were signed."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from fittrack.drawings.record import rules
from fittrack.drawings.record.models import PublishedPick, Results, Verification
from fittrack.pagination import page_schema


class PickSchema(Schema):
    """A pick: winners in the order of the prizes, then alternates."""

    position = fields.Integer(required=True)
    role = fields.String(required=True, validate=validate.OneOf(["winner", "alternate"]))
    entry_id = fields.UUID(required=True)
    ticket_no = fields.Integer(
        required=True, metadata={"description": "The ticket on which the pick fell."}
    )
    tickets_held = fields.Integer(
        required=True, metadata={"description": "All tickets that its holder had in the drawing."}
    )
    prize_id = fields.UUID(required=True, allow_none=True)
    prize_name = fields.String(required=True, allow_none=True)
    display_name = fields.Function(
        lambda pick: _winner_name(pick),
        required=True,
        metadata={"type": ["string", "null"], "description": "Told of winners only."},
    )


class ResultsSchema(Schema):
    """The outcome of a drawing."""

    drawing_id = fields.UUID(required=True, attribute="drawing.drawing_id")
    status = fields.String(required=True, attribute="drawing.status")
    drawn_at = fields.AwareDateTime(required=True, attribute="drawing.drawn_at")
    tickets_total = fields.Integer(required=True, attribute="drawing.units_sold")
    entries_total = fields.Integer(required=True, attribute="drawing.entry_count")
    unfilled = fields.Integer(
        required=True, metadata={"description": "Prize units that found no winner."}
    )
    winners = fields.Function(
        lambda results: _dumped(results, "winner"),
        required=True,
        metadata={"type": "array", "items": {"type": "object"}},
    )
    alternates = fields.Function(
        lambda results: _dumped(results, "alternate"),
        required=True,
        metadata={"type": "array", "items": {"type": "object"}},
    )


class CheckpointSchema(Schema):
    """Where the public log stands, signed (FTD1, section 7)."""

    checkpoint = fields.Dict(required=True)
    checkpoint_sig = fields.String(required=True, attribute="sig")


class SourceSchema(Schema):
    """A source of randomness: a value that somebody keeps until the reveal, or a beacon's round."""

    id = fields.String(required=True, attribute="source_id")
    kind = fields.String(required=True)
    commitment = fields.String(required=True, allow_none=True)
    value_kept_by = fields.String(
        required=True,
        allow_none=True,
        attribute="custody",
        validate=validate.OneOf(["operator", "sponsor"]),
    )
    chain_hash = fields.String(metadata={"description": "Of a beacon: the drand chain."})
    round = fields.Integer(
        attribute="round_no", metadata={"description": "Of a beacon: the round that is taken."}
    )


class VerificationSchema(Schema):
    """Everything that a drawing has published so far; what is still to come is null."""

    drawing_id = fields.UUID(required=True, attribute="drawing.drawing_id")
    status = fields.String(required=True, attribute="drawing.status")
    sources = fields.List(fields.Nested(SourceSchema), required=True)
    assurance = fields.Function(
        lambda found: rules.assurance(found.sources),
        required=True,
        metadata={"type": "string", "description": "What the sources promise (FTD1, section 9)."},
    )
    left_to_trust = fields.Function(
        lambda found: rules.left_to_trust(found.sources),
        required=True,
        metadata={"type": "string"},
    )
    terms = fields.Function(lambda found: _signed(found, "terms"), required=True)
    close = fields.Function(lambda found: _signed(found, "close"), required=True)
    reveals = fields.Function(
        lambda found: [rules.parsed(reveal.body_text) for reveal in found.reveals],
        required=True,
        metadata={"type": "array", "items": {"type": "object"}},
    )
    result = fields.Function(lambda found: _signed(found, "result"), required=True)
    log = fields.Nested(CheckpointSchema, required=True, attribute="checkpoint")


class LogRecordSchema(Schema):
    """A record of the public log (FTD1, section 7), with its body and the head after it."""

    record = fields.Function(
        lambda row: rules.record_of(row), required=True, metadata={"type": "object"}
    )
    body = fields.Function(
        lambda row: rules.parsed(row.body_text) if row.body_text else None,
        required=True,
        metadata={
            "type": ["object", "null"],
            "description": "Null where the drawing's verification page holds it.",
        },
    )
    head = fields.String(required=True)


LogRecordPageSchema = page_schema(LogRecordSchema)


def _winner_name(pick: PublishedPick) -> str | None:
    return pick.display_name if pick.role == "winner" else None


def _dumped(results: Results, role: str) -> Any:
    return PickSchema(many=True).dump([pick for pick in results.picks if pick.role == role])


def _signed(found: Verification, kind: str) -> dict[str, Any] | None:
    document = found.documents.get(kind)
    if document is None:
        return None
    body = rules.parsed(document.body_text)
    return {kind: body, f"{kind}_sig": document.signature, f"{kind}_hash": document.body_hash}
