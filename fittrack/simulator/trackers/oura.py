"""Oura v2, simulated: documents by day with next tokens, refresh tokens good once."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson
from flask import Blueprint, Response, request

from fittrack.clock import epoch_s
from fittrack.simulator.trackers import answers, clocks, subscribing
from fittrack.simulator.trackers.histories import Account, Day, Night, Workout
from fittrack.simulator.trackers.service import Family, Style, Tracker, Window
from fittrack.simulator.world import World

SERVICE = "oura"
NAMESPACE = UUID("b0c3a7d2-44aa-4d0a-8a59-0c5b0a7f3e21")
PAGE_ROWS = 10
BEAT_S = 60
SPORTS = {
    "Run": "running",
    "Ride": "cycling",
    "Walk": "walking",
    "Swim": "swimming",
    "WeightTraining": "strength_training",
}
Document = dict[str, Any]


def tracker_of(world: World) -> Tracker:
    """Return Oura's state."""
    style = Style(access_life=timedelta(days=1), rotates=True)
    return Tracker(world, SERVICE, style, (Window(300, 5000),))


def blueprint(tracker: Tracker) -> Blueprint:
    """Return Oura's endpoints."""
    blp = Blueprint(SERVICE, __name__, url_prefix=f"/{SERVICE}")

    @blp.route("/web/oauth/authorize", methods=["GET", "POST"])
    def authorize() -> Response | str:
        return answers.authorize(tracker, "Oura")

    @blp.post("/api/oauth/token")
    def token() -> Response:
        return answers.token_answer(
            tracker, lambda: answers.granted(tracker), answers.refusal, is_counted=True
        )

    @blp.post("/api/oauth/revoke")
    def revoke() -> Response:
        tracker.revoke(request.args.get("access_token", ""))
        return answers.json({})

    subscribing.add_oura(blp, tracker)
    _add_api(blp, tracker)
    return blp


def _add_api(blp: Blueprint, tracker: Tracker) -> None:
    def serve(path: str, name: str, give: Callable[..., Response]) -> None:
        def view(**args: Any) -> Response:
            return _guarded(tracker, lambda family: give(tracker, family.account, **args))

        blp.add_url_rule(f"/api/v2/usercollection/{path}", name, view)

    def serve_documents(name: str, list_all: Callable[[Tracker, Account], list[Document]]) -> None:
        serve(name, name, lambda tracker, account: _page(list_all(tracker, account)))
        serve(
            f"{name}/<named>",
            f"one_{name}",
            lambda tracker, account, named: _one(list_all(tracker, account), named),
        )

    serve("personal_info", "personal_info", _person)
    serve("heartrate", "heartrate", _beats)
    serve_documents("workout", _workouts)
    serve_documents("daily_activity", _days)
    serve_documents("sleep", _sleeps)
    serve_documents("daily_readiness", _readiness)


def id_of(kind: str, number: int | str) -> str:
    """Return the id of a document."""
    return str(uuid5(NAMESPACE, f"{kind} {number}"))


def event_of(
    account: Account, event_type: str, data_type: str, object_id: str, at: datetime
) -> Document:
    """Return the body of a webhook."""
    return {
        "event_type": event_type,
        "data_type": data_type,
        "object_id": object_id,
        "event_time": f"{at:%Y-%m-%dT%H:%M:%S+00:00}",
        "user_id": id_of("person", account.number),
    }


def webhook(secret: str, event: Document, *, at: datetime) -> tuple[bytes, dict[str, str]]:
    """Return the body and headers with which Oura sends an event."""
    body, said = orjson.dumps(event), str(epoch_s(at))
    made = hmac.digest(secret.encode(), said.encode() + body, "sha256").hex().upper()
    headers = {"X-Oura-Signature": made, "X-Oura-Timestamp": said}
    return body, headers | {"Content-Type": "application/json"}


def _guarded(tracker: Tracker, serve: Callable[[Family], Response]) -> Response:
    answer = answers.guarded(tracker, serve, _throttle)
    [window] = tracker.windows
    left_s = window.window_s - epoch_s(tracker.world.now()) % window.window_s
    told = {"Limit": window.calls, "Window": window.window_s, "Reset": left_s}
    return answers.limited(answer, {f"X-RateLimit-{name}": str(one) for name, one in told.items()})


def _throttle(kind: str) -> Response:
    refused = answers.json({"detail": "Request Rate Limit Exceeded"}, 429)
    if kind != "throttled_silently":
        refused.headers["Retry-After"] = "30"
    return refused


def _page(documents: Iterable[Document]) -> Response:
    """Return a page of the documents whose day lies between two days, both of them with it."""
    first, last = request.args.get("start_date", ""), request.args.get("end_date", "9999")
    found = [one for one in documents if first <= one["day"] <= last]
    begin = int(request.args.get("next_token", "0"))
    end = begin + answers.most_rows(PAGE_ROWS)
    return answers.json(
        {"data": found[begin:end], "next_token": str(end) if end < len(found) else None}
    )


def _one(documents: Iterable[Document], named: str) -> Response:
    found = [one for one in documents if one["id"] == named]
    return answers.json(found[0]) if found else answers.json({"detail": "Not Found"}, 404)


def _person(_: Tracker, account: Account) -> Response:
    measured = {"age": 31, "weight": 74.8, "height": 1.8, "biological_sex": "male"}
    known = {"id": id_of("person", account.number), "email": account.email}
    return answers.json(known | measured)


