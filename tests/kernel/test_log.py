from __future__ import annotations

import io
import json
import logging

import pytest

from fittrack import log
from fittrack.log import JsonFormatter


@pytest.fixture
def access_lines(caplog):
    caplog.set_level(logging.INFO, logger="fittrack.access")
    return lambda: [json.loads(JsonFormatter().format(record)) for record in caplog.records]


def test_a_request_is_one_line_with_its_id_route_and_duration(probe, access_lines):
    response = probe.get("/api/v1/probes/01935d2a-7c00-7000-8000-5f3c1f0b2a10")
    (line,) = access_lines()
    assert line["route"] == "/api/v1/probes/<uuid:probe_id>"
    assert (line["method"], line["status"], line["account_id"]) == ("GET", 200, None)
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert line["duration_ms"] >= 0


def test_an_id_that_came_with_the_request_goes_back_with_the_answer(probe):
    given = {"X-Request-ID": "client-7.A_b"}
    assert probe.get("/nothing", headers=given).headers["X-Request-ID"] == "client-7.A_b"


def test_the_trace_of_a_traceparent_becomes_the_id(probe):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    given = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    assert probe.get("/nothing", headers=given).headers["X-Request-ID"] == trace


@pytest.mark.parametrize("bad", ["a b", "x" * 65, "<script>", "", "é"])
def test_an_id_that_could_forge_a_log_line_is_replaced(probe, bad):
    answered = probe.get("/nothing", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
    assert answered != bad
    assert len(answered) == 36


def test_a_line_is_json_with_extras_and_the_exception():
    log.set_request_id("r-1")
    record = logging.makeLogRecord(
        {"name": "n", "levelname": "ERROR", "msg": "two\nlines", "job": 7}
    )
    text = JsonFormatter().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["message"], line["job"], line["request_id"]) == ("two\nlines", 7, "r-1")


@pytest.fixture
def json_alone(settings):
    """Let our JSON handler be the only one, as in production, and return it."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonFormatter())
    root.handlers[:] = [handler]
    log.access.setLevel(logging.INFO)
    yield handler
    root.handlers[:] = before
    root.setLevel(level)
    log.access.setLevel(logging.NOTSET)


def test_a_line_written_at_once_is_like_that_of_a_record(probe, json_alone):
    path = "/api/v1/probes/01935d2a-7c00-7000-8000-5f3c1f0b2a10"
    probe.get(path, headers={"X-Request-ID": "same"})
    quick = json.loads(json_alone.stream.getvalue())
    record = logging.makeLogRecord({"name": "fittrack.access", "levelname": "INFO"})
    told = json.loads(JsonFormatter().format(record))
    assert quick.keys() >= told.keys()
    assert (quick["logger"], quick["level"], quick["message"]) == (
        "fittrack.access",
        "info",
        "request",
    )
    assert (quick["status"], quick["request_id"]) == (200, "same")


def test_a_log_that_can_not_be_written_fails_no_request(probe, json_alone):
    json_alone.stream.close()
    assert probe.get("/api/v1/probes/01935d2a-7c00-7000-8000-5f3c1f0b2a10").status_code == 200


def test_libraries_never_log_below_info():
    root, ours = logging.getLogger(), logging.getLogger("fittrack")
    before = (root.handlers[:], root.level, ours.level)
    try:
        log.init_logging("DEBUG")
        assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.DEBUG)
        assert logging.getLogger("fittrack.worker").isEnabledFor(logging.DEBUG)
        log.init_logging("ERROR")
        assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.WARNING)
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        ours.setLevel(before[2])
