"""Google Health, simulated: numbers as texts, civil times beside instants, days rolled up."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson
from flask import Blueprint, Response, abort, request

from fittrack.simulator import faults
from fittrack.simulator.trackers import answers, clocks, google_keys
from fittrack.simulator.trackers.histories import ZONE_OFFSET_S, Account, Day, Night, Workout
from fittrack.simulator.trackers.service import Family, Style, Tracker, Window
from fittrack.simulator.world import World

SERVICE = "google_health"
NAMESPACE = UUID("0c7a1d52-97f4-45a8-8f0b-9f6f0f4a2b63")
MOST_ROWS = 25
OFFSET = timedelta(seconds=ZONE_OFFSET_S)
SOURCE = {
    "recordingMethod": "ACTIVELY_MEASURED",
    "platform": "FITBIT",
    "device": {"displayName": "Charge 6", "manufacturer": "Fitbit", "formFactor": "FITNESS_BAND"},
}
TYPES = {
    "Run": "RUNNING",
    "Ride": "BIKING",
    "Walk": "WALKING",
    "Swim": "SWIMMING_POOL",
    "WeightTraining": "WEIGHTLIFTING",
}
_BOUND = re.compile(r'(>=|<) "([^"]+)"')
_POINTS = "/v4/users/me/dataTypes"


def tracker_of(world: World) -> Tracker:
    """Return Google Health's state; its refresh tokens stay the same."""
    style = Style(access_life=timedelta(hours=1), rotates=False)
    return Tracker(world, SERVICE, style, (Window(60, 120_000),))


def blueprint(tracker: Tracker) -> Blueprint:
    """Return Google Health's endpoints; each of its hosts is a path here."""
    blp = Blueprint(SERVICE, __name__, url_prefix=f"/{SERVICE}")

    @blp.route("/web/o/oauth2/v2/auth", methods=["GET", "POST"])
    def authorize() -> Response | str:
        issuer = f"{request.host_url}{SERVICE}/web"
        return answers.authorize(tracker, "Google Health", issuer)

    @blp.post("/tokens/token")
    def token() -> Response:
        return answers.token_answer(tracker, lambda: answers.granted(tracker), answers.refusal)

    @blp.post("/tokens/revoke")
    def revoke() -> Response:
        tracker.revoke(request.form.get("token", ""))
        return answers.json({})

    @blp.get("/keys/googlehealthapi/webhooks/webhooks_public_keyset.json")
    def keyset() -> Response:
        if kind := tracker.faults.take(faults.KEYS, faults.ANSWERS):
            return faults.answer_of(kind)
        return answers.json(google_keys.keyset(tracker.signing_key_no))

    _add_api(blp, tracker)
    return blp


def _add_api(blp: Blueprint, tracker: Tracker) -> None:
    def serve(path: str, name: str, give: Callable[..., Response], method: str = "GET") -> None:
        def view(**args: Any) -> Response:
            return answers.guarded(
                tracker, lambda family: give(tracker, family, **args), lambda _: _throttled()
            )

        blp.add_url_rule(f"/api{path}", name, view, methods=[method])

    serve("/v4/users/me/identity", "identity", _identity)
    serve(f"{_POINTS}/exercise/dataPoints", "exercises", _exercises)
    serve(f"{_POINTS}/exercise/dataPoints/<uuid:named>", "exercise", _one_exercise)
    serve(f"{_POINTS}/sleep/dataPoints:reconcile", "sleeps", _sleeps)
    serve(f"{_POINTS}/sleep/dataPoints/<uuid:named>", "sleep", _one_sleep)
    serve(f"{_POINTS}/steps/dataPoints:dailyRollUp", "steps", _steps, "POST")


def id_of(kind: str, number: int) -> str:
    """Return the id of a workout or a sleep."""
    return str(uuid5(NAMESPACE, f"{kind} {number}"))


