"""The deletion of an account at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class DeleteAccountSchema(Schema):
    """How to delete an account; without a password the session must be stepped up."""

    password = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=512),
        metadata={"example": "violet tram over quiet lakes", "format": "password"},
    )
    withdraw_tickets = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Void my tickets of drawings that still sell, without a refund; "
            "else they stay valid, and nobody can tell whose they are."
        },
    )


class PendingPrizeSchema(Schema):
    """A prize that was won and is still on its way."""

    fulfilment_id = fields.UUID(required=True)
    prize_name = fields.String(required=True, metadata={"example": "Running shoes"})
    state = fields.String(required=True, metadata={"example": "winner_notified"})


class ErasedSchema(Schema):
    """What remains of a deleted account: an id and a pseudonym."""

    account_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["erased"]))
    display_name = fields.String(
        required=True,
        metadata={
            "example": "member-7F3KQ2ZPXA5W6M4B",
            "description": "The pseudonym under which results and the books go on.",
        },
    )
    withdrawn_tickets = fields.Integer(required=True, metadata={"example": 0})
    pending_prizes = fields.List(
        fields.Nested(PendingPrizeSchema),
        required=True,
        metadata={
            "description": "Prizes that were not delivered yet. Whoever needs to confirm an "
            "address for one can't any more: it goes to an alternate."
        },
    )
