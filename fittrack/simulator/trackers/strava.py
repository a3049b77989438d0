"""Strava, simulated: numbered pages, aligned windows, its own shape of errors, webhooks by ids."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request

from fittrack.clock import epoch_s
from fittrack.simulator.trackers import answers, clocks, subscribing
from fittrack.simulator.trackers.histories import Workout
from fittrack.simulator.trackers.service import Family, Refused, Style, Tokens, Tracker, Window
from fittrack.simulator.world import World

SERVICE = "strava"
# How far a degree of latitude is.
M_PER_DEG = 111_200


def tracker_of(world: World) -> Tracker:
    """Return Strava's state."""
    style = Style(access_life=timedelta(hours=6), rotates=True, grace=timedelta(hours=1))
    return Tracker(world, SERVICE, style, (Window(900, 100), Window(86_400, 1000)))


def blueprint(tracker: Tracker) -> Blueprint:
    """Return Strava's endpoints."""
    blp = Blueprint(SERVICE, __name__, url_prefix=f"/{SERVICE}/web")

    @blp.route("/oauth/authorize", methods=["GET", "POST"])
    def authorize() -> Response | str:
        return answers.authorize(tracker, "Strava")

    @blp.post("/oauth/token")
    def token() -> Response:
        return answers.token_answer(tracker, lambda: _grant(tracker), _refusal)

    @blp.post("/oauth/deauthorize")
    def deauthorize() -> Response:
        return _deauthorized(tracker, request.form.get("access_token", ""))

    @blp.post("/oauth/revoke")
    def revoke() -> Response:
        return answers.revoked(tracker)

    subscribing.add_strava(blp, tracker)
    _add_api(blp, tracker)
    return blp


def _add_api(blp: Blueprint, tracker: Tracker) -> None:
    @blp.get("/api/v3/athlete")
    def athlete() -> Response:
        return _guarded(tracker, lambda family: answers.json(_athlete(family)))

    @blp.get("/api/v3/athlete/activities")
    def activities() -> Response:
        return _guarded(tracker, lambda family: answers.json(_page(family)))

    @blp.get("/api/v3/activities/<int:number>")
    def activity(number: int) -> Response:
        return _guarded(tracker, lambda family: _one(family, number))

    @blp.get("/api/v3/activities/<int:number>/streams")
    def streams(number: int) -> Response:
        return _guarded(tracker, lambda family: _streams(family, number))


def event_of(account_number: int, number: int, aspect: str, at_s: int) -> dict[str, Any]:
    """Return the body of a webhook about a workout."""
    return {
        "aspect_type": aspect,
        "event_time": at_s,
        "object_id": number,
        "object_type": "activity",
        "owner_id": account_number,
        "subscription_id": 120_475,
        "updates": {},
    }


def end_of(account_number: int, at_s: int) -> dict[str, Any]:
    """Return the body of a webhook about somebody who takes our access away."""
    return event_of(account_number, account_number, "update", at_s) | {
        "object_type": "athlete",
        "updates": {"authorized": "false"},
    }


def _deauthorized(tracker: Tracker, token: str) -> Response:
    if tracker.whose(token) is None:
        return answers.json(_error("Authorization Error"), 401)
    tracker.revoke(token)
    return answers.json({"access_token": token})


