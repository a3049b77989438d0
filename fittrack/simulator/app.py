"""The simulator as one application: a blueprint for each service, and one to give it orders."""

from __future__ import annotations

from email.utils import format_datetime
from functools import partial
from pathlib import Path

from flask import Flask, Response

from fittrack.simulator import apple, control, drand, google
from fittrack.simulator.issuer import Issuer
from fittrack.simulator.trackers import (
    google_health,
    orders,
    oura,
    polar,
    spotify,
    strava,
    whoop,
    withings,
)
from fittrack.simulator.world import World

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
    trackers = {name: make(world) for name, (make, _) in TRACKERS.items()}
    for name, (_, make_blueprint) in TRACKERS.items():
        app.register_blueprint(make_blueprint(trackers[name]))
    if world.relay is not None:
        app.register_blueprint(drand.blueprint(world.relay))
    app.register_blueprint(control.blueprint(world, issuers, trackers))
    app.register_blueprint(orders.blueprint(trackers))
    app.after_request(partial(_dated, world))
    app.extensions["simulator"] = issuers
    app.extensions["trackers"] = trackers
    return app


def _dated(world: World, answer: Response) -> Response:
    """Let an answer bear the time of this world's clock, right or wrong."""
    answer.headers["Date"] = format_datetime(world.now(), usegmt=True)
    return answer
