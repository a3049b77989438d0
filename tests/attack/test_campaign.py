"""The attack itself: it sees what is wrong, and nothing where all is right."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

from tests.attack.campaign import attack
from tests.attack.keeper import Keeper

ANSWER = {
    "type": "object",
    "required": ["size"],
    "properties": {"size": {"type": "integer"}},
}
SIZE = {
    "in": "query",
    "name": "size",
    "required": True,
    "schema": {"type": "integer", "maximum": 9},
}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "A room", "version": "1"},
    "paths": {
        "/room": {
            "get": {
                "parameters": [SIZE],
                "responses": {
                    "200": {"description": "", "content": {"application/json": {"schema": ANSWER}}},
                    "405": {"description": ""},
                    "422": {"description": ""},
                    "500": {"description": ""},
                },
            }
        }
    },
}


class NobodysKeeper(Keeper):
    """An attacker without an account, for a server that knows none."""

    def __init__(self):
        self.headers = {}
        self.world = None


@contextmanager
def served(view):
    """Serve a view at /room and yield its address."""
    app = Flask(__name__)
    app.add_url_rule("/room", view_func=view, methods=["GET"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def size_asked():
    """Return the size that a query asks for, or None where it is none."""
    values = request.args.getlist("size")
    known = set(request.args) <= {"size"} and len(values) == 1
    digits = values[0].removeprefix("-") if known else ""
    is_size = digits.isascii() and digits.isdigit() and len(digits) < 300 and int(values[0]) <= 9
    return int(values[0]) if is_size else None


def honest():
    """Answer as the document says."""
    size = size_asked()
    return ("", 422) if size is None else jsonify(size=size)


def crashing():
    """Fail for some sizes."""
    return ("", 500) if (size_asked() or 0) < 0 else honest()


def lax():
    """Take whatever is sent."""
    return jsonify(size=1)


def chatty():
    """Answer with another shape."""
    return ("", 422) if size_asked() is None else jsonify(size="large")


def surprising():
    """Answer with a status that nobody was told of."""
    return ("", 418) if size_asked() == 0 else honest()


@pytest.mark.parametrize(
    ("view", "check"),
    [
        (honest, None),
        (crashing, "not_a_server_error"),
        (lax, "negative_data_rejection"),
        (chatty, "response_schema_conformance"),
        (surprising, "status_code_conformance"),
    ],
)
def test_the_attack_finds_what_is_wrong_and_nothing_else(view, check):
    with served(view) as base_url:
        outcome = attack(DOCUMENT, NobodysKeeper(), base_url=base_url, examples=20, seed=1)

    assert outcome.sent > 20
    assert outcome.bad > 10
    assert outcome.broken == []
    assert {finding.check for finding in outcome.findings} == ({check} if check else set())
    assert (outcome.server_errors > 0) == (view is crashing)
