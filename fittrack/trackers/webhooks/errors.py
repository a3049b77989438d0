"""What can be wrong with a webhook."""

from __future__ import annotations

from fittrack.errors import BadRequest, TooLarge, Unauthenticated


class WebhookRefused(Unauthenticated):
    """This is not proven to come from the provider, or it is too old."""

    code = "webhook_refused"


class WebhookMalformed(BadRequest):
    """This says nothing that we understand."""

    code = "webhook_malformed"


class WebhookTooLarge(TooLarge):
    """No provider tells us that much at once."""

    code = "webhook_too_large"
