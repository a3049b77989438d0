"""Prometheus metrics: who may read them, what they say, and that processes come and go."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fittrack import config, create_app, db, metrics, queues, worker
from fittrack.clock import utc_now
from fittrack.points import jobs as points_jobs
from fittrack.queues import JobKind
from tests import factories_drawings as make
from tests.conformance import engines
from tests.factories_accounts import registration
from tests.guards.source import ROOT
from tests.real_processes import environment, fetched, flask, gunicorn, wait_for

TOKEN = "a-long-randomish_token.of+32/characters"


@pytest.fixture
def counting(database, settings, tmp_path):
    """Let this process count in a folder of its own."""
    metrics.stop()
    config.use(replace(settings, metrics_folder=str(tmp_path / "metrics")))
    yield tmp_path / "metrics"
    metrics.stop()


@pytest.fixture
def client(client, counting):
    return client


def samples(text):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def read(client, **over):
    answer = client.get("/metrics", **over)
    assert answer.status_code == 200
    return samples(answer.text)


def of(found, name, **labels):
    """Return the value of a metric, 0 where nothing has counted it."""
    return found.get((f"fittrack_{name}", *sorted(labels.items())), 0)


def requests_of(found, route, status="200", method="GET"):
    return of(found, "http_requests_total", method=method, route=route, status=status)


# Who may read


def test_loopback_may_read(client):
    for address in ("127.0.0.1", "127.8.9.1", "::1"):
        answer = client.get("/metrics", environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["10.0.0.7", "8.8.8.8", "fe80::1", "", "unix:"])
def test_others_find_nothing(client, address):
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": address})
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via"]
)
def test_who_asks_through_a_proxy_on_this_machine_is_not_on_this_machine(client, name):
    assert client.get("/metrics", headers={name: "127.0.0.1"}).status_code == 404


def test_behind_a_trusted_proxy_nobody_is_on_loopback(client):
    config.use(replace(config.current(), trusted_proxies=1))
    assert client.get("/metrics").status_code == 404


def test_the_token_opens_from_anywhere(client):
    config.use(replace(config.current(), metrics_token=TOKEN, trusted_proxies=1))
    away = {"environ_base": {"REMOTE_ADDR": "10.0.0.7"}}
    assert client.get("/metrics", headers=bearer(TOKEN), **away).status_code == 200
    for wrong in (TOKEN[:-1], f"{TOKEN}x", "", "é"):
        assert client.get("/metrics", headers=bearer(wrong), **away).status_code == 404
    assert client.get("/metrics", headers={"Authorization": TOKEN}, **away).status_code == 404


def test_without_a_token_no_token_opens(client):
    away = {"environ_base": {"REMOTE_ADDR": "10.0.0.7"}}
    assert client.get("/metrics", headers=bearer(""), **away).status_code == 404


def bearer(token):
    return {"Authorization": f"Bearer {token}".encode("latin-1", "replace").decode("latin-1")}


def test_reading_is_never_limited(client):
    config.use(replace(config.current(), limit_anonymous="1 per minute"))
    assert {client.get("/metrics").status_code for _ in range(4)} == {200}


# What is counted


def test_answers_are_counted_by_route_template_and_status(client):
    for number in range(3):
        client.get(f"/api/v1/drawings/01935d2a-7c00-7000-8000-5f3c1f0b2a1{number}")
        client.get(f"/nowhere/{number}")
    client.open("/api/v1/drawings", method="BREW")
    found = read(client)
    assert requests_of(found, "/api/v1/drawings/<uuid:drawing_id>", "404") == 3
    assert requests_of(found, "unmatched", "404") == 3
    assert requests_of(found, "unmatched", "405", "OTHER") == 1
    duration = {"method": "GET", "route": "unmatched", "status_class": "4xx"}
    assert of(found, "http_request_duration_seconds_count", **duration) == 3
    assert of(found, "http_requests_in_flight") == 1
    assert not [key for key in found if "01935d2a" in str(key) or "nowhere" in str(key)]


def test_an_answer_that_was_not_needed_again_counts_as_304(client):
    tag = client.get("/api/v1/drawings").headers["ETag"]
    client.get("/api/v1/drawings", headers={"If-None-Match": tag})
    assert requests_of(read(client), "/api/v1/drawings", "304") == 1


def test_statements_are_timed_by_name(client):
    client.get("/api/v1/drawings")
    found = read(client)
    assert of(found, "db_statement_duration_seconds_count", statement="list_drawings") == 1
    assert of(found, "db_wait_seconds_count", kind="read") >= 1
    assert of(found, "db_units_in_progress", kind="read") == 0


def test_units_that_fail_are_over_too(client):
    metrics.start("web")
    with pytest.raises(ZeroDivisionError), db.transaction("fail"):
        _ = 1 / 0
    assert of(read(client), "db_units_in_progress", kind="write") == 0


def test_jobs_are_told_by_where_they_stand_and_how_long_they_wait(client):
    now = utc_now()
    with db.transaction("decide") as tx:
        for number in range(3):
            queues.enqueue(tx, "send_mail", f"k{number}", now=now - timedelta(minutes=5))
        queues.enqueue(tx, "send_mail", "later", now=now, due_at=now + timedelta(hours=1))
    first, second, _ = queues.list_due(now=now)
    queues.claim(first.outbox_id, now=now)
    queues.fail(queues.claim(second.outbox_id, now=now), "no", now=now, is_final=True)
    found = read(client)
    standing = {
        state: of(found, "outbox_jobs", queue="mail", job="send_mail", state=state)
        for state in ("due", "waiting", "running", "dead")
    }
    assert standing == {"due": 1, "waiting": 1, "running": 1, "dead": 1}
    assert 300 <= of(found, "oldest_due_job_age_seconds", queue="mail") < 330
    assert of(found, "oldest_due_job_age_seconds", queue="drawings") == 0
    assert of(found, "rq_queue_jobs", queue="mail") >= 1


def test_drawings_that_ended_are_told_by_how(client):
    drawing = make.make_open(make.start() - timedelta(hours=3))
    make.buy(drawing, make.make_player())
    for at in (drawing.closes_at, drawing.draws_at):
        make.advance(drawing, at)
    make.make_open(make.start())
    found = read(client)
    assert of(found, "drawing_executions_total", outcome="completed") == 1
    assert of(found, "drawing_executions_total", outcome="aborted") == 0
    assert of(found, "drawings", status="open") == 1


def test_the_last_audit_is_told_with_its_time(client):
    assert "fittrack_ledger_audit_findings" not in client.get("/metrics").text
    now = utc_now()
    points_jobs.start_audit(now=now)
    (due,) = queues.list_due(now=now)
    points_jobs.audit_ledger(queues.claim(due.outbox_id, now=now))
    found = read(client)
    assert of(found, "ledger_audit_findings") == 0
    at_s = of(found, "ledger_audit_finished_timestamp_seconds")
    assert abs(at_s - now.timestamp()) < 30


def test_what_is_away_is_told_and_the_rest_still_is(client, tmp_path):
    client.get("/api/v1/drawings")
    db.bind(f"sqlite:///{tmp_path}/metrics")
    found = read(client)
    assert of(found, "part_up", part="database") == 0
    assert of(found, "part_up", part="redis") == 1
    assert requests_of(found, "/api/v1/drawings") == 1
    db.engine().close()


def _attempt_of(outcome):
    def job(lease):
        if outcome == "failed":
            raise ValueError("no")
        with db.transaction("finish") as tx:
            queues.finish(tx, lease, now=utc_now())

    return job


@pytest.mark.parametrize("outcome", ["done", "failed"])
def test_attempts_at_jobs_are_counted_by_how_they_ended(client, monkeypatch, outcome):
    module = sys.modules[__name__]
    monkeypatch.setattr(module, "trial", _attempt_of(outcome), raising=False)
    kinds = {**queues.JOBS, "trial": JobKind("default", f"{__name__}.trial")}
    for place in (queues, worker):
        monkeypatch.setattr(place, "JOBS", kinds)
    metrics.start("web")
    with db.transaction("decide") as tx:
        queues.enqueue(tx, "trial", "k1", now=utc_now())
    (due,) = queues.list_due(now=utc_now())
    worker.run_outbox(due.outbox_id)
    found = read(client)
    assert of(found, "jobs_total", job="trial", outcome=outcome) == 1
    assert of(found, "job_duration_seconds_count", job="trial") == 1


# Processes come and go


def in_a_child(work, *, kill=False):
    """Do something in a process of its own that counts by itself, and wait for its end."""
    child = os.fork()
    if child == 0:
        try:
            metrics.stop()
            metrics.start("web")
            work()
            os.kill(os.getpid(), signal.SIGKILL if kill else signal.SIGTERM)
        finally:
            os._exit(1)
    os.waitpid(child, 0)


def count_five():
    for _ in range(5):
        metrics.add_job("trial", "done")
    with metrics.unit("write", time.perf_counter()):
        metrics.add_job("trial", "lost")
        os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_killed_process_counted_stays_and_its_gauges_go(client):
    read(client)
    for _ in range(3):
        in_a_child(count_five, kill=True)
    for _ in range(2):
        found = read(client)
        assert of(found, "jobs_total", job="trial", outcome="done") == 15
        assert of(found, "jobs_total", job="trial", outcome="lost") == 3
        assert of(found, "db_units_in_progress", kind="write") == 0
        live = [key for key in found if key[0] == "fittrack_process_start_time_seconds"]
        assert len(live) == 1


def test_no_sum_goes_down_when_a_process_starts_anew(client, counting):
    read(client)
    before = 0.0
    for number in range(1, 4):
        in_a_child(lambda: metrics.add_job("trial", "done"))
        after = of(read(client), "jobs_total", job="trial", outcome="done")
        assert after == number > before
        before = after
    assert len(list(counting.glob("*/*.db"))) == 4 + 2  # this process's, and what is past


def test_a_machine_that_starts_anew_begins_with_nothing(client, counting):
    read(client)
    in_a_child(lambda: metrics.add_job("trial", "done"))
    read(client)
    metrics.stop()
    assert of(read(client), "jobs_total", job="trial", outcome="done") == 0


@pytest.mark.parametrize("rubbish", [b"", b"x", b"\xff" * 5000, b"\x10\x27\0\0" * 2000])
def test_a_file_that_was_overwritten_is_passed_over(client, counting, rubbish):
    client.get("/api/v1/drawings")
    for name in ("counter_7.db", "histogram_7.db", "gauge_livesum_7.db"):
        for group in ("web-other", next(counting.glob("web-*")).name):
            (counting / group).mkdir(exist_ok=True)
            (counting / group / name).write_bytes(rubbish)
    (counting / "web-other" / "lock").write_bytes(b"")
    for _ in range(2):
        assert requests_of(read(client), "/api/v1/drawings") == 1


def test_a_folder_that_is_taken_away_harms_nobody(client, counting):
    client.get("/api/v1/drawings")
    for file in counting.rglob("*"):
        if file.is_file():
            file.unlink()
    for group in counting.iterdir():
        group.rmdir()
    counting.rmdir()
    assert client.get("/api/v1/drawings").status_code == 200
    assert client.get("/api/v1/drawings/x").status_code == 404
    assert client.get("/metrics").status_code == 200


def test_a_folder_that_can_not_be_made_harms_nobody(database, settings, tmp_path, app):
    metrics.stop()
    (tmp_path / "file").write_text("")
    config.use(replace(settings, metrics_folder=str(tmp_path / "file" / "metrics")))
    client = app.test_client()
    assert client.get("/api/v1/drawings").status_code == 200
    assert of(read(client), "part_up", part="database") == 1
    metrics.stop()


@pytest.mark.skipif(engines.name() != "sqlite", reason="another process reads the same file")
def test_redis_that_is_missed_is_counted(settings, database, tmp_path):
    def check():
        nowhere = {"redis_url": "redis://127.0.0.1:1/0", "metrics_folder": str(tmp_path / "m")}
        file = {"database_url": f"sqlite:///{database.path}"}
        client = create_app(replace(settings, **nowhere, **file)).test_client()
        for _ in range(3):
            assert client.get("/api/v1/notifications").status_code == 401
        found = read(client)
        assert of(found, "redis_errors_total", part="limits") >= 3
        assert of(found, "part_up", part="redis") == 0

    child = os.fork()
    if child == 0:
        try:
            metrics.stop()
            check()
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


# The real processes


@pytest.fixture
def environ(settings, database, counting):
    """Return the environment of real processes on this test's database."""
    more = {"METRICS_FOLDER": str(counting), "MAIL_URL": "smtp://127.0.0.1:1"}
    return environment(settings, database.path, **more)


