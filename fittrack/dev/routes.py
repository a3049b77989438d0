"""What only development has: the mailbox folder, so that nobody needs a mail server."""

from __future__ import annotations

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from fittrack.mail import service as mail
from fittrack.mail.models import DeliveredMail

blp = Blueprint("dev", __name__, url_prefix="/api/v1/dev", description="Development only")


class MailboxQuery(Schema):
    to = fields.String(load_default=None, validate=validate.Length(max=254))


class DeliveredMailSchema(Schema):
    to = fields.String(required=True, metadata={"example": "ana@example.com"})
    subject = fields.String(required=True)
    sent_at = fields.AwareDateTime(required=True)
    text = fields.String(required=True)


class MailboxSchema(Schema):
    items = fields.List(fields.Nested(DeliveredMailSchema), required=True)


@blp.get("/mailbox")
@blp.arguments(MailboxQuery, location="query")
@blp.response(200, MailboxSchema)
def list_mailbox(query: dict[str, str | None]) -> dict[str, list[DeliveredMail]]:
    """List the newest 100 mails of the mailbox folder, newest first."""
    return {"items": mail.list_mailbox(to=query["to"])}
