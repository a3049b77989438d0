"""Orders over HTTP to simulated people, and the truth of them.

What they do is told by webhooks that go over HTTP, as often, as late and as wrong as ordered.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from fittrack.clock import epoch_s, utc_now
from fittrack.simulator.trackers import telling
from fittrack.simulator.trackers.histories import Account, Workout, new_workout
from fittrack.simulator.trackers.service import Tracker
from fittrack.simulator.trackers.telling import News, Told

# As often as Strava tries: docs say thrice, none says how long it waits between.
TRIES, TRY_AGAIN_S = 3, 4.0
NUMBERS = 9_200_000_000_000_000
MOST_TIMES, LONGEST_S = 1000, 86_400.0
PEOPLE = "/control/<service>/people/<email>"
CHANGED = {
    "sport": str,
    "name": str,
    "moving_s": int,
    "elapsed_s": int,
    "distance_m": float,
    "avg_hr_bpm": int,
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How news are told: how often, how late, how old their signature says it is, and forged."""

    times: int = 1
    after_s: float = 0.0
    signed_ago_s: float = 0.0
    is_forged: bool = False


class Teller:
    """Sends webhooks in threads of their own, and counts how they were answered."""

    def __init__(self) -> None:
        self.answered: Counter[str] = Counter()
        self._lock = threading.Lock()

    def tell(self, told: Told | None, manner: Manner) -> None:
        """Send a webhook in a manner; where nobody takes it, again as providers do."""
        if told is None:
            return
        told = telling.forged(told) if manner.is_forged else told
        kind = "forged" if manner.is_forged else "old" if manner.signed_ago_s else "true"
        for _ in range(manner.times):
            arguments = (told, kind, manner.after_s)
            threading.Thread(target=self._send, args=arguments, daemon=True).start()

    def _send(self, told: Told, kind: str, after_s: float) -> None:
        time.sleep(after_s)
        for number in range(TRIES):
            time.sleep(number * TRY_AGAIN_S)
            status = telling.send(told)
            with self._lock:
                self.answered[f"{kind} {status}"] += 1
            if status is not None and status < 500:
                return


class Orders:
    """The views; each answers 404 where there is no such tracker or workout, 422 for nonsense."""

    def __init__(self, trackers: Mapping[str, Tracker]) -> None:
        self.trackers = trackers
        self.tellers = {name: Teller() for name in trackers}
        self.numbers = count(NUMBERS + epoch_s(utc_now()))

    def tell_state(self, service: str) -> Response:
        """Tell how often a tracker was asked, at most in a window, and how webhooks were taken."""
        tracker = self._tracker(service)
        calls = [
            {
                "window_s": one.window_s,
                "limit": one.calls,
                "most": tracker.most_asked.get(one.window_s, 0),
            }
            for one in tracker.windows
        ]
        first_s = tracker.windows[0].window_s
        asked = sum(calls for (window_s, _), calls in tracker.asked.items() if window_s == first_s)
        answered = dict(self.tellers[service].answered)
        told = {"calls": calls, "refreshes": tracker.refreshes, "told": answered, "asked": asked}
        return jsonify(told)

    def list_workouts(self, service: str, email: str) -> Response:
        """Tell all that somebody has done, deleted ones among them."""
        account = self._account(service, email)
        return jsonify([_shown(one) for one in list(account.workouts.values())])

    def do_workout(self, service: str, email: str) -> Response:
        """Let somebody have ended a workout, there at once or `appears_after_s` seconds later."""
        given, tracker = _given(), self._tracker(service)
        account, number = tracker.account(email), next(self.numbers)
        started_at = tracker.world.now() - timedelta(seconds=_number(given, "started_ago_s", 7200))
        made = new_workout(number, started_at, random.Random(number))  # noqa: S311 - a history
        made = replace(made, **_changes(given))
        after_s = _number(given, "appears_after_s", 0)
        if after_s:
            threading.Timer(after_s, account.workouts.__setitem__, (number, made)).start()
        else:
            account.workouts[number] = made
        self._tell(tracker, account, made, telling.CREATE, given)
        return _created(made)

    def edit_workout(self, service: str, email: str, number: int) -> Response:
        """Change a workout."""
        return self._change(service, email, number, telling.UPDATE, _changes(_given()))

    def delete_workout(self, service: str, email: str, number: int) -> Response:
        """Delete a workout."""
        return self._change(service, email, number, telling.DELETE, {"is_deleted": True})

    def revoke(self, service: str, email: str) -> Response:
        """Let somebody end our access in the provider's own settings, told where it tells."""
        tracker, manner = self._tracker(service), _manner(_given())
        account = tracker.account(email)
        tracker.revoke_account(account)
        told = telling.of_the_end(tracker, account, _said_at(tracker, manner))
        self.tellers[service].tell(told, manner)
        return Response(status=204)

    def forget(self, service: str, email: str) -> Response:
        """Let somebody have done nothing before the last `days` days."""
        account = self._account(service, email)
        since_at = utc_now() - timedelta(days=_number(_given(), "days", 2))
        old = [one.number for one in account.workouts.values() if one.started_at < since_at]
        for number in old:
            del account.workouts[number]
        nights = [one.number for one in account.nights.values() if one.started_at < since_at]
        for number in nights:
            del account.nights[number]
        return Response(status=204)

    def _change(
        self, service: str, email: str, number: int, aspect: str, changes: dict[str, Any]
    ) -> Response:
        tracker, account = self._tracker(service), self._account(service, email)
        if number not in account.workouts:
            abort(404)
        made = account.edit(number, now=tracker.world.now(), **changes)
        self._tell(tracker, account, made, aspect, _given())
        return _created(made)

    def _tell(
        self, tracker: Tracker, account: Account, made: Workout, aspect: str, given: dict[str, Any]
    ) -> None:
        manner = _manner(given)
        news = News(account, made, aspect, _said_at(tracker, manner))
        self.tellers[tracker.name].tell(telling.about(tracker, news), manner)

    def _tracker(self, service: str) -> Tracker:
        return self.trackers[service] if service in self.trackers else abort(404)

    def _account(self, service: str, email: str) -> Account:
        return self._tracker(service).account(email)


