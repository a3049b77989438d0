"""An Idempotency-Key is accepted on every POST but those that answer with a secret."""

from __future__ import annotations

import re

import pytest

from fittrack.reference import failures

# Tokens, recovery codes, and challenges that are answered once: they are not stored.
ANSWERS_WITH_A_SECRET = {
    "connections.begin_connection",
    "connections.finish_connection",
    "factors.confirm_totp",
    "factors.enrol_totp",
    "factors.renew_recovery_codes",
    "fulfillments.read_address",
    "fulfillments.show_code",
    "passkeys.add_passkey",
    "passkeys.begin_completion",
    "passkeys.begin_log_in",
    "passkeys.begin_registration",
    "passkeys.begin_step_up",
    "passkeys.log_in",
    "sessions.complete_log_in",
    "sessions.log_in",
    "sessions.refresh",
    "sign_in_providers.begin_visit",
    "sign_in_providers.finish_visit",
    "sign_in_providers.land_by_form",
    "sign_in_providers.link",
    "sign_in_providers.register",
}
# A provider sends none: what it tells again is known by what it says.
TOLD_BY_PROVIDERS = {"webhooks.receive"}


@pytest.fixture
def posts(app):
    """Return the view of each endpoint that takes POST."""
    return {
        rule.endpoint: app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods
    }


def test_every_post_takes_a_key_but_those_that_answer_with_a_secret(posts):
    without = {endpoint for endpoint, view in posts.items() if not failures.takes_key(view)}
    assert without == ANSWERS_WITH_A_SECRET | TOLD_BY_PROVIDERS


def test_the_document_says_which_posts_take_a_key(app, client):
    paths = client.get("/api/v1/openapi.json").json["paths"]
    for rule in app.url_map.iter_rules():
        operation = paths.get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {}).get("post")
        if operation is not None and "POST" in rule.methods:
            names = {each.get("name") for each in operation.get("parameters", ())}
            takes = rule.endpoint not in ANSWERS_WITH_A_SECRET | TOLD_BY_PROVIDERS
            assert ("Idempotency-Key" in names) == takes, rule.endpoint
