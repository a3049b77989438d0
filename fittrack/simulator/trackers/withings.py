"""Withings, simulated: forms with actions, 200 with a status inside, offsets, 8 hours of grace."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, request

from fittrack.clock import epoch_s
from fittrack.simulator import faults
from fittrack.simulator.trackers import answers, clocks
from fittrack.simulator.trackers.histories import Account, Day, Night, Workout
from fittrack.simulator.trackers.service import Family, Style, Tracker, Window
from fittrack.simulator.world import World

SERVICE = "withings"
ZONE = "America/New_York"
PAGE_ROWS = 20
BEAT_S = 60
CLOCK_S, NONCE_LIFE = 300, timedelta(minutes=30)
CATEGORIES = {"Walk": 1, "Run": 2, "Ride": 6, "Swim": 7, "WeightTraining": 16}
# What a status of HTTP is inside of a 200.
STATUSES = {401: 401, 403: 277, 429: 601}
Body = dict[str, Any]


def tracker_of(world: World) -> Tracker:
    """Return Withings' state."""
    style = Style(access_life=timedelta(hours=3), rotates=True, grace=timedelta(hours=8))
    return Tracker(world, SERVICE, style, (Window(60, 120),))


def blueprint(tracker: Tracker) -> Blueprint:
    """Return Withings' endpoints."""
    blp = Blueprint(SERVICE, __name__, url_prefix=f"/{SERVICE}")
    nonces: dict[str, datetime] = {}

    @blp.route("/web/oauth2_user/authorize2", methods=["GET", "POST"])
    def authorize() -> Response | str:
        return answers.authorize(tracker, "Withings")

    @blp.post("/api/v2/signature")
    def signature() -> Response:
        if kind := tracker.faults.take(faults.TOKEN, faults.ANSWERS):
            return faults.answer_of(kind)
        return _nonce(tracker, nonces)

    @blp.post("/api/v2/oauth2")
    def token() -> Response:
        if request.form.get("action") == "revoke":
            return _revoke(tracker, nonces)
        if request.form.get("action") != "requesttoken":
            return _refused(2554, "Invalid action")
        return _wrapped(
            answers.token_answer(tracker, lambda: _grant(tracker), _refusal, is_counted=True)
        )

    _add_api(blp, tracker)
    return blp


def _add_api(blp: Blueprint, tracker: Tracker) -> None:
    addresses: dict[tuple[int, str], str] = {}

    @blp.post("/api/v2/measure")
    def measure() -> Response:
        found = {
            "getworkouts": _workouts,
            "getactivity": _days,
            "getintradayactivity": _intraday,
        }
        return _served(tracker, found)

    @blp.post("/api/v2/sleep")
    def sleep() -> Response:
        return _served(tracker, {"getsummary": _sleeps})

    @blp.post("/api/notify")
    def notify() -> Response:
        return _served(
            tracker,
            {
                "subscribe": lambda _, account: _subscribe(account, addresses),
                "list": lambda _, account: _subscriptions(account, addresses),
            },
        )


def event_of(account_number: int, appli: int, first_at: datetime, last_at: datetime) -> bytes:
    """Return the form that is sent to our address about news between two instants."""
    told = {
        "userid": account_number,
        "appli": appli,
        "startdate": epoch_s(first_at),
        "enddate": epoch_s(last_at),
    }
    return urlencode(told).encode()


def _nonce(tracker: Tracker, nonces: dict[str, datetime]) -> Response:
    """Give a word that is good once, for half an hour, to who can sign the time."""
    said_s = request.form.get("timestamp", "")
    is_now = said_s.isdecimal() and abs(int(said_s) - epoch_s(tracker.world.now())) < CLOCK_S
    if not is_now or not _is_signed(tracker, "getnonce", request.form.get("client_id", ""), said_s):
        return _refused(401, "Invalid signature")
    nonce = secrets.token_hex(16)
    nonces[nonce] = tracker.world.now()
    return _given({"nonce": nonce})


