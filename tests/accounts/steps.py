"""What several tests of accounts do: run the mails that are due, read them, register, log in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fittrack import db, queues, worker
from fittrack.clock import utc_now
from fittrack.db.loader import Statement
from fittrack.mail import service as mail
from fittrack.mail.models import DeliveredMail
from tests.factories_accounts import PASSWORD, registration


def probe(text: str) -> Statement:
    """Return a statement of a test's own."""
    binds = frozenset(re.findall(r":(\w+)", text))
    return Statement("probe", "tests", text, text, binds, ())


@dataclass(frozen=True)
class Event:
    """One security event's kind."""

    kind: str


EVENTS = probe("SELECT kind FROM security_events WHERE account_id = :account_id ORDER BY event_id")


def run_jobs() -> None:
    """Do every job that is due, and those that follow from them."""
    while due := queues.list_due(now=utc_now()):
        for job in due:
            worker.run_outbox(job.outbox_id)


def mails_to(address: str) -> list[DeliveredMail]:
    """Return an address's mails, newest first, after all have been sent."""
    run_jobs()
    return mail.list_mailbox(to=address)


def token_in(delivered: DeliveredMail) -> str:
    """Return the token of a verification mail."""
    found = re.search(r"token=(\S+)", delivered.text)
    assert found is not None
    return found.group(1)


def register(client: FlaskClient, **over: Any) -> dict[str, Any]:
    """Register and return the form that was sent."""
    form = registration(**over)
    assert client.post("/api/v1/auth/register", json=form).status_code == 201
    return form


def register_verified(client: FlaskClient, **over: Any) -> dict[str, Any]:
    """Register, verify by the mailed token, and return the form."""
    form = register(client, **over)
    token = token_in(mails_to(form["email"])[0])
    assert client.post("/api/v1/auth/verify-email", json={"token": token}).status_code == 200
    return form


def log_in(client: FlaskClient, email: str, password: str = PASSWORD, **over: Any) -> TestResponse:
    """Return the answer to a log-in."""
    return client.post("/api/v1/auth/login", json={"email": email, "password": password} | over)


def refresh(client: FlaskClient, token: str) -> TestResponse:
    """Return the answer to a refresh."""
    return client.post("/api/v1/auth/refresh", json={"refresh_token": token})


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    """Return the header of an access token."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def pointers(response: TestResponse) -> list[str]:
    """Return the fields that a 422 names."""
    return [error["pointer"] for error in response.json["errors"]]


def events_of(account_id: str) -> list[str]:
    """Return the kinds of an account's security events, oldest first."""
    with db.reading("list_events") as tx:
        rows = tx.all(Event, EVENTS, account_id=account_id)
    return [row.kind for row in rows]
