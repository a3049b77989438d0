"""WHOOP, simulated: pages of 25, scores that come later, recoveries that hang on sleeps."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson
from flask import Blueprint, Response, request

from fittrack.clock import epoch_s
from fittrack.simulator.trackers import answers, clocks
from fittrack.simulator.trackers.histories import Account, Night, Workout
from fittrack.simulator.trackers.service import Family, Style, Tracker, Window
from fittrack.simulator.world import World

SERVICE = "whoop"
NAMESPACE = UUID("5a1c1c3e-6a2e-4f1e-9f6b-0d8f0f5b7c11")
MOST_ROWS = 25
SPORTS = {
    "Run": ("running", 0),
    "Ride": ("cycling", 1),
    "Walk": ("walking", 63),
    "Swim": ("swimming", 33),
    "WeightTraining": ("weightlifting", 45),
}


def tracker_of(world: World) -> Tracker:
    """Return WHOOP's state; its refresh tokens are good once."""
    style = Style(access_life=timedelta(hours=1), rotates=True)
    return Tracker(world, SERVICE, style, (Window(60, 100), Window(86_400, 10_000)))


def blueprint(tracker: Tracker) -> Blueprint:
    """Return WHOOP's endpoints."""
    blp = Blueprint(SERVICE, __name__, url_prefix=f"/{SERVICE}/web")

    @blp.route("/oauth/oauth2/auth", methods=["GET", "POST"])
    def authorize() -> Response | str:
        return answers.authorize(tracker, "WHOOP")

    @blp.post("/oauth/oauth2/token")
    def token() -> Response:
        return answers.token_answer(
            tracker, lambda: answers.granted(tracker), answers.refusal, is_counted=True
        )

    _add_api(blp, tracker)
    return blp


def _add_api(blp: Blueprint, tracker: Tracker) -> None:
    def serve(path: str, name: str, give: Callable[..., Response], method: str = "GET") -> None:
        def view(**args: Any) -> Response:
            return _guarded(tracker, lambda family: give(tracker, family.account, **args))

        blp.add_url_rule(f"/developer/v2{path}", name, view, methods=[method])

    serve("/user/profile/basic", "profile", _profile)
    serve("/user/measurement/body", "body", _body)
    serve("/user/access", "access", _end_access, "DELETE")
    serve("/cycle", "cycles", _cycles)
    serve("/recovery", "recoveries", _recoveries)
    serve("/activity/sleep", "sleeps", _sleeps)
    serve("/activity/sleep/<uuid:named>", "one_sleep", _one_sleep)
    serve("/activity/workout", "workouts", _workouts)
    serve("/activity/workout/<uuid:named>", "one_workout", _one_workout)


def id_of(kind: str, number: int) -> str:
    """Return the id of a workout or a sleep."""
    return str(uuid5(NAMESPACE, f"{kind} {number}"))


def event_of(account_number: int, kind: str, named: str, trace_id: str) -> dict[str, Any]:
    """Return the body of a webhook such as `sleep.updated`."""
    return {"user_id": account_number, "id": named, "type": kind, "trace_id": trace_id}


def signed(secret: str, body: bytes, *, at: datetime) -> dict[str, str]:
    """Return the headers with which WHOOP sends a webhook."""
    said = str(epoch_s(at) * 1000)
    made = hmac.digest(secret.encode(), said.encode() + body, "sha256")
    return {
        "X-WHOOP-Signature": base64.b64encode(made).decode(),
        "X-WHOOP-Signature-Timestamp": said,
        "Content-Type": "application/json",
    }


