"""Google Health v4, where Fitbit's devices are: workouts, steps and sleep by OAuth with PKCE.

https://developers.google.com/health. int64 come as texts, lengths as millimetres, durations as
`3600s`; each time as an instant with an offset beside the civil one. Workouts are filtered by the
civil time of their start, sleeps by the instant of their end. The same minute may be recorded by
phone and tracker: steps are asked for as daily roll-ups and sleeps reconciled, where Google has
merged them; workouts as they are, for they have names and devices, and we tell doubles ourselves.

A notification names no objects: the stream is read again from where it says that things changed,
and of what is gone each object that we know of that time is looked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from fittrack.config import Config
from fittrack.trackers.providers import google_health_records as records_of
from fittrack.trackers.providers import reading, tink
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
    Hook,
    Limit,
    Malformed,
    RawItem,
    RawPage,
    Window,
)
from fittrack.trackers.records import (
    Origin,
    Record,
    WorkoutRecord,
)
from fittrack.wire import Answer, Request

SCOPE = "https://www.googleapis.com/auth/googlehealth."
PAGE_ROWS = 25
MOST_INTERVALS = 1000
# The most days of a roll-up.
ROLLUP_DAYS = 90
# No clock is further behind UTC than this, or further ahead.
BEHIND, AHEAD = timedelta(hours=12), timedelta(hours=14)
TYPES = {WORKOUTS: "exercise", STEPS: "steps", SLEEP: "sleep"}
STREAM_OF = {name: stream for stream, name in TYPES.items()}


class GoogleHealth(Adapter):
    facts = Facts(
        name="google_health",
        title="Google Health (Fitbit)",
        hosts={
            "web": "https://accounts.google.com",
            "tokens": "https://oauth2.googleapis.com",
            "api": "https://health.googleapis.com",
            "keys": "https://www.gstatic.com",
        },
        scopes=(f"{SCOPE}activity_and_fitness.readonly", f"{SCOPE}sleep.readonly"),
        needed_scopes=frozenset(
            {f"{SCOPE}activity_and_fitness.readonly", f"{SCOPE}sleep.readonly"}
        ),
        streams=(WORKOUTS, STEPS, SLEEP),
        limits=(
            Limit(60, 300, is_per_member=True),
            Limit(60, 120_000),
            Limit(86_400, 86_400_000),
        ),
        # Devices bring days that are over once they are near a phone again.
        overlap=timedelta(days=3),
        poll_every=timedelta(minutes=15),
        is_shown_to_others=True,
        pushes_deletions=True,
        challenge_status=201,
        hook_status=204,
    )

    def credentials(self, settings: Config) -> Credentials:
        return Credentials(
            settings.google_health_client_id,
            settings.google_health_client_secret,
            settings.google_health_webhook_secret,
            settings.google_health_webhook_keys,
        )

    def authorize_address(self, app: App) -> str:
        return f"{app.hosts['web']}/o/oauth2/v2/auth"

    def authorize_extra(self) -> dict[str, str]:
        # Without both there is no refresh token for who has consented before.
        return {"access_type": "offline", "prompt": "consent"}

    def exchange(self, app: App, code: str, verifier: str | None) -> Request:
        asked = {"grant_type": "authorization_code", "code": code}
        proof = {"code_verifier": verifier} if verifier else {}
        return _token(app, asked | {"redirect_uri": app.redirect_uri} | proof)

    def refresh(self, app: App, grant: Grant) -> Request | None:
        asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token or ""}
        return _token(app, asked)

    def read_grant(self, answer: Answer, *, before: Grant | None, now: datetime) -> Grant:
        scopes = frozenset(self.facts.scopes)
        return reading.grant_of(answer, before=before, scopes=scopes, now=now)

    def revoke(self, app: App, grant: Grant) -> Request | None:
        """Return what ends the whole consent, with the token that lives the longest."""
        form = urlencode({"token": grant.refresh_token or grant.access_token})
        return Request(f"{app.hosts['tokens']}/revoke", "POST", form=form)

    def whose(self, app: App, grant: Grant) -> Request | None:
        return _asked(app, grant, "identity")

    def read_person(self, answer: Answer) -> str:
        return reading.identity(reading.object_of(answer).get("healthUserId"))

    def page(
        self, app: App, grant: Grant, stream: str, window: Window, token: str | None
    ) -> Request:
        kind = f"dataTypes/{TYPES[stream]}/dataPoints"
        if stream == STEPS:
            return _asked(app, grant, f"{kind}:dailyRollUp", json=_rollup(window, token))
        asked: dict[str, str | int] = {"pageSize": PAGE_ROWS, "filter": _filter(stream, window)}
        path = f"{kind}:reconcile" if stream == SLEEP else kind
        return _asked(app, grant, path, asked | ({"pageToken": token} if token else {}))

    def read_page(self, stream: str, answer: Answer, token: str | None) -> RawPage:
        """Read a page; without data Google leaves the list out. Raises: Malformed."""
        body = reading.object_of(answer)
        next_token = reading.text(body.get("nextPageToken"), most=2000)
        if "error" in body:
            raise Malformed("error_inside")
        if next_token is not None and next_token == token:
            raise Malformed("endless_pages")
        name = "rollupDataPoints" if stream == STEPS else "dataPoints"
        found = reading.items(body.get(name, []))
        return RawPage(tuple(_item(stream, one) for one in found), next_token)

    def one(self, app: App, grant: Grant, stream: str, external_id: str) -> Request | None:
        if stream == STEPS:
            return None
        point = quote(external_id, safe="")
        return _asked(app, grant, f"dataTypes/{TYPES[stream]}/dataPoints/{point}")

    def read_one(self, stream: str, answer: Answer) -> RawItem:
        return _item(stream, reading.object_of(answer))

    def normalise(self, stream: str, item: RawItem) -> Sequence[Record]:
        body = reading.mapping(item.body)
        origin = Origin(_identity(stream, body), item.version)
        match stream:
            case "steps":
                return records_of.steps(origin, body)
            case "sleep":
                return [records_of.sleep(origin, body)]
        return [WorkoutRecord(origin, records_of.recording(body))]

    def challenged(self, app: App, hook: Hook) -> str | None:
        """Let the check of our address pass; it comes with the secret, and once without.

        Raises: Forged.
        """
        if not _is_verification(hook):
            return None
        if not _knows_secret(app, hook):
            raise Forged("secret")
        return ""

    def keyset(self, app: App) -> Request | None:
        """Return what asks for Google's keys; it makes another every month."""
        if not app.webhook_secret:
            return None
        return Request(f"{app.hosts['keys']}/googlehealthapi/webhooks/webhooks_public_keyset.json")

    def is_keyset(self, keys: str) -> bool:
        return tink.has_keys(keys)

    def has_key(self, keys: str, hook: Hook) -> bool:
        return tink.has_key(keys, _signature(hook))

    def events(self, app: App, hook: Hook, *, now: datetime) -> Sequence[Event]:
        """Read what changed, once it is proven. Raises: Forged, Malformed."""
        signature = _signature(hook)
        _check_proof(app, hook, signature)
        body = reading.json_of(Answer(200, {}, hook.body))
        # What changed twice is told twice in the same words; their signatures differ.
        key = hashlib.sha256(hook.body + signature.encode()).hexdigest()
        told = body if isinstance(body, list) else [body]
        return [event for one in told for event in _events(key, reading.mapping(one))]


