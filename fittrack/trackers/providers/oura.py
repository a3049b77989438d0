"""Oura v2: workouts, days, sleeps and readiness as documents by day; webhooks signed by our secret.

https://cloud.ouraring.com/v2/docs. A refresh token is good once. Documents are asked for by the
member's own days, which are a day off from ours at most. Readiness is a score; its parts are scores
too, so that resting heart rate and variability are told by the sleep alone.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from fittrack.activities import sports
from fittrack.activities.recording import Recording
from fittrack.activities.samples import Samples, empty_samples, from_columns
from fittrack.clock import epoch_s
from fittrack.config import Config
from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import (
    RECOVERY,
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
    NotThere,
    RawItem,
    RawPage,
    Window,
)
from fittrack.trackers.providers.oura_subscribing import OuraSubscriber
from fittrack.trackers.records import (
    PENDING,
    SCORED,
    Origin,
    Record,
    RecoveryRecord,
    SleepRecord,
    StepsRecord,
    WorkoutRecord,
)
from fittrack.wire import Answer, Request

DAY_S = 86_400
# What Oura calls each stream, in addresses and in webhooks.
TYPES = {
    WORKOUTS: "workout",
    STEPS: "daily_activity",
    SLEEP: "sleep",
    RECOVERY: "daily_readiness",
}
STREAM_OF = {name: stream for stream, name in TYPES.items()}
# Of these kinds of sleep only the first is a night; `rest` is none, and `deleted` is gone.
NIGHT, DELETED = "long_sleep", "deleted"
NO_SLEEPS = frozenset({"rest", DELETED})
MOST_AGE = timedelta(minutes=5)
# Beats told for a workout: one in five minutes at rest, one in some seconds while at it.
MOST_BEATS = 50_000


class Oura(Adapter):
    facts = Facts(
        name="oura",
        title="Oura",
        hosts={"web": "https://cloud.ouraring.com", "api": "https://api.ouraring.com"},
        scopes=("personal", "daily", "workout", "heartrate"),
        needed_scopes=frozenset({"daily", "workout"}),
        streams=(WORKOUTS, STEPS, SLEEP, RECOVERY),
        limits=(Limit(300, 5000),),
        # A ring keeps about a week until its member's telephone is near.
        overlap=timedelta(days=7),
        poll_every=timedelta(minutes=15),
        uses_pkce=False,
        counts_grants=True,
        is_shown_to_others=True,
        pushes_deletions=True,
    )

    def credentials(self, settings: Config) -> Credentials:
        return Credentials(
            settings.oura_client_id, settings.oura_client_secret, settings.oura_webhook_secret
        )

    def authorize_address(self, app: App) -> str:
        return f"{app.hosts['web']}/oauth/authorize"

    def exchange(self, app: App, code: str, verifier: str | None) -> Request:
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uri}
        return _token(app, asked)

    def refresh(self, app: App, grant: Grant) -> Request | None:
        asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token or ""}
        return _token(app, asked)

    def read_grant(self, answer: Answer, *, before: Grant | None, now: datetime) -> Grant:
        scopes = frozenset(self.facts.scopes)
        return reading.grant_of(answer, before=before, scopes=scopes, now=now)

    def revoke(self, app: App, grant: Grant) -> Request | None:
        asked = {"access_token": grant.access_token}
        return Request(f"{app.hosts['api']}/oauth/revoke", "POST", params=asked)

    def whose(self, app: App, grant: Grant) -> Request | None:
        return _asked(app, grant, "personal_info")

    def read_person(self, answer: Answer) -> str:
        return reading.identity(reading.object_of(answer).get("id"))

    def page(
        self, app: App, grant: Grant, stream: str, window: Window, token: str | None
    ) -> Request:
        a_day = timedelta(days=1)
        asked = {
            "start_date": f"{window.from_at - a_day:%Y-%m-%d}",
            "end_date": f"{window.to_at + a_day:%Y-%m-%d}",
        }
        return _asked(app, grant, TYPES[stream], asked | ({"next_token": token} if token else {}))

    def read_page(self, stream: str, answer: Answer, token: str | None) -> RawPage:
        body = reading.object_of(answer)
        rows = tuple(reading.item(one, _id) for one in reading.items(body.get("data")))
        return RawPage(rows, reading.text(body.get("next_token"), most=2000))

    def one(self, app: App, grant: Grant, stream: str, external_id: str) -> Request | None:
        return _asked(app, grant, f"{TYPES[stream]}/{quote(external_id, safe='')}")

    def read_one(self, stream: str, answer: Answer) -> RawItem:
        """Return a document; a sleep that its member has deleted says so itself."""
        found = reading.object_of(answer)
        if stream == SLEEP and found.get("type") == DELETED:
            raise NotThere
        return reading.item(found, _id)

    def more(self, app: App, grant: Grant, stream: str, item: RawItem) -> Request | None:
        """Return what asks for the heart's beats while a workout went on."""
        if stream != WORKOUTS or "heartrate" not in grant.scopes:
            return None
        try:
            bounds = _bounds(item.body, "start_datetime", "end_datetime")
        except Malformed:
            return None
        asked = {
            "start_datetime": bounds[0].isoformat(),
            "end_datetime": bounds[1].isoformat(),
        }
        return _asked(app, grant, "heartrate", asked)

    def with_more(self, stream: str, item: RawItem, answer: Answer) -> RawItem:
        """Return a workout with its beats; the ring may bring them after it. Raises: NotThere."""
        beats = reading.items(reading.object_of(answer).get("data"))[:MOST_BEATS]
        if not beats:
            raise NotThere
        reading.check_told(beat.get("bpm") for beat in beats if isinstance(beat, dict))
        return RawItem(item.external_id, item.version, {**item.body, "heart_rate": beats})

    def normalise(self, stream: str, item: RawItem) -> Sequence[Record]:
        body = reading.mapping(item.body)
        origin = Origin(_id(body), item.version)
        match stream:
            case "workouts":
                return [WorkoutRecord(origin, _recording(body))]
            case "steps":
                return _steps(origin, body)
            case "sleep":
                return _sleep(origin, body)
            case _:
                return [_recovery(origin, body)]

    def subscriber(self) -> OuraSubscriber:
        return OuraSubscriber()

    def challenged(self, app: App, hook: Hook) -> str | None:
        """Answer `?verification_token=&challenge=` in JSON, if the token is ours."""
        if "challenge" not in hook.args:
            return None
        if not reading.is_secret(hook.args.get("verification_token"), app.webhook_secret):
            raise Forged("verification_token")
        return orjson.dumps({"challenge": hook.args["challenge"]}).decode()

    def events(self, app: App, hook: Hook, *, now: datetime) -> Sequence[Event]:
        """Read one event: upper-case hex of the HMAC-SHA-256 of time and body under our secret."""
        if not _is_signed(app, hook, now=now):
            raise Forged("signature")
        body = reading.object_of(Answer(200, {}, hook.body))
        stream = STREAM_OF.get(reading.text(body.get("data_type")) or "")
        if stream is None:
            return []
        key = hashlib.sha256(hook.body).hexdigest()
        person = reading.identity(body.get("user_id"))
        kind = "delete" if body.get("event_type") == "delete" else "upsert"
        return [Event(key, kind, person, stream, reading.identity(body.get("object_id")))]


