"""Strava v3: workouts by OAuth, pages of summaries, samples by streams, webhooks with ids only.

https://developers.strava.com/docs/reference/ and /docs/authentication/, /docs/webhooks/. What is
read here may be shown to nobody but the member it came from (API agreement of November 2024).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from fittrack.activities import sports
from fittrack.activities.recording import Recording
from fittrack.activities.samples import Samples, empty_samples, from_columns
from fittrack.clock import epoch_s, from_epoch_s
from fittrack.config import Config
from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import (
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
    RawItem,
    RawPage,
    Throttled,
    Usage,
    Window,
)
from fittrack.trackers.providers.strava_subscribing import StravaSubscriber
from fittrack.trackers.records import Origin, WorkoutRecord
from fittrack.wire import Answer, Request

PAGE_ROWS = 100
QUARTER_S, DAY_S = 900, 86_400
# The age up to which a signed webhook is believed.
MOST_AGE = timedelta(minutes=5)
# Columns of samples and the names of Strava's streams, in the order of `Samples`.
STREAMS = (
    *("latlng", "altitude", "distance", "velocity_smooth"),
    *("heartrate", "cadence", "watts", "temp"),
)
# What a list and a single workout both tell and we read: a thumb up is no new version.
TOLD = (
    *("type", "sport_type", "name", "start_date", "start_date_local", "elapsed_time"),
    *("moving_time", "distance", "total_elevation_gain", "average_speed", "max_speed", "manual"),
    *("has_heartrate", "average_heartrate", "max_heartrate", "average_cadence"),
    *("average_watts", "max_watts"),
)
# What a single workout tells alone.
DETAILS = ("calories", "description", "device_name")


class Strava(Adapter):
    facts = Facts(
        name="strava",
        title="Strava",
        hosts={"web": "https://www.strava.com"},
        scopes=("read", "activity:read_all"),
        needed_scopes=frozenset({"activity:read_all"}),
        streams=(WORKOUTS,),
        limits=(Limit(QUARTER_S, 100, is_aligned=True), Limit(DAY_S, 1000, is_aligned=True)),
        # Pages are filtered by start, so that what is uploaded late hides behind the cursor.
        overlap=timedelta(days=14),
        # A thousand reads a day for everybody: webhooks come first.
        poll_every=timedelta(hours=24),
        uses_pkce=False,
        is_shown_to_others=False,
        pushes_deletions=True,
    )

    def credentials(self, settings: Config) -> Credentials:
        return Credentials(
            settings.strava_client_id,
            settings.strava_client_secret,
            settings.strava_webhook_secret,
        )

    def authorize_address(self, app: App) -> str:
        return f"{app.hosts['web']}/oauth/authorize"

    def scope_text(self) -> str:
        return ",".join(self.facts.scopes)

    def authorize_extra(self) -> dict[str, str]:
        return {"approval_prompt": "auto"}

    def exchange(self, app: App, code: str, verifier: str | None) -> Request:
        return _token(app, {"grant_type": "authorization_code", "code": code})

    def refresh(self, app: App, grant: Grant) -> Request | None:
        return _token(
            app, {"grant_type": "refresh_token", "refresh_token": grant.refresh_token or ""}
        )

    def read_grant(self, answer: Answer, *, before: Grant | None, now: datetime) -> Grant:
        """Read RFC 6749's shape, and Strava's own of a code or token that is refused."""
        if answer.status == 400 and _is_invalid_token(answer):
            raise GrantRefused
        body = reading.check_grant(answer)
        access_token = reading.text(body.get("access_token"), most=4096)
        if access_token is None:
            raise Malformed("no_token")
        # How long it lives is the same by any clock; when it ends is by Strava's.
        expires_s = reading.number(body.get("expires_at"))
        life_s = reading.number(body.get("expires_in"), most=DAY_S)
        expires_at = from_epoch_s(int(expires_s)) if expires_s else None
        if life_s is not None:
            expires_at = now + timedelta(seconds=life_s)
        athlete = body.get("athlete")
        return Grant(
            access_token=access_token,
            refresh_token=reading.text(body.get("refresh_token"), most=4096)
            or (before.refresh_token if before else None),
            expires_at=expires_at,
            # The callback's list counts, for members may untick scopes; the engine puts it here.
            scopes=before.scopes if before else frozenset(self.facts.scopes),
            external_account_id=reading.identity(athlete.get("id"))
            if isinstance(athlete, dict)
            else (before.external_account_id if before else None),
        )

    def revoke(self, app: App, grant: Grant) -> Request | None:
        """Return what ends the consent; `/oauth/deauthorize`, without our secret, ends in 2027."""
        asked = {"token": grant.refresh_token or "", "token_type_hint": "refresh_token"}
        if grant.refresh_token is None:
            asked = {"token": grant.access_token, "token_type_hint": "access_token"}
        client = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
        return Request(
            f"{app.hosts['web']}/oauth/revoke",
            "POST",
            headers={"Authorization": f"Basic {client}"},
            form=urlencode(asked),
        )

    def whose(self, app: App, grant: Grant) -> Request | None:
        if grant.external_account_id is not None:
            return None
        return _asked(app, grant, "/athlete")

    def read_person(self, answer: Answer) -> str:
        return reading.identity(reading.object_of(answer).get("id"))

    def page(
        self, app: App, grant: Grant, stream: str, window: Window, token: str | None
    ) -> Request:
        asked: dict[str, str | int] = {
            "after": epoch_s(window.from_at) - 1,
            "before": epoch_s(window.to_at) + 1,
            "page": token or "1",
            "per_page": PAGE_ROWS,
        }
        return _asked(app, grant, "/athlete/activities", asked)

    def read_page(self, stream: str, answer: Answer, token: str | None) -> RawPage:
        """Read a page; the list ends with an empty one, for pages may hold less than was asked."""
        found = reading.items(_json_of(answer))
        rows = tuple(_item(body) for body in found)
        return RawPage(rows, str(int(token or 1) + 1) if rows else None)

    def one(self, app: App, grant: Grant, stream: str, external_id: str) -> Request | None:
        return _asked(app, grant, f"/activities/{quote(external_id, safe='')}")

    def read_one(self, stream: str, answer: Answer) -> RawItem:
        body = reading.mapping(_json_of(answer))
        _id(body)
        return _item(body)

    def more(self, app: App, grant: Grant, stream: str, item: RawItem) -> Request | None:
        if not isinstance(item.body, dict) or item.body.get("manual") is True:
            return None
        asked = {"keys": ",".join(("time", *STREAMS)), "key_by_type": "true"}
        return _asked(app, grant, f"/activities/{item.external_id}/streams", asked)

    def with_more(self, stream: str, item: RawItem, answer: Answer) -> RawItem:
        """Return a workout with its samples; no heart rates where there are some is an error."""
        streams = reading.mapping(_json_of(answer))
        if item.body.get("has_heartrate") is True and "heartrate" not in streams:
            raise Malformed("no_heartrate")
        reading.check_told(reading.items(reading.mapping(streams.get("time", {})).get("data", [])))
        return RawItem(item.external_id, item.version, {**item.body, "streams": streams})

    def normalise(self, stream: str, item: RawItem) -> Sequence[WorkoutRecord]:
        body = reading.mapping(item.body)
        return [WorkoutRecord(Origin(_id(body), item.version), _recording(body))]

    def usage(self, answer: Answer) -> Sequence[Usage]:
        """Read `X-ReadRateLimit-Usage: 8,151` and its limit: the quarter hour, then the day."""
        used = _pair(answer.headers.get("x-readratelimit-usage"))
        most = _pair(answer.headers.get("x-readratelimit-limit"))
        windows = zip((QUARTER_S, DAY_S), used, most, strict=False)
        return [Usage(window_s, calls, limit) for window_s, calls, limit in windows]

    def subscriber(self) -> StravaSubscriber:
        return StravaSubscriber()

    def challenged(self, app: App, hook: Hook) -> str | None:
        if "hub.challenge" not in hook.args:
            return None
        if not reading.is_secret(hook.args.get("hub.verify_token"), app.webhook_secret):
            raise Forged("verify_token")
        return orjson.dumps({"hub.challenge": hook.args["hub.challenge"]}).decode()

    def events(self, app: App, hook: Hook, *, now: datetime) -> Sequence[Event]:
        """Read one event. Strava may sign it; where it does not, the address holds a secret.

        Nothing that it says is believed: what it names is fetched again.
        """
        if not _is_signed(app, hook, now=now):
            raise Forged("signature")
        body = reading.object_of(Answer(200, {}, hook.body))
        owner_id = reading.identity(body.get("owner_id"))
        key = hashlib.sha256(hook.body).hexdigest()
        if body.get("object_type") == "athlete":
            updates = body.get("updates")
            is_gone = isinstance(updates, dict) and str(updates.get("authorized")) == "false"
            return [Event(key, "revoked", owner_id)] if is_gone else []
        kind = "delete" if body.get("aspect_type") == "delete" else "upsert"
        return [Event(key, kind, owner_id, WORKOUTS, reading.identity(body.get("object_id")))]


def _token(app: App, asked: dict[str, str]) -> Request:
    client = {"client_id": app.client_id, "client_secret": app.client_secret}
    return Request(f"{app.hosts['web']}/oauth/token", "POST", form=urlencode(client | asked))


def _asked(
    app: App, grant: Grant, path: str, params: Mapping[str, str | int] | None = None
) -> Request:
    headers = {"Authorization": f"Bearer {grant.access_token}"}
    return Request(f"{app.hosts['web']}/api/v3{path}", params=params or {}, headers=headers)


def _is_invalid_token(answer: Answer) -> bool:
    """Tell whether Strava refuses the code or the token itself: its errors name the resource."""
    try:
        errors = reading.mapping(answer.json()).get("errors")
    except (ValueError, Malformed):
        return False
    resources = {"RequestToken", "RefreshToken", "AuthorizationCode"}
    return any(
        isinstance(error, dict)
        and error.get("resource") in resources
        and error.get("code") == "invalid"
        for error in (errors if isinstance(errors, list) else [])
    )


def _json_of(answer: Answer) -> Any:
    """Return what was answered; 429 says when by its aligned windows, where no Retry-After does."""
    try:
        return reading.json_of(answer)
    except Throttled as error:
        used = _pair(answer.headers.get("x-readratelimit-usage"))
        most = _pair(answer.headers.get("x-readratelimit-limit"))
        resumes_at = error.resumes_at or _window_end(answer, used, most)
        raise reading.throttled(answer, resumes_at) from None


def _window_end(answer: Answer, used: list[int], most: list[int]) -> datetime | None:
    said_at = reading.date_of(answer)
    if said_at is None:
        return None
    is_day_over = len(used) > 1 and len(most) > 1 and used[1] >= most[1]
    window_s = DAY_S if is_day_over else QUARTER_S
    return from_epoch_s((epoch_s(said_at) // window_s + 1) * window_s)


def _pair(header: str | None) -> list[int]:
    parts = (header or "").split(",")
    return [int(part) for part in parts if part.strip().isdecimal() and len(part) < 10]


def _item(body: Any) -> RawItem:
    """Return a workout; a single one has the version of its line in a list, and one of its own.

    So the line says nothing new of what was read whole before.
    """
    item = reading.item(body, _id, lambda found: [found.get(name) for name in TOLD])
    if not isinstance(body, dict) or not {"calories", "description"} & body.keys():
        return item
    details = reading.version_of([body.get(name) for name in DETAILS])
    return replace(item, version=reading.version_with(item.version, details))


def _id(body: dict[str, Any]) -> str:
    return reading.identity(body.get("id"))


def _recording(body: dict[str, Any]) -> Recording:
    started_at = reading.instant(body.get("start_date"))
    elapsed_s = reading.number(body.get("elapsed_time"), most=31 * DAY_S)
    moving_s = reading.number(body.get("moving_time"), most=31 * DAY_S)
    if elapsed_s is None and moving_s is None:
        raise Malformed("no_time")
    samples = _samples(body.get("streams"), started_at)
    return Recording(
        file_format="strava",
        # `type` is what old clients know; `sport_type` says what it was.
        sport=sports.from_name(
            reading.text(body.get("sport_type")) or reading.text(body.get("type"))
        ),
        started_at=started_at,
        elapsed_s=elapsed_s if elapsed_s is not None else moving_s or 0.0,
        moving_s=min(moving_s if moving_s is not None else elapsed_s or 0.0, elapsed_s or 1e12),
        distance_m=reading.number(body.get("distance")),
        track_distance_m=None,
        ascent_m=reading.number(body.get("total_elevation_gain")),
        descent_m=None,
        calories_kcal=reading.whole(body.get("calories"), most=100_000),
        steps=None,
        avg_speed_mps=reading.number(body.get("average_speed")),
        max_speed_mps=reading.number(body.get("max_speed")),
        # `timezone` ignores summer time, and `start_date_local` bears a false Z.
        utc_offset_s=reading.whole(body.get("utc_offset"), least=-64_800, most=64_800),
        device=reading.text(body.get("device_name"), most=100) or "",
        name=reading.text(body.get("name"), most=200) or "",
        notes=reading.text(body.get("description"), most=10_000) or "",
        laps=(),
        samples=samples,
        avg_hr_bpm=reading.number(body.get("average_heartrate"), least=20, most=250),
        max_hr_bpm=reading.whole(body.get("max_heartrate"), least=20, most=250),
        avg_cadence_rpm=reading.number(body.get("average_cadence"), most=300),
        avg_power_w=reading.number(body.get("average_watts"), most=3000),
        max_power_w=reading.whole(body.get("max_watts"), most=5000),
    )


def _samples(streams: Any, started_at: datetime) -> Samples:
    """Return the samples of streams by type; streams of another length than `time` are none."""
    data = {
        name: stream["data"]
        for name, stream in (streams.items() if isinstance(streams, dict) else ())
        if isinstance(stream, dict) and isinstance(stream.get("data"), list)
    }
    seconds = [reading.number(second, most=31 * DAY_S) for second in data.get("time", ())]
    if not seconds or any(second is None for second in seconds):
        return empty_samples()
    start_ms = int(started_at.replace(tzinfo=UTC).timestamp() * 1000)
    at_ms = [start_ms + round((second or 0.0) * 1000) for second in seconds]
    columns = {name: column for name, column in data.items() if len(column) == len(at_ms)}
    latlng = columns.get("latlng", [])
    return from_columns(
        at_ms,
        (
            _column([_at(pair, 0) for pair in latlng], 1e7, least=-90, most=90),
            _column([_at(pair, 1) for pair in latlng], 1e7, least=-180, most=180),
            _column(columns.get("altitude", []), 100, least=-500, most=9000),
            _column(columns.get("distance", []), 100),
            _column(columns.get("velocity_smooth", []), 1000, most=400),
            _column(columns.get("heartrate", []), 1, least=20, most=250),
            _column(columns.get("cadence", []), 1, most=300),
            _column(columns.get("watts", []), 1, most=5000),
            _column(columns.get("temp", []), 1, least=-60, most=80),
        ),
        (),
    )


def _at(pair: Any, at: int) -> Any:
    return pair[at] if isinstance(pair, list) and len(pair) == 2 else None


def _column(
    values: Sequence[Any], factor: float, *, least: float = 0.0, most: float = 1e9
) -> list[int | None]:
    found = [reading.number(value, least=least, most=most) for value in values]
    return [None if value is None else round(value * factor) for value in found]


def _is_signed(app: App, hook: Hook, *, now: datetime) -> bool:
    """Check `X-Strava-Signature: t=1700000000,v1=hex`, the HMAC-SHA-256 of `t.body`.

    Sources disagree whether Strava signs at all: without it the secret of our address counts.
    """
    header = hook.headers.get("x-strava-signature")
    if header is None:
        return reading.is_secret(hook.args.get("key"), app.webhook_secret)
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    said, given = parts.get("t", ""), parts.get("v1", "")
    if not said.isdecimal() or len(said) > 12:
        return False
    is_fresh = abs(epoch_s(now) - int(said)) <= MOST_AGE.total_seconds()
    made = hmac.new(app.client_secret.encode(), f"{said}.".encode() + hook.body, "sha256")
    return is_fresh and hmac.compare_digest(made.hexdigest().encode(), given.encode())
