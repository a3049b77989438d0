"""Keeps an attacker signed in, whatever the attack does to the session or to the account."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import schemathesis
from flask.testing import FlaskClient
from schemathesis.hooks import unregister

from tests.access import rows
from tests.access.world import Headers, World
from tests.factories_accounts import login, make_account

ROLES = {
    "anonymous": rows.NOBODY,
    "member": rows.OWNER,
    "premium": rows.PREMIUM,
    "sponsor": rows.SPONSOR,
    "auditor": rows.AUDITOR,
    "admin": rows.ADMIN,
}
ACCOUNT_ROLES = {rows.OWNER: "user", rows.PREMIUM: "premium", rows.SPONSOR: "sponsor"}
ENDED = {401: {"session_ended", "token_expired"}, 403: {"account_not_active"}}
# Things stay for the requests after it.
SPARING = {"DELETE"}


class Keeper:
    """One attacker: the headers of a live session, renewed when it has ended."""

    def __init__(self, client: FlaskClient, world: World, role: str) -> None:
        self.client = client
        self.world = world
        self.identity = ROLES[role]
        self.headers: Headers = dict(world.headers[self.identity])
        self._renewing = threading.Lock()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let every request within the block ask about real things, in a live session."""

        def before_call(context: Any, case: Any, kwargs: Any) -> None:
            self.aim(case)

        def after_call(context: Any, case: Any, response: Any) -> None:
            self.look(response)

        schemathesis.hook(before_call)
        schemathesis.hook(after_call)
        try:
            yield
        finally:
            unregister(before_call)
            unregister(after_call)

    def aim(self, case: Any) -> None:
        """Put a real thing's id where a well-formed id stands, and the present token."""
        if self.headers:
            case.headers = {**(case.headers or {}), **self.headers}
        if case.method in SPARING:
            return
        for name, value in (case.path_parameters or {}).items():
            thing = self.world.things.get(name.removesuffix("_id"))
            if isinstance(thing, str) and _is_id(value):
                case.path_parameters[name] = thing

    def look(self, response: Any) -> None:
        """Sign in again where the session of a request has ended."""
        if self.headers and response.status_code in ENDED:
            sent = response.request.headers.get("Authorization")
            if _code(response) in ENDED[response.status_code]:
                self._renew(sent)

    def _renew(self, sent: str | None) -> None:
        with self._renewing:
            if sent != self.headers["Authorization"]:
                return
            role = ACCOUNT_ROLES.get(self.identity, self.identity)
            self.headers = login(self.client, make_account(role=role))


def _is_id(value: Any) -> bool:
    try:
        return str(UUID(value)) == value
    except (ValueError, TypeError, AttributeError):
        return False


def _code(response: Any) -> Any:
    try:
        return response.json().get("code")
    except (ValueError, AttributeError):
        return None
