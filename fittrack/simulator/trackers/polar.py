"""Polar AccessLink, simulated: no refreshing, registration, whole lists, 204 for nothing.

Its members were registered with us before, so that their history is there at once.
"""

from __future__ import annotations

import hmac
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
from flask import Blueprint, Response, request

from fittrack.clock import epoch_s
from fittrack.simulator.trackers import answers, clocks, subscribing
from fittrack.simulator.trackers.histories import ZONE_OFFSET_S, Account, Day, Night, Workout
from fittrack.simulator.trackers.service import Family, Refused, Style, Tracker, Window
from fittrack.simulator.world import World

SERVICE = "polar"
PERSON = "https://www.polaraccesslink/v3/users/"
ACROSS = timedelta(seconds=ZONE_OFFSET_S)
KEPT = timedelta(days=30)
# Twenty-eight days of nights, today's among them.
NIGHTS_KEPT = timedelta(days=27)
RATE_S = 5
SPORTS = {
    "Run": ("RUNNING", "ROAD_RUNNING"),
    "Ride": ("CYCLING", "ROAD_BIKING"),
    "Walk": ("WALKING", "WALKING"),
    "Swim": ("SWIMMING", "POOL_SWIMMING"),
    "WeightTraining": ("STRENGTH_TRAINING", "STRENGTH_TRAINING"),
}


def tracker_of(world: World) -> Tracker:
    """Return Polar's state; a grant is good for years and is never renewed."""
    style = Style(access_life=timedelta(days=3650), rotates=False)
    return Tracker(world, SERVICE, style, (Window(900, 500), Window(86_400, 5000)))


def blueprint(tracker: Tracker) -> Blueprint:
    """Return Polar's endpoints."""
    blp = Blueprint(SERVICE, __name__, url_prefix=f"/{SERVICE}")

    @blp.route("/web/oauth2/authorization", methods=["GET", "POST"])
    def authorize() -> Response | str:
        return answers.authorize(tracker, "Polar")

    @blp.post("/token/v2/oauth2/token")
    def token() -> Response:
        return answers.token_answer(tracker, lambda: _grant(tracker), answers.refusal)

    subscribing.add_polar(blp, tracker)
    _add_api(blp, tracker)
    return blp


def _add_api(blp: Blueprint, tracker: Tracker) -> None:
    registered: set[int] = set()

    def serve(path: str, name: str, give: Callable[..., Response], method: str = "GET") -> None:
        def known(family: Family, args: dict[str, Any]) -> Response:
            if family.account.number not in registered:
                return Response(status=403)
            return give(tracker, family.account, **args)

        def view(**args: Any) -> Response:
            return _guarded(tracker, lambda family: known(family, args))

        blp.add_url_rule(f"/api/v3{path}", name, view, methods=[method])

    @blp.post("/api/v3/users")
    def register() -> Response:
        return _guarded(tracker, lambda family: _register(tracker, family.account, registered))

    @blp.delete("/api/v3/users/<int:number>")
    def forget(number: int) -> Response:
        return _guarded(tracker, lambda family: _forget(tracker, family, number, registered))

    serve("/exercises", "exercises", _exercises)
    serve("/exercises/<named>", "exercise", _one_exercise)
    serve("/users/activities", "days", _days)
    serve("/users/activities/<day>", "day", _one_day)
    serve("/users/sleep", "nights", _nights)
    serve("/users/sleep/<day>", "night", _one_night)
    serve("/users/nightly-recharge", "recharges", _recharges)
    serve("/users/nightly-recharge/<day>", "recharge", _one_recharge)


def id_of(number: int) -> str:
    """Return the id of an exercise."""
    return f"{number:X}"


def event_of(account_number: int, event: str, at: datetime, **named: str) -> dict[str, Any]:
    """Return the body of a webhook; an exercise has an `entity_id`, all else a `date`."""
    told = {"event": event, "user_id": account_number, **named}
    return told | {"timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}", "url": "https://www.polaraccesslink/"}