def event_of(
    account_number: int, data_type: str, operation: str, from_at: datetime, to_at: datetime
) -> dict[str, Any]:
    """Return the body of a notification."""
    physical = {"startTime": _rfc3339(from_at), "endTime": _rfc3339(to_at)}
    civil = {
        "startTime": f"{from_at + OFFSET:%Y-%m-%dT%H:%M:%S}",
        "endTime": f"{to_at + OFFSET:%Y-%m-%dT%H:%M:%S}",
    }
    return {
        "data": {
            "version": "1",
            "clientProvidedSubscriptionName": "fittrack",
            "healthUserId": str(account_number),
            "operation": operation,
            "dataType": data_type,
            "intervals": [{"physicalTimeInterval": physical, "civilIso8601TimeInterval": civil}],
        }
    }


def webhook(
    secret: str, event: dict[str, Any], *, key_no: int = google_keys.FIRST_NO
) -> tuple[bytes, dict[str, str]]:
    """Return the body and headers with which Google sends an event."""
    body = orjson.dumps(event)
    proof = {"GOOGLE-HEALTH-API-SIGNATURE": google_keys.signature(body, key_no)}
    return body, proof | {"Authorization": secret, "Content-Type": "application/json"}


def _throttled() -> Response:
    error = {"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED"}
    return answers.json({"error": error}, 429)


def _not_there() -> Response:
    return answers.json({"error": {"code": 404, "message": "", "status": "NOT_FOUND"}}, 404)


def _identity(_: Tracker, family: Family) -> Response:
    number = str(family.account.number)
    return answers.json({"name": "users/me/identity", "healthUserId": number})


def _exercises(_: Tracker, family: Family) -> Response:
    account = family.account
    rows = ((clocks.local(one.started_at), _exercise(account, one)) for one in account.living())
    return _page(rows, "exercise.interval.civil_start_time")


def _sleeps(tracker: Tracker, family: Family) -> Response:
    account = family.account
    rows = ((one.ended_at, _reconciled(_sleep(tracker, account, one))) for one in _nights(account))
    return _page(rows, "sleep.interval.end_time")


def _one_exercise(_: Tracker, family: Family, named: UUID) -> Response:
    living = family.account.living()
    found = [one for one in living if id_of("exercise", one.number) == str(named)]
    return answers.json(_exercise(family.account, found[0])) if found else _not_there()


def _one_sleep(tracker: Tracker, family: Family, named: UUID) -> Response:
    found = [one for one in _nights(family.account) if id_of("sleep", one.number) == str(named)]
    return answers.json(_sleep(tracker, family.account, found[0])) if found else _not_there()


def _steps(_: Tracker, family: Family) -> Response:
    asked = request.get_json()
    first, last = (_day_of(asked["range"][end]["date"]) for end in ("start", "end"))
    days = sorted(family.account.days.values(), key=lambda one: one.day)
    found = [one for one in days if first <= date.fromisoformat(one.day) < last]
    return answers.json({"rollupDataPoints": [_rolled(one) for one in found]} if found else {})


def _page(rows: Iterable[tuple[datetime, dict[str, Any]]], field: str) -> Response:
    """Return a page of what the filter lets through, newest first; nothing has no list at all."""
    asked = request.args.get("filter", "")
    if not asked.startswith(f"{field} >= "):
        abort(400)
    (_, least), (_, most) = _BOUND.findall(asked)
    found = [one for at, one in rows if _instant(least) <= at.replace(tzinfo=None) < _instant(most)]
    token = request.args.get("pageToken")
    begin = int(base64.urlsafe_b64decode(token)) if token else 0
    asked_rows = min(MOST_ROWS, int(request.args.get("pageSize", MOST_ROWS)))
    end = begin + answers.most_rows(asked_rows)
    told: dict[str, Any] = {"dataPoints": found[begin:end]} if found else {}
    if end < len(found):
        told["nextPageToken"] = base64.urlsafe_b64encode(f"{end:08}".encode()).decode()
    return answers.json(told)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _day_of(told: dict[str, int]) -> date:
    return date(told["year"], told["month"], told["day"])


