"""Webhooks of the whole application, simulated: asked for, proven by our address, and ending."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
from flask import Blueprint, Response, request

from fittrack import wire
from fittrack.simulator import faults
from fittrack.simulator.trackers import answers
from fittrack.simulator.trackers.service import Tracker
from fittrack.wire import Request, Unreachable

# Where these endpoints misbehave.
HOOKS = "hooks"
ANSWERED_WITHIN_S = 2.0
MOST_BYTES = 4096
OURA_LIFE = timedelta(days=90)
Body = dict[str, Any]


def add_strava(blp: Blueprint, tracker: Tracker) -> None:
    """Add Strava's push subscriptions, of which there is one."""

    @blp.get("/api/v3/push_subscriptions")
    def list_all() -> Response:
        return _for_strava(tracker, lambda: answers.json([*tracker.subscriptions.values()]))

    @blp.post("/api/v3/push_subscriptions")
    def make() -> Response:
        return _for_strava(tracker, lambda: _make_at_strava(tracker))

    @blp.delete("/api/v3/push_subscriptions/<named>")
    def delete(named: str) -> Response:
        return _for_strava(tracker, lambda: _delete(tracker, named))


def add_oura(blp: Blueprint, tracker: Tracker) -> None:
    """Add Oura's subscriptions, one for each kind of document and of event."""
    path = "/api/v2/webhook/subscription"

    @blp.get(path)
    def list_all() -> Response:
        return _for_oura(tracker, lambda: answers.json(_living(tracker)))

    @blp.post(path)
    def make() -> Response:
        return _for_oura(tracker, lambda: _make_at_oura(tracker))

    @blp.put(f"{path}/renew/<named>")
    def renew(named: str) -> Response:
        return _for_oura(tracker, lambda: _renew(tracker, named))


def add_polar(blp: Blueprint, tracker: Tracker) -> None:
    """Add Polar's webhook, of which there is one; its key is told when it is made."""

    @blp.get("/api/v3/webhooks")
    def list_all() -> Response:
        return _for_polar(tracker, lambda: answers.json({"data": _told(tracker)}))

    @blp.post("/api/v3/webhooks")
    def make() -> Response:
        return _for_polar(tracker, lambda: _make_at_polar(tracker))

    @blp.post("/api/v3/webhooks/activate")
    def activate() -> Response:
        return _for_polar(tracker, lambda: _activate(tracker))

    @blp.patch("/api/v3/webhooks/<named>")
    def change(named: str) -> Response:
        return _for_polar(tracker, lambda: _change(tracker, named))


def _for_strava(tracker: Tracker, serve: Callable[[], Response]) -> Response:
    given = request.values
    return _for_client(tracker, given.get("client_id"), given.get("client_secret"), serve)


def _for_oura(tracker: Tracker, serve: Callable[[], Response]) -> Response:
    given = request.headers
    return _for_client(tracker, given.get("x-client-id"), given.get("x-client-secret"), serve)


def _for_polar(tracker: Tracker, serve: Callable[[], Response]) -> Response:
    given = request.authorization
    client_id, secret = (given.username, given.password) if given else (None, None)
    return _for_client(tracker, client_id, secret, serve)


def _for_client(
    tracker: Tracker, client_id: str | None, secret: str | None, serve: Callable[[], Response]
) -> Response:
    if kind := tracker.faults.take(HOOKS, faults.ANSWERS):
        return faults.answer_of(kind)
    client = tracker.client
    if client is None or (client_id, secret) != (client.client_id, client.secret):
        return answers.json({"message": "Authorization Error"}, 401)
    return serve()


def _make_at_strava(tracker: Tracker) -> Response:
    if tracker.subscriptions:
        return _bad("subscription", "already exists")
    address, challenge = request.form["callback_url"], secrets.token_hex(8)
    asked = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": request.form["verify_token"],
    }
    if _said(Request(address, params=asked)) != {"hub.challenge": challenge}:
        return _bad("callback url", "not verifiable")
    number = 120_475
    tracker.subscriptions[str(number)] = {
        "id": number,
        "resource_state": 2,
        "application_id": 5,
        "callback_url": address,
        "created_at": f"{tracker.world.now():%Y-%m-%dT%H:%M:%SZ}",
        "updated_at": f"{tracker.world.now():%Y-%m-%dT%H:%M:%SZ}",
    }
    return answers.json({"id": number}, 201)


