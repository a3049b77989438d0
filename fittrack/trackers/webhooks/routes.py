"""Webhooks over HTTP: public, proven by what each provider sends with them."""

from __future__ import annotations

from flask import Response, request
from flask_smorest import Blueprint

from fittrack import limits
from fittrack.clock import utc_now
from fittrack.extensions import limiter
from fittrack.trackers.providers.base import Hook
from fittrack.trackers.webhooks import service
from fittrack.trackers.webhooks.errors import WebhookTooLarge
from fittrack.trackers.webhooks.models import Answered

blp = Blueprint(
    "webhooks",
    __name__,
    url_prefix="/api/v1/webhooks",
    description="What trackers tell us by themselves",
)
MOST_BYTES = 64 * 1024
limit_webhooks = limiter.stand(limiter.shared_limit(limits.of_webhooks, scope="webhooks"))


@blp.get("/<string:provider>")
@limit_webhooks
@blp.response(200)
def answer_challenge(provider: str) -> Response:
    """Answer a provider's challenge, by which it makes sure that this address is ours.

    Raises: TrackerNotConfigured, WebhookRefused, WebhookMalformed.
    """
    return _answer(provider, b"")


@blp.post("/<string:provider>")
@limit_webhooks
@blp.response(200)
@blp.alt_response(201, description="To the challenge of a provider that wants it so.")
@blp.alt_response(204, description="To a webhook of a provider that wants it so.")
def receive(provider: str) -> Response:
    """Take what a provider tells; sent again it changes nothing.

    Raises: TrackerNotConfigured, WebhookRefused, WebhookMalformed, WebhookTooLarge.
    """
    if (request.content_length or 0) > MOST_BYTES:
        raise WebhookTooLarge
    body = request.stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise WebhookTooLarge
    return _answer(provider, body)


def _answer(provider: str, body: bytes) -> Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    hook = Hook(headers, request.args.to_dict(), body)
    answered: Answered = service.receive(provider=provider, hook=hook, now=utc_now())
    kind = "application/json" if answered.body.startswith("{") else "text/plain"
    return Response(answered.body, answered.status, content_type=kind)
