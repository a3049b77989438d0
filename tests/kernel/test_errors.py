from __future__ import annotations

import pytest
import werkzeug.exceptions

from fittrack.db.errors import Busy, Disconnected
from fittrack.errors import FRAMEWORK, Problem, field_error, on_database_error, on_http_exception
from fittrack.reference.problems import all_problems

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}


def shape(response):
    assert response.content_type == "application/problem+json"
    assert response.json.keys() >= MEMBERS
    assert response.json["status"] == response.status_code
    assert response.json["type"] == f"/docs/errors#{response.json['code']}"
    assert response.json["request_id"] == response.headers["X-Request-ID"]
    return response.status_code, response.json["code"]


def test_the_router_speaks_in_the_one_shape(client):
    assert shape(client.get("/nothing")) == (404, "not_found")
    refused = client.post("/health/live")
    assert shape(refused) == (405, "method_not_allowed")
    assert "GET" in refused.headers["Allow"]


def test_a_malformed_id_is_404(probe):
    assert shape(probe.get("/api/v1/probes/not-an-id")) == (404, "not_found")


def test_validation_media_type_and_size_speak_in_the_one_shape(probe):
    assert shape(probe.post("/api/v1/probes", json={})) == (422, "invalid")
    assert shape(probe.post("/api/v1/probes", data=b"x", content_type="text/csv"))[0] == 415
    assert shape(probe.post("/api/v1/probes", data=b"x" * (2 << 20)))[0] == 413


def test_a_domains_problem_brings_its_own_members(probe):
    response = probe.get("/api/v1/probes/taken")
    assert shape(response) == (409, "probe_taken")
    assert response.json["title"] == "This probe is taken."
    assert response.json["probe_id"] == "p1"
    assert response.json["instance"] == "/api/v1/probes/taken"


def test_the_instance_is_the_encoded_path(probe):
    response = probe.get("/api/v1/½ <b>%22")
    assert response.json["instance"] == "/api/v1/%C2%BD%20%3Cb%3E%22"


def test_a_bug_is_500_and_tells_nothing(probe):
    response = probe.get("/api/v1/probes/bug")
    assert shape(response) == (500, "internal_error")
    assert b"hunter2" not in response.data
    assert b"RuntimeError" not in response.data


@pytest.mark.parametrize("error", [Busy("locked"), Disconnected("gone")])
def test_a_database_that_is_busy_or_away_is_503_and_says_when(probe, error):
    with probe.application.test_request_context():
        response = on_database_error(error)
    assert (response.status_code, response.json["code"]) == (503, "unavailable")
    assert response.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (werkzeug.exceptions.BadRequest(), "bad_request"),
        (werkzeug.exceptions.Conflict(), "conflict"),
        (werkzeug.exceptions.PreconditionFailed(), "precondition_failed"),
        (werkzeug.exceptions.ImATeapot(), "bad_request"),
        (werkzeug.exceptions.NotImplemented(), "internal_error"),
    ],
)
def test_what_the_framework_raises_is_said_in_our_words(app, error, code, caplog):
    with app.test_request_context():
        assert on_http_exception(error).json["code"] == code


def test_a_field_error_names_its_field():
    problem = field_error("/prizes/0/value_cents", "Too much.")
    assert problem.status == 422
    assert problem.context["errors"] == [
        {"pointer": "/prizes/0/value_cents", "message": "Too much."}
    ]


def test_bytes_that_are_not_there_are_416(client):
    path = "/static/swagger-ui/swagger-ui-bundle.js"
    refused = client.get(path, headers={"Range": "bytes=99999999-"})
    assert shape(refused) == (416, "range_not_satisfiable")
    assert refused.headers["Content-Range"].startswith("bytes */")


def test_each_status_of_the_framework_has_one_problem():
    assert all(kind.status == status for status, kind in FRAMEWORK.items())


def test_a_code_means_one_thing():
    kinds = all_problems()
    by_code = {kind.code: kind for kind in kinds}
    assert len(by_code) == len(kinds), sorted(k.__name__ for k in kinds if by_code[k.code] is not k)


def test_every_problem_has_a_title_and_a_status():
    for kind in all_problems():
        assert kind.__doc__, kind
        assert kind.title().endswith("."), kind
        assert 400 <= kind.status <= 599
        assert issubclass(kind, Problem)