def _bad(name: str, code: str) -> Response:
    error = {"resource": "PushSubscription", "field": name, "code": code}
    return answers.json({"message": "Bad Request", "errors": [error]}, 400)


def _delete(tracker: Tracker, named: str) -> Response:
    found = tracker.subscriptions.pop(named, None)
    return Response(status=204 if found else 404)


def _living(tracker: Tracker) -> list[Body]:
    now = f"{tracker.world.now():%Y-%m-%dT%H:%M:%S}"
    return [one for one in tracker.subscriptions.values() if one["expiration_time"] > now]


def _make_at_oura(tracker: Tracker) -> Response:
    asked, challenge = request.get_json(), secrets.token_hex(8)
    proof = {"verification_token": asked.pop("verification_token"), "challenge": challenge}
    if _said(Request(asked["callback_url"], params=proof)) != {"challenge": challenge}:
        return answers.json({"detail": "callback could not be verified"}, 400)
    for one in _living(tracker):
        if {**one, **asked} == one:
            return answers.json({"detail": "already exists"}, 409)
    named = secrets.token_hex(16)
    tracker.subscriptions[named] = {"id": named, **asked, "expiration_time": _ends(tracker)}
    return answers.json(tracker.subscriptions[named], 201)


def _renew(tracker: Tracker, named: str) -> Response:
    found = [one for one in _living(tracker) if one["id"] == named]
    if not found:
        return answers.json({"detail": "Not Found"}, 404)
    found[0]["expiration_time"] = _ends(tracker)
    return answers.json(found[0])


def _ends(tracker: Tracker) -> str:
    return f"{tracker.world.now() + OURA_LIFE:%Y-%m-%dT%H:%M:%S.%f}"


def _told(tracker: Tracker) -> list[Body]:
    hidden = "signature_secret_key"
    return [
        {name: value for name, value in one.items() if name != hidden}
        for one in tracker.subscriptions.values()
    ]


def _make_at_polar(tracker: Tracker) -> Response:
    asked = request.get_json()
    if tracker.subscriptions:
        return _error(409, "Webhook already exists")
    if not _is_pinged(asked["url"]):
        return _error(400, "Ping failed")
    named, key = secrets.token_hex(3), secrets.token_hex(16)
    made = {"id": named, **asked, "signature_secret_key": key}
    tracker.subscriptions[named] = {**made, "active": True}
    return answers.json({"data": made}, 201)


def _activate(tracker: Tracker) -> Response:
    for one in tracker.subscriptions.values():
        one["active"] = _is_pinged(one["url"])
        return Response(status=200 if one["active"] else 400)
    return Response(status=204)


def _change(tracker: Tracker, named: str) -> Response:
    asked = request.get_json()
    if named not in tracker.subscriptions:
        return _error(404, "Webhook not found")
    if not _is_pinged(asked["url"]):
        return _error(400, "Ping failed")
    tracker.subscriptions[named] |= asked
    return answers.json({"data": _told(tracker)})


def _error(status: int, message: str) -> Response:
    told = {"timestamp": 1, "status": status, "errorType": "webhook", "message": message}
    return answers.json(told, status)


def _is_pinged(address: str) -> bool:
    ping = {"timestamp": "2026-11-20T12:00:00Z", "event": "PING"}
    return _said(Request(address, "POST", json=ping)) is not None


def _said(asked: Request) -> Any:
    """Return what our address answers with 200, as JSON where it is some; else None."""
    try:
        answer = wire.call(asked, deadline_s=ANSWERED_WITHIN_S, most_bytes=MOST_BYTES)
    except Unreachable:
        return None
    if answer.status != 200:
        return None
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return answer.body.decode(errors="replace")
