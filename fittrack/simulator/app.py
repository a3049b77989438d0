"""The simulator as one application: a blueprint for each service, and one to give it orders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, request

from fittrack.simulator import apple, drand, faults, google
from fittrack.simulator.faults import Fault
from fittrack.simulator.issuer import Issuer
from fittrack.simulator.trackers import (
    google_health,
    oura,
    polar,
    spotify,
    strava,
    whoop,
    withings,
)
from fittrack.simulator.world import PEOPLE, World

# A service is one more line here.
SERVICES = {google.SERVICE: google.blueprint, apple.SERVICE: apple.blueprint}
TRACKERS = {
    google_health.SERVICE: (google_health.tracker_of, google_health.blueprint),
    spotify.SERVICE: (spotify.tracker_of, spotify.blueprint),
    oura.SERVICE: (oura.tracker_of, oura.blueprint),
    polar.SERVICE: (polar.tracker_of, polar.blueprint),
    strava.SERVICE: (strava.tracker_of, strava.blueprint),
    whoop.SERVICE: (whoop.tracker_of, whoop.blueprint),
    withings.SERVICE: (withings.tracker_of, withings.blueprint),
}
MOST_BODY_BYTES = 64 * 1024
TEMPLATES = Path(__file__).parent.parent / "templates"


def create_simulator(world: World) -> Flask:
    """Return the application; its services are the extensions `simulator`."""
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    issuers = {name: Issuer(world, name) for name in SERVICES}
    for name, make in SERVICES.items():
        app.register_blueprint(make(issuers[name]))
    app.extensions["trackers"] = {}
    for name, (make_tracker, make_blueprint) in TRACKERS.items():
        tracker = app.extensions["trackers"][name] = make_tracker(world)
        app.register_blueprint(make_blueprint(tracker))
    if world.relay is not None:
        app.register_blueprint(drand.blueprint(world.relay))
    app.register_blueprint(_control(world, issuers))
    app.extensions["simulator"] = issuers
    return app


def _control(world: World, issuers: dict[str, Issuer]) -> Blueprint:
    """Return what gives the simulator orders: misbehave, change keys, move the clock."""
    blp = Blueprint("control", __name__)

    @blp.get("/")
    def tell() -> Response:
        services = {name: issuer.url for name, issuer in issuers.items()}
        people = [person.email for person in PEOPLE]
        return jsonify({"services": services, "people": people, "faults": faults.KINDS})

    @blp.post("/control/<service>/faults")
    def misbehave(service: str) -> Response:
        issuer = _issuer(issuers, service)
        for order in request.get_json():
            issuer.faults.add(_fault(order))
        return Response(status=204)

    @blp.delete("/control/<service>/faults")
    def behave(service: str) -> Response:
        _issuer(issuers, service).faults.clear()
        return Response(status=204)

    @blp.post("/control/<service>/rotate")
    def rotate(service: str) -> Response:
        _issuer(issuers, service).rotate()
        return Response(status=204)

    @blp.put("/control/clock")
    def set_clock() -> Response:
        world.ahead_s = float(request.get_json()["ahead_s"])
        return Response(status=204)

    return blp


def _issuer(issuers: dict[str, Issuer], service: str) -> Issuer:
    return issuers[service] if service in issuers else abort(404)


def _fault(order: dict[str, Any]) -> Fault:
    fault = Fault(order["kind"], order.get("at", faults.TOKEN), int(order.get("times", 1)))
    if fault.kind not in faults.KINDS or fault.at not in faults.ENDPOINTS:
        abort(422, "There is no such fault.")
    return fault
