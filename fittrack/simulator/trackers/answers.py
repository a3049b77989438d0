"""How simulated trackers answer: guarded by a token, counted, and misbehaving as ordered."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any

import orjson
from flask import Response, abort, redirect, render_template, request

from fittrack.simulator import faults
from fittrack.simulator.faults import API, SPOILT
from fittrack.simulator.trackers.service import Family, Refused, Tokens, Tracker

BOMB_BYTES = 64 << 20


def authorize(tracker: Tracker, title: str) -> Response | str:
    """Show the page on which somebody consents, and take their word."""
    client = tracker.client or abort(404)
    given = request.values
    if (
        given.get("client_id") != client.client_id
        or given.get("redirect_uri") != client.redirect_uri
    ):
        abort(400)
    if request.method == "GET":
        return render_template(
            "simulator/consent.html", title=title, people=tracker.people(), asked=given
        )
    answer = {"state": given.get("state", "")}
    if given.get("decision") != "allow":
        return _back(client.redirect_uri, {**answer, "error": "access_denied"})
    scopes = frozenset(given.get("scope", "").replace(",", " ").split())
    if tracker.faults.take(faults.AUTHORIZE, ("fewer_scopes",)):
        scopes = frozenset(sorted(scopes)[-1:])
    account = tracker.account(given["email"], given.get("name", ""))
    code = tracker.consent(account, scopes, client.redirect_uri, given.get("code_challenge"))
    return _back(client.redirect_uri, {**answer, "code": code, "scope": ",".join(sorted(scopes))})


def _back(address: str, fields: dict[str, str]) -> Response:
    from urllib.parse import urlencode

    return redirect(f"{address}?{urlencode(fields)}", 302)  # type: ignore[return-value]


def guarded(
    tracker: Tracker, serve: Callable[[Family], Response], throttle: Callable[[str], Response]
) -> Response:
    """Serve a request of the API to whoever may; counted first, as providers do."""
    full = [window for window, calls in tracker.count() if calls > window.calls]
    kind = tracker.faults.take(API, (*faults.ANSWERS, *SPOILT))
    if kind in faults.ANSWERS:
        return faults.answer_of(kind)
    if full or (kind or "").startswith("throttled"):
        return _pausing(throttle(kind or "throttled"), kind, tracker)
    if kind in {"error_502", "error_503"}:
        return Response("<html>down</html>", status=int(str(kind)[-3:]))
    if kind == "forbidden":
        return json({"error": "insufficient_scope"}, 403)
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    family = None if kind == "expired" else tracker.whose(token)
    if family is None:
        return json({"message": "Authorization Error", "error": "invalid_token"}, 401)
    return spoilt(serve(family), kind)


def _pausing(answer: Response, kind: str | None, tracker: Tracker) -> Response:
    """Return a refusal that says in one of three ways when to come again."""
    if kind == "throttled_by_date":
        until_at = tracker.world.now() + timedelta(seconds=90)
        answer.headers["Retry-After"] = format_datetime(until_at, usegmt=True)
    elif kind == "throttled_silently":
        for name in [name for name, _ in answer.headers if "rate" in name.lower()]:
            del answer.headers[name]
        answer.headers.pop("Retry-After", None)
    return answer


def spoilt(answer: Response, kind: str | None) -> Response:
    """Return a right answer as it comes out of a provider in trouble."""
    if kind in _SPOILERS:
        _SPOILERS[kind](answer)
    return answer


def _cut(answer: Response) -> None:
    answer.headers["Content-Length"] = str(len(answer.get_data()) + 50)


def _say_nonsense(answer: Response) -> None:
    answer.set_data(answer.get_data().replace(b"0.0", b"NaN") + b"NaN")


def _explode(answer: Response) -> None:
    answer.set_data(gzip.compress(b" " * BOMB_BYTES, compresslevel=9))
    answer.headers["Content-Encoding"] = "gzip"


def _say_twice(answer: Response) -> None:
    answer.set_data(answer.get_data().replace(b'{"', b'{"id":7,"name":"x","', 1))


def _fail_within(answer: Response) -> None:
    answer.set_data(b'{"status":503,"error":"try again","message":"internal"}')


def _empty(answer: Response) -> None:
    answer.set_data(b"[]" if answer.get_data().startswith(b"[") else b"{}")


def _disorder(answer: Response, times: int = 1) -> None:
    body = orjson.loads(answer.get_data())
    for rows in (body, *(body.values() if isinstance(body, dict) else ())):
        if isinstance(rows, list):
            random.Random(1).shuffle(rows)  # noqa: S311 - disorder
            rows *= times
    answer.set_data(orjson.dumps(body))


_SPOILERS: dict[str | None, Callable[[Response], None]] = {
    "cut": _cut,
    "not_a_number": _say_nonsense,
    "gzip_bomb": _explode,
    "duplicate_keys": _say_twice,
    "error_in_200": _fail_within,
    "empty_page": _empty,
    "shuffled_page": _disorder,
    "repeated_page": partial(_disorder, times=2),
}


def token_answer(
    tracker: Tracker, grant: Callable[[], dict[str, Any]], refusal: Callable[[], Response]
) -> Response:
    """Answer the token endpoint; an answer may be lost after the server has done its part."""
    if kind := tracker.faults.take(faults.TOKEN, faults.ANSWERS):
        return faults.answer_of(kind)
    try:
        told = grant()
    except Refused:
        return refusal()
    if tracker.faults.take(faults.TOKEN, ("lost_answer",)):
        return Response("<html>gateway</html>", status=502)
    if tracker.faults.take(faults.TOKEN, ("no_refresh_token",)):
        told.pop("refresh_token", None)
    return json(told)


def is_proven(challenge: str | None, verifier: str | None) -> bool:
    """Tell whether a verifier is the one of a challenge (RFC 7636)."""
    if challenge is None:
        return True
    hashed = hashlib.sha256((verifier or "").encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() == challenge


def json(value: Any, status: int = 200, **headers: str) -> Response:
    """Return a JSON answer."""
    answer = Response(orjson.dumps(value), status, content_type="application/json")
    answer.headers.update({name.replace("_", "-"): text for name, text in headers.items()})
    return answer


def granted(tracker: Tracker) -> dict[str, Any]:
    """Return what a token endpoint grants whose client is in the body. Raises: Refused."""
    form, client = request.form, tracker.client
    if client is None or (form.get("client_id"), form.get("client_secret")) != (
        client.client_id,
        client.secret,
    ):
        raise Refused("invalid_client")
    if form.get("grant_type") == "refresh_token":
        return _tokens(tracker, tracker.refresh(form.get("refresh_token", "")))
    consent = tracker.exchange(form.get("code", ""))
    if consent.redirect_uri != form.get("redirect_uri"):
        raise Refused("invalid_grant")
    if not is_proven(consent.challenge, form.get("code_verifier")):
        raise Refused("invalid_grant")
    return _tokens(tracker, tracker.issue(consent.family))


def _tokens(tracker: Tracker, tokens: Tokens) -> dict[str, Any]:
    left = tokens.expires_at - tracker.world.now()
    return {
        "token_type": "bearer",
        "access_token": tokens.access_token,
        "expires_in": int(left.total_seconds()),
        "refresh_token": tokens.refresh_token,
        "scope": " ".join(sorted(tokens.family.scopes)),
    }


def refusal() -> Response:
    """Return how a token endpoint refuses a code or token (RFC 6749, section 5.2)."""
    return json({"error": "invalid_grant", "error_description": "It is good for nothing."}, 400)