def webhook(secret: str, event: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Return the body and headers with which Polar sends an event."""
    body = orjson.dumps(event)
    made = hmac.digest(secret.encode(), body, "sha256").hex()
    headers = {"Polar-Webhook-Signature": made, "Polar-Webhook-Event": event["event"]}
    return body, headers | {"Content-Type": "application/json"}


def _grant(tracker: Tracker) -> dict[str, Any]:
    given, client = request.authorization, tracker.client
    if client is None or given is None:
        raise Refused("invalid_client")
    if (given.username, given.password) != (client.client_id, client.secret):
        raise Refused("invalid_client")
    consent = tracker.exchange(request.form.get("code", ""))
    if consent.redirect_uri != request.form.get("redirect_uri"):
        raise Refused("invalid_grant")
    tokens = tracker.issue(consent.family)
    left = tokens.expires_at - tracker.world.now()
    return {
        "access_token": tokens.access_token,
        "token_type": "bearer",
        "expires_in": int(left.total_seconds()),
        "x_user_id": consent.family.account.number,
    }


def _guarded(tracker: Tracker, serve: Callable[[Family], Response]) -> Response:
    answer = answers.guarded(tracker, serve, lambda _: Response(status=429))
    now_s = epoch_s(tracker.world.now())
    used = [tracker.asked[(one.window_s, now_s // one.window_s)] for one in tracker.windows]
    resets = [one.window_s - now_s % one.window_s for one in tracker.windows]
    most = [one.calls for one in tracker.windows]
    told = {"Usage": used, "Limit": most, "Reset": resets}
    return answers.limited(
        answer, {f"RateLimit-{name}": ", ".join(map(str, pair)) for name, pair in told.items()}
    )


def _register(tracker: Tracker, account: Account, registered: set[int]) -> Response:
    if not request.get_json().get("member-id"):
        return Response(status=400)
    if account.number in registered:
        return Response(status=409)
    registered.add(account.number)
    first, _, last = account.name.partition(" ")
    told = {
        "polar-user-id": account.number,
        "member-id": request.get_json()["member-id"],
        "registration-date": f"{tracker.world.now():%Y-%m-%dT%H:%M:%S.000Z}",
        "first-name": first,
        "last-name": last,
        "birthdate": "1985-09-06",
        "gender": "FEMALE",
        "weight": 66.0,
        "height": 170.0,
        "extra-info": [],
    }
    return answers.json(told)


def _forget(tracker: Tracker, family: Family, number: int, registered: set[int]) -> Response:
    if family.account.number != number:
        return Response(status=403)
    registered.discard(number)
    tracker.revoke_account(family.account)
    return Response(status=204)


def _exercises(tracker: Tracker, account: Account) -> Response:
    since_at = tracker.world.now() - KEPT
    found = [one for one in account.living() if one.uploaded_at >= since_at]
    return answers.json([_exercise(account, one) for one in found])


def _one_exercise(_: Tracker, account: Account, named: str) -> Response:
    found = [one for one in account.living() if id_of(one.number) == named]
    return answers.json(_exercise(account, found[0])) if found else Response(status=404)


def _days(tracker: Tracker, account: Account) -> Response:
    since_at = tracker.world.now() - KEPT
    days = [one for one in account.days.values() if one.updated_at >= since_at]
    return answers.json([_day(one) for one in days])


def _one_day(_: Tracker, account: Account, day: str) -> Response:
    found = account.days.get(day)
    return answers.json(_day(found)) if found else Response(status=204)


def _nights(tracker: Tracker, account: Account) -> Response:
    found = _living(tracker, account)
    if not found:
        return Response(status=204)
    return answers.json({"nights": [_night(account, one) for one in found]})


def _one_night(tracker: Tracker, account: Account, day: str) -> Response:
    found = [one for one in _living(tracker, account) if _date(one) == day]
    return answers.json(_night(account, found[0])) if found else Response(status=404)


def _recharges(tracker: Tracker, account: Account) -> Response:
    found = [one for one in _living(tracker, account) if one.scored_at <= tracker.world.now()]
    return answers.json({"recharges": [_recharge(account, one) for one in found]})


def _one_recharge(tracker: Tracker, account: Account, day: str) -> Response:
    found = [one for one in _living(tracker, account) if _date(one) == day]
    return answers.json(_recharge(account, found[0])) if found else Response(status=404)


def _living(tracker: Tracker, account: Account) -> list[Night]:
    since_at = tracker.world.now() - NIGHTS_KEPT
    nights = account.nights.values()
    return [one for one in nights if not one.is_deleted and one.ended_at >= since_at]


def _date(night: Night) -> str:
    return clocks.day(night.ended_at)


def _is_asked(name: str) -> bool:
    return request.args.get(name) == "true"


def _iso(seconds: int) -> str:
    return f"PT{seconds // 3600}H{seconds // 60 % 60}M{seconds % 60}S"


def _exercise(account: Account, one: Workout) -> dict[str, Any]:
    sport, detailed = SPORTS.get(one.sport, ("OTHER", "OTHER"))
    told: dict[str, Any] = {
        "id": id_of(one.number),
        "upload_time": f"{one.uploaded_at:%Y-%m-%dT%H:%M:%S.000Z}",
        "polar_user": f"{PERSON}{account.number}",
        "device": "Polar M400",
        "device_id": "1111AAAA",
        "start_time": f"{clocks.local(one.started_at):%Y-%m-%dT%H:%M:%S}",
        "start_time_utc_offset": clocks.offset_s(one.started_at) // 60,
        "duration": _iso(one.moving_s),
        "calories": one.calories_kcal,
        "distance": one.distance_m,
        "heart_rate": {"average": one.avg_hr_bpm, "maximum": one.max_hr_bpm},
        "training_load": 143.22,
        "sport": sport,
        "has_route": one.distance_m > 0,
        "club_id": 999,
        "club_name": "Polar Club",
        "detailed_sport_info": detailed,
        "fat_percentage": 60,
        "carbohydrate_percentage": 38,
        "protein_percentage": 2,
        "running-index": 51,
        "training_load_pro": _load(one),
    }
    if _is_asked("zones"):
        zone = {"index": 1, "lower-limit": 110, "upper-limit": 130, "in-zone": "PT4S"}
        told["heart_rate_zones"] = [zone]
    if _is_asked("samples"):
        told["samples"] = _samples(one)
    if _is_asked("route"):
        told["route"] = _route(one)
    return told


def _load(one: Workout) -> dict[str, Any]:
    kinds = ("cardio-load", "muscle-load", "perceived-load")
    told: dict[str, Any] = {"date": clocks.day(one.started_at), "user-rpe": "UNKNOWN"}
    return told | dict.fromkeys(kinds, 1.0) | {f"{kind}-interpretation": "LOW" for kind in kinds}


def _samples(one: Workout) -> list[dict[str, Any]]:
    seconds = range(0, one.moving_s, RATE_S)
    beats = [one.avg_hr_bpm + second // 60 % 7 - 3 for second in seconds]
    metres = [round(second * one.distance_m / one.moving_s, 1) for second in seconds]
    return [
        {"recording-rate": RATE_S, "sample-type": number, "data": ",".join(map(str, values))}
        for number, values in (("0", ["null", *beats[1:]]), ("10", metres))
    ]


def _route(one: Workout) -> list[dict[str, Any]]:
    """Return a way of its own northward: who trains where another did looks like a copy."""
    begins_north, east = one.start_deg or _place_of(one)
    north = one.distance_m / 111_200
    return [
        {
            "latitude": round(begins_north + north * second / one.moving_s, 6),
            "longitude": east,
            "time": f"PT{second}.026S",
            "satellites": 4,
            "fix": 1,
        }
        for second in range(0, one.moving_s, RATE_S)
        if one.distance_m
    ]


def _place_of(one: Workout) -> tuple[float, float]:
    chance = random.Random(one.number)  # noqa: S311 - a place
    return round(chance.uniform(60, 62), 6), round(chance.uniform(24, 27), 5)


def _day(one: Day) -> dict[str, Any]:
    told: dict[str, Any] = {
        "start_time": f"{one.day}T00:00:00",
        "end_time": f"{one.day}T23:59:59",
        "active_duration": _iso(one.active_minutes * 60),
        "inactive_duration": "PT18H23M30S",
        "daily_activity": 89.1,
        "calories": 2500,
        "active_calories": 1500,
        "steps": one.steps,
        "inactivity_alert_count": 1,
        "distance_from_steps": round(one.steps * 0.7, 2),
    }
    samples: dict[str, Any] = {}
    if _is_asked("steps"):
        step = {"steps": one.steps, "timestamp": f"{one.day}T12:00"}
        samples["steps"] = {"interval_ms": 60_000, "total_steps": one.steps, "samples": [step]}
    if _is_asked("activity_zones"):
        zone = {"zone": "SEDENTARY", "timestamp": f"{one.day}T00:08:30"}
        samples["activity_zones"] = {"samples": [zone]}
    if _is_asked("inactivity_stamps"):
        samples["inactivity_stamps"] = [{"stamp": f"{one.day}T16:04"}]
    return told | ({"samples": {"date": one.day, **samples}} if samples else {})


def _night(account: Account, one: Night) -> dict[str, Any]:
    return {
        "polar_user": f"{PERSON}{account.number}",
        "date": _date(one),
        "sleep_start_time": clocks.rfc3339(one.started_at),
        "sleep_end_time": clocks.rfc3339(one.ended_at),
        "device_id": "1111AAAA",
        "continuity": 2.1,
        "continuity_class": 2,
        "light_sleep": one.light_s,
        "deep_sleep": one.deep_s,
        "rem_sleep": one.rem_s,
        "unrecognized_sleep_stage": 0,
        "sleep_score": 80,
        "total_interruption_duration": one.awake_s,
        "sleep_charge": 3,
        "sleep_goal": 28_800,
        "sleep_rating": 3,
        "short_interruption_duration": 500,
        "long_interruption_duration": 300,
        "sleep_cycles": 6,
        "group_duration_score": 100.0,
        "group_solidity_score": 75.0,
        "group_regeneration_score": 54.2,
        "hypnogram": {"00:39": 2, "00:50": 3, "01:23": 6},
        "heart_rate_samples": {"00:41": one.resting_hr_bpm, "00:46": one.resting_hr_bpm + 2},
    }


def _recharge(account: Account, one: Night) -> dict[str, Any]:
    return {
        "polar_user": f"{PERSON}{account.number}",
        "date": _date(one),
        "heart_rate_avg": one.resting_hr_bpm,
        "beat_to_beat_avg": 60_000 // one.resting_hr_bpm,
        "heart_rate_variability_avg": round(one.hrv_rmssd_ms),
        "breathing_rate_avg": 14.1,
        "nightly_recharge_status": 1 + one.recovery_percent * 6 // 100,
        "ans_charge": 0.0,
        "ans_charge_status": 3,
        "hrv_samples": {"00:41": 14, "00:46": 14, "00:51": 15},
        "breathing_samples": {"00:39": 13.4, "00:44": 13.5, "00:49": 13.5},
    }