@pytest.fixture
def server(environ):
    """Return the address of a real gunicorn with two workers."""
    with gunicorn(environ) as url:
        yield url


def workers_of(found):
    return {
        dict(key[1:])["pid"] for key in found if key[0] == "fittrack_process_start_time_seconds"
    }


@pytest.mark.skipif(engines.name() != "sqlite", reason="the processes read the same file")
def test_the_sum_over_gunicorns_workers_is_exact_and_outlives_them(server):
    def ask(count):
        for _ in range(count):
            fetched(f"{server}/api/v1/drawings")

    def read_all():
        return samples(fetched(f"{server}/metrics"))

    def is_gone(pid):
        # What waited for the killed one is reset.
        try:
            return pid not in workers_of(read_all())
        except OSError:
            return False

    ask(30)
    wait_for(lambda: len(workers_of(read_all())) == 2)
    before = requests_of(read_all(), "/api/v1/drawings")
    killed = workers_of(read_all()).pop()
    os.kill(int(killed), signal.SIGKILL)
    wait_for(lambda: is_gone(killed))
    assert requests_of(read_all(), "/api/v1/drawings") == before >= 30
    ask(30)
    found = read_all()
    assert requests_of(found, "/api/v1/drawings") == before + 30
    assert of(found, "http_requests_in_flight") == 1