def _token(app: App, asked: dict[str, str]) -> Request:
    client = {"client_id": app.client_id, "client_secret": app.client_secret}
    return Request(f"{app.hosts['tokens']}/token", "POST", form=urlencode(client | asked))


def _asked(
    app: App,
    grant: Grant,
    path: str,
    params: Mapping[str, str | int] | None = None,
    *,
    json: Any = None,
) -> Request:
    headers = {"Authorization": f"Bearer {grant.access_token}"}
    address = f"{app.hosts['api']}/v4/users/me/{path}"
    method = "GET" if json is None else "POST"
    return Request(address, method, params=params or {}, headers=headers, json=json)


def _filter(stream: str, window: Window) -> str:
    if stream == SLEEP:
        name = "sleep.interval.end_time"
        bounds = [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (window.from_at, window.to_at)]
    else:
        # We don't know by which clock: whatever any clock showed lies between these.
        name = "exercise.interval.civil_start_time"
        civil = (window.from_at - BEHIND, window.to_at + AHEAD)
        bounds = [f"{at:%Y-%m-%dT%H:%M:%S}" for at in civil]
    return f'{name} >= "{bounds[0]}" AND {name} < "{bounds[1]}"'


def _rollup(window: Window, token: str | None) -> dict[str, Any]:
    """Return what asks for whole days, of whichever clock; the last 90 where there are more."""
    last_on = (window.to_at + AHEAD).date() + timedelta(days=1)
    first_on = max((window.from_at - BEHIND).date(), last_on - timedelta(days=ROLLUP_DAYS))
    asked = {
        "range": {"start": {"date": _date(first_on)}, "end": {"date": _date(last_on)}},
        "windowSizeDays": 1,
        "pageSize": ROLLUP_DAYS,
    }
    return asked | ({"pageToken": token} if token else {})


