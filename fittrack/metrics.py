"""What is counted, and how: Prometheus metrics of all of a machine's processes.

Processes count in files of their own (`metric_files`), which whoever answers `GET /metrics` adds
up. Nothing is counted before `start`: commands leave no trace. Labels come from bounded sets only:
routes, statements, jobs, queues.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import Counter, Gauge, Histogram

from fittrack import config, metric_files

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUEST_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
STATEMENT_BOUNDS_S = (0.0005, 0.002, 0.01, 0.05, 0.25, 1, 5)
JOB_BOUNDS_S = (0.01, 0.05, 0.25, 1, 5, 30, 120)
Count = Callable[[], None]
Observe = Callable[[float], None]

logger = logging.getLogger(__name__)


class Meters:
    """Every metric that processes count by themselves."""

    def __init__(self, role: str) -> None:
        self.requests = _counter("http_requests", "Answers", "method", "route", "status")
        self.request_s = _histogram(
            "http_request_duration_seconds",
            "Time until an answer begins",
            REQUEST_BOUNDS_S,
            *("method", "route", "status_class"),
        )
        self.in_flight = _gauge("http_requests_in_flight", "Requests being answered", "livesum")
        self.statement_s = _histogram(
            "db_statement_duration_seconds",
            "Time until a statement's first row",
            STATEMENT_BOUNDS_S,
            "statement",
        )
        self.wait_s = _histogram(
            "db_wait_seconds",
            "Time that a unit of work waits for a connection or its turn to write",
            STATEMENT_BOUNDS_S,
            "kind",
        )
        self.units = _gauge("db_units_in_progress", "Units of work", "livesum", "kind")
        self.pool = _gauge("db_pool_connections", "Oracle's pooled connections", "livesum", "state")
        self.redis_errors = _counter("redis_errors", "Times that Redis was missed", "part")
        self.jobs = _counter("jobs", "Attempts at jobs by how they ended", "job", "outcome")
        self.job_s = _histogram("job_duration_seconds", "Time of an attempt", JOB_BOUNDS_S, "job")
        self.periodic = _counter("periodic_runs", "Periodic runs", "periodic", "outcome")
        self.syncs = _counter("tracker_syncs", "Syncs by how they ended", "provider", "outcome")
        self.webhooks = _counter(
            "tracker_webhooks", "Webhooks by what became of them", "provider", "outcome"
        )
        started = _gauge("process_start_time_seconds", "Since when it runs", "liveall", "role")
        started.labels(role).set(time.time())
        # `labels` takes a lock and checks its arguments: what is counted often is looked up here.
        self.of_statement: dict[str, Observe] = {}
        self.of_answer: dict[tuple[str, str, int], tuple[Count, Observe]] = {}
        self.of_kind = {
            kind: (self.wait_s.labels(kind), self.units.labels(kind)) for kind in ("read", "write")
        }


_meters: Meters | None = None


def start(role: str) -> None:
    """Let this process count from now on; `role` is web, worker or scheduler."""
    global _meters
    if _meters is None and metric_files.open_group(config.current().metrics_folder, role):
        _meters = Meters(role)


def stop() -> None:
    """Let this process count no longer, and give up its files."""
    global _meters
    _meters = None
    metric_files.close_group()


def enter_horse() -> None:
    """Go on counting in a process that was forked for one job."""
    with _unharmed():
        metric_files.enter_horse()


@contextmanager
def _unharmed() -> Iterator[None]:
    """Rather count no longer than let what is counted fail, should the folder be taken away."""
    global _meters
    try:
        yield
    except OSError as error:
        _meters = None
        logger.warning("nothing is counted any more", extra={"reason": error.strerror})


def add_answer(response: Response) -> Response:
    """Count an answer and how long it took."""
    if _meters is None:
        return response
    asked = request._get_current_object()  # type: ignore[attr-defined] # each look-up costs
    method = asked.method if asked.method in METHODS else "OTHER"
    key = (method, asked.url_rule.rule if asked.url_rule else "unmatched", response.status_code)
    found = _meters.of_answer.get(key)
    if found is None:
        with _unharmed():
            found = _meters.of_answer[key] = _children_of_answer(_meters, key)
    if found is not None:
        count, observe = found
        count()
        observe(time.perf_counter() - g.started_s)
    return response


def _children_of_answer(meters: Meters, key: tuple[str, str, int]) -> tuple[Count, Observe]:
    method, route, status = key
    count = meters.requests.labels(method, route, str(status)).inc
    return count, meters.request_s.labels(method, route, f"{status // 100}xx").observe


def add_statement(name: str, duration_s: float) -> None:
    """Count a statement of the database and the time until its first row."""
    if _meters is None:
        return
    observe = _meters.of_statement.get(name)
    if observe is None:
        with _unharmed():
            observe = _meters.of_statement[name] = _meters.statement_s.labels(name).observe
    if observe is not None:
        observe(duration_s)


@contextmanager
def unit(kind: str, began_s: float) -> Iterator[None]:
    """Count a unit of work, `read` or `write`, that waited since `began_s` for its beginning."""
    if _meters is None:
        yield
        return
    wait_s, units = _meters.of_kind[kind]
    wait_s.observe(time.perf_counter() - began_s)
    units.inc()
    try:
        yield
    finally:
        units.dec()


def set_pool(*, busy: int, opened: int, most: int) -> None:
    """Note how many connections the pool has lent, has open, and may open."""
    if _meters is not None:
        with _unharmed():
            for state, count in (("busy", busy), ("open", opened), ("most", most)):
                _meters.pool.labels(state).set(count)


def add_redis_error(part: str) -> None:
    """Count that a part, such as limits, had to do without Redis."""
    if _meters is not None:
        with _unharmed():
            _meters.redis_errors.labels(part).inc()


def add_job(name: str, outcome: str, duration_s: float | None = None) -> None:
    """Count an attempt at a job: done, failed, dead, lost or killed."""
    if _meters is None:
        return
    with _unharmed():
        _meters.jobs.labels(name, outcome).inc()
        if duration_s is not None:
            _meters.job_s.labels(name).observe(duration_s)


def add_sync(provider: str, outcome: str) -> None:
    """Count a sync with a provider: done, delayed or failed."""
    if _meters is not None:
        with _unharmed():
            _meters.syncs.labels(provider, outcome).inc()


def add_webhook(provider: str, outcome: str) -> None:
    """Count a webhook: taken, repeated, refused or malformed."""
    if _meters is not None:
        with _unharmed():
            _meters.webhooks.labels(provider, outcome).inc()


def add_periodic(name: str, outcome: str) -> None:
    """Count a run of the periodic table: done or failed."""
    if _meters is not None:
        with _unharmed():
            _meters.periodic.labels(name, outcome).inc()


def init_app(app: Flask) -> None:
    """Count each request, from when this process answers its first."""
    app.after_request(add_answer)
    inner = app.wsgi_app

    def counted(environ: Any, start_response: Any) -> Iterable[bytes]:
        start("web")
        if _meters is None:
            return inner(environ, start_response)
        _meters.in_flight.inc()
        try:
            return inner(environ, start_response)
        finally:
            _meters.in_flight.dec()

    app.wsgi_app = counted  # type: ignore[method-assign]


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(f"fittrack_{name}", meaning, labels, registry=None)


def _histogram(name: str, meaning: str, bounds_s: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(f"fittrack_{name}", meaning, labels, buckets=bounds_s, registry=None)


def _gauge(name: str, meaning: str, mode: Any, *labels: str) -> Gauge:
    return Gauge(f"fittrack_{name}", meaning, labels, multiprocess_mode=mode, registry=None)
