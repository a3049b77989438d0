"""How simulated trackers answer: guarded by a token, counted, and misbehaving as ordered."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, abort, g, redirect, render_template, request

from fittrack.clock import epoch_s
from fittrack.simulator import faults
from fittrack.simulator.faults import API, SPOILT
from fittrack.simulator.trackers import spoiling
from fittrack.simulator.trackers.service import CODE_LIFE, Family, Refused, Tokens, Tracker
from fittrack.simulator.world import Client

# How long somebody is asked to wait, and how soon a grant ends that is not renewed yet.
PAUSE_S, SOON_OVER_S = 90, 60


def authorize(tracker: Tracker, title: str, issuer: str | None = None) -> Response | str:
    """Show the page on which somebody consents, and take their word; some say who they are."""
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
    kind = tracker.faults.take(faults.AUTHORIZE, faults.CONSENTS)
    answer = {"state": given.get("state", "")} | ({"iss": issuer} if issuer else {})
    if kind == "state_altered":
        answer["state"] = answer["state"][::-1]
    if given.get("decision") != "allow" or kind == "denied":
        return _back(client.redirect_uri, {**answer, "error": "access_denied"})
    return _back(client.redirect_uri, answer | _consented(tracker, client, kind))


def _consented(tracker: Tracker, client: Client, kind: str | None) -> dict[str, str]:
    """Return what goes back with a browser whose member has agreed; good, or wrong in one way."""
    given = request.values
    scopes = frozenset(given.get("scope", "").replace(",", " ").split())
    if kind == "fewer_scopes":
        scopes = frozenset(sorted(scopes)[-1:])
    account = tracker.account(given["email"], given.get("name", ""))
    challenge = given.get("code_challenge")
    if kind == "wrong_verifier" and challenge:
        challenge = challenge[::-1]
    code = tracker.consent(account, scopes, client.redirect_uri, challenge)
    if kind == "code_used":
        tracker.exchange(code)
    elif kind == "code_expired":
        tracker.consents[code].agreed_at -= 2 * CODE_LIFE
    return {"code": code, "scope": ",".join(sorted(scopes))}


def _back(address: str, fields: dict[str, str]) -> Response:
    return redirect(f"{address}?{urlencode(fields)}", 302)  # type: ignore[return-value]


def guarded(
    tracker: Tracker, serve: Callable[[Family], Response], throttle: Callable[[str], Response]
) -> Response:
    """Serve a request of the API to whoever may; counted first, as providers do."""
    full = [window for window, calls in tracker.count() if calls > window.calls]
    g.most_rows = tracker.most_rows
    tracker.paths[request.path] += 1
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
    g.zone_name = family.account.zone_name
    answer = spoiling.spoilt(serve(family), kind)
    spoiling.go_on_meanwhile(tracker.world, family.account, kind)
    return answer


def _pausing(answer: Response, kind: str | None, tracker: Tracker) -> Response:
    """Return a refusal that says in one of four ways when to come again."""
    if kind == "throttled_by_seconds":
        answer.headers["Retry-After"] = str(PAUSE_S)
    elif kind == "throttled_by_date":
        until_at = tracker.world.now() + timedelta(seconds=PAUSE_S)
        answer.headers["Retry-After"] = format_datetime(until_at, usegmt=True)
    elif kind == "throttled_silently":
        g.is_silent = True
        answer.headers.pop("Retry-After", None)
    return answer


def most_rows(asked: int) -> int:
    """Return how many objects a page holds; a provider may give fewer than were asked for."""
    return min(asked, g.get("most_rows") or asked)


def limited(answer: Response, told: Mapping[str, str]) -> Response:
    """Return an answer with what a provider tells of its limits, unless it is to say nothing."""
    if not g.get("is_silent"):
        answer.headers.update(told)
    return answer


def token_answer(
    tracker: Tracker,
    grant: Callable[[], dict[str, Any]],
    refusal: Callable[[], Response],
    *,
    is_counted: bool = False,
) -> Response:
    """Answer the token endpoint; an answer may be lost after the server has done its part.

    Where nobody knows whether it counts against the limits it does here.
    """
    is_full = is_counted and any(calls > window.calls for window, calls in tracker.count())
    if kind := tracker.faults.take(faults.TOKEN, faults.ANSWERS):
        return faults.answer_of(kind)
    kind = tracker.faults.take(faults.TOKEN, faults.GRANTS)
    if kind == "throttled" or is_full:
        return json({"error": "slow_down"}, 429, Retry_After=str(PAUSE_S))
    try:
        told = grant()
    except Refused:
        return refusal()
    if kind == "lost_answer":
        return Response("<html>gateway</html>", status=502)
    if kind == "no_refresh_token":
        told.pop("refresh_token", None)
    elif kind == "old_expiry":
        told["expires_in"] = SOON_OVER_S
        if "expires_at" in told:
            told["expires_at"] = epoch_s(tracker.world.now()) + SOON_OVER_S
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


def revoked(tracker: Tracker) -> Response:
    """Answer the revocation endpoint of RFC 7009: 200, also for a token that is gone before."""
    if kind := tracker.faults.take(faults.TOKEN, faults.ANSWERS):
        return faults.answer_of(kind)
    given, client = request.authorization, tracker.client
    if client is None or given is None:
        return json({"error": "invalid_client"}, 401)
    if (given.username, given.password) != (client.client_id, client.secret):
        return json({"error": "invalid_client"}, 401)
    tracker.revoke(request.form.get("token", ""))
    return json({})


def refusal() -> Response:
    """Return how a token endpoint refuses a code or token (RFC 6749, section 5.2)."""
    return json({"error": "invalid_grant", "error_description": "It is good for nothing."}, 400)