def _guarded(tracker: Tracker, serve: Callable[[Family], Response]) -> Response:
    answer = answers.guarded(
        tracker, serve, lambda _: answers.json({"message": "Too Many Requests"}, 429)
    )
    now_s = epoch_s(tracker.world.now())
    used = [tracker.asked[(one.window_s, now_s // one.window_s)] for one in tracker.windows]
    left = [max(0, one.calls - calls) for one, calls in zip(tracker.windows, used, strict=True)]
    nearest = min(range(len(left)), key=lambda at: left[at])
    window = tracker.windows[nearest]
    told = ", ".join(f"{one.calls};window={one.window_s}" for one in tracker.windows)
    said = {
        "X-RateLimit-Limit": f"{window.calls}, {told}",
        "X-RateLimit-Remaining": str(left[nearest]),
        "X-RateLimit-Reset": str(window.window_s - now_s % window.window_s),
    }
    return answers.limited(answer, said)


def _profile(_: Tracker, account: Account) -> Response:
    first, _space, last = account.name.partition(" ")
    name = {"first_name": first, "last_name": last}
    return answers.json({"user_id": account.number, "email": account.email, **name})


def _body(_: Tracker, __: Account) -> Response:
    measured = {"height_meter": 1.8288, "weight_kilogram": 90.7185, "max_heart_rate": 200}
    return answers.json(measured)


def _end_access(tracker: Tracker, _: Account) -> Response:
    tracker.revoke(request.headers["Authorization"].removeprefix("Bearer "))
    return Response(status=204)


def _workouts(_: Tracker, account: Account) -> Response:
    return _page((one.started_at, _workout(account, one)) for one in account.living())


def _sleeps(tracker: Tracker, account: Account) -> Response:
    return _page((one.started_at, _sleep(tracker, account, one)) for one in _nights(account))


def _cycles(tracker: Tracker, account: Account) -> Response:
    nights = _nights(account)
    ends = [None, *(night.started_at for night in nights)]
    found = [
        _cycle(tracker, account, night, end) for night, end in zip(nights, ends[:-1], strict=True)
    ]
    return _page((night.started_at, one) for night, one in zip(nights, found, strict=True))


def _recoveries(tracker: Tracker, account: Account) -> Response:
    found = (one for one in _nights(account) if not one.is_nap)
    return _page((one.started_at, _recovery(tracker, account, one)) for one in found)


def _one_workout(_: Tracker, account: Account, named: UUID) -> Response:
    found = [one for one in account.living() if id_of("workout", one.number) == str(named)]
    return answers.json(_workout(account, found[0])) if found else _not_there()


def _one_sleep(tracker: Tracker, account: Account, named: UUID) -> Response:
    found = [one for one in _nights(account) if id_of("sleep", one.number) == str(named)]
    return answers.json(_sleep(tracker, account, found[0])) if found else _not_there()


def _not_there() -> Response:
    return answers.json({"message": "Not Found"}, 404)


def _page(rows: Iterable[tuple[datetime, dict[str, Any]]]) -> Response:
    """Return a page of what began between `start` and `end`; the token is where the next begins."""
    least = _instant(request.args.get("start"), datetime.min.replace(tzinfo=UTC))
    most = _instant(request.args.get("end"), datetime.max.replace(tzinfo=UTC))
    found = [one for started_at, one in rows if least <= started_at < most]
    token = request.args.get("nextToken")
    begin = int(base64.urlsafe_b64decode(token)) if token else 0
    end = begin + answers.most_rows(min(MOST_ROWS, int(request.args.get("limit", 10))))
    told: dict[str, Any] = {"records": found[begin:end]}
    if end < len(found):
        told["next_token"] = base64.urlsafe_b64encode(f"{end:08}".encode()).decode()
    return answers.json(told)


def _instant(text: str | None, default: datetime) -> datetime:
    return datetime.fromisoformat(text) if text else default


def _nights(account: Account) -> list[Night]:
    living = (one for one in account.nights.values() if not one.is_deleted)
    return sorted(living, key=lambda one: one.started_at, reverse=True)


def _rfc3339(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _frame(account: Account, created_at: datetime, updated_at: datetime) -> dict[str, Any]:
    return {
        "user_id": account.number,
        "created_at": _rfc3339(created_at),
        "updated_at": _rfc3339(updated_at),
    }


def _scored(tracker: Tracker, night: Night, score: dict[str, Any]) -> dict[str, Any]:
    """Return a score, or that there is none yet."""
    if tracker.world.now() < night.scored_at:
        return {"score_state": "PENDING_SCORE"}
    return {"score_state": "SCORED", "score": score}


def _updated_at(tracker: Tracker, night: Night) -> datetime:
    is_scored = tracker.world.now() >= night.scored_at
    return max(night.updated_at, night.scored_at) if is_scored else night.updated_at


def _workout(account: Account, one: Workout) -> dict[str, Any]:
    sport_name, sport_id = SPORTS.get(one.sport, ("activity", -1))
    zones = ("zero", "one", "two", "three", "four", "five")
    share = one.moving_s * 1000 // len(zones)
    score = {
        "strain": 8.2463,
        "average_heart_rate": one.avg_hr_bpm,
        "max_heart_rate": one.max_hr_bpm,
        "kilojoule": one.calories_kcal * 4.184,
        "percent_recorded": 100.0,
        "distance_meter": one.distance_m,
        "altitude_gain_meter": one.ascent_m,
        "altitude_change_meter": -0.78,
        "zone_durations": {f"zone_{zone}_milli": share for zone in zones},
    }
    return _frame(account, one.uploaded_at, one.updated_at) | {
        "id": id_of("workout", one.number),
        "v1_id": one.number,
        "start": _rfc3339(one.started_at),
        "end": _rfc3339(one.started_at + timedelta(seconds=one.moving_s)),
        "timezone_offset": clocks.offset_text(one.started_at),
        "sport_name": sport_name,
        "sport_id": sport_id,
        "score_state": "SCORED",
        "score": score,
    }


def _sleep(tracker: Tracker, account: Account, night: Night) -> dict[str, Any]:
    in_bed_s = int((night.ended_at - night.started_at).total_seconds())
    stages = {
        "total_in_bed_time_milli": in_bed_s * 1000,
        "total_awake_time_milli": night.awake_s * 1000,
        "total_no_data_time_milli": 0,
        "total_light_sleep_time_milli": night.light_s * 1000,
        "total_slow_wave_sleep_time_milli": night.deep_s * 1000,
        "total_rem_sleep_time_milli": night.rem_s * 1000,
        "sleep_cycle_count": 3,
        "disturbance_count": 12,
    }
    needed = {
        "baseline_milli": 27_395_716,
        "need_from_sleep_debt_milli": 352_230,
        "need_from_recent_strain_milli": 208_595,
        "need_from_recent_nap_milli": -12_312,
    }
    score = {
        "stage_summary": stages,
        "sleep_needed": needed,
        "respiratory_rate": 16.11328125,
        "sleep_performance_percentage": 98.0,
        "sleep_consistency_percentage": 90.0,
        "sleep_efficiency_percentage": round(100 * (1 - night.awake_s / in_bed_s), 8),
    }
    return (
        _frame(account, night.ended_at, _updated_at(tracker, night))
        | {
            "id": id_of("sleep", night.number),
            "cycle_id": night.number,
            "v1_id": night.number,
            "start": _rfc3339(night.started_at),
            "end": _rfc3339(night.ended_at),
            "timezone_offset": clocks.offset_text(night.ended_at),
            "nap": night.is_nap,
        }
        | _scored(tracker, night, score)
    )


def _recovery(tracker: Tracker, account: Account, night: Night) -> dict[str, Any]:
    score = {
        "user_calibrating": False,
        "recovery_score": float(night.recovery_percent),
        "resting_heart_rate": float(night.resting_hr_bpm),
        "hrv_rmssd_milli": night.hrv_rmssd_ms,
        "spo2_percentage": 95.6875,
        "skin_temp_celsius": 33.7,
    }
    known_as = {"cycle_id": night.number, "sleep_id": id_of("sleep", night.number)}
    frame = _frame(account, night.ended_at, _updated_at(tracker, night))
    return frame | known_as | _scored(tracker, night, score)


def _cycle(
    tracker: Tracker, account: Account, night: Night, end: datetime | None
) -> dict[str, Any]:
    score = {
        "strain": 5.2951527,
        "kilojoule": 8288.297,
        "average_heart_rate": 68,
        "max_heart_rate": 141,
    }
    frame = _frame(account, night.ended_at, _updated_at(tracker, night))
    bounds = {"start": _rfc3339(night.started_at)} | ({"end": _rfc3339(end)} if end else {})
    told = {"id": night.number, "timezone_offset": clocks.offset_text(night.started_at)}
    return frame | bounds | told | _scored(tracker, night, score)


def webhook(secret: str, event: dict[str, Any], *, at: datetime) -> tuple[bytes, dict[str, str]]:
    """Return the body and headers with which WHOOP sends an event."""
    body = orjson.dumps(event)
    return body, signed(secret, body, at=at)
