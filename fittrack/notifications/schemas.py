"""Notices as clients see them."""

from __future__ import annotations

from marshmallow import Schema, fields

from fittrack.pagination import PageQuery, page_schema


class NotificationSchema(Schema):
    """One notice."""

    notification_id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"example": "prize_won"})
    title = fields.String(required=True, metadata={"example": "You won: Running shoes"})
    body = fields.String(required=True)
    data = fields.Dict(keys=fields.String(), attribute="data_json", required=True)
    created_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


class NotificationPageSchema(page_schema(NotificationSchema)):  # type: ignore[misc]
    """One page of notices."""

    unread_count = fields.Integer(
        required=True, metadata={"description": "Unread notices of the member, on all pages."}
    )


class NotificationQuery(PageQuery):
    """Filters of the notices."""

    unread_only = fields.Boolean(
        load_default=False, metadata={"description": "Leave out what was read."}
    )
