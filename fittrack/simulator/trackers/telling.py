"""What each simulated tracker tells the application by itself: words, proof and address."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import orjson

from fittrack import wire
from fittrack.clock import epoch_s
from fittrack.simulator.trackers import google_health, oura, polar, strava, whoop, withings
from fittrack.simulator.trackers.histories import Account, Workout
from fittrack.simulator.trackers.service import Tracker
from fittrack.simulator.world import Client
from fittrack.wire import Request, Unreachable

logger = logging.getLogger(__name__)
CREATE, UPDATE, DELETE = "create", "update", "delete"
TOLD_WITHIN_S = 5.0
MOST_BYTES = 64 * 1024
JSON = {"Content-Type": "application/json"}
ACTIVITY_APPLI = 16


@dataclass(frozen=True, slots=True)
class News:
    """What happened to a workout, and when the provider says so."""

    account: Account
    workout: Workout
    aspect: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One webhook as it goes over the wire."""

    url: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def request(self) -> Request:
        """Return it as what is sent."""
        return Request(self.url, "POST", headers=self.headers, form=self.body.decode())


def about(tracker: Tracker, news: News) -> Told | None:
    """Return what a tracker tells of a workout; None where it says nothing of such a thing."""
    client, tell = tracker.client, TELLERS.get(tracker.name)
    return tell(client, news) if client and tell else None


def of_the_end(tracker: Tracker, account: Account, at: datetime) -> Told | None:
    """Return what a tracker tells when somebody takes our access away; most say nothing."""
    client = tracker.client
    if client and tracker.name == strava.SERVICE:
        return _by_strava(client, strava.end_of(account.number, epoch_s(at)), at)
    if client and tracker.name == withings.SERVICE:
        told = urlencode({"userid": account.number, "action": "unlink"}).encode()
        return _by_withings(client, told)
    return None


def forged(told: Told) -> Told:
    """Return a webhook as somebody sends it who does not know the secret."""
    headers = {name: text for name, text in told.headers.items() if name != "Authorization"}
    return Told(told.url.replace("key=", "key=no-"), told.body + b" ", headers)


def send(told: Told) -> int | None:
    """Send a webhook and return the answer's status; nobody minds where it is lost."""
    try:
        answer = wire.call(told.request, deadline_s=TOLD_WITHIN_S, most_bytes=MOST_BYTES)
    except Unreachable:
        logger.warning("the application could not be told")
        return None
    return answer.status


def _address(client: Client) -> str:
    return client.redirect_uri.replace("/connections/", "/webhooks/").removesuffix("/callback")


def _strava(client: Client, news: News) -> Told:
    number, at_s = news.workout.number, epoch_s(news.at)
    return _by_strava(
        client, strava.event_of(news.account.number, number, news.aspect, at_s), news.at
    )


def _by_strava(client: Client, event: dict[str, object], at: datetime) -> Told:
    body, at_s = orjson.dumps(event), epoch_s(at)
    made = hmac.new((client.secret or "").encode(), f"{at_s}.".encode() + body, "sha256")
    headers = {"X-Strava-Signature": f"t={at_s},v1={made.hexdigest()}"}
    return Told(_address(client), body, headers | JSON)


def _whoop(client: Client, news: News) -> Told:
    kind = "workout.deleted" if news.aspect == DELETE else "workout.updated"
    named = whoop.id_of("workout", news.workout.number)
    event = whoop.event_of(news.account.number, kind, named, str(uuid4()))
    body, headers = whoop.webhook(client.secret or "", event, at=news.at)
    return Told(_address(client), body, headers)


def _google(client: Client, news: News) -> Told:
    operation = "DELETE" if news.aspect == DELETE else "UPSERT"
    from_at = news.workout.started_at
    to_at = from_at + timedelta(seconds=news.workout.elapsed_s)
    event = google_health.event_of(news.account.number, "exercise", operation, from_at, to_at)
    body, headers = google_health.webhook(client.hook_secret, event)
    return Told(_address(client), body, headers)


def _polar(client: Client, news: News) -> Told | None:
    if news.aspect == DELETE:
        return None
    named = polar.id_of(news.workout.number)
    event = polar.event_of(news.account.number, "EXERCISE", news.at, entity_id=named)
    body, headers = polar.webhook(client.hook_secret, event)
    return Told(_address(client), body, headers)


def _oura(client: Client, news: News) -> Told:
    named = oura.id_of("workout", news.workout.number)
    event = oura.event_of(news.account, news.aspect, "workout", named, news.at)
    body, headers = oura.webhook(client.secret or "", event, at=news.at)
    return Told(_address(client), body, headers)


def _withings(client: Client, news: News) -> Told:
    from_at, spent = news.workout.started_at, timedelta(seconds=news.workout.elapsed_s)
    number = news.account.number
    return _by_withings(client, withings.event_of(number, ACTIVITY_APPLI, from_at, from_at + spent))


def _by_withings(client: Client, body: bytes) -> Told:
    address = f"{_address(client)}?{urlencode({'key': client.hook_secret})}"
    return Told(address, body, {"Content-Type": wire.FORM})


TELLERS: Mapping[str, Callable[[Client, News], Told | None]] = {
    strava.SERVICE: _strava,
    whoop.SERVICE: _whoop,
    google_health.SERVICE: _google,
    polar.SERVICE: _polar,
    oura.SERVICE: _oura,
    withings.SERVICE: _withings,
}