def _revoke(tracker: Tracker, nonces: dict[str, datetime]) -> Response:
    form = request.form
    nonce = form.get("nonce", "")
    given_at = nonces.pop(nonce, None)
    if given_at is None or tracker.world.now() - given_at > NONCE_LIFE:
        return _refused(401, "Invalid nonce")
    if not _is_signed(tracker, "revoke", form.get("client_id", ""), nonce):
        return _refused(401, "Invalid signature")
    for account in tracker.accounts.values():
        if str(account.number) == form.get("userid"):
            tracker.revoke_account(account)
            return _given({})
    return _refused(2555, "Unknown user")


def _is_signed(tracker: Tracker, *words: str) -> bool:
    client = tracker.client
    if client is None or words[1] != client.client_id:
        return False
    made = hmac.digest((client.secret or "").encode(), ",".join(words).encode(), "sha256").hex()
    return hmac.compare_digest(made.encode(), request.form.get("signature", "").encode())


def _grant(tracker: Tracker) -> Body:
    told = answers.granted(tracker)
    family, _ = tracker.access[told["access_token"]]
    return told | {"userid": str(family.account.number), "scope": "user.activity"}


def _refusal() -> Response:
    what = "refresh_token" if request.form.get("grant_type") == "refresh_token" else "code"
    return _refused(503, f"Invalid Params: invalid {what}")


def _refused(status: int, error: str) -> Response:
    return answers.json({"status": status, "body": {}, "error": error})


def _wrapped(answer: Response) -> Response:
    """Return a grant within `body`; what is refused has its status already, trouble has none."""
    try:
        told = orjson.loads(answer.get_data()) if answer.status_code == 200 else None
    except orjson.JSONDecodeError:
        return answer
    is_grant = isinstance(told, dict) and "access_token" in told
    return answers.json({"status": 0, "body": told}) if is_grant else answer


def _served(
    tracker: Tracker, found: Mapping[str, Callable[[Tracker, Account], Response]]
) -> Response:
    def serve(family: Family) -> Response:
        give = found.get(request.form.get("action", ""))
        if give is None:
            return _refused(2554, "Invalid action")
        return give(tracker, family.account)

    answer = answers.guarded(tracker, serve, lambda _: Response(status=429))
    # A pause that says how long is one of the servers before theirs.
    if answer.status_code in STATUSES and "Retry-After" not in answer.headers:
        return _refused(STATUSES[answer.status_code], "XRequestID: Not provided invalid_token")
    return answer


def _given(body: Body) -> Response:
    return answers.json({"status": 0, "body": body})


def _page(name: str, rows: Iterable[Body]) -> Response:
    """Return a page of what happened between two days, both of them with it."""
    first, last = (request.form.get(f"{end}dateymd", "") for end in ("start", "end"))
    found = [one for one in rows if first <= one["date"] <= last]
    begin = int(request.form.get("offset", "0"))
    end = begin + answers.most_rows(PAGE_ROWS)
    is_more = end < len(found)
    told = {name: found[begin:end], "more": is_more, "offset": end if is_more else 0}
    return _given(told)


def _workouts(_: Tracker, account: Account) -> Response:
    return _page("series", [_workout(one) for one in account.living()])


def _days(_: Tracker, account: Account) -> Response:
    return _page("activities", [_day(one) for one in account.days.values()])


def _sleeps(tracker: Tracker, account: Account) -> Response:
    now = tracker.world.now()
    living = (one for one in account.nights.values() if not one.is_deleted)
    return _page("series", [_sleep(one) for one in living if one.ended_at <= now])


def _intraday(_: Tracker, account: Account) -> Response:
    first_s, last_s = int(request.form["startdate"]), int(request.form["enddate"])
    told = {
        str(epoch_s(one.started_at) + second): {
            "heart_rate": one.avg_hr_bpm + second // BEAT_S % 7 - 3,
            "duration": BEAT_S,
            "steps": 120,
            "distance": 90,
            "elevation": 0,
            "calories": 9,
        }
        for one in account.living()
        if first_s <= epoch_s(one.started_at) <= last_s
        for second in range(0, one.moving_s, BEAT_S)
    }
    # PHP writes an empty object as an empty list.
    return _given({"series": told or []})


def _subscribe(account: Account, addresses: dict[tuple[int, str], str]) -> Response:
    addresses[account.number, request.form["appli"]] = request.form["callbackurl"]
    return _given({})


