"""Polar AccessLink v3: exercises, days, nights and Nightly Recharges, each list whole in one page.

https://www.polar.com/accesslink-api/. A grant knows no refreshing and lives long; after it the
member is registered with us, and only what they upload from then on is ever seen. Lists reach 28
to 30 days back and can be asked for nothing less, so that a window decides nothing here. Times are
local beside an offset in minutes, durations ISO 8601.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from fittrack.config import Config
from fittrack.trackers.providers import polar_exercises, reading
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
    Throttled,
    Usage,
    Window,
)
from fittrack.trackers.providers.polar_subscribing import PolarSubscriber
from fittrack.trackers.records import (
    SCORED,
    Origin,
    Record,
    RecoveryRecord,
    SleepRecord,
    StepsRecord,
    WorkoutRecord,
)
from fittrack.wire import Answer, Request

QUARTER_S, DAY_S = 900, 86_400
SCOPE = "accesslink.read_all"
# Where each stream lies, one object behind it by its id or day, and what the list is called.
PATHS = {
    WORKOUTS: "/v3/exercises",
    STEPS: "/v3/users/activities",
    SLEEP: "/v3/users/sleep",
    RECOVERY: "/v3/users/nightly-recharge",
}
LISTS = {SLEEP: "nights", RECOVERY: "recharges"}
# Nightly Recharge is one of six words, very poor to very good: each stands for its sixth.
RECHARGES = 6
# What a webhook calls each kind of data; a night's Recharge is worked out with the night.
EVENTS = {"EXERCISE": (WORKOUTS,), "ACTIVITY_SUMMARY": (STEPS,), "SLEEP": (SLEEP, RECOVERY)}
# What is asked for an exercise alone: it says nothing of which version the exercise is.
REST = frozenset({"samples", "route", "heart_rate_zones"})


class Polar(Adapter):
    facts = Facts(
        name="polar",
        title="Polar",
        hosts={
            "web": "https://flow.polar.com",
            "token": "https://polarremote.com",
            "api": "https://www.polaraccesslink.com",
        },
        scopes=(SCOPE,),
        needed_scopes=frozenset(),
        streams=(WORKOUTS, STEPS, SLEEP, RECOVERY),
        # The least that Polar allows; it is 20 and 100 calls more for each member.
        limits=(Limit(QUARTER_S, 500), Limit(DAY_S, 5000)),
        overlap=timedelta(days=30),
        # Four calls a sync: this is what each member adds to the limit of a day.
        poll_every=timedelta(hours=1),
        is_shown_to_others=True,
        # Every page holds all that there is.
        backfill=timedelta(0),
        uses_pkce=False,
        refreshes=False,
    )

    def credentials(self, settings: Config) -> Credentials:
        return Credentials(
            settings.polar_client_id, settings.polar_client_secret, settings.polar_webhook_secret
        )

    def authorize_address(self, app: App) -> str:
        return f"{app.hosts['web']}/oauth2/authorization"

    def exchange(self, app: App, code: str, verifier: str | None) -> Request:
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uri}
        client = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
        return Request(
            f"{app.hosts['token']}/v2/oauth2/token",
            "POST",
            headers={"Authorization": f"Basic {client}"},
            form=urlencode(asked),
        )

    def refresh(self, app: App, grant: Grant) -> Request | None:
        return None

    def read_grant(self, answer: Answer, *, before: Grant | None, now: datetime) -> Grant:
        grant = reading.grant_of(answer, before=before, scopes=frozenset({SCOPE}), now=now)
        said = reading.object_of(answer).get("x_user_id")
        return replace(grant, external_account_id=reading.identity(said))

    def admit(self, app: App, grant: Grant) -> Sequence[Request]:
        """Register the member with us, without which Polar shows nothing of them."""
        member = hashlib.sha256(f"{app.client_id} {grant.external_account_id}".encode())
        return [_asked(app, grant, "/v3/users", "POST", {"member-id": member.hexdigest()[:32]})]

    def read_admitted(self, answer: Answer) -> None:
        """Let pass who is registered now; 409 says that they were before."""
        if answer.status != 409:
            reading.check(answer)

    def revoke(self, app: App, grant: Grant) -> Request | None:
        person = quote(grant.external_account_id or "", safe="")
        return _asked(app, grant, f"/v3/users/{person}", "DELETE")

    def page(
        self, app: App, grant: Grant, stream: str, window: Window, token: str | None
    ) -> Request:
        return _asked(app, grant, PATHS[stream])

    def read_page(self, stream: str, answer: Answer, token: str | None) -> RawPage:
        """Read all that there is; 204 says that there is nothing."""
        if answer.status == 204:
            return RawPage((), None)
        found = _json_of(answer)
        if stream in LISTS:
            found = reading.mapping(found).get(LISTS[stream])
        return RawPage(tuple(_item(stream, body) for body in reading.items(found)), None)

    def one(self, app: App, grant: Grant, stream: str, external_id: str) -> Request | None:
        path = f"{PATHS[stream]}/{quote(external_id, safe='')}"
        return _asked(app, grant, path + ("?samples=true&route=true" * (stream == WORKOUTS)))

    def read_one(self, stream: str, answer: Answer) -> RawItem:
        if answer.status == 204:
            raise NotThere
        return _item(stream, reading.mapping(_json_of(answer)))

    def more(self, app: App, grant: Grant, stream: str, item: RawItem) -> Request | None:
        return self.one(app, grant, stream, item.external_id) if stream == WORKOUTS else None

    def with_more(self, stream: str, item: RawItem, answer: Answer) -> RawItem:
        whole = reading.mapping(_json_of(answer))
        if _id(whole) != item.external_id:
            raise Malformed("another_id")
        rest = {name: whole[name] for name in REST & whole.keys()}
        samples = rest.get("samples")
        reading.check_told(
            one.get("data")
            for one in (samples if isinstance(samples, list) else ())
            if isinstance(one, dict)
        )
        return RawItem(item.external_id, item.version, {**item.body, **rest})

    def normalise(self, stream: str, item: RawItem) -> Sequence[Record]:
        origin, body = Origin(item.external_id, item.version), reading.mapping(item.body)
        match stream:
            case "workouts":
                _id(body)
                return [WorkoutRecord(origin, polar_exercises.recording_of(body))]
            case "steps":
                return _steps(origin, body)
            case "sleep":
                return [_sleep(origin, body)]
            case _:
                return [_recovery(origin, body)]

    def usage(self, answer: Answer) -> Sequence[Usage]:
        """Read `RateLimit-Usage: 21, 3425` and its limit: the quarter hour, then the day."""
        used = _pair(answer.headers.get("ratelimit-usage"))
        most = _pair(answer.headers.get("ratelimit-limit"))
        windows = zip((QUARTER_S, DAY_S), used, most, strict=False)
        return [Usage(window_s, calls, limit) for window_s, calls, limit in windows]

    def subscriber(self) -> PolarSubscriber:
        return PolarSubscriber()

    def challenged(self, app: App, hook: Hook) -> str | None:
        """Answer a ping, signed or not: Polar pings before it tells the secret to sign with."""
        return "" if _is_ping(hook) else None

    def events(self, app: App, hook: Hook, *, now: datetime) -> Sequence[Event]:
        """Read one event, whose sender is proven by the HMAC-SHA-256 of its body in hex."""
        if _is_ping(hook):
            return []
        made = hmac.new(app.webhook_secret.encode(), hook.body, "sha256").hexdigest()
        given = hook.headers.get("polar-webhook-signature", "").lower()
        if not app.webhook_secret or not hmac.compare_digest(made.encode(), given.encode()):
            raise Forged("signature")
        body = reading.object_of(Answer(200, {}, hook.body))
        person = reading.identity(body.get("user_id"))
        key = hashlib.sha256(hook.body).hexdigest()
        streams = EVENTS.get(reading.text(body.get("event")) or "", ())
        return [Event(key, "upsert", person, stream, _named(stream, body)) for stream in streams]


def _asked(app: App, grant: Grant, path: str, method: str = "GET", body: Any = None) -> Request:
    headers = {"Authorization": f"Bearer {grant.access_token}"}
    return Request(f"{app.hosts['api']}{path}", method, headers=headers, json=body)


def _json_of(answer: Answer) -> Any:
    """Return what was answered; 429 says by `RateLimit-Reset: 558, 55231` when to go on."""
    try:
        return reading.json_of(answer)
    except Throttled as error:
        raise reading.throttled(answer, _resumes_at(answer) or error.resumes_at) from None


def _resumes_at(answer: Answer) -> datetime | None:
    said_at = reading.date_of(answer)
    left = [_pair(answer.headers.get(f"ratelimit-{name}")) for name in ("usage", "limit", "reset")]
    waits_s = [wait for used, most, wait in zip(*left, strict=False) if used >= most]
    if said_at is None or not waits_s:
        return None
    return said_at + timedelta(seconds=min(max(waits_s), DAY_S))


def _pair(header: str | None) -> list[int]:
    parts = [part.strip() for part in (header or "").split(",")]
    return [int(part) for part in parts if part.isdecimal() and len(part) < 10]


def _item(stream: str, body: Any) -> RawItem:
    if stream == WORKOUTS:
        return reading.item(body, _id, _summary)
    return reading.item(body, _day_of_steps if stream == STEPS else _day)


def _id(body: dict[str, Any]) -> str:
    return reading.identity(body.get("id"))


def _summary(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in REST}


def _day(body: dict[str, Any]) -> str:
    return reading.day(body.get("date")).isoformat()


def _day_of_steps(body: dict[str, Any]) -> str:
    """Return the day of an activity summary: what its samples say, else the one it lies in.

    Sources disagree whether its start and end are local or UTC: the middle of both is in the same
    day either way.
    """
    samples = body.get("samples")
    if isinstance(samples, dict) and samples.get("date") is not None:
        return reading.day(samples["date"]).isoformat()
    start, end = (_bare(body.get(name)) for name in ("start_time", "end_time"))
    return (start + (end - start) / 2).date().isoformat()


def _bare(value: Any) -> datetime:
    """Return a local time as the provider's clock showed it. Raises: Malformed."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError) as error:
        raise Malformed("no_time") from error