def _token(app: App, asked: dict[str, str]) -> Request:
    client = {"client_id": app.client_id, "client_secret": app.client_secret}
    return Request(f"{app.hosts['api']}/oauth/token", "POST", form=urlencode(client | asked))


def _asked(app: App, grant: Grant, path: str, params: dict[str, str] | None = None) -> Request:
    headers = {"Authorization": f"Bearer {grant.access_token}"}
    address = f"{app.hosts['api']}/v2/usercollection/{path}"
    return Request(address, params=params or {}, headers=headers)


def _id(body: dict[str, Any]) -> str:
    return reading.identity(body.get("id"))


def _bounds(body: Any, first: str, last: str) -> tuple[datetime, datetime, int]:
    """Return when something began and ended, and the offset of its start. Raises: Malformed."""
    found = reading.mapping(body)
    started_at, offset_s = reading.instant_and_offset(found.get(first))
    ended_at = reading.instant(found.get(last))
    if not timedelta(0) < ended_at - started_at <= timedelta(days=31):
        raise Malformed("no_time")
    return started_at, ended_at, offset_s


def _recording(body: dict[str, Any]) -> Recording:
    started_at, ended_at, offset_s = _bounds(body, "start_datetime", "end_datetime")
    elapsed_s = (ended_at - started_at).total_seconds()
    samples, rates = _samples(body.get("heart_rate"), started_at, ended_at)
    return Recording(
        file_format="oura",
        sport=sports.from_name(reading.text(body.get("activity"))),
        started_at=started_at,
        elapsed_s=elapsed_s,
        moving_s=elapsed_s,
        distance_m=reading.number(body.get("distance"), most=1e7) or None,
        track_distance_m=None,
        ascent_m=None,
        descent_m=None,
        calories_kcal=reading.whole(body.get("calories"), most=100_000),
        steps=None,
        avg_speed_mps=None,
        max_speed_mps=None,
        utc_offset_s=offset_s,
        device="",
        name=reading.text(body.get("label")) or "",
        notes="",
        laps=(),
        samples=samples,
        avg_hr_bpm=round(sum(rates) / len(rates), 1) if rates else None,
        max_hr_bpm=max(rates, default=None),
    )


