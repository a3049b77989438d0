"""WHOOP v2: workouts, sleeps, recoveries, newest first, by OAuth with `offline`; signed webhooks.

https://developer.whoop.com/api and /docs/developing/oauth, /webhooks, /rate-limiting. Times are UTC
beside an offset, durations milliseconds, energy kilojoules. A `score` is there only once its
`score_state` is SCORED: what is pending is read again, by its webhook and by the overlap.

A recovery has no time of its own: it hangs on a sleep, whose end says on which day and when. We
know it by that sleep's id, as its webhooks do.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlencode

from fittrack.activities import sports
from fittrack.activities.recording import Recording
from fittrack.activities.samples import empty_samples
from fittrack.clock import epoch_s
from fittrack.config import Config
from fittrack.trackers.providers import reading
from fittrack.trackers.providers.base import (
    RECOVERY,
    SLEEP,
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
    Throttled,
    Usage,
    Window,
)
from fittrack.trackers.records import (
    PENDING,
    SCORED,
    UNSCORABLE,
    Origin,
    Record,
    RecoveryRecord,
    SleepRecord,
    WorkoutRecord,
)
from fittrack.wire import Answer, Request

PAGE_ROWS = 25
MINUTE_S, DAY_S = 60, 86_400
KILOJOULES_PER_KILOCALORIE = 4.184
# The age up to which a signed webhook is believed.
MOST_AGE = timedelta(minutes=5)
PATHS = {
    WORKOUTS: "/v2/activity/workout",
    SLEEP: "/v2/activity/sleep",
    RECOVERY: "/v2/recovery",
}
STATES = {"SCORED": SCORED, "PENDING_SCORE": PENDING, "UNSCORABLE": UNSCORABLE}
# What a webhook is about; a recovery's names its sleep.
KINDS = {"workout": WORKOUTS, "sleep": SLEEP, "recovery": RECOVERY}
_LIMIT = re.compile(r"([0-9]{1,9});\s*window=([0-9]{1,9})")


class Whoop(Adapter):
    facts = Facts(
        name="whoop",
        title="WHOOP",
        hosts={"web": "https://api.prod.whoop.com"},
        # Without `offline` there is no refresh token; it may not be named among what was granted.
        scopes=("offline", "read:profile", "read:workout", "read:sleep", "read:recovery"),
        needed_scopes=frozenset({"read:profile", "read:workout", "read:sleep", "read:recovery"}),
        # Sleeps before the recoveries that hang on them.
        streams=(WORKOUTS, SLEEP, RECOVERY),
        limits=(Limit(MINUTE_S, 100), Limit(DAY_S, 10_000)),
        overlap=timedelta(days=3),
        # Three pages each: ten thousand calls a day let some hundreds of members poll so often.
        poll_every=timedelta(hours=2),
        uses_pkce=False,
        counts_grants=True,
        is_shown_to_others=True,
        pushes_deletions=True,
    )

    def credentials(self, settings: Config) -> Credentials:
        return Credentials(settings.whoop_client_id, settings.whoop_client_secret)

    def authorize_address(self, app: App) -> str:
        return f"{app.hosts['web']}/oauth/oauth2/auth"

    def exchange(self, app: App, code: str, verifier: str | None) -> Request:
        asked = {"grant_type": "authorization_code", "code": code}
        return _token(app, asked | {"redirect_uri": app.redirect_uri})

    def refresh(self, app: App, grant: Grant) -> Request | None:
        asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token or ""}
        return _token(app, asked | {"scope": "offline"})

    def read_grant(self, answer: Answer, *, before: Grant | None, now: datetime) -> Grant:
        scopes = frozenset(self.facts.scopes)
        return reading.grant_of(answer, before=before, scopes=scopes, now=now)

    def revoke(self, app: App, grant: Grant) -> Request | None:
        return _asked(app, grant, "/v2/user/access", method="DELETE")

    def whose(self, app: App, grant: Grant) -> Request | None:
        return _asked(app, grant, "/v2/user/profile/basic")

    def read_person(self, answer: Answer) -> str:
        return reading.identity(reading.mapping(_json_of(answer)).get("user_id"))

    def page(
        self, app: App, grant: Grant, stream: str, window: Window, token: str | None
    ) -> Request:
        asked: dict[str, str | int] = {
            "limit": PAGE_ROWS,
            "start": _rfc3339(window.from_at),
            "end": _rfc3339(window.to_at),
        }
        return _asked(app, grant, PATHS[stream], asked | ({"nextToken": token} if token else {}))

    def read_page(self, stream: str, answer: Answer, token: str | None) -> RawPage:
        """Read a page. Raises: Malformed, also for one that names itself as the next."""
        body = reading.mapping(_json_of(answer))
        next_token = reading.text(body.get("next_token"), most=2000)
        if next_token is not None and next_token == token:
            raise Malformed("endless_pages")
        found = reading.items(body.get("records"))
        return RawPage(tuple(_item(stream, one) for one in found), next_token)

    def one(self, app: App, grant: Grant, stream: str, external_id: str) -> Request | None:
        """Return what asks for a workout or a sleep; no recovery can be asked for by its sleep."""
        if stream == RECOVERY:
            return None
        return _asked(app, grant, f"{PATHS[stream]}/{quote(external_id, safe='')}")

    def read_one(self, stream: str, answer: Answer) -> RawItem:
        return _item(stream, _json_of(answer))

    def more(self, app: App, grant: Grant, stream: str, item: RawItem) -> Request | None:
        """Return what asks for the sleep of a recovery, which says when it was."""
        if stream != RECOVERY or not isinstance(item.body, dict):
            return None
        return self.one(app, grant, SLEEP, item.external_id)

    def with_more(self, stream: str, item: RawItem, answer: Answer) -> RawItem:
        sleep = reading.mapping(_json_of(answer))
        if reading.identity(sleep.get("id")) != item.external_id:
            raise Malformed("another_id")
        return RawItem(item.external_id, item.version, {**item.body, "sleep": sleep})

    def normalise(self, stream: str, item: RawItem) -> Sequence[Record]:
        body = reading.mapping(item.body)
        origin = Origin(_identity(stream, body), item.version)
        match stream:
            case "sleep":
                return [_sleep(origin, body)]
            case "recovery":
                return [_recovery(origin, body)]
        return [WorkoutRecord(origin, _recording(body))]

    def usage(self, answer: Answer) -> Sequence[Usage]:
        """Read `X-RateLimit-Limit: 100, 100;window=60, 10000;window=86400` and what remains.

        The first number is the limit that is nearest; `-Remaining` speaks of that one alone.
        """
        said = answer.headers.get("x-ratelimit-limit", "")
        limit = reading.whole(said.partition(",")[0])
        left = reading.whole(answer.headers.get("x-ratelimit-remaining"))
        if limit is None or left is None:
            return ()
        windows = {int(calls): int(window_s) for calls, window_s in _LIMIT.findall(said)}
        if limit not in windows:
            return ()
        return [Usage(windows[limit], max(0, limit - left), limit)]

    def events(self, app: App, hook: Hook, *, now: datetime) -> Sequence[Event]:
        """Read one event; with a sleep goes the recovery that hangs on it.

        Raises: Forged, Malformed.
        """
        if not _is_signed(app, hook, now=now):
            raise Forged("signature")
        body = reading.object_of(Answer(200, {}, hook.body))
        kind, _, what = str(body.get("type")).partition(".")
        stream = KINDS.get(kind)
        if stream is None or what not in {"updated", "deleted"}:
            return []
        key, owner_id = _delivery_key(hook, body), reading.identity(body.get("user_id"))
        named = reading.identity(body.get("id"))
        if what == "deleted":
            gone = (SLEEP, RECOVERY) if stream == SLEEP else (stream,)
            return [Event(key, "delete", owner_id, one, named) for one in gone]
        if stream == RECOVERY:
            since_at = now - self.facts.overlap
            return [Event(key, "upsert", owner_id, RECOVERY, since_at=since_at)]
        return [Event(key, "upsert", owner_id, stream, named)]


def _token(app: App, asked: dict[str, str]) -> Request:
    client = {"client_id": app.client_id, "client_secret": app.client_secret}
    return Request(f"{app.hosts['web']}/oauth/oauth2/token", "POST", form=urlencode(client | asked))


def _asked(
    app: App,
    grant: Grant,
    path: str,
    params: Mapping[str, str | int] | None = None,
    *,
    method: str = "GET",
) -> Request:
    headers = {"Authorization": f"Bearer {grant.access_token}"}
    address = f"{app.hosts['web']}/developer{path}"
    return Request(address, method, params=params or {}, headers=headers)


def _rfc3339(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _json_of(answer: Answer) -> Any:
    """Return what was answered; 429 says by `X-RateLimit-Reset` how many seconds to wait."""
    try:
        return reading.json_of(answer)
    except Throttled as error:
        said_at = reading.date_of(answer)
        wait_s = reading.number(answer.headers.get("x-ratelimit-reset"), most=DAY_S)
        if error.resumes_at is not None or said_at is None or wait_s is None:
            raise
        raise Throttled(said_at + timedelta(seconds=wait_s), said_at) from None


def _item(stream: str, body: Any) -> RawItem:
    return reading.item(
        body,
        lambda found: _identity(stream, found),
        changed_at=lambda found: reading.instant_if_any(found.get("updated_at")),
    )


def _identity(stream: str, body: Mapping[str, Any]) -> str:
    return reading.identity(body.get("sleep_id" if stream == RECOVERY else "id"))


def _state(body: Mapping[str, Any]) -> str:
    """Return how far a score is; of a state that is new to us the score may still come."""
    return STATES.get(str(body.get("score_state")), PENDING)


def _score(body: Mapping[str, Any]) -> Mapping[str, Any]:
    score = body.get("score")
    return score if _state(body) == SCORED and isinstance(score, dict) else {}


def _bounds(body: Mapping[str, Any]) -> tuple[datetime, datetime]:
    started_at, ended_at = reading.instant(body.get("start")), reading.instant(body.get("end"))
    if not timedelta(0) <= ended_at - started_at <= timedelta(days=31):
        raise Malformed("no_time")
    return started_at, ended_at


def _recording(body: Mapping[str, Any]) -> Recording:
    started_at, ended_at = _bounds(body)
    elapsed_s = (ended_at - started_at).total_seconds()
    score = _score(body)
    energy_kj = reading.number(score.get("kilojoule"), most=400_000)
    return Recording(
        file_format="whoop",
        sport=sports.from_name(reading.text(body.get("sport_name"))),
        started_at=started_at,
        elapsed_s=elapsed_s,
        moving_s=elapsed_s,
        distance_m=reading.number(score.get("distance_meter"), most=1e7),
        track_distance_m=None,
        ascent_m=reading.number(score.get("altitude_gain_meter"), most=1e5),
        descent_m=None,
        calories_kcal=None if energy_kj is None else round(energy_kj / KILOJOULES_PER_KILOCALORIE),
        steps=None,
        avg_speed_mps=None,
        max_speed_mps=None,
        utc_offset_s=reading.offset_s(body.get("timezone_offset")),
        device="WHOOP",
        name="",
        notes="",
        laps=(),
        samples=empty_samples(),
        avg_hr_bpm=reading.number(score.get("average_heart_rate"), least=20, most=250),
        max_hr_bpm=reading.whole(score.get("max_heart_rate"), least=20, most=250),
    )


def _sleep(origin: Origin, body: Mapping[str, Any]) -> SleepRecord:
    started_at, ended_at = _bounds(body)
    score = _score(body)
    found = score.get("stage_summary")
    stages = found if isinstance(found, dict) else {}
    light_s, deep_s, rem_s = (
        reading.millis(stages.get(f"total_{name}_time_milli"))
        for name in ("light_sleep", "slow_wave_sleep", "rem_sleep")
    )
    parts = [part for part in (light_s, deep_s, rem_s) if part is not None]
    return SleepRecord(
        origin=origin,
        started_at=started_at,
        ended_at=ended_at,
        utc_offset_s=reading.offset_s(body.get("timezone_offset")),
        is_nap=body.get("nap") is True,
        state=_state(body),
        asleep_s=sum(parts) if parts else None,
        awake_s=reading.millis(stages.get("total_awake_time_milli")),
        light_s=light_s,
        deep_s=deep_s,
        rem_s=rem_s,
        efficiency_percent=reading.number(score.get("sleep_efficiency_percentage"), most=100),
        score_percent=reading.number(score.get("sleep_performance_percentage"), most=100),
        breaths_per_minute=reading.number(score.get("respiratory_rate"), most=100),
        device="WHOOP",
    )


def _recovery(origin: Origin, body: Mapping[str, Any]) -> RecoveryRecord:
    sleep = body.get("sleep")
    slept = sleep if isinstance(sleep, dict) else {}
    # Without its sleep we know when it was recorded, and not by which clock.
    measured_at = reading.instant(slept.get("end") or body.get("created_at"))
    utc_offset_s = reading.offset_s(slept.get("timezone_offset"))
    score = _score(body)
    return RecoveryRecord(
        origin=origin,
        day_on=_day(measured_at, utc_offset_s or 0),
        measured_at=measured_at,
        utc_offset_s=utc_offset_s,
        state=_state(body),
        score_percent=reading.number(score.get("recovery_score"), most=100),
        resting_hr_bpm=reading.number(score.get("resting_heart_rate"), least=20, most=250),
        hrv_rmssd_ms=reading.number(score.get("hrv_rmssd_milli"), most=1000),
        spo2_percent=reading.number(score.get("spo2_percentage"), most=100),
        skin_temperature_c=reading.number(score.get("skin_temp_celsius"), least=-50, most=60),
        sleep_external_id=origin.external_id,
    )


def _day(at: datetime, utc_offset_s: int) -> Any:
    try:
        return at.astimezone(timezone(timedelta(seconds=utc_offset_s))).date()
    except OverflowError as error:
        raise Malformed("no_instant") from error


def _is_signed(app: App, hook: Hook, *, now: datetime) -> bool:
    """Check `X-WHOOP-Signature`: base64 of the HMAC-SHA-256 of the timestamp in ms and the body."""
    said = hook.headers.get("x-whoop-signature-timestamp", "")
    if not app.client_secret or not said.isascii() or not said.isdecimal() or len(said) > 15:
        return False
    is_fresh = abs(epoch_s(now) - int(said) / 1000) <= MOST_AGE.total_seconds()
    made = hmac.digest(app.client_secret.encode(), said.encode() + hook.body, "sha256")
    given = hook.headers.get("x-whoop-signature", "")
    return is_fresh and reading.is_secret(given, base64.b64encode(made).decode())


def _delivery_key(hook: Hook, body: Mapping[str, Any]) -> str:
    """Return what stays the same when an event is sent again; without a trace id only its text."""
    trace = reading.text(body.get("trace_id"))
    said = hook.headers.get("x-whoop-signature-timestamp", "")
    told = [body.get(name) for name in ("user_id", "id", "type")]
    return hashlib.sha256(repr((trace or said, told)).encode()).hexdigest()