def _date(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}


def _item(stream: str, body: Any) -> RawItem:
    return reading.item(body, lambda found: _identity(stream, found), _versioned, _changed_at)


def _versioned(body: Mapping[str, Any]) -> Any:
    """Return what a version is of: a single object has other things around it than a listed one."""
    return next((body[name] for name in ("exercise", "sleep") if name in body), body)


def _changed_at(body: Mapping[str, Any]) -> datetime | None:
    """Return when a workout was changed; a sleep alone and one that is merged are two things."""
    workout = body.get("exercise")
    return reading.instant_if_any(workout.get("updateTime")) if isinstance(workout, dict) else None


def _identity(stream: str, body: Mapping[str, Any]) -> str:
    """Return the last part of a point's name; a day of steps is known by its date."""
    if stream == STEPS:
        return records_of.civil_day(body.get("civilStartTime")).isoformat()
    name = reading.identity(body.get("name") or body.get("dataPointName"))
    return reading.identity(name.rpartition("/")[2])


def _is_verification(hook: Hook) -> bool:
    try:
        return reading.object_of(Answer(200, {}, hook.body)).get("type") == "verification"
    except Malformed:
        return False


def _check_proof(app: App, hook: Hook, signature: str) -> None:
    """Let pass what Google has signed; it is said to leave the secret out now and then.

    While its keys can't be had the secret alone proves it. Raises: Forged.
    """
    is_told = "authorization" in hook.headers or not app.webhook_keys
    if not app.webhook_secret or (is_told and not _knows_secret(app, hook)):
        raise Forged("secret")
    if app.webhook_keys and not tink.is_signed(app.webhook_keys, signature, hook.body):
        raise Forged("signature")


def _knows_secret(app: App, hook: Hook) -> bool:
    return reading.is_secret(hook.headers.get("authorization"), app.webhook_secret)


def _signature(hook: Hook) -> str:
    older = hook.headers.get("x-healthapi-signature", "")
    return hook.headers.get("google-health-api-signature", older)


def _events(key: str, body: Mapping[str, Any]) -> list[Event]:
    """Return what one notification tells; of kinds of data that we don't read, nothing."""
    data = reading.mapping(body.get("data"))
    stream = STREAM_OF.get(str(data.get("dataType")))
    if stream is None or data.get("operation") not in {"UPSERT", "DELETE"}:
        return []
    owner_id = reading.identity(data.get("healthUserId"))
    told = data.get("intervals")
    intervals = told[:MOST_INTERVALS] if isinstance(told, list) else []
    began = [at for one in intervals if (at := _at(one, "startTime", -AHEAD)) is not None]
    ended = [at for one in intervals if (at := _at(one, "endTime", BEHIND)) is not None]
    # Of a day whose steps went there are others left; its sum is read again.
    kind = "delete" if data["operation"] == "DELETE" and stream != STEPS and began else "upsert"
    since_at, until_at = min(began, default=None), max(ended, default=None)
    return [Event(key, kind, owner_id, stream, since_at=since_at, until_at=until_at)]


def _at(interval: Any, end: str, leeway: timedelta) -> datetime | None:
    """Return an end of an interval; a civil time may be that of any clock, and gets a leeway."""
    told = interval if isinstance(interval, dict) else {}
    for name in ("physicalTimeInterval", "civilIso8601TimeInterval"):
        bounds = told.get(name)
        try:
            at = datetime.fromisoformat(reading.mapping(bounds)[end])
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC) + leeway
        except (Malformed, KeyError, TypeError, ValueError, OverflowError):
            continue
    return None