def blueprint(trackers: Mapping[str, Tracker]) -> Blueprint:
    """Return what gives people orders, and tells the truth of them."""
    blp, orders = Blueprint("orders", __name__), Orders(trackers)
    one = f"{PEOPLE}/workouts/<int:number>"
    blp.get("/control/<service>")(orders.tell_state)
    blp.get(f"{PEOPLE}/workouts")(orders.list_workouts)
    blp.post(f"{PEOPLE}/workouts")(orders.do_workout)
    blp.patch(one)(orders.edit_workout)
    blp.delete(one)(orders.delete_workout)
    blp.post(f"{PEOPLE}/revoke")(orders.revoke)
    blp.put(f"{PEOPLE}/history")(orders.forget)
    return blp


def _given() -> dict[str, Any]:
    given = request.get_json(silent=True) or {}
    return given if isinstance(given, dict) else abort(422)


def _number(given: Mapping[str, Any], name: str, default: float) -> float:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        abort(422, f"{name} is a number of seconds or days.")
    return min(max(value, 0.0), LONGEST_S * 60)


def _changes(given: Mapping[str, Any]) -> dict[str, Any]:
    changes = {name: given[name] for name in CHANGED if name in given}
    if not all(isinstance(value, CHANGED[name]) for name, value in changes.items()):
        abort(422, f"Of a workout {', '.join(CHANGED)} change.")
    return changes


def _manner(given: Mapping[str, Any]) -> Manner:
    """Return how to tell: `{"told": {"times": 2, "after_s": 3}}`; `{"told": {"times": 0}}` not."""
    told = given.get("told", {})
    if not isinstance(told, dict) or not told.keys() <= {item.name for item in fields(Manner)}:
        abort(422, "News are told `times`, `after_s`, `signed_ago_s`, `is_forged`.")
    return Manner(
        times=int(min(MOST_TIMES, _number(told, "times", 1))),
        after_s=_number(told, "after_s", 0),
        signed_ago_s=_number(told, "signed_ago_s", 0),
        is_forged=told.get("is_forged") is True,
    )


def _said_at(tracker: Tracker, manner: Manner) -> datetime:
    return tracker.world.now() - timedelta(seconds=manner.signed_ago_s)


def _created(made: Workout) -> Response:
    answer = jsonify(_shown(made))
    answer.status_code = 201
    return answer


def _shown(one: Workout) -> dict[str, Any]:
    names = ("number", "name", "sport", "elapsed_s", "moving_s", "distance_m", "is_deleted")
    times = {name: getattr(one, name).isoformat() for name in ("started_at", "updated_at")}
    return {name: getattr(one, name) for name in names} | times
