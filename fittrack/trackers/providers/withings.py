"""Withings: every call a form with an `action`, every answer 200 with a `status` inside.

https://developer.withings.com/api-reference. Times are epoch seconds beside the name of a zone. A
refresh token that was used goes on working for 8 hours, for its answer may have been lost.
Webhooks are forms that nobody signs: a secret in our address, and a fetch of our own, prove them.
Our access ends with a signature of ours over a nonce of theirs.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from fittrack.clock import epoch_s, from_epoch_s
from fittrack.config import Config
from fittrack.trackers.providers import reading, withings_records
from fittrack.trackers.providers.base import (
    SLEEP,
    STEPS,
    WORKOUTS,
    Adapter,
    App,
    Credentials,
    Event,
    Facts,
    Forged,
    Grant,
    GrantRefused,
    Hook,
    Limit,
    Malformed,
    NotThere,
    ProviderDown,
    RawItem,
    RawPage,
    ScopeLost,
    Throttled,
    TokenRefused,
    Window,
)
from fittrack.trackers.records import Record
from fittrack.wire import Answer, Request

ACTIVITY_SCOPE = "user.activity"
# What `status` says; those that are missing here are trouble on their side or ours.
AUTH_FAILED = frozenset({100, 101, 102, 200, 401})
UNAUTHORISED = frozenset({214, 277, 2553, 2554, 2555})
TOO_MANY = 601
BAD_PARAMETERS = 503
# How the text beside a status names what a member's grant consists of.
OF_A_GRANT = ("invalid_grant", "refresh_token", "refresh token", "invalid code", "invalid_token")
# Where a stream lies: the path, the action, the list in the answer and the fields to ask for.
CALLS = {
    WORKOUTS: (
        "/v2/measure",
        "getworkouts",
        "series",
        "calories,effduration,manual_distance,manual_calories,hr_average,hr_max,pause_duration,"
        "steps,distance,elevation",
    ),
    STEPS: ("/v2/measure", "getactivity", "activities", "steps,distance"),
    SLEEP: (
        "/v2/sleep",
        "getsummary",
        "series",
        "deepsleepduration,lightsleepduration,remsleepduration,wakeupduration,hr_average,hr_min,"
        "rr_average,sleep_score,total_sleep_time,sleep_efficiency,rmssd",
    ),
}
# What webhooks are about, by Withings' numbers: activity, and sleep.
APPLIS: Mapping[str, tuple[str, ...]] = {"16": (WORKOUTS, STEPS), "44": (SLEEP,)}
# A member has deleted themselves, or has ended our access.
GONE = frozenset({"delete", "unlink"})


class Withings(Adapter):
    facts = Facts(
        name="withings",
        title="Withings",
        hosts={"web": "https://account.withings.com", "api": "https://wbsapi.withings.net"},
        scopes=(ACTIVITY_SCOPE,),
        needed_scopes=frozenset({ACTIVITY_SCOPE}),
        streams=(WORKOUTS, STEPS, SLEEP),
        limits=(Limit(60, 120),),
        # Watches and mats are read when a telephone is near.
        overlap=timedelta(days=7),
        poll_every=timedelta(minutes=15),
        uses_pkce=False,
        counts_grants=True,
        is_shown_to_others=True,
        grace=timedelta(hours=8),
    )

    def credentials(self, settings: Config) -> Credentials:
        return Credentials(
            settings.withings_client_id,
            settings.withings_client_secret,
            settings.withings_webhook_secret,
        )

    def authorize_address(self, app: App) -> str:
        return f"{app.hosts['web']}/oauth2_user/authorize2"

    def scope_text(self) -> str:
        return ",".join(self.facts.scopes)

    def exchange(self, app: App, code: str, verifier: str | None) -> Request:
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uri}
        return _token(app, asked)

    def refresh(self, app: App, grant: Grant) -> Request | None:
        asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token or ""}
        return _token(app, asked)

    def read_grant(self, answer: Answer, *, before: Grant | None, now: datetime) -> Grant:
        """Read a grant out of its wrapping. Raises: GrantRefused, Throttled, ProviderDown."""
        wrapped = reading.check_grant(answer)
        _check_grant(wrapped)
        body = reading.mapping(wrapped.get("body"))
        inner = Answer(200, answer.headers, orjson.dumps(body))
        scopes = frozenset(self.facts.scopes)
        grant = reading.grant_of(inner, before=before, scopes=scopes, now=now)
        said = body.get("userid")
        known = before.external_account_id if before else None
        return replace(grant, external_account_id=known if said is None else reading.identity(said))

    def admit(self, app: App, grant: Grant) -> Sequence[Request]:
        """Ask to be told of news, if our address has a secret; without it they are polled."""
        if not app.webhook_secret:
            return ()
        address = f"{app.webhook_url}?{urlencode({'key': app.webhook_secret})}"
        return [
            _asked(app, grant, "/notify", "subscribe", {"callbackurl": address, "appli": appli})
            for appli in APPLIS
        ]

    def read_admitted(self, answer: Answer) -> None:
        """Let anything pass: who is not told of news finds them by asking."""

    def revoke(self, app: App, grant: Grant) -> Request | None:
        """Return None: it wants a signature over a nonce that was asked for before."""
        return None

    def before_revoking(self, app: App, *, now: datetime) -> Request | None:
        asked = {
            "action": "getnonce",
            "client_id": app.client_id,
            "timestamp": str(epoch_s(now)),
        }
        return _signed(app, "/v2/signature", asked, {})

    def revoke_with(self, app: App, grant: Grant, answer: Answer) -> Request:
        """Return what ends a member's consent. Raises: as `read_page`."""
        nonce = reading.text(_body_of(answer).get("nonce"))
        if nonce is None:
            raise Malformed("no_nonce")
        asked = {"action": "revoke", "client_id": app.client_id, "nonce": nonce}
        return _signed(app, "/v2/oauth2", asked, {"userid": grant.external_account_id or ""})

    def read_revoked(self, answer: Answer) -> None:
        """Let pass what is done; who has ended it before is not known there any more."""
        with suppress(ScopeLost, TokenRefused):
            _body_of(answer)

    def is_refused(self, answer: Answer) -> bool:
        """Tell it by what is wrapped: the answer itself is a 200."""
        try:
            _body_of(answer)
        except TokenRefused:
            return True
        except (Malformed, NotThere, ProviderDown, ScopeLost, Throttled):
            return False
        return False

    def page(
        self, app: App, grant: Grant, stream: str, window: Window, token: str | None
    ) -> Request:
        path, action, _, fields = CALLS[stream]
        a_day = timedelta(days=1)
        asked: dict[str, str | int] = {
            "startdateymd": f"{window.from_at - a_day:%Y-%m-%d}",
            "enddateymd": f"{window.to_at + a_day:%Y-%m-%d}",
            "data_fields": fields,
        }
        return _asked(app, grant, path, action, asked | ({"offset": token} if token else {}))

    def read_page(self, stream: str, answer: Answer, token: str | None) -> RawPage:
        body = _body_of(answer)
        # Nothing at all is an empty list, or none.
        found = reading.items(body.get(CALLS[stream][2]) or [])
        rows = [_item(stream, one) for one in found]
        return RawPage(_one_a_day(rows) if stream == STEPS else tuple(rows), _next(body, token))

    def more(self, app: App, grant: Grant, stream: str, item: RawItem) -> Request | None:
        """Return what asks for heart rates while a workout went on; of a day at most."""
        if stream != WORKOUTS:
            return None
        try:
            started_at, ended_at = withings_records.bounds_of(reading.mapping(item.body))
        except Malformed:
            return None
        asked: dict[str, str | int] = {
            "startdate": epoch_s(started_at),
            "enddate": min(epoch_s(ended_at), epoch_s(started_at) + 86_400),
            "data_fields": "heart_rate",
        }
        return _asked(app, grant, "/v2/measure", "getintradayactivity", asked)

    def with_more(self, stream: str, item: RawItem, answer: Answer) -> RawItem:
        """Return a workout with its heart rates; PHP writes none of them as an empty list.

        Raises: NotThere, for a watch may bring them after the workout; Malformed.
        """
        series = _body_of(answer).get("series", ...)
        if series is ...:
            raise Malformed("no_series")
        beats = series if isinstance(series, dict) else {}
        if not beats:
            raise NotThere
        rows = [row for row in beats.values() if isinstance(row, dict) and "heart_rate" in row]
        reading.check_told(row["heart_rate"] for row in rows)
        return RawItem(item.external_id, item.version, {**item.body, "intraday": beats})

    def normalise(self, stream: str, item: RawItem) -> Sequence[Record]:
        return withings_records.records_of(stream, item)

    def challenged(self, app: App, hook: Hook) -> str | None:
        """Answer the empty request by which Withings tries an address, if our secret is in it."""
        if hook.body or not reading.is_secret(hook.args.get("key"), app.webhook_secret):
            return None
        return ""

    def events(self, app: App, hook: Hook, *, now: datetime) -> Sequence[Event]:
        """Read what a form tells; nothing in it is believed but what to ask for, and whose."""
        if not reading.is_secret(hook.args.get("key"), app.webhook_secret):
            raise Forged("key")
        form = _form_of(hook.body)
        person = reading.identity(form.get("userid"))
        key = hashlib.sha256(hook.body).hexdigest()
        if form.get("action") in GONE:
            return [Event(key, "revoked", person)]
        since_at = _since(form)
        streams = APPLIS.get(form.get("appli", ""), ())
        return [Event(key, "upsert", person, stream, since_at=since_at) for stream in streams]