def _steps(origin: Origin, body: dict[str, Any]) -> list[Record]:
    steps = reading.whole(body.get("steps"), most=500_000)
    if steps is None:
        return []
    return [StepsRecord(origin, reading.day(origin.external_id), None, steps)]


def _sleep(origin: Origin, body: dict[str, Any]) -> SleepRecord:
    started_at, offset_s = reading.instant_and_offset(body.get("sleep_start_time"))
    ended_at = reading.instant(body.get("sleep_end_time"))
    if ended_at <= started_at:
        raise Malformed("no_time")
    reading.day(origin.external_id)
    light_s, deep_s, rem_s, other_s = (
        reading.whole(body.get(name), most=DAY_S)
        for name in ("light_sleep", "deep_sleep", "rem_sleep", "unrecognized_sleep_stage")
    )
    told = [part for part in (light_s, deep_s, rem_s, other_s) if part is not None]
    beats = body.get("heart_rate_samples")
    rates = [
        rate
        for value in (beats.values() if isinstance(beats, dict) else ())
        if (rate := reading.number(value, least=20, most=250)) is not None
    ]
    return SleepRecord(
        origin,
        started_at=started_at,
        ended_at=ended_at,
        utc_offset_s=offset_s,
        is_nap=False,
        state=SCORED,
        asleep_s=sum(told) if told else None,
        awake_s=reading.whole(body.get("total_interruption_duration"), most=DAY_S),
        light_s=light_s,
        deep_s=deep_s,
        rem_s=rem_s,
        score_percent=reading.number(body.get("sleep_score"), least=1, most=100),
        avg_hr_bpm=round(sum(rates) / len(rates), 1) if rates else None,
        lowest_hr_bpm=min(rates, default=None),
        device=reading.text(body.get("device_id"), most=100) or "",
    )


def _recovery(origin: Origin, body: dict[str, Any]) -> RecoveryRecord:
    """Read a Nightly Recharge; Polar tells its day alone, whose first moment stands for it."""
    day_on = reading.day(origin.external_id)
    status = reading.whole(body.get("nightly_recharge_status"), least=1, most=RECHARGES)
    return RecoveryRecord(
        origin,
        day_on=day_on,
        measured_at=datetime.combine(day_on, time(), UTC),
        utc_offset_s=None,
        state=SCORED,
        score_percent=None if status is None else round((status - 0.5) / RECHARGES * 100, 1),
        resting_hr_bpm=reading.number(body.get("heart_rate_avg"), least=20, most=250),
        hrv_rmssd_ms=reading.number(body.get("heart_rate_variability_avg"), least=1, most=500),
        sleep_external_id=origin.external_id,
    )


def _is_ping(hook: Hook) -> bool:
    try:
        return reading.object_of(Answer(200, {}, hook.body)).get("event") == "PING"
    except Malformed:
        return False


def _named(stream: str, body: dict[str, Any]) -> str:
    if stream == WORKOUTS:
        return reading.identity(body.get("entity_id"))
    return _day(body)