@pytest.mark.skipif(engines.name() != "sqlite", reason="the worker reads the same file")
def test_what_a_real_workers_jobs_came_to_is_told_by_the_api(client, environ):
    form = registration()
    assert client.post("/api/v1/auth/register", json=form).status_code == 201
    assert flask(environ, "worker", "--burst").returncode == 0
    found = read(client)
    assert of(found, "jobs_total", job="send_mail", outcome="failed") == 1
    assert of(found, "db_statement_duration_seconds_count", statement="fail_job") == 1
    where = {"queue": "mail", "job": "send_mail"}
    assert sum(of(found, "outbox_jobs", **where, state=each) for each in ("due", "waiting")) == 1


def test_operators_are_told_of_every_metric(client):
    client.get("/api/v1/drawings")
    metrics.add_redis_error("limits")
    metrics.add_job("trial", "done", 0.1)
    metrics.add_periodic("trial", "done")
    metrics.set_pool(busy=1, opened=1, most=5)
    now = utc_now()
    points_jobs.start_audit(now=now)
    points_jobs.audit_ledger(queues.claim(queues.list_due(now=now)[0].outbox_id, now=now))
    make.make_draft(make.start())
    found = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in text_string_to_metric_families(client.get("/metrics").text)
    }
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(fittrack_\w+)`", page.split("## Metrics")[1].split("\n## ")[0]))
    assert told == found