def _token(app: App, asked: dict[str, str]) -> Request:
    client = {
        "action": "requesttoken",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
    }
    return Request(f"{app.hosts['api']}/v2/oauth2", "POST", form=urlencode(client | asked))


def _signed(app: App, path: str, signed: Mapping[str, str], asked: Mapping[str, str]) -> Request:
    """Return what is signed with our secret: values in the order of their names, and commas."""
    words = ",".join(value for _, value in sorted(signed.items()))
    made = hmac.new(app.client_secret.encode(), words.encode(), "sha256").hexdigest()
    form = urlencode({**signed, **asked, "signature": made})
    return Request(f"{app.hosts['api']}{path}", "POST", form=form)


def _asked(
    app: App, grant: Grant, path: str, action: str, asked: Mapping[str, str | int]
) -> Request:
    headers = {"Authorization": f"Bearer {grant.access_token}"}
    form = urlencode({"action": action, **asked})
    return Request(f"{app.hosts['api']}{path}", "POST", headers=headers, form=form)


def _body_of(answer: Answer) -> dict[str, Any]:
    """Return what lies in the wrapping of an answer.

    Raises: TokenRefused, ScopeLost, Throttled, ProviderDown as its `status` says, Malformed.
    """
    wrapped = reading.object_of(answer)
    match _status(wrapped):
        case 0:
            return reading.mapping(wrapped.get("body"))
        case status if status in AUTH_FAILED:
            raise TokenRefused
        case status if status in UNAUTHORISED:
            raise ScopeLost
        case status if status == TOO_MANY:
            raise reading.throttled(answer, _minute_later(answer))
        case status:
            raise ProviderDown(f"status_{status}")


