"""One trace from the request to the jobs that it enqueues (W3C Trace Context)."""

from __future__ import annotations

import json
import logging

import pytest

from fittrack import db, log, queues, trace
from fittrack.clock import utc_now
from fittrack.log import JsonFormatter
from tests.conformance import engines
from tests.factories_accounts import registration
from tests.real_processes import environment, flask

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT_ID = "00f067aa0ba902b7"
GIVEN = f"00-{TRACE_ID}-{PARENT_ID}-01"


@pytest.fixture
def lines(caplog):
    """Return what was logged so far, each line as it is written."""
    caplog.set_level(logging.INFO, logger="fittrack")
    texts = []

    class Keeper(logging.Handler):
        def emit(self, record):
            texts.append(json.loads(JsonFormatter().format(record)))

    keeper = Keeper()
    logging.getLogger("fittrack").addHandler(keeper)
    yield texts
    logging.getLogger("fittrack").removeHandler(keeper)


def test_a_trace_that_was_handed_on_is_continued_with_a_span_of_our_own(probe, lines):
    probe.get("/nothing", headers={"traceparent": GIVEN})
    (line,) = lines
    assert line["trace_id"] == TRACE_ID
    assert len(line["span_id"]) == 16
    assert line["span_id"] != PARENT_ID


def test_without_one_each_request_begins_its_own(probe, lines):
    for _ in range(2):
        probe.get("/nothing")
    first, second = lines
    assert first["trace_id"] != second["trace_id"]
    assert len(first["trace_id"]) == 32


def test_the_callers_request_id_stands_beside_the_trace(probe, lines):
    given = {"traceparent": GIVEN, "X-Request-ID": "client-7"}
    assert probe.get("/nothing", headers=given).headers["X-Request-ID"] == "client-7"
    assert (lines[0]["request_id"], lines[0]["trace_id"]) == ("client-7", TRACE_ID)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "00",
        GIVEN.upper(),
        f"{GIVEN}-more",
        f"{GIVEN}0",
        f"ff-{TRACE_ID}-{PARENT_ID}-01",
        f"00-{'0' * 32}-{PARENT_ID}-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"00-{TRACE_ID[:-1]}g-{PARENT_ID}-01",
        f"00-{TRACE_ID}-{PARENT_ID}",
        f"00-{TRACE_ID}-{PARENT_ID}-0x",
        f" {GIVEN}\n",
        "é" * 55,
    ],
    ids=repr,
)
def test_what_is_no_traceparent_begins_a_new_trace(bad):
    assert trace.parsed(bad) is None
    assert trace.begin(bad).trace_id != TRACE_ID


def test_a_later_version_is_read_as_far_as_we_know_it():
    for more in ("", "-what-comes-then"):
        span = trace.parsed(f"42-{TRACE_ID}-{PARENT_ID}-00{more}")
        assert (span.trace_id, span.span_id, span.flags) == (TRACE_ID, PARENT_ID, "00")


def test_a_job_carries_the_span_that_decided_it(database):
    log.set_request_id("r-1")
    span = trace.begin(GIVEN)
    with db.transaction("decide") as tx:
        queues.enqueue(tx, "send_mail", "k1", now=utc_now(), template="verify_email")
    (due,) = queues.list_due(now=utc_now())
    lease = queues.claim(due.outbox_id, now=utc_now())
    assert lease.traceparent == f"00-{TRACE_ID}-{span.span_id}-01"
    assert lease.request_id == "r-1"


def test_a_job_outside_of_any_request_has_a_trace_of_its_own(database):
    trace.end()
    with db.transaction("decide") as tx:
        queues.enqueue(tx, "send_mail", "k1", now=utc_now(), template="verify_email")
    (due,) = queues.list_due(now=utc_now())
    assert queues.claim(due.outbox_id, now=utc_now()).traceparent is None


@pytest.mark.skipif(engines.name() != "sqlite", reason="the worker reads the same file")
def test_the_ids_of_a_request_stand_in_the_log_of_a_real_worker(client, settings, database):
    """The mail server is away, so that the worker has something to say."""
    given = {"traceparent": GIVEN, "X-Request-ID": "register-7"}
    form = registration()
    assert client.post("/api/v1/auth/register", json=form, headers=given).status_code == 201

    away = environment(settings, database.path, MAIL_URL="smtp://127.0.0.1:1")
    done = flask(away, "worker", "--burst")
    said = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    (failed,) = [line for line in said if line["message"] == "a job failed"]
    assert (failed["request_id"], failed["trace_id"]) == ("register-7", TRACE_ID)
    assert failed["span_id"] != PARENT_ID
    (attempt,) = [line for line in said if line["message"] == "job"]
    assert (attempt["job_name"], attempt["outcome"]) == ("send_mail", "failed")
    assert (attempt["request_id"], attempt["trace_id"]) == ("register-7", TRACE_ID)
    assert form["email"] not in done.stderr