def _beats(tracker: Tracker, account: Account) -> Response:
    first = datetime.fromisoformat(request.args["start_datetime"])
    last = datetime.fromisoformat(request.args["end_datetime"])
    told = [
        {
            "bpm": one.avg_hr_bpm + second // BEAT_S % 7 - 3,
            "source": "workout",
            "timestamp_unix": epoch_s(one.started_at) + second,
            "timestamp": _rfc3339(one.started_at + timedelta(seconds=second)),
        }
        for one in account.living()
        if first <= one.started_at <= last
        and (one.beats_at is None or one.beats_at <= tracker.world.now())
        for second in range(0, one.moving_s, BEAT_S)
    ]
    return answers.json({"data": told, "next_token": None})


def _workouts(_: Tracker, account: Account) -> list[Document]:
    return [_workout(one) for one in account.living()]


def _days(_: Tracker, account: Account) -> list[Document]:
    return [_day(account, one) for one in account.days.values()]


def _nights(tracker: Tracker, account: Account) -> list[Night]:
    now = tracker.world.now()
    return [one for one in account.nights.values() if one.ended_at <= now]


def _sleeps(tracker: Tracker, account: Account) -> list[Document]:
    return [_sleep(one) for one in _nights(tracker, account)]


def _readiness(tracker: Tracker, account: Account) -> list[Document]:
    now = tracker.world.now()
    nights = [one for one in _nights(tracker, account) if not one.is_deleted]
    return [_ready(one) for one in nights if one.scored_at <= now]


def _rfc3339(at: datetime) -> str:
    return clocks.rfc3339(at)


def _date(at: datetime) -> str:
    return clocks.day(at)


def _workout(one: Workout) -> Document:
    return {
        "id": id_of("workout", one.number),
        "activity": SPORTS.get(one.sport, "other"),
        "calories": float(one.calories_kcal),
        "day": _date(one.started_at),
        "distance": one.distance_m,
        "end_datetime": _rfc3339(one.started_at + timedelta(seconds=one.moving_s)),
        "intensity": "moderate",
        "label": None,
        "source": "manual",
        "start_datetime": _rfc3339(one.started_at),
    }


def _day(account: Account, one: Day) -> Document:
    contributors = (
        *("meet_daily_targets", "move_every_hour", "recovery_time"),
        *("stay_active", "training_frequency", "training_volume"),
    )
    counts = {
        "high_activity_met_minutes": 444,
        "high_activity_time": 3000,
        "inactivity_alerts": 0,
        "low_activity_met_minutes": 117,
        "low_activity_time": 10_020,
        "medium_activity_met_minutes": 391,
        "medium_activity_time": one.active_minutes * 60,
        "meters_to_target": -16_200,
        "non_wear_time": 27_480,
        "resting_time": 18_840,
        "sedentary_met_minutes": 10,
        "sedentary_time": 21_000,
        "target_calories": 350,
        "target_meters": 7000,
        "total_calories": 3446,
        "active_calories": 1222,
        "score": 82,
    }
    began = f"{one.day}T04:00:00"
    offset = clocks.offset_text_of(began)
    return counts | {
        "id": id_of("day", f"{account.number} {one.day}"),
        "class_5_min": "112233",
        "average_met_minutes": 1.90625,
        "contributors": dict.fromkeys(contributors, 90),
        "equivalent_walking_distance": round(one.steps * 0.7),
        "met": {"interval": 60, "items": [0.1, 1.2], "timestamp": f"{began}.000{offset}"},
        "steps": one.steps,
        "day": one.day,
        "timestamp": f"{began}{offset}",
    }


def _sleep(one: Night) -> Document:
    asleep_s = one.light_s + one.deep_s + one.rem_s
    in_bed_s = asleep_s + one.awake_s
    series = {"interval": 300, "timestamp": _rfc3339(one.started_at)}
    return {
        "id": id_of("sleep", one.number),
        "average_breath": 12.625,
        "average_heart_rate": one.resting_hr_bpm + 4.25,
        "average_hrv": round(one.hrv_rmssd_ms),
        "awake_time": one.awake_s,
        "bedtime_end": _rfc3339(one.ended_at),
        "bedtime_start": _rfc3339(one.started_at),
        "day": _date(one.ended_at),
        "deep_sleep_duration": one.deep_s,
        "efficiency": 100 * asleep_s // in_bed_s,
        "heart_rate": {**series, "items": [None, one.resting_hr_bpm]},
        "hrv": {**series, "items": [None, round(one.hrv_rmssd_ms)]},
        "latency": 540,
        "light_sleep_duration": one.light_s,
        "low_battery_alert": False,
        "lowest_heart_rate": one.resting_hr_bpm,
        "movement_30_sec": "1123",
        "period": 0,
        "readiness_score_delta": 0,
        "rem_sleep_duration": one.rem_s,
        "restless_periods": 41,
        "sleep_phase_5_min": "4321",
        "sleep_score_delta": 0,
        "time_in_bed": in_bed_s,
        # Now and then Oura leaves it to its clients to add the parts up.
        "total_sleep_duration": asleep_s if one.number % 5 else None,
        # What its member has deleted stays on the list, and says so.
        "type": "deleted" if one.is_deleted else "late_nap" if one.is_nap else "long_sleep",
    }


def _ready(one: Night) -> Document:
    contributors = (
        *("activity_balance", "body_temperature", "hrv_balance", "previous_night"),
        *("recovery_index", "resting_heart_rate", "sleep_balance"),
    )
    return {
        "id": id_of("readiness", one.number),
        "contributors": dict.fromkeys(contributors, 70) | {"previous_day_activity": None},
        "day": _date(one.ended_at),
        "score": one.recovery_percent,
        "temperature_deviation": -0.2,
        "temperature_trend_deviation": 0.1,
        "timestamp": f"{_date(one.ended_at)}T00:00:00+00:00",
    }
