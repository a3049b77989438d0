"""A small application over the real kernel, for what every endpoint shares."""

from __future__ import annotations

from flask import Flask, Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from fittrack import OrjsonProvider, errors, headers, log
from fittrack.errors import Conflict
from fittrack.openapi import FitTrackApi
from fittrack.pagination import Cursor, Page, PageQuery, page_schema


class ProbeTaken(Conflict):
    """This probe is taken."""

    code = "probe_taken"


class PartSchema(Schema):
    name = fields.String(required=True, validate=validate.Length(min=1, max=10))


class ProbeSchema(Schema):
    name = fields.String(required=True, validate=validate.Length(min=1, max=20))
    count = fields.Integer(strict=True, load_default=1, validate=validate.Range(min=1, max=100))
    parts = fields.List(fields.Nested(PartSchema), load_default=list)


class ProbeQuery(PageQuery):
    kind = fields.String(load_default=None, validate=validate.OneOf(["a", "b"]))


blp = Blueprint("probes", __name__, url_prefix="/api/v1/probes", description="Probes")


@blp.post("")
@blp.arguments(ProbeSchema)
@blp.response(201, ProbeSchema)
def create_probe(body):
    """Create a probe."""
    return body


@blp.get("")
@blp.arguments(ProbeQuery, location="query")
@blp.response(200, page_schema(ProbeSchema))
def list_probes(query):
    """List probes."""
    cursor = Cursor.parse(query["cursor"], scope="probes")
    first = cursor.number(default=0)
    rows = [{"name": "n" * 20, "count": n} for n in range(first + 1, first + query["limit"] + 2)]
    return Page.of(rows, limit=query["limit"], cursor=cursor, key=lambda row: row["count"])


@blp.get("/<uuid:probe_id>")
@blp.response(200, ProbeSchema)
def get_probe(probe_id):
    """Show a probe."""
    return {"name": "steady", "count": 7, "parts": [{"name": "x" * 10}] * 50}


@blp.get("/secret")
def get_secret():
    """Show a secret."""
    return Response("s" * 2000, mimetype="text/plain", headers={"Cache-Control": "no-store"})


@blp.get("/versioned")
def get_versioned():
    """Show a thing whose version is its tag."""
    return Response("v" * 2000, mimetype="text/plain", headers={"ETag": '"3"'})


@blp.get("/taken")
def get_taken():
    """Show a conflict."""
    raise ProbeTaken(probe_id="p1")


@blp.get("/bug")
def get_bug():
    """Show a bug."""
    raise RuntimeError("the password is hunter2")


def make_probe() -> tuple[Flask, FitTrackApi]:
    """Return an application of the probe's blueprint and its own OpenAPI collector."""
    app = Flask("probe")
    app.json_provider_class = OrjsonProvider
    app.json = OrjsonProvider(app)
    app.config.update(
        MAX_CONTENT_LENGTH=1 << 20,
        API_TITLE="Probe",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        TESTING=False,
        PROPAGATE_EXCEPTIONS=False,
    )
    log.init_app(app)
    headers.init_app(app)
    api = FitTrackApi(app)
    errors.init_app(app)
    api.register_blueprint(blp)
    return app, api