def _nights(account: Account) -> list[Night]:
    living = (one for one in account.nights.values() if not one.is_deleted)
    return sorted(living, key=lambda one: one.started_at, reverse=True)


def _rfc3339(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _date(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}


def _civil(at: datetime) -> dict[str, Any]:
    local = clocks.local(at)
    time = {"hours": local.hour, "minutes": local.minute, "seconds": local.second}
    return {"date": _date(local.date()), "time": time}


def _interval(started_at: datetime, ended_at: datetime) -> dict[str, Any]:
    return {
        "startTime": _rfc3339(started_at),
        "startUtcOffset": f"{clocks.offset_s(started_at)}s",
        "endTime": _rfc3339(ended_at),
        "endUtcOffset": f"{clocks.offset_s(ended_at)}s",
        "civilStartTime": _civil(started_at),
        "civilEndTime": _civil(ended_at),
    }


def _named(account: Account, kind: str, number: int) -> str:
    return f"users/{account.number}/dataTypes/{kind}/dataPoints/{id_of(kind, number)}"


def _exercise(account: Account, one: Workout) -> dict[str, Any]:
    ended_at = one.started_at + timedelta(seconds=one.elapsed_s)
    metrics = {
        "caloriesKcal": float(one.calories_kcal),
        "averageHeartRateBeatsPerMinute": str(one.avg_hr_bpm),
    }
    if one.distance_m:
        metrics |= {
            "distanceMillimeters": round(one.distance_m * 1000, 3),
            "elevationGainMillimeters": one.ascent_m * 1000,
            "averageSpeedMillimetersPerSecond": round(one.distance_m * 1000 / one.moving_s, 3),
        }
    exercise = {
        "interval": _interval(one.started_at, ended_at),
        "exerciseType": TYPES.get(one.sport, "WORKOUT"),
        "displayName": one.name,
        "activeDuration": f"{one.moving_s}s",
        "metricsSummary": metrics,
        "exerciseMetadata": {"hasGps": False},
        "createTime": _rfc3339(one.uploaded_at),
        "updateTime": _rfc3339(one.updated_at),
    }
    name = _named(account, "exercise", one.number)
    return {"name": name, "dataSource": SOURCE, "exercise": exercise}


def _sleep(tracker: Tracker, account: Account, night: Night) -> dict[str, Any]:
    is_processed = tracker.world.now() >= night.scored_at
    asleep_s = night.deep_s + night.rem_s + night.light_s
    minutes = {"AWAKE": night.awake_s, "LIGHT": night.light_s, "DEEP": night.deep_s}
    told = [
        {"type": name, "minutes": str(seconds // 60), "count": "3"}
        for name, seconds in (*minutes.items(), ("REM", night.rem_s))
    ]
    summary = {
        "minutesInSleepPeriod": str((asleep_s + night.awake_s) // 60),
        "minutesAsleep": str(asleep_s // 60),
        "minutesAwake": str(night.awake_s // 60),
        "stagesSummary": told,
    }
    sleep = {
        "interval": _interval(night.started_at, night.ended_at),
        "type": "STAGES",
        "metadata": {"nap": night.is_nap, "mainSleep": True, "processed": is_processed},
        "createTime": _rfc3339(night.ended_at),
        "updateTime": _rfc3339(night.scored_at if is_processed else night.updated_at),
    }
    name = _named(account, "sleep", night.number)
    whole = sleep | ({"summary": summary} if is_processed else {})
    return {"name": name, "dataSource": SOURCE, "sleep": whole}


def _reconciled(point: dict[str, Any]) -> dict[str, Any]:
    """Return a point as it stands in a stream that is merged of all sources."""
    return {"dataPointName": point["name"], "sleep": point["sleep"]}


def _rolled(one: Day) -> dict[str, Any]:
    day = date.fromisoformat(one.day)
    return {
        "civilStartTime": {"date": _date(day)},
        "civilEndTime": {"date": _date(day + timedelta(days=1))},
        "steps": {"countSum": str(one.steps)},
    }
