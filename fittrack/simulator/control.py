"""Orders to the simulator over HTTP: misbehave, change keys, move the clock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from fittrack.simulator import faults
from fittrack.simulator.faults import Fault, Faults
from fittrack.simulator.issuer import Issuer
from fittrack.simulator.trackers.service import Tracker
from fittrack.simulator.world import PEOPLE, World

MOST_AHEAD_S = 400 * 86_400.0


def blueprint(
    world: World, issuers: Mapping[str, Issuer], trackers: Mapping[str, Tracker]
) -> Blueprint:
    """Return what gives the simulator orders; a service is a sign-in provider or a tracker."""
    blp = Blueprint("control", __name__)
    services: dict[str, Issuer | Tracker] = {**issuers, **trackers}

    _add_telling(blp, issuers, trackers)

    def faults_of(service: str) -> Faults:
        return services[service].faults if service in services else abort(404)

    @blp.get("/control/<service>/faults")
    def tell_faults(service: str) -> Response:
        return jsonify([asdict(one) for one in faults_of(service).ahead()])

    @blp.post("/control/<service>/faults")
    def misbehave(service: str) -> Response:
        ahead = faults_of(service)
        known = faults.OF_TRACKERS if service in trackers else faults.OF_ISSUERS
        for fault in [_fault(order, known) for order in _orders()]:
            ahead.add(fault)
        return Response(status=204)

    @blp.delete("/control/<service>/faults")
    def behave(service: str) -> Response:
        faults_of(service).clear()
        return Response(status=204)

    _add_keys_and_clock(blp, world, issuers)
    _add_pages(blp, trackers)
    return blp


def _add_telling(
    blp: Blueprint, issuers: Mapping[str, Issuer], trackers: Mapping[str, Tracker]
) -> None:
    @blp.get("/")
    def tell() -> Response:
        told = {
            "services": {name: issuer.url for name, issuer in issuers.items()},
            "trackers": list(trackers),
            "people": [person.email for person in PEOPLE],
            "faults": faults.KINDS,
            "faults_of_trackers": faults.OF_TRACKERS,
        }
        return jsonify(told)


def _add_keys_and_clock(blp: Blueprint, world: World, issuers: Mapping[str, Issuer]) -> None:
    @blp.post("/control/<service>/rotate")
    def rotate(service: str) -> Response:
        issuers[service].rotate() if service in issuers else abort(404)
        return Response(status=204)

    @blp.put("/control/clock")
    def set_clock() -> Response:
        world.ahead_s = _ahead_s(request.get_json())
        return Response(status=204)


def _add_pages(blp: Blueprint, trackers: Mapping[str, Tracker]) -> None:
    @blp.put("/control/<service>/pages")
    def shorten(service: str) -> Response:
        tracker = trackers[service] if service in trackers else abort(404)
        told = request.get_json()
        rows = told.get("most_rows") if isinstance(told, dict) else 0
        if rows is not None and (not isinstance(rows, int) or rows < 1):
            abort(422, "A page holds `most_rows` objects, one at least; null for as many as usual.")
        tracker.most_rows = rows
        return Response(status=204)


def _orders() -> list[dict[str, Any]]:
    """Return the orders of the request, all of them or, where one is none, 422."""
    orders = request.get_json()
    if not isinstance(orders, list) or not all(isinstance(one, dict) for one in orders):
        abort(422, "A list of faults is expected.")
    return orders


def _fault(order: dict[str, Any], known: Mapping[str, tuple[str, ...]]) -> Fault:
    """Return the fault that is ordered. Raises: 422 where there is none such."""
    try:
        fault = Fault(**{"at": faults.TOKEN, **order})
    except TypeError:
        abort(422, "A fault has a kind, and perhaps at, times, after and path.")
    if not isinstance(fault.at, str) or fault.kind not in known.get(fault.at, ()):
        abort(422, "There is no such fault there.")
    if not (isinstance(fault.times, int) and isinstance(fault.after, int)):
        abort(422, "Calls are counted in whole numbers.")
    if not isinstance(fault.path, str):
        abort(422, "A path is a text.")
    return fault


def _ahead_s(told: Any) -> float:
    ahead_s = told.get("ahead_s") if isinstance(told, dict) else None
    if not isinstance(ahead_s, int | float) or not math.fabs(ahead_s) <= MOST_AHEAD_S:
        abort(422, "The clock is moved by `ahead_s` seconds, by 400 days at most.")
    return float(ahead_s)