def _check_grant(wrapped: Mapping[str, Any]) -> None:
    """Let a grant pass; what is said against the client says nothing of the member's grant."""
    status = _status(wrapped)
    if status == 0:
        return
    if status == TOO_MANY:
        raise Throttled(None)
    said = (reading.text(wrapped.get("error")) or "").lower()
    if status in AUTH_FAILED | {BAD_PARAMETERS} and any(name in said for name in OF_A_GRANT):
        raise GrantRefused
    raise ProviderDown(f"status_{status}")


def _status(wrapped: Mapping[str, Any]) -> int:
    status = wrapped.get("status")
    if isinstance(status, bool) or not isinstance(status, int):
        raise Malformed("no_status")
    return status


def _minute_later(answer: Answer) -> datetime | None:
    said_at = reading.date_of(answer)
    return None if said_at is None else said_at + timedelta(seconds=60)


def _item(stream: str, body: Any) -> RawItem:
    """Return an object; of two devices' days of steps not the newer counts but that with more."""
    if stream == STEPS:
        return reading.item(body, withings_records.id_of(stream))
    return reading.item(body, withings_records.id_of(stream), changed_at=_changed_at)


def _changed_at(body: Mapping[str, Any]) -> datetime | None:
    told = reading.whole(body.get("modified"), least=1, most=2**32)
    return None if told is None else from_epoch_s(told)


def _next(body: Mapping[str, Any], token: str | None) -> str | None:
    """Return where the next page begins. Raises: Malformed where it is no further than this one."""
    if body.get("more") not in (True, 1):
        return None
    offset = reading.whole(body.get("offset"))
    if offset is None or offset <= int(token or 0):
        raise Malformed("endless_pages")
    return str(offset)


def _one_a_day(rows: Sequence[RawItem]) -> tuple[RawItem, ...]:
    """Return one row for each day, that with the most steps: two devices count the same ones."""
    most: dict[str, RawItem] = {}
    for row in rows:
        before = most.get(row.external_id)
        if before is None or _steps(before) < _steps(row):
            most[row.external_id] = row
    return tuple(most.values())


def _steps(row: RawItem) -> int:
    body = row.body if isinstance(row.body, dict) else {}
    return reading.whole(body.get("steps")) or 0


def _form_of(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=50))
    except ValueError as error:
        raise Malformed("no_form") from error


def _since(form: Mapping[str, str]) -> datetime | None:
    """Return from when on there is news: an epoch, or a day of the member's."""
    told = reading.whole(form.get("startdate"), most=2**33)
    if told is not None:
        return from_epoch_s(told)
    try:
        day_on = reading.day(form.get("date"))
    except Malformed:
        return None
    return datetime.fromisoformat(f"{day_on}T00:00:00+00:00") - timedelta(days=1)