def _samples(beats: Any, started_at: datetime, ended_at: datetime) -> tuple[Samples, list[int]]:
    """Return the heart rates between two instants, also as a list; what is no beat is left out."""
    found: dict[int, int] = {}
    for beat in beats if isinstance(beats, list) else ():
        rate = (
            reading.whole(beat.get("bpm"), least=20, most=250) if isinstance(beat, dict) else None
        )
        at = reading.instant_if_any(beat.get("timestamp")) if rate is not None else None
        if rate is not None and at is not None and started_at <= at <= ended_at:
            found[int(at.timestamp() * 1000)] = rate
    if not found:
        return empty_samples(), []
    at_ms = sorted(found)
    rates = [found[at] for at in at_ms]
    return from_columns(at_ms, ([], [], [], [], [], list(rates), [], [], []), ()), rates


def _steps(origin: Origin, body: dict[str, Any]) -> list[Record]:
    """Read a day; its `timestamp` is 4 in the morning by the member's clock, with its offset."""
    steps = reading.whole(body.get("steps"), most=500_000)
    if steps is None:
        return []
    day_on = reading.day(body.get("day"))
    return [StepsRecord(origin, day_on, _offset_s(body.get("timestamp")), steps)]


def _offset_s(value: Any) -> int | None:
    try:
        return reading.instant_and_offset(value)[1]
    except Malformed:
        return None


def _sleep(origin: Origin, body: dict[str, Any]) -> list[Record]:
    kind = reading.text(body.get("type"))
    if kind in NO_SLEEPS:
        return []
    started_at, ended_at, offset_s = _bounds(body, "bedtime_start", "bedtime_end")
    light_s, deep_s, rem_s, awake_s, total_s = (
        reading.whole(body.get(name), most=2 * DAY_S)
        for name in (
            *("light_sleep_duration", "deep_sleep_duration", "rem_sleep_duration"),
            *("awake_time", "total_sleep_duration"),
        )
    )
    told = [part for part in (light_s, deep_s, rem_s) if part is not None]
    sleep = SleepRecord(
        origin,
        started_at=started_at,
        ended_at=ended_at,
        utc_offset_s=offset_s,
        is_nap=kind != NIGHT,
        state=SCORED,
        asleep_s=total_s if total_s is not None else (sum(told) if told else None),
        awake_s=awake_s,
        light_s=light_s,
        deep_s=deep_s,
        rem_s=rem_s,
        efficiency_percent=reading.number(body.get("efficiency"), most=100),
        avg_hr_bpm=reading.number(body.get("average_heart_rate"), least=20, most=250),
        lowest_hr_bpm=reading.number(body.get("lowest_heart_rate"), least=20, most=250),
        hrv_rmssd_ms=reading.number(body.get("average_hrv"), least=1, most=500),
        breaths_per_minute=reading.number(body.get("average_breath"), least=1, most=60),
    )
    return [sleep]


def _recovery(origin: Origin, body: dict[str, Any]) -> RecoveryRecord:
    measured_at, offset_s = reading.instant_and_offset(body.get("timestamp"))
    score = reading.number(body.get("score"), least=1, most=100)
    return RecoveryRecord(
        origin,
        day_on=reading.day(body.get("day")),
        measured_at=measured_at,
        utc_offset_s=offset_s,
        state=SCORED if score is not None else PENDING,
        score_percent=score,
    )


def _is_signed(app: App, hook: Hook, *, now: datetime) -> bool:
    said = hook.headers.get("x-oura-timestamp", "")
    if not app.client_secret or not _is_fresh(said, now=now):
        return False
    made = hmac.new(app.client_secret.encode(), said.encode() + hook.body, "sha256").hexdigest()
    given = hook.headers.get("x-oura-signature", "").lower()
    return hmac.compare_digest(made.encode(), given.encode())


def _is_fresh(said: str, *, now: datetime) -> bool:
    """Tell whether a time is near; sources show seconds, milliseconds and RFC 3339."""
    if said.isdecimal() and len(said) <= 13:
        at_s = int(said) / (1000 if len(said) > 11 else 1)
        return abs(epoch_s(now) - at_s) <= MOST_AGE.total_seconds()
    at = reading.instant_if_any(said)
    return at is not None and abs(now - at) <= MOST_AGE
