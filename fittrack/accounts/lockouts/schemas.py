"""Unlocking at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields

from fittrack.accounts.schemas import mailed_token_field


class UnlockSchema(Schema):
    token = mailed_token_field()


class UnlockedSchema(Schema):
    status = fields.String(required=True, metadata={"example": "unlocked"})