def _guarded(tracker: Tracker, serve: Any) -> Response:
    answer = answers.guarded(tracker, serve, lambda _: answers.json(_error("rate limit"), 429))
    now_s = epoch_s(tracker.world.now())
    used = [
        str(tracker.asked[(window.window_s, now_s // window.window_s)])
        for window in tracker.windows
    ]
    most = [str(window.calls) for window in tracker.windows]
    told = {
        "X-ReadRateLimit-Usage": ",".join(used),
        "X-ReadRateLimit-Limit": ",".join(most),
        "X-RateLimit-Usage": ",".join(used),
        "X-RateLimit-Limit": "200,2000",
    }
    return answers.limited(answer, told)


def _grant(tracker: Tracker) -> dict[str, Any]:
    form, client = request.form, tracker.client
    if client is None or form.get("client_secret") != client.secret:
        raise Refused("invalid_client")
    if form.get("grant_type") == "refresh_token":
        return _told(tracker, tracker.refresh(form.get("refresh_token", "")))
    consent = tracker.exchange(form.get("code", ""))
    told = _told(tracker, tracker.issue(consent.family))
    return told | {"athlete": _athlete(consent.family)}


def _told(tracker: Tracker, tokens: Tokens) -> dict[str, Any]:
    left = tokens.expires_at - tracker.world.now()
    return {
        "token_type": "Bearer",
        "access_token": tokens.access_token,
        "expires_at": epoch_s(tokens.expires_at),
        "expires_in": int(left.total_seconds()),
        "refresh_token": tokens.refresh_token,
    }


def _refusal() -> Response:
    resource = (
        "RefreshToken" if request.form.get("grant_type") == "refresh_token" else "RequestToken"
    )
    error = {"resource": resource, "field": "code", "code": "invalid"}
    return answers.json({"message": "Bad Request", "errors": [error]}, 400)


def _error(message: str) -> dict[str, Any]:
    return {
        "message": message,
        "errors": [{"resource": "Application", "field": "", "code": "exceeded"}],
    }


def _athlete(family: Family) -> dict[str, Any]:
    first, _, last = family.account.name.partition(" ")
    return {
        "id": family.account.number,
        "resource_state": 2,
        "firstname": first,
        "lastname": last,
        "premium": False,
        "summit": False,
    }


def _page(family: Family) -> list[dict[str, Any]]:
    after_s = int(request.args.get("after", 0))
    before_s = int(request.args.get("before", 2**40))
    page, rows = int(request.args.get("page", 1)), min(200, int(request.args.get("per_page", 30)))
    rows = answers.most_rows(rows)
    found = [one for one in family.account.living() if after_s < epoch_s(one.started_at) < before_s]
    return [_summary(family, one) for one in found[(page - 1) * rows : page * rows]]


def _one(family: Family, number: int) -> Response:
    workout = family.account.workouts.get(number)
    if workout is None or workout.is_deleted:
        return answers.json(_error("Record Not Found"), 404)
    detail = {"calories": float(workout.calories_kcal), "description": None, "device_name": "Sim 1"}
    return answers.json(_summary(family, workout) | detail)


def _streams(family: Family, number: int) -> Response:
    workout = family.account.workouts.get(number)
    if workout is None or workout.is_deleted:
        return answers.json(_error("Record Not Found"), 404)
    seconds = list(range(0, workout.moving_s, 5))
    speed_mps = workout.distance_m / workout.moving_s
    beats = [workout.avg_hr_bpm + second // 60 % 7 - 3 for second in seconds]
    data: dict[str, list[Any]] = {
        "time": seconds,
        "distance": [round(second * speed_mps, 1) for second in seconds],
        "heartrate": beats,
    }
    if workout.start_deg is not None:
        north, east = workout.start_deg
        data["latlng"] = [
            [round(north + second * speed_mps / M_PER_DEG, 6), east] for second in seconds
        ]
    told = {
        name: {
            "data": values,
            "series_type": "time",
            "original_size": len(values),
            "resolution": "high",
        }
        for name, values in data.items()
    }
    return answers.json(told)


def _summary(family: Family, one: Workout) -> dict[str, Any]:
    local_at = clocks.local(one.started_at)
    return {
        "resource_state": 2,
        "athlete": {"id": family.account.number, "resource_state": 1},
        "name": one.name,
        "distance": one.distance_m,
        "moving_time": one.moving_s,
        "elapsed_time": one.elapsed_s,
        "total_elevation_gain": one.ascent_m,
        "type": one.sport,
        "sport_type": one.sport,
        "workout_type": None,
        "id": one.number,
        "start_date": f"{one.started_at:%Y-%m-%dT%H:%M:%SZ}",
        "start_date_local": f"{local_at:%Y-%m-%dT%H:%M:%SZ}",
        "timezone": "(GMT-05:00) America/New_York",
        "utc_offset": float(clocks.offset_s(one.started_at)),
        "map": {"id": f"a{one.number}", "summary_polyline": "", "resource_state": 2},
        "trainer": False,
        "commute": False,
        "manual": False,
        "private": False,
        "flagged": False,
        "average_speed": round(one.distance_m / one.moving_s, 3),
        "max_speed": round(one.distance_m / one.moving_s * 1.4, 1),
        "has_heartrate": True,
        "average_heartrate": float(one.avg_hr_bpm),
        "max_heartrate": float(one.max_hr_bpm),
    } | _beside(one)


def _beside(one: Workout) -> dict[str, Any]:
    """Return what a summary holds that nobody here asks for; some of it is there now and then."""
    is_odd = one.number % 2 == 1
    place = list(one.start_deg or (36.0, -95.9))
    counts = ("achievement", "athlete", "comment", "kudos", "photo", "pr", "total_photo")
    return {f"{name}_count": 1 + one.number % 3 for name in counts} | {
        "average_cadence": 82.5,
        "average_temp": 21,
        "display_hide_heartrate_option": True,
        "elev_high": 201.4,
        "elev_low": 187.2,
        "start_latlng": place,
        "end_latlng": place,
        "external_id": f"garmin_push_{one.number}",
        "from_accepted_tag": False,
        "gear_id": "g3844057" if is_odd else None,
        "has_kudoed": False,
        "heartrate_opt_out": False,
        "location_city": None,
        "location_country": None,
        "location_state": None,
        "suffer_score": 41.0,
        "upload_id": one.number + 1,
        "upload_id_str": str(one.number + 1),
        "visibility": "everyone",
        **({"workout_type": 0} if is_odd else {}),
    }