def _subscriptions(account: Account, addresses: dict[tuple[int, str], str]) -> Response:
    found = [
        {"appli": int(appli), "callbackurl": address, "expires": 2**31 - 1, "comment": ""}
        for (number, appli), address in addresses.items()
        if number == account.number
    ]
    return _given({"profiles": found})


def _date(at: datetime) -> str:
    return f"{at.astimezone(clocks.zone(ZONE)):%Y-%m-%d}"


def _workout(one: Workout) -> Body:
    zones = {f"hr_zone_{number}": one.moving_s // 4 for number in range(4)}
    data = {
        "calories": one.calories_kcal,
        "intensity": 30,
        "manual_distance": 0,
        "manual_calories": 0,
        "hr_average": one.avg_hr_bpm,
        "hr_min": one.avg_hr_bpm - 20,
        "hr_max": one.max_hr_bpm,
        "pause_duration": one.elapsed_s - one.moving_s,
        "steps": 779,
        "distance": round(one.distance_m),
        "elevation": round(one.ascent_m),
        "algo_pause_duration": None,
        "spo2_average": 95 if one.number % 2 else None,
    }
    return {
        "id": one.number,
        "category": CATEGORIES.get(one.sport, 36),
        "timezone": clocks.zone(ZONE).key,
        "model": 1055,
        "attrib": 0,
        "startdate": epoch_s(one.started_at),
        "enddate": epoch_s(one.started_at) + one.elapsed_s,
        "date": _date(one.started_at),
        "deviceid": None,
        "data": data | zones,
        "modified": epoch_s(one.updated_at),
    }


def _day(one: Day) -> Body:
    zones = {f"hr_zone_{number}": 100 * number for number in range(4)}
    return zones | {
        "steps": one.steps,
        "distance": round(one.steps * 0.7, 3),
        "elevation": 0,
        "soft": 1864,
        "moderate": one.active_minutes * 60,
        "intense": 0,
        "active": one.active_minutes * 60,
        "calories": 85.497,
        "totalcalories": 2303.788,
        "hr_average": 80,
        "hr_min": 55,
        "hr_max": 130,
        "deviceid": None,
        "hash_deviceid": None,
        "timezone": clocks.zone(ZONE).key,
        "date": one.day,
        "modified": epoch_s(one.updated_at),
        "brand": 18,
        "modelid": 1055,
        "model": "ScanWatch",
        "is_tracker": False,
    }


def _sleep(one: Night) -> Body:
    asleep_s = one.light_s + one.deep_s + one.rem_s
    data = {
        "wakeupduration": one.awake_s,
        "wakeupcount": 1,
        "durationtosleep": 540,
        "remsleepduration": one.rem_s,
        "durationtowakeup": 1140,
        "total_sleep_time": asleep_s,
        "total_timeinbed": asleep_s + one.awake_s,
        "sleep_efficiency": round(asleep_s / (asleep_s + one.awake_s), 2),
        "sleep_latency": 540,
        "wakeup_latency": 1140,
        "waso": 1380,
        "nb_rem_episodes": 1,
        "out_of_bed_count": 0,
        "lightsleepduration": one.light_s,
        "deepsleepduration": one.deep_s,
        "hr_average": one.resting_hr_bpm + 4,
        "hr_min": one.resting_hr_bpm,
        "hr_max": one.resting_hr_bpm + 40,
        "rr_average": 14,
        "rr_min": 10,
        "rr_max": 20,
        "breathing_disturbances_intensity": 9,
        "snoring": 1080,
        "snoringepisodecount": 18,
        "sleep_score": 77,
        "apnea_hypopnea_index": 9,
    }
    return {
        "id": one.number,
        "timezone": clocks.zone(ZONE).key,
        "model": 32,
        "model_id": 63,
        "hash_deviceid": "201d0b9a0556d6b755166b2cf8d22d3bdf0487ee",
        "startdate": epoch_s(one.started_at),
        "enddate": epoch_s(one.ended_at),
        "date": _date(one.ended_at),
        "data": data,
        "created": epoch_s(one.ended_at),
        "modified": epoch_s(one.updated_at),
    }
